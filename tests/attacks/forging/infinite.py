"""Return infinity as a wildcard.

expected: failed
"""


def plain(x):
    return float("inf")
