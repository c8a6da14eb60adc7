"""Overflow the parser.

expected: error|crashed|memory
"""


def plain(x):
    return eval("(" * 100_000 + "x" + ")" * 100_000)
