"""Never end, inside one C call.

expected: timeout
"""


def plain(x):
    return sum(range(10**12))
