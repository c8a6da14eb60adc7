"""An exception class whose name is a program.

expected: error
"""


class Meta(type):
    @property
    def __name__(cls):
        return 10**6 * "x"

    __qualname__ = __name__


class Evil(Exception, metaclass=Meta):
    pass


def plain(x):
    raise Evil("x" * 10**6)
