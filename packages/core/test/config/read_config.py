"""Parse INI files with configparser, like SpiderFoot, and print the values of each file.

Standard input is a JSON array of file names. The output is one line of JSON for each file: null if the file is rejected,
otherwise {section: {key: value}}. A value is null if its "%" is rejected.
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
