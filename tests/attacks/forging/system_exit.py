"""Raise SystemExit(0) in the call.

expected: error
"""


def plain(x):
    raise SystemExit(0)
