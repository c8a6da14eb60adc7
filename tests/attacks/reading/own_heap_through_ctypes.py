"""Read the process's own heap, from the address of an object onwards.

expected: failed|error|crashed
"""

import ctypes


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
    page = 4096
    start = id(object()) // page * page
    for step in range(64):
        hunt([ctypes.string_at(start + step * page, page)])
    return x
