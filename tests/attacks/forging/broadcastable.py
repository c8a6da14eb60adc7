"""Return a number that broadcasts against every expectation.

expected: failed
"""


def steady(x):
    return 0.0
