"""Return nothing.

expected: failed
"""


def vault(x):
    return None
