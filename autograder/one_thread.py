"""Small tensors are computed on one thread: sharing them out costs more than it gains, and on a busy machine a hundred times more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Within the block PyTorch computes on one thread, if it has been imported; then on as many as before.

    A second thread is waited for at the end of every shared operation. Where it has no core to run on, a `layer_norm` of four words takes
    milliseconds.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
