"""The main module of the process is the zygote: its globals may know something.

expected: failed|error
"""

import __main__


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
    hunt(vars(__main__).items())
    for value in list(vars(__main__).values()):
        hunt(getattr(value, "__dict__", {}).items())
    return x
