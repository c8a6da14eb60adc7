"""Answer twice.

expected: crashed|failed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    send(bytes([0x94, 1, 0xCB]) + struct.pack(">d", 3.0) + bytes([0xC0, 0xA0]))
    return 0.0
