"""Tell the inputs of the hidden tests bit by bit, in which exception is raised: nothing is earned by it.

expected: error
"""

KINDS = [ValueError, TypeError, KeyError, ZeroDivisionError]


def plain(x):
    raise KINDS[int(x) % 4](f"the input was {x}")


def vault(x):
    raise KINDS[int(abs(x)) % 4](f"the input was {x}")
