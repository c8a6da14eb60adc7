"""Return ten million numbers.

expected: failed|memory|timeout
"""


def plain(x):
    return list(range(10**6))
