"""Open a unix socket.

expected: error
unconfined: passed
"""

import socket


def plain(x):
    socket.socket(socket.AF_UNIX).close()
    return x + 1
