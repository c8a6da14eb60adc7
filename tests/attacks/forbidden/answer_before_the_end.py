"""Compute it the forbidden way, send the answer by hand, and end.

expected: forbidden
"""

import os
import struct

import numpy as np


def inner(a, b):
    value = float(np.dot(a, b))
    header = bytes([0x94, 1, 0xCB]) + struct.pack(">d", value) + bytes([0xC0, 0xA0])
    os.write(100, struct.pack("<IQ", len(header), 0) + header)
    while True:
        pass
