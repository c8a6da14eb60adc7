"""Raise the exception of a failing test, with a text that reads like success.

expected: error
"""


def plain(x):
    raise AssertionError("passed 1/1")
