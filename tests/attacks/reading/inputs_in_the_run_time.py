"""Tell the input of a hidden test in how long the answer takes: nothing is earned by it, and it ends.

expected: failed|timeout
"""


def plain(x):
    for _ in range(int(x) * 200_000):
        pass
    return 0.0
