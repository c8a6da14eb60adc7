"""Fill the disk.

expected: error
unconfined: passed
"""

import tempfile


def plain(x):
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 4096)
    return x + 1
