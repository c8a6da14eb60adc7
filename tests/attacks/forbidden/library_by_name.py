"""Run the code in a namespace that calls itself NumPy.

expected: forbidden
"""


def inner(a, b):
    scope = {"__name__": "numpy.core", "a": a, "b": b}
    exec("r = a.dot(b)", scope)
    return float(scope["r"])
