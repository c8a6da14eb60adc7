"""Load the extension module again, to get a fresh function.

expected: forbidden|error|crashed
"""

import importlib.util

import numpy as np


def inner(a, b):
    spec = np._core._multiarray_umath.__spec__
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    return float(fresh.dot(a, b))
