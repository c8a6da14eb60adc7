"""Answer with an array whose header claims more than there is.

expected: crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    header = bytes([0x94, 1, 0x96, 0xA1]) + b"a" + bytes([0xA1]) + b"n" + bytes([0xA7]) + b"float64"
    header += bytes([0x91, 0xCE]) + (1 << 31).to_bytes(4, "big") + bytes([0xA1]) + b"C" + bytes([0xC2, 0xC0, 0xA0])
    send(header, bytes(64))
    return 0.0
