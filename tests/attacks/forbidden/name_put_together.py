"""Fetch it by a name that is put together.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(getattr(np, "d" + "ot")(a, b))
