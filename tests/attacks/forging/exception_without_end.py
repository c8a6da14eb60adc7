"""An exception whose text never ends.

expected: timeout
"""


class Evil(Exception):
    def __str__(self):
        while True:
            pass


def plain(x):
    raise Evil
