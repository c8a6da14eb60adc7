"""Answer with a hundred thousand nested lists.

expected: crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    send(
        bytes([0x94, 1])
        + bytes([0x93, 0xA1, 0x73, 0xA4]) * 1
        + b"list"
        + bytes([0x91]) * 100_000
        + bytes([0xC0, 0xC0, 0xA0])
    )
    return 0.0
