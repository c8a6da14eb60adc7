"""Return lists a hundred thousand deep.

expected: failed|crashed
"""


def plain(x):
    value = x
    for _ in range(100_000):
        value = [value]
    return value
