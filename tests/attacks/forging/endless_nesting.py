"""Return a list that contains itself.

expected: failed
"""


def plain(x):
    loop = []
    loop.append(loop)
    return loop
