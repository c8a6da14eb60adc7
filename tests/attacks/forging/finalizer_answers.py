"""Let a finalizer write after the answer has been made.

expected: failed|crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


class Late:
    def __del__(self):
        send(bytes([0x94, 2, 0xCB]) + struct.pack(">d", 6.0) + bytes([0xC0, 0xA0]))


def plain(x):
    Late()
    return 0.0
