"""Writes each value of a list from standard input by json.dumps, one to a line.

JavaScript's JSON tells no floats from integers: {"$float": "1.0"} and {"$int": "1"} stand for them.
"""

import json
import sys


def decode(members):
    if list(members) == ["$float"]:
        return float(members["$float"])
    if list(members) == ["$int"]:
        return int(members["$int"])
    return members


for value in json.load(sys.stdin, object_hook=decode):
    print(json.dumps(value))
