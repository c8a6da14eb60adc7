"""Hide the call in text.

expected: forbidden
"""


def inner(a, b):
    return float(eval("".join(map(chr, [97, 46, 100, 111, 116, 40, 98, 41]))))
