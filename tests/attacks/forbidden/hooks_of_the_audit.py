"""Add an audit hook that swallows the complaint.

expected: forbidden|error
"""

import sys

import numpy as np


def inner(a, b):
    sys.addaudithook(lambda *event: None)
    return float(np.dot(a, b))
