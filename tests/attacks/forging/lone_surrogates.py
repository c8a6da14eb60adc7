"""Return text that cannot be encoded.

expected: failed
"""


def plain(x):
    return "\ud800" * 1000
