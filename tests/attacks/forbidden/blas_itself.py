"""Call the library that NumPy calls.

expected: forbidden|error
"""

import ctypes


def inner(a, b):
    import glob

    import numpy

    library = ctypes.CDLL(glob.glob(numpy.__path__[0] + ".libs/*blas*")[0])
    call = library.scipy_cblas_ddot64_
    call.restype = ctypes.c_double
    pointer = ctypes.c_void_p
    return call(
        ctypes.c_int64(len(a)), pointer(a.ctypes.data), ctypes.c_int64(1), pointer(b.ctypes.data), ctypes.c_int64(1)
    )
