"""Open a raw socket.

expected: error
"""

import socket


def plain(x):
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()
    return x + 1
