"""Claim by hand that what was kept is object number 0, and after that number -1, which is the grader's.

expected: crashed|failed|error
"""

import os
import struct


def send(header):
    os.write(100, struct.pack("<IQ", len(header), 0) + header)


def running(x, cache=None):
    pair = b"\x93\xa1s\xa5tuple\x92\x01\x94\xa1r\xff\xa6Kept\x00\xc3"
    for number in range(1, 100):
        send(b"\x92" + bytes([number]) + pair)
    os._exit(0)
