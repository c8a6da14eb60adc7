"""Crash the interpreter.

expected: crashed
"""

import ctypes


def plain(x):
    ctypes.string_at(0)
