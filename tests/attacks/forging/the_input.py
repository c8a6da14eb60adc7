"""Hand the input back.

expected: failed
"""


def vault(x):
    return x
