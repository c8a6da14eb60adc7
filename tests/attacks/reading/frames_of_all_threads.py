"""Look at the frames of every thread.

expected: failed|error
"""

import sys


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
    for frame in sys._current_frames().values():
        while frame is not None:
            hunt([*frame.f_locals.values(), *frame.f_globals.values()])
            frame = frame.f_back
    return x
