"""Answer that a call was forbidden, in two hundred thousand characters.

expected: forbidden
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    send(bytes([0x94, 1, 0xC0, 0xC0, 0xDB]) + (200_000).to_bytes(4, "big") + b"<" * 200_000)
    while True:
        pass
