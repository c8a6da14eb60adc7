"""Import the engine past sys.modules, from where it is installed.

expected: failed|error
"""

import importlib.util


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
    spec = importlib.util.find_spec("autograder.course")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    hunt([module.find_course("COURSE_PATH").secret_seed])
    return x
