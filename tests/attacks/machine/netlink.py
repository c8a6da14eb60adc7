"""Ask the kernel about the network.

expected: error
unconfined: passed
"""

import socket


def plain(x):
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()
    return x + 1
