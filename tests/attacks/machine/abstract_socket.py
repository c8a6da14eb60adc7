"""Listen on an abstract name.

expected: error
unconfined: passed
"""

import socket


def plain(x):
    socket.socket(socket.AF_UNIX).bind("\0autograder-attack")
    return x + 1
