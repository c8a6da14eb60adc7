"""What is kept is described by its class: one whose name cannot be asked for.

expected: error|failed|crashed
"""


class Nameless(type):
    @property
    def __qualname__(cls):
        raise SystemExit

    @property
    def __module__(cls):
        raise SystemExit


class Cache(metaclass=Nameless):
    pass


def running(x, cache=None):
    return x.sum(), Cache()
