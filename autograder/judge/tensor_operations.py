"""What a grader may ask of tensors and modules beyond calling them, answered where they live.

Only PyTorch's own methods are used on a module, never those a submission may have put over them: a student's `parameters()` or
`state_dict()` is not trusted with what the grader needs to know.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
from collections.abc import Callable
from typing import Any

from autograder.judge import settings

MAX_PRINTED = 2_000


def gradients(call: Callable[[], Any], owner: Any, positional: list[Any], named: dict[str, Any], seed: int) -> Any:
    """Call, then pull a fixed random projection of the outputs back.

    Returns:
        The value; the gradients of the floating-point arguments, by position and by name (None where none arrives or the argument has
        none); and those of the parameters of `owner`, by name.
    """
    import torch

    inputs = [value for value in [*positional, *named.values()] if _is_floating(value)]
    for value in inputs:
        value.requires_grad_(True)
    with torch.enable_grad():
        value = call()
        outputs = [
            (output, _projection(output, seed, index))
            for index, output in enumerate(_floating_leaves(value))
            if output.requires_grad
        ]
        parameters = dict(torch.nn.Module.named_parameters(owner)) if isinstance(owner, torch.nn.Module) else {}
        trained = {name: parameter for name, parameter in parameters.items() if parameter.requires_grad}
        wanted = [*inputs, *trained.values()]
        found: list[Any] = [None] * len(wanted)
        if outputs and wanted:
            # Not `grad_outputs`: to look at those, PyTorch imports its compiler, for a second in every process.
            roots = [(output * weights).sum() for output, weights in outputs]
            found = list(torch.autograd.grad(roots, wanted, allow_unused=True))
    of = {id(source): gradient for source, gradient in zip(wanted, found, strict=True)}
    return [
        value,
        [of.get(id(argument)) for argument in positional],
        {name: of.get(id(argument)) for name, argument in named.items()},
        {name: of.get(id(parameter)) for name, parameter in parameters.items()},
    ]


def state(module: Any) -> dict[str, dict[str, Any]]:
    """Parameters and buffers by name, and the names of those that a state dict saves."""
    import torch

    _require_module(module)
    return {
        "parameters": dict(torch.nn.Module.named_parameters(module)),
        "buffers": dict(torch.nn.Module.named_buffers(module)),
        "saved": dict.fromkeys(torch.nn.Module.state_dict(module), True),
    }


def load_state(module: Any, values: dict[str, Any]) -> dict[str, str]:
    """Write `values` into the parameters and buffers of those names, and give the module their dtype.

    Returns what did not fit: a name and why.
    """
    import torch

    _require_module(module)
    dtypes = {value.dtype for value in values.values() if _is_floating(value)}
    if len(dtypes) == 1:
        torch.nn.Module.to(module, dtype=dtypes.pop())
    known = {**dict(torch.nn.Module.named_buffers(module)), **dict(torch.nn.Module.named_parameters(module))}
    unfit = {}
    for name, value in values.items():
        if name not in known:
            unfit[name] = "there is none"
        elif known[name].shape != value.shape:
            unfit[name] = f"has shape {tuple(known[name].shape)}, expected {tuple(value.shape)}"
        else:
            with torch.no_grad():
                known[name].copy_(value)
    return unfit


def copy_state(module: Any, other: Any) -> None:
    """What saving `module` and loading the file into `other` does. Raises what PyTorch raises when the two do not fit."""
    import torch

    _require_module(module)
    _require_module(other)
    torch.nn.Module.load_state_dict(other, torch.nn.Module.state_dict(module))


def set_mode(module: Any, training: bool) -> None:
    import torch

    _require_module(module)
    torch.nn.Module.train(module, training)


def watched(call: Callable[[], Any]) -> list[Any]:
    """The value; what was printed; and which global random states and switches are not what they were."""
    before, switches = _random_states(), settings.switches()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        value = call()
    after = _random_states()
    disturbed = [name for name in before if before[name] != after[name]]
    return [value, printed.getvalue()[:MAX_PRINTED], disturbed, settings.changed_since(switches)]


def compiler_is_loaded() -> bool:
    """Whether a dispatch mode has a compiler to keep away from itself: importing `torch._dynamo` for that alone takes a second."""
    return "torch._dynamo" in sys.modules


def _random_states() -> dict[str, Any]:
    import numpy as np
    import torch

    numpy_state: Any = np.random.get_state()
    return {
        "random": random.getstate(),
        "numpy.random": (numpy_state[1].tobytes(), numpy_state[2:]),
        "torch": torch.get_rng_state().numpy().tobytes(),
    }


def _require_module(module: Any) -> None:
    import torch

    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"{type(module).__name__} is not a torch.nn.Module")


def _floating_leaves(value: Any) -> list[Any]:
    if _is_floating(value):
        return [value]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _floating_leaves(item)]
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _floating_leaves(item)]
    return []


def _is_floating(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor) and value.is_floating_point()


def _projection(output: Any, seed: int, index: int) -> Any:
    """The same numbers for the same seed, place and shape, whatever the device and dtype."""
    import numpy as np
    import torch

    numbers = np.random.default_rng([seed, index]).standard_normal(tuple(output.shape))
    return torch.from_numpy(np.asarray(numbers)).to(output.dtype).to(output.device)
