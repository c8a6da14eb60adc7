"""Read the process's own memory through /proc.

expected: failed|error
"""

import re


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
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if " rw" in line:
                memory.seek(start)
                hunt(re.findall(rb"PLANTED-.{40}", memory.read(end - start)))
    return x
