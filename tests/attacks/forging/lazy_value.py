"""Hand back a promise that computes when it is compared.

expected: failed|error
"""


class Later:
    def __init__(self, work):
        self.work = work

    def __float__(self):
        return self.work()

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __abs__ = __float__
    __index__ = __float__


def plain(x):
    return Later(lambda: x + 1)
