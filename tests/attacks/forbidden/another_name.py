"""Import it under another name.

expected: forbidden
"""

from numpy import dot as harmless


def inner(a, b):
    return float(harmless(a, b))
