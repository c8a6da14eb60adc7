"""Recur for ever.

expected: error
"""


def plain(x):
    return plain(x) + 1
