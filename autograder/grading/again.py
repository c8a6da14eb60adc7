"""A student's call as a line of Python that makes it again: `softmax(np.array([1000.0, 0.0]), axis=0)`, to be run in a cell below the code.

Values are written with all their digits, and with the dtype they have. Where a plain call would not do the same (work that was counted,
a seed that was set, another device or default dtype, weights put in one by one, memory with gaps), or the line would be too long, there
is no line. A call without gradients prints what it gives: `with torch.no_grad(): print(softmax(torch.tensor([1.0, 0.0])))`.
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.judge.calls import Call
from autograder.judge.nodes import Seeded
from autograder.judge.protocol import Operation
from autograder.judge.proxy import CALLED, Handle
from autograder.judge.settings import Setting
from autograder.toolkit.show import MAX_ELEMENTS

LONGEST = 1_000


class _CannotBeWrittenError(Exception):
    pass


def line_of(call: Call) -> str | None:
    """The line, or None where there is none."""
    without_gradients = call.setting is Setting.NO_GRAD
    try:
        line = _call(replace(call, setting=None) if without_gradients else call)
    except _CannotBeWrittenError:
        return None
    line = f"print({line})" if without_gradients else line
    line = f"from autograder import weighted; {line}" if "weighted(" in line else line
    line = call.setting.written(line) if call.setting else line
    return line if len(line) <= LONGEST else None


def _call(call: Call) -> str:
    if call.operation is not Operation.CALL or call.seed is not None or call.device != "cpu" or call.setting:
        raise _CannotBeWrittenError
    arguments = [_value(each, call) for each in call.positional]
    arguments += [f"{name}={_value(each, call)}" for name, each in call.named.items()]
    if call.owner is None:
        called = call.name
    else:
        owner = _object(call.owner, call)
        called = owner if call.name == CALLED else f"{owner}.{call.name}"
    return f"{called}({', '.join(arguments)})"


def _object(handle: Handle, call: Call) -> str:
    """An object as it was at the call: made again, and given the weights it had."""
    if handle._made_by is None:
        raise _CannotBeWrittenError
    made = _call(handle._made_by) + "".join(f"[{index}]" for index in handle._place)
    changes = call.changes.get(handle._ref.number, 0)
    if changes == 0:
        return made
    if handle._weights is None or handle._weights.changes != changes:
        raise _CannotBeWrittenError
    return f"weighted({made}, seed={handle._weights.seed})"


def _value(value: Any, call: Call) -> str:
    torch = sys.modules.get("torch")
    if isinstance(value, Handle):
        return _object(value, call)
    if isinstance(value, Seeded):
        return f"np.random.default_rng({value.seed})"
    if type(value) in (list, tuple):
        inner = ", ".join(_value(each, call) for each in value)
        return f"[{inner}]" if type(value) is list else f"({inner}{',' if len(value) == 1 else ''})"
    if type(value) is float:
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if value is None or type(value) in (bool, int, str):
        return repr(value)
    if isinstance(value, np.generic) and value.dtype.kind in "fiub":
        return f"np.{value.dtype.type.__name__}({_value(value.item(), call)})"
    if type(value) is np.ndarray and value.dtype.kind in "fiub":
        return _array(value, "np", value.flags.c_contiguous, value.dtype.name, ("float64", "int64", "bool"))
    if torch is not None and type(value) is torch.Tensor and not value.is_complex():
        name = str(value.dtype).removeprefix("torch.")
        return _array(value, "torch", value.is_contiguous(), name, ("float32", "int64", "bool"))
    raise _CannotBeWrittenError


def _array(array: Any, module: str, contiguous: bool, dtype: str, usual: tuple[str, ...]) -> str:
    if not contiguous or math.prod(array.shape) > MAX_ELEMENTS:
        raise _CannotBeWrittenError
    if math.prod(array.shape) == 0:
        return f"{module}.zeros({tuple(array.shape)}, dtype={module}.{'bool_' if (module, dtype) == ('np', 'bool') else dtype})"
    make = "array" if module == "np" else "tensor"
    typed = "" if dtype in usual else f", dtype={module}.{dtype}"
    return f"{module}.{make}({_nested(array.tolist(), module)}{typed})"


def _nested(value: Any, module: str) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_nested(item, module) for item in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{module}.nan" if math.isnan(value) else f"{'-' if value < 0 else ''}{module}.inf"
    return repr(value)
