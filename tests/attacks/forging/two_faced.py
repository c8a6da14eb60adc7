"""Give another answer to the first call than to those that follow.

expected: failed
"""

calls = []


def plain(x):
    calls.append(x)
    return x + 1 if len(calls) == 1 else 0.0
