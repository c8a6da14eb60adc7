"""Return a dictionary whose keys are equal to each other.

expected: failed
"""


def plain(x):
    return {1: 3.0, True: 3.0, 1.0: 3.0, "3.0": 3.0}
