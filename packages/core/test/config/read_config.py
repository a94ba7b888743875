"""Reads INI files as SpiderFoot does, by configparser, and prints for each what it has read.

File names come on standard input as JSON. A line of JSON each: null where the file is rejected, else
{section: {key: value}}, with null for a value whose "%" is rejected.
"""

import configparser
import json
import sys


def value_of(parser, section, key):
    try:
        return parser.get(section, key)
    except configparser.InterpolationError:
        return None


def read(file):
    parser = configparser.ConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except configparser.Error:
        return None
    sections = {name: {key: value_of(parser, name, key) for key in parser[name]} for name in parser.sections()}
    return {"DEFAULT": {key: value_of(parser, "DEFAULT", key) for key in parser.defaults()}, **sections}


for file in json.load(sys.stdin):
    print(json.dumps(read(file)))
