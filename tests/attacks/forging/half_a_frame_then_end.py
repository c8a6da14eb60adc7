"""Write half a frame and end.

expected: crashed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    os.write(100, struct.pack("<IQ", 100, 0) + b"half")
    os._exit(0)
