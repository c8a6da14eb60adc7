"""Change the input so that the reference sees other data.

expected: failed
"""


def inner(a, b):
    a[...] = 0
    b[...] = 0
    return 0.0
