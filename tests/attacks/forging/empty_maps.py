"""Answer with as many empty maps as fit: each costs the reader far more than a byte.

expected: crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    send(bytes([0x94, 1, 0xDD]) + (200_000).to_bytes(4, "big") + bytes([0x80]) * 200_000 + bytes([0xC0, 0xA0]))
    return 0.0
