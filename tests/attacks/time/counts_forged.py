"""Answer the question for the counts by hand.

expected: failed|crashed|error
"""

import os
import struct

import numpy as np

calls = []


def steady(x):
    calls.append(1)
    if len(calls) > 1:
        header = bytes([0x94, 2, 0x92, 0xA1]) + b"m" + bytes([0x91, 0x92, 0xA5]) + b"steps" + bytes([1, 0xC0, 0xA0])
        os.write(100, struct.pack("<IQ", len(header), 0) + header)
    return np.array([value * value for value in x])
