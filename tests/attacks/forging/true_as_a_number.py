"""Return True for the score.

expected: failed
"""


def plain(x):
    return True
