"""Ask for memory with shared anonymous mappings.

expected: memory|error
"""

import mmap


def plain(x):
    kept = []
    while True:
        piece = mmap.mmap(-1, 1 << 26)
        piece.write(b"x" * (1 << 26))
        kept.append(piece)
