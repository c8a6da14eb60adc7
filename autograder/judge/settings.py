"""The switches that a whole process shares: what a function is asked under, and what a call leaves behind.

    student.softmax.under(Setting.NO_GRAD)(x)     what `with torch.no_grad(): softmax(x)` gives
    layer.under(Setting.FLOAT64)(x)               the same with float64 as PyTorch's default dtype

A switch is set around the submission's own code alone. What a call leaves changed is put back after it: it spoils no other call, and every
call that leaves something changed can be seen to do so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import Any

import numpy as np

SEED = "torch.manual_seed"


class Setting(StrEnum):
    NO_GRAD = "no_grad"
    FLOAT64 = "float64"
    """PyTorch's default dtype, which is float32 otherwise."""

    @property
    def spoken(self) -> str:
        return "`torch.no_grad()`" if self is Setting.NO_GRAD else "PyTorch's default dtype"

    def written(self, call: str) -> str:
        """`call` as a student would make it."""
        if self is Setting.NO_GRAD:
            return f"with torch.no_grad(): {call}"
        return f"torch.set_default_dtype(torch.float64); {call}"


class Under:
    """`function`, called under a setting."""

    def __init__(self, function: Callable[..., object], setting: Setting) -> None:
        self.function = function
        self.setting = setting
        self.__self__ = getattr(function, "__self__", function)  # whose method it is: the module that goes to a device

    def __call__(self, *positional: Any, **named: Any) -> object:
        with _switched(self.setting):
            return self.function(*positional, **named)


def switches() -> dict[str, Any]:
    """How each switch is set, by the name of what sets it."""
    found: dict[str, Any] = {"np.seterr": np.geterr()}
    torch = sys.modules.get("torch")
    if torch is not None:
        found["torch.set_grad_enabled"] = torch.is_grad_enabled()
        found["torch.set_default_dtype"] = torch.get_default_dtype()
        found["torch.set_num_threads"] = torch.get_num_threads()
        found[SEED] = torch.initial_seed()
    return found


def changed_since(before: dict[str, Any]) -> list[str]:
    """The switches that are not as they were when `before` was found."""
    return [name for name, now in switches().items() if before.get(name, now) != now]


def put_back(before: dict[str, Any]) -> None:
    """Set every switch as it was when `before` was found; the random seed stays."""
    for name in changed_since(before):
        if name == "np.seterr":
            np.seterr(**before[name])
        elif name != SEED:  # setting it again would begin the same random numbers anew
            getattr(sys.modules["torch"], name.removeprefix("torch."))(before[name])


def _switched(setting: Setting) -> AbstractContextManager[Any]:
    import torch

    return torch.no_grad() if setting is Setting.NO_GRAD else _default_dtype(torch.float64)


@contextmanager
def _default_dtype(dtype: Any) -> Iterator[None]:
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
