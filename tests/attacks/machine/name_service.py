"""Ask the name service.

expected: error
"""

import socket


def plain(x):
    socket.getaddrinfo("localhost.invalid", 80)
    return x + 1
