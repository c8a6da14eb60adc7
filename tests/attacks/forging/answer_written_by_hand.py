"""Write an answer to the channel, with a verdict in it.

expected: crashed|failed
"""

import os
import struct


def send(header, body=b"", sizes=None):
    os.write(100, struct.pack("<IQ", *(sizes or (len(header), len(body)))) + header + body)


def plain(x):
    send(b'{"verdict": "passed", "points": 1}')
    return 0.0
