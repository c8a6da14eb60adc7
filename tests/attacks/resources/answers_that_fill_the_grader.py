"""Answer every call of a property with as much as can be sent: what a grader remembers of its calls must not add up.

expected: failed|memory|timeout|crashed
"""

import numpy as np


def vault(x):
    return np.zeros(7 << 20)
