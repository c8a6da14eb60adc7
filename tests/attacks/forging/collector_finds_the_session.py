"""Find the engine's objects through the collector and change them.

expected: failed|error
"""

import gc


def plain(x):
    for item in gc.get_objects():
        if type(item).__name__ in ("Session", "Guard", "Watch"):
            for name in list(vars(item)):
                if isinstance(getattr(item, name), str):
                    setattr(item, name, "passed")
    return 0.0
