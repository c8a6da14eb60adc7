"""Never end.

expected: timeout
"""


def plain(x):
    while True:
        pass
