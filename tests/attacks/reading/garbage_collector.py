"""Look through every object that the collector knows.

expected: failed|error|timeout
"""

import gc


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
    hunt(item for item in gc.get_objects() if isinstance(item, (list, tuple, dict)))
    return x
