"""Find the original in the globals of what stands in its place.

expected: forbidden|failed|error
"""

import numpy as np


def inner(a, b):
    for value in list(getattr(np.dot, "__globals__", {}).values()):
        if isinstance(value, dict):
            for item in list(value.values()):
                if getattr(item, "__name__", "") == "dot":
                    return float(item(a, b))
    return 0.0
