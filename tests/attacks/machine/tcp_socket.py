"""Open a TCP socket.

expected: error
unconfined: passed
"""

import socket


def plain(x):
    socket.create_connection(("127.0.0.1", 9), 0.1) if False else socket.socket().close()
    return x + 1
