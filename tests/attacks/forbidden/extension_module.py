"""Take the function from the extension module.

expected: forbidden
"""

import sys


def inner(a, b):
    return float(sys.modules["numpy._core._multiarray_umath"].dot(a, b))
