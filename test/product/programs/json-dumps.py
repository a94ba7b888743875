"""Writes each value of a list from standard input with json.dumps, one per line.

JSON from JavaScript does not distinguish floats from integers, so they are written as {"$float": "1.0"} and {"$int": "1"}.
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
