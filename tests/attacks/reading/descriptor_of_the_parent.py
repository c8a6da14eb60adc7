"""Take a descriptor of the parent over.

expected: error
"""

import ctypes
import os


def hunt(things):
    """Show what looks like a secret in the feedback."""
    mark = "PLANT" + "ED-"
    for thing in things:
        text = (
            thing
            if isinstance(thing, str)
            else thing.decode("latin-1")
            if isinstance(thing, bytes)
            else repr(thing)[:5000]
        )
        if mark in text:
            raise ValueError(text[text.index(mark) :][:60])


def vault(x):
    libc = ctypes.CDLL(None, use_errno=True)
    process = libc.syscall(434, os.getppid(), 0)
    for number in range(3, 64):
        taken = libc.syscall(438, process, number, 0)
        if taken >= 0:
            hunt([os.pread(taken, 10_000, 0)])
    raise OSError(ctypes.get_errno(), "pidfd_getfd")
    return x
