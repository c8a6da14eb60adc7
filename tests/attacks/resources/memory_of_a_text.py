"""Ask for memory with a text.

expected: memory
"""


def plain(x):
    return "x" * 10**11
