"""Make a million files.

expected: error
"""

import os


def plain(x):
    for number in range(10**6):
        os.close(os.open(f"/tmp/autograder-attack-{number}", os.O_CREAT | os.O_WRONLY))
        if number == 2:
            return x + 1
