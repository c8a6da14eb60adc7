"""Switch the profile hook off.

expected: forbidden|error
"""

import sys


def inner(a, b):
    sys.setprofile(None)
    return float(a.dot(b))
