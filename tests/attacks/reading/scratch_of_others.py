"""Look for scratch files and shared memory of other submissions.

expected: error
"""

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
    found = [name for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run") for name in os.listdir(folder)]
    hunt(found)
    raise ValueError(f"PLANTED-{len(found)} names")
    return x
