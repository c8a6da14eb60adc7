"""Find the engine among the subclasses of object.

expected: forbidden|error
"""

import numpy as np


def inner(a, b):
    for cls in object.__subclasses__():
        if cls.__module__.startswith("autograder"):
            for name in ("report", "violation", "active", "forbidden"):
                try:
                    setattr(cls, name, lambda *args: None)
                except (TypeError, AttributeError):
                    pass
    return float(np.dot(a, b))
