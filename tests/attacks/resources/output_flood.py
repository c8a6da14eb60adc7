"""Print without end.

expected: timeout
"""


def plain(x):
    while True:
        print("x" * 100_000)
