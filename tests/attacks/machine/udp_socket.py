"""Send a datagram.

expected: error
unconfined: passed
"""

import socket


def plain(x):
    socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
    return x + 1
