"""Catch the error and go on asking.

expected: timeout|memory|failed
"""


def plain(x):
    kept = []
    while True:
        try:
            kept.append(bytearray(1 << 20))
        except MemoryError:
            continue
