"""Many questions are asked at once: answer the first ones and die at the third, so that nobody can tell which one it was.

expected: crashed|failed
"""

import os

CALLS = []


def vault(x):
    CALLS.append(x)
    if len(CALLS) % 3 == 0:
        os._exit(0)
    return x + 0.25
