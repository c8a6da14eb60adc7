"""Open a pair of sockets.

expected: error
unconfined: passed
"""

import socket


def plain(x):
    [end.close() for end in socket.socketpair()]
    return x + 1
