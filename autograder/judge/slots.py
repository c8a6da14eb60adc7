"""Puts a Python function behind an operator of a class that is written in C, for the rest of the process's life.

`a @ b` on an array does not look `__matmul__` up: it jumps through a slot of the class. The slot is set to the one that a class written
in Python has, which does look it up. Source: CPython, Include/cpython/object.h (PyTypeObject, PyNumberMethods).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

NUMBER_METHODS = 12 * ctypes.sizeof(ctypes.c_void_p)  # offset of tp_as_number
MATRIX_MULTIPLY, INPLACE_MATRIX_MULTIPLY = 34, 35  # in PyNumberMethods


class _Written:
    """Whose slots look the methods up."""

    def __matmul__(self, other: object) -> object:
        raise NotImplementedError

    def __imatmul__(self, other: object) -> _Written:
        raise NotImplementedError


def look_up_matmul(cls: type) -> None:
    """`@` and `@=` of `cls`, and of its subclasses, call the methods that its dictionary has."""
    source = _number_methods(_Written)
    for one in (cls, *_subclasses(cls)):
        target = _number_methods(one)
        for slot in (MATRIX_MULTIPLY, INPLACE_MATRIX_MULTIPLY):
            ctypes.memmove(target + slot * 8, source + slot * 8, 8)
    forget_lookups(cls)


def forget_lookups(cls: type) -> None:
    """Has to follow every change of a built-in class's dictionary: lookups are cached."""
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))


def _number_methods(cls: type) -> int:
    address = ctypes.c_void_p.from_address(id(cls) + NUMBER_METHODS).value
    if address is None:
        raise RuntimeError(f"{cls.__name__} has no operators")
    return address


def _subclasses(cls: type) -> Iterator[type]:
    subclasses: list[type] = type.__subclasses__(cls)
    for one in subclasses:
        yield one
        yield from _subclasses(one)
