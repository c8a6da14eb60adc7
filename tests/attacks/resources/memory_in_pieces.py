"""Ask for memory in small pieces.

expected: memory
"""


def plain(x):
    kept = []
    while True:
        kept.append(bytearray(1 << 20))
