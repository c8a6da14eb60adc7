"""Answer with a handle on an object that does not exist.

expected: failed|error|crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    send(bytes([0x94, 1, 0x94, 0xA1]) + b"r" + bytes([0xCD, 0xFF, 0xFF, 0xA3]) + b"int" + bytes([0xC3, 0xC0, 0xA0]))
    while True:
        pass
