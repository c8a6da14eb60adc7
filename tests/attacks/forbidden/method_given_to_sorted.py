"""Let sorted call the method.

expected: forbidden
"""


def inner(a, b):
    found = []
    sorted([b], key=lambda v: found.append(next(map(a.dot, [v]))))
    return float(found[0])
