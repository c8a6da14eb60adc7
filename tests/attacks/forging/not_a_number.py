"""Return NaN as a wildcard.

expected: failed
"""


def plain(x):
    return float("nan")
