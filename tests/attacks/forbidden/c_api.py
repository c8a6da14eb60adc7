"""Call the method through the C API.

expected: forbidden|error
"""

import ctypes


def inner(a, b):
    call = ctypes.pythonapi.PyObject_CallMethod
    call.restype = ctypes.py_object
    return float(call(ctypes.py_object(a), b"dot", b"O", ctypes.py_object(b)))
