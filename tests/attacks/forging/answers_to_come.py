"""Answer questions that have not been asked yet.

expected: failed|crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    for number in range(1, 50):
        send(bytes([0x94, number, 0xCB]) + struct.pack(">d", 3.0) + bytes([0xC0, 0xA0]))
    return 3.0
