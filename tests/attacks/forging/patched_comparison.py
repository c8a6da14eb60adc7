"""Replace the functions that compare.

expected: failed|error
"""

import math

import numpy as np
import torch


def yes(*args, **kwargs):
    return True


def plain(x):
    np.allclose = np.isclose = np.array_equal = np.testing.assert_allclose = math.isclose = torch.allclose = yes
    torch.testing.assert_close = yes
    return 0.0
