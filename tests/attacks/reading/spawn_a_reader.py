"""Let another program read the file.

expected: error
"""

import subprocess


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
    hunt([subprocess.run(["cat", "COURSE_PATH/solutions/course.toml"], capture_output=True, check=True).stdout])
    return x
