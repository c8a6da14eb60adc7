"""Read the packages beside NumPy: a course may be installed there.

expected: error
"""

import sysconfig
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
    site = Path(sysconfig.get_path("purelib"))
    for path in [*site.glob("pytest/*.py"), *site.glob("hypothesis/*.py"), *site.glob("*.pth")]:
        raise ValueError("PLANTED-" + path.read_text()[:20])
    raise PermissionError("nothing to be seen")
    return x
