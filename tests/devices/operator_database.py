"""PyTorch's own operator database, run on the CPU and on the simulated device side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_leaves, tree_map

# No course on attention needs these families, and a course's simulated device need not have them.
LEFT_OUT = ("linalg.", "fft.", "sparse.", "special.", "signal.", "masked.", "jiterator_")
KNOWN = {
    "as_strided": "the samples read memory beside their input, which no copy to a device takes along",
    "as_strided_copy": "as as_strided",
    "as_strided_scatter": "as as_strided",
    "to_sparse": "sparse tensors have no storage to hide",
    "tensor_split": "wants its tensor of sections on the CPU; so does CUDA, and the samples here are moved whole",
}
UNDEFINED_VALUES = "empty"  # torch.empty and its kin promise shapes only
SAMPLES = 6


def operators() -> Iterator[Any]:
    """The database's entries that compute in float32, in its order."""
    for operator in op_db:
        known = operator.name in KNOWN or operator.name.startswith(LEFT_OUT)
        if torch.float32 in operator.dtypes and not known:
            yield operator


def disagreements(operator: Any) -> tuple[int, list[str]]:
    """How many samples were compared, and in what the simulated device differs from the CPU."""
    compared, found = 0, []
    try:
        samples = list(operator.sample_inputs("cpu", torch.float32, requires_grad=operator.supports_autograd))[:SAMPLES]
    except (RuntimeError, ImportError):  # some samples need packages that are not installed
        return 0, []
    for sample in samples:
        try:
            expected = _run(operator, sample.input, sample.args, sample.kwargs)
        except Exception:  # not for this build of PyTorch
            continue
        compared += 1
        try:
            moved = tree_map(_to_device, (sample.input, list(sample.args), dict(sample.kwargs)))
            found += _differences(operator, sample.input, expected, moved[0], _run(operator, *moved))
        except Exception as error:
            found.append(f"{type(error).__name__}: {str(error).splitlines()[0][:160]}")
    return compared, [f"{operator.name}: {text}" for text in found]


def _run(operator: Any, first: Any, positional: Any, named: Any) -> Any:
    torch.manual_seed(0)
    return operator(first, *positional, **named)


def _differences(operator: Any, host_input: Any, expected: Any, device_input: Any, got: Any) -> list[str]:
    here, there = _tensors(expected), _tensors(got)
    if [tensor.shape for tensor in here] != [tensor.shape for tensor in there]:
        return ["other shapes"]
    if UNDEFINED_VALUES not in operator.name and not all(map(_same, here, there)):
        return ["other values"]
    if not (operator.supports_autograd and here and here[0].requires_grad and here[0].dtype is torch.float32):
        return []
    if not isinstance(host_input, torch.Tensor) or not host_input.requires_grad:
        return []
    expected_gradient = torch.autograd.grad(here[0].sum(), host_input, allow_unused=True)[0]
    gradient = torch.autograd.grad(there[0].sum(), device_input, allow_unused=True)[0]
    if (gradient is None) != (expected_gradient is None):
        return ["a gradient on one device only"]
    return [] if gradient is None or _same(expected_gradient, gradient) else ["other gradients"]


def _tensors(value: Any) -> list[Any]:
    return [leaf for leaf in tree_leaves(value) if isinstance(leaf, torch.Tensor)]


def _same(host: Any, device: Any) -> bool:
    mine, theirs = host.detach(), device.detach().cpu()
    return mine.dtype == theirs.dtype and torch.allclose(mine, theirs, rtol=1e-5, atol=1e-6, equal_nan=True)


def _to_device(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().to("simulated").requires_grad_(value.requires_grad)
    return "simulated" if isinstance(value, (str, torch.device)) and str(value) == "cpu" else value
