"""Return a float that is equal to every number.

expected: failed
"""


class Agreeable(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __hash__ = float.__hash__


def plain(x):
    return Agreeable(0)
