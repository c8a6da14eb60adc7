"""Replace the built-in functions that the engine may use.

expected: failed|crashed|error
"""

import builtins


def yes(*args, **kwargs):
    return True


def plain(x):
    for name in ("isinstance", "abs", "all", "max", "float", "len", "getattr", "repr"):
        setattr(builtins, name, yes)
    return 0.0
