"""Answer with a failure whose texts are as long as a frame allows.

expected: error|missing|failed|crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def text(size):
    return bytes([0xDB]) + size.to_bytes(4, "big") + b"<" * size


def plain(x):
    failure = bytes([0x94]) + text(50_000) + bytes([0xAA]) + b"ValueError" + text(100_000) + text(50_000)
    send(bytes([0x94, 1, 0xC0]) + failure + bytes([0xA0]))
    while True:
        pass
