"""Raise a group of exceptions, which has a constructor of its own.

expected: error
"""


def plain(x):
    raise BaseExceptionGroup("many", [KeyboardInterrupt(), ValueError()])
