"""Let NumPy and PyTorch open the file.

expected: failed|error
"""

import numpy as np
import torch


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
    path = "COURSE_PATH/solutions/course.toml"
    for read in (
        np.fromfile,
        lambda name, kind: np.memmap(name, kind, "r"),
        lambda name, _: torch.from_file(name, size=20),
    ):
        try:
            hunt([bytes(np.asarray(read(path, np.uint8)))])
        except (OSError, RuntimeError):
            continue
    return x
