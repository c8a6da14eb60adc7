"""Raise an error with a text of a hundred megabytes.

expected: error|memory
"""


def plain(x):
    raise ValueError("x" * 10**8)
