"""Link a file of the course to where it can be read.

expected: failed|error
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
    os.symlink("COURSE_PATH/solutions/course.toml", "/tmp/autograder-attack-link")
    with open("/tmp/autograder-attack-link") as file:
        hunt([file.read()])
    return x
