"""Let inspect show the source of the callers.

expected: failed|error
"""

import inspect


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
    for info in inspect.stack():
        hunt([info.code_context, info.filename])
        hunt([inspect.getsource(info.frame)])
    return x
