"""Ask a function of the grader's that was never given.

expected: crashed
"""

import os
import struct


def plain(x):
    for number in range(1, 40):
        header = b"\x96" + bytes([number]) + b"\xc0\xc0\xa0\x90\xf0"
        os.write(100, struct.pack("<IQ", len(header), 0) + header)
    return 0.0
