"""Claim the largest frame that is allowed, and send a byte at a time.

expected: timeout|crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    os.write(100, struct.pack("<IQ", 100, 60 << 20))
    while True:
        os.write(100, b"x")
