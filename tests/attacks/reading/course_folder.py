"""List the course and read all of it.

expected: failed|error
"""

from pathlib import Path


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
    for path in Path("COURSE_PATH").rglob("*"):
        if path.is_file():
            hunt([path.read_text()])
    if not list(Path("COURSE_PATH").rglob("*")):
        raise FileNotFoundError("nothing to be seen")
    return x
