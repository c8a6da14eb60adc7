"""Answer with a failure that claims to be the grader's.

expected: error|missing|failed|crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    name = bytes([0xAD]) + b"InternalFault"
    send(bytes([0x94, 1, 0xC0, 0x94]) + name + name + bytes([0xA1]) + b"x" + bytes([0xA0, 0xA0]))
    while True:
        pass
