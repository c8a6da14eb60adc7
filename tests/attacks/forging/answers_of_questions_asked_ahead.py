"""Many questions are asked at once: answer all those to come in the first call, ahead of the answers that are held back.

expected: crashed|failed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def vault(x):
    for number in range(1, 60):
        send(bytes([0x95, number, 0xCB]) + struct.pack(">d", 2 * x) + bytes([0xC0, 0xA0, 0x90]))
    return 2 * x
