"""Return an object that is equal to everything.

expected: failed
"""


class Equal:
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __le__ = __lt__ = __ge__ = __abs__ = __sub__

    def __float__(self):
        return 3.0

    __hash__ = object.__hash__


def plain(x):
    return Equal()
