"""Return an object whose shape and dtype lie.

expected: failed
"""


class Liar:
    shape = ()
    dtype = "float64"
    ndim = 0
    size = 1

    def __len__(self):
        return -1


def plain(x):
    return Liar()
