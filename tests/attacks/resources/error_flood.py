"""Write to the standard error without end.

expected: timeout
"""

import os


def plain(x):
    while True:
        os.write(2, b"x" * 100_000)
