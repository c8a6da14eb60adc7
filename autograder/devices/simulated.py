"""Tensors of the simulated device: each hides a CPU tensor that holds its values, and shows PyTorch another device.

An operation checks that its tensors may meet, runs on the hidden ones, and hides what comes out.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

import torch
from torch.utils._mode_utils import no_dispatch

from autograder.devices.account import ACCOUNT
from autograder.devices.names import Device
from autograder.devices.placement import reads_a_mask, require_generator, require_one_device, rules_of

HOST = torch.device("cpu")


@cache
def here() -> torch.device:
    """The simulated device, by the name that `backend.register` gave it."""
    return torch.device(Device.SIMULATED.value, 0)


class SimulatedTensor(torch.Tensor):
    """Made by `hide`; everywhere else it is an ordinary tensor whose device is `simulated:0`."""

    _hidden: torch.Tensor

    __torch_function__: Any = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # PyTorch declares it without its class
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return run(func, args, kwargs or {})

    def numpy(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(
            f"can't convert {self.device} device type tensor to numpy. "
            "Use Tensor.cpu() to copy the tensor to host memory first."
        )

    def __array__(self, *_: object, **__: object) -> NoReturn:
        self.numpy()

    def tolist(self) -> Any:
        ACCOUNT.synchronise("all values are read (.tolist())")
        return self._hidden.tolist()

    def __repr__(self, **_: object) -> str:  # type: ignore[override]  # PyTorch's declaration has a nameless parameter
        ACCOUNT.synchronise("all values are read (print)")
        return f"{repr(self._hidden)[:-1]}, device='{self.device}')"

    def __deepcopy__(self, memo: dict[int, object]) -> Any:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment."
            )
        copied: Any = hide(self._hidden.clone())
        if isinstance(self, torch.nn.Parameter):
            copied = torch.nn.Parameter(copied, self.requires_grad)
        memo[id(self)] = copied
        return copied

    def __reduce_ex__(self, protocol: Any) -> Any:
        return (hide, (self._hidden,))

    def _get_data(self) -> Any:
        return _DATA.__get__(self)

    def _set_data(self, value: SimulatedTensor) -> None:
        _DATA.__set__(self, value)
        _attach(self, value._hidden)

    data = property(_get_data, _set_data)


_DATA: Any = vars(torch._C.TensorBase)["data"]
DEVICE: Any = vars(torch._C.TensorBase)["device"]
"""Where a tensor is, whatever its class has come to say."""


def hide(values: torch.Tensor) -> SimulatedTensor:
    """The tensor of the simulated device whose values are these, not copied."""
    shown: SimulatedTensor = torch.Tensor._make_wrapper_subclass(
        SimulatedTensor,
        values.shape,
        strides=values.stride(),
        storage_offset=values.storage_offset(),
        dtype=values.dtype,
        layout=values.layout,
        device=here(),
        requires_grad=False,
    )
    _attach(shown, values)
    return shown


def run(operation: Any, positional: Any, named: dict[str, Any]) -> Any:
    """One operation in which a simulated tensor takes part, or that makes one."""
    if (
        torch.is_inference_mode_enabled()
    ):  # PyTorch shares a version with views of tensors from outside: none made here may lack one
        with torch.inference_mode(False), torch.no_grad():
            return run(operation, positional, named)
    rules = rules_of(operation)
    arguments = [*zip(rules.names, positional, strict=False), *named.items()]
    target = named.get("device")
    leaves = target is not None and torch.device(target).type != Device.SIMULATED
    if any(type(tensor) is SimulatedTensor for _, value in arguments for tensor in _each(value)):
        require_one_device(operation, arguments, here())
    if "generator" in named:
        require_generator(named["generator"], here())
    _note(operation, rules.host_read, positional, leaves)
    if rules.is_work:
        ACCOUNT.launch()
    inner = {name: _hidden(value) for name, value in named.items()}
    if target is not None and not leaves:
        inner["device"] = HOST
    result = operation(*[_hidden(value) for value in positional], **inner)
    if rules.changes_geometry:  # unsqueeze_, t_ and the like
        _take_geometry(positional[0])
        return positional[0]
    if leaves:
        return result
    return _shown(result, _changed(arguments, rules.written) if rules.written else {})


def _changed(arguments: list[tuple[str, Any]], written: frozenset[str]) -> dict[int, SimulatedTensor]:
    """The tensors that the operation wrote into, by their hidden ones."""
    changed = {}
    for name, value in arguments:
        for tensor in _each(value) if name in written else ():
            if isinstance(tensor, SimulatedTensor):
                changed[id(tensor._hidden)] = tensor
                if tensor.shape != tensor._hidden.shape:  # out= was resized, as torch.arange(3, device=…) does
                    with torch.inference_mode(tensor.is_inference()):  # only tensors of one mode can change places
                        tensor.data = hide(tensor._hidden)
    return changed


def _note(operation: Any, host_read: str, positional: Any, leaves: bool) -> None:
    """Write down where the host waits for the device."""
    if host_read:
        ACCOUNT.synchronise(host_read)
    elif leaves:
        ACCOUNT.synchronise("a tensor is copied to the host (.cpu(), .to())")
    elif operation is torch.ops.aten.copy_.default and not isinstance(positional[0], SimulatedTensor):
        ACCOUNT.synchronise("values are copied into a tensor of the host")
    elif len(positional) > 1 and reads_a_mask(operation, positional[1]):
        ACCOUNT.synchronise("indexing by a boolean mask: the number of selected entries is needed")


def _attach(shown: SimulatedTensor, values: torch.Tensor) -> None:
    shown._hidden = values
    shown._allocation = ACCOUNT.allocation_of(values)  # type: ignore[attr-defined]  # lives as long as the tensor


def _take_geometry(shown: SimulatedTensor) -> None:
    values = shown._hidden
    with no_dispatch():
        torch.ops.aten.as_strided_.default(shown, values.shape, values.stride(), values.storage_offset())


def _each(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else (value,)


def _hidden(value: Any) -> Any:
    if isinstance(value, SimulatedTensor):
        return value._hidden
    if isinstance(value, (list, tuple)):
        return [_hidden(item) for item in value]
    return value


def _shown(value: Any, changed: dict[int, SimulatedTensor]) -> Any:
    if isinstance(value, torch.Tensor):
        return changed[id(value)] if id(value) in changed else hide(value)
    if isinstance(value, (list, tuple)):
        return type(value)([_shown(item, changed) for item in value])
    return value
