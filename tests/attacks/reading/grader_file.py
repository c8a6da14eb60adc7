"""Read COURSE_PATH/solutions/01_treasure/grade_treasure.py.

expected: failed|error
"""


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
    with open("COURSE_PATH/solutions/01_treasure/grade_treasure.py") as file:
        hunt([file.read()])
    return x
