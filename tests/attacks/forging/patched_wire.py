"""Replace what writes the answer.

expected: failed|crashed|error
"""

import json
import socket
import struct
import sys


def plain(x):
    def passed(*args, **kwargs):
        return b'{"verdict": "passed"}'

    json.dumps = struct.pack = passed
    socket.socket.sendall = socket.socket.send = passed
    if "msgspec" in sys.modules:
        sys.modules["msgspec"].msgpack.encode = passed
    return 0.0
