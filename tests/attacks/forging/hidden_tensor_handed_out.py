"""Take the CPU tensor that a simulated one hides, work on that, and hand it out.

expected: failed|error
"""


def moved(x):
    return x._hidden + 1
