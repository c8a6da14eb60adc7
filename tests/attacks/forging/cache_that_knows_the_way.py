"""Keep nothing for the second call but an object that claims to be any answer.

expected: failed|error
"""


class Cache:
    def __getattr__(self, name):
        return self

    def __call__(self, *_, **__):
        return self

    def __eq__(self, _):
        return True

    def __add__(self, _):
        return self

    __radd__ = __add__


def running(x, cache=None):
    return (x.sum() if cache is None else cache + x.sum()), Cache()
