"""A power that takes hours, without a check for signals.

expected: timeout
"""


def plain(x):
    return 7 ** (10**9)
