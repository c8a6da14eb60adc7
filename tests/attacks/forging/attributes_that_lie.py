"""Return an object whose class claims to be float.

expected: failed
"""


class Claims:
    __class__ = float

    def __float__(self):
        return 3.0


def plain(x):
    return Claims()
