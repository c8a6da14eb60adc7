"""Be right where the answer is looked at first, and give anything back, at once, ever after.

expected: failed
"""

calls = []


def quick(x):
    calls.append(1)
    return x * x if len(calls) == 1 else x
