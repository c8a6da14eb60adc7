"""Many questions are asked at once: hand out one object for all of them, and change it when all the inputs are known.

expected: failed|error|crashed
"""

import numpy as np

ANSWER = np.zeros(())
INPUTS = []


def vault(x):
    INPUTS.append(x)
    ANSWER[...] = max(INPUTS)
    return ANSWER
