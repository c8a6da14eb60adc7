"""Take the original out of what stands in its place.

expected: forbidden|failed|error
"""

import numpy as np


def inner(a, b):
    pending, seen = [np.dot], []
    while pending:
        item = pending.pop()
        seen.append(item)
        cells = getattr(item, "__closure__", None) or ()
        pending += [c.cell_contents for c in cells if callable(c.cell_contents)]
        pending += [
            getattr(item, n) for n in ("__wrapped__", "__func__", "func", "function", "original") if hasattr(item, n)
        ]
        if len(seen) > 50:
            break
    for item in seen[1:]:
        try:
            return float(item(a, b))
        except TypeError:
            continue
    return 0.0
