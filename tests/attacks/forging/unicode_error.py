"""Raise an exception whose constructor wants five arguments.

expected: error
"""


def plain(x):
    raise UnicodeDecodeError("utf-8", b"x", 0, 1, "no")
