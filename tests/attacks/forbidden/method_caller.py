"""Let operator.methodcaller call the method.

expected: forbidden
"""

from operator import methodcaller


def inner(a, b):
    return float(methodcaller("dot", b)(a))
