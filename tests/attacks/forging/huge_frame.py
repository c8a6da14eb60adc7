"""Claim a frame of 2**63 bytes.

expected: crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    send(b"", sizes=(2**32 - 1, 2**63))
    return 0.0
