"""Compile the code as if it were a stand-in.

expected: forbidden|error
"""


def inner(a, b):
    scope = {"a": a, "b": b}
    exec(compile("r = a.dot(b)", "<stand-ins>", "exec"), scope)
    return float(scope["r"])
