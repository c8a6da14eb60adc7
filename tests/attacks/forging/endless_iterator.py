"""Return a list subclass whose iteration never ends.

expected: failed
"""


class Endless(list):
    def __iter__(self):
        while True:
            yield 3.0

    def __len__(self):
        return 10**9


def plain(x):
    return Endless()
