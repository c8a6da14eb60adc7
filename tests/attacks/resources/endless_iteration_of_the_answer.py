"""Never end while the answer is being read.

expected: timeout|failed
"""

import numpy as np


def plain(x):
    class Evil(np.ndarray):
        def __array_finalize__(self, other):
            while True:
                pass

    return np.zeros(3).view(Evil)
