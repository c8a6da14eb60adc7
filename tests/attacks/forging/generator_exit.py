"""Raise what ends a generator.

expected: error
"""


def plain(x):
    raise GeneratorExit
