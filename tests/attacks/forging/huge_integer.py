"""Return an integer of a million digits.

expected: failed
"""


def plain(x):
    return 1 << 4_000_000
