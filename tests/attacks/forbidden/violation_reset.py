"""Find the record of the violation through the collector and empty it.

expected: forbidden|error
"""

import gc

import numpy as np


def inner(a, b):
    try:
        product = float(np.dot(a, b))
    except BaseException:
        product = float((a * b).sum())
    for item in gc.get_objects():
        if hasattr(item, "violation"):
            item.violation = ""
    return product
