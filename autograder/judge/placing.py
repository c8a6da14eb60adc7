"""Which device a call runs on: arguments and modules are moved there before it, tensors come back as plain CPU tensors after it.

Where each tensor of a result lived is reported beside it. This module needs PyTorch only when a device other than the CPU is asked for;
a zygote calls `prepare` before it forks, because its workers can import nothing of the engine any more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from autograder.devices.names import Device

MAX_DEPTH = 24  # that of the wire
_simulation: list[Any] = []  # the modules `backend` and `simulated` of autograder.devices, once they are needed


def prepare() -> bool:
    """Have the simulated device ready; False when another package holds PyTorch's only place for one."""
    if not _simulation:
        from autograder.devices import backend, simulated

        if not backend.register():
            return False
        _simulation.extend((backend, simulated))
    return True


def account() -> Any:
    """What happens on the simulated device; `prepare` must have said that there is one."""
    return _simulation[1].ACCOUNT


def available() -> list[str]:
    """The devices that calls can be made on in this process."""
    import torch

    found = [Device.CPU.value]
    if prepare():
        found.append(Device.SIMULATED.value)
    if torch.cuda.is_available():
        found.append(Device.CUDA.value)
    return found


@contextmanager
def running_on(device: str) -> Iterator[None]:
    """Around everything that may run on `device`."""
    on_simulation = device == Device.SIMULATED and prepare()
    with _simulation[0].in_this_thread() if on_simulation else nullcontext():
        yield


class Placing:
    """Moves what one session's calls need. On the CPU it does nothing until another device has been used."""

    def __init__(self) -> None:
        self._used = False

    def take(self, value: Any, device: str) -> Any:
        """`value` with its tensors and modules on `device`; plain containers are made anew, modules move where they are."""
        if not self._used and device == Device.CPU:
            return value
        self._used = True
        return _moved(value, device, 0)

    def owner(self, target: Any, device: str) -> None:
        """Move the module that `target` is, or is a method of."""
        if self._used or device != Device.CPU:
            self.take(getattr(target, "__self__", target), device)

    def give(self, value: Any, device: str) -> tuple[Any, list[str]]:
        """`value` with simulated tensors as plain ones, and where its tensors lived, in order. New modules move to `device`."""
        if not self._used and device == Device.CPU:
            return value, []
        self._used = True
        devices: list[str] = []
        return _plain(value, device, devices, 0), devices


def _moved(value: Any, device: str, depth: int) -> Any:
    import torch

    if isinstance(value, torch.nn.Module):
        _move_module(value, device)
        return value
    if type(value) in (torch.Tensor, torch.nn.Parameter):
        return _move_tensor(value, device)
    if type(value) in (list, tuple) and depth < MAX_DEPTH:
        return type(value)(_moved(item, device, depth + 1) for item in value)
    if type(value) is dict and depth < MAX_DEPTH:
        return {key: _moved(item, device, depth + 1) for key, item in value.items()}
    return value


def _move_tensor(tensor: Any, device: str) -> Any:
    import torch

    plain = tensor.detach()
    # On the simulated device it is the same memory, gaps and all: what changes it changes the argument.
    moved = _simulation[1].hide(plain) if device == Device.SIMULATED and prepare() else plain.to(device)
    if type(tensor) is torch.nn.Parameter:
        return torch.nn.Parameter(moved, tensor.requires_grad)
    return moved.requires_grad_(tensor.requires_grad)


def _move_module(module: Any, device: str) -> None:
    """`module.to(device)`, as a student would write it; a parameter that has several names keeps them, as it does on CUDA."""
    import torch

    if all(tensor.device.type == device for tensor in _tensors_of(module)):
        return
    places: dict[int, list[tuple[Any, str]]] = {}
    keep_alive = []
    for part in torch.nn.Module.modules(module):
        for name, parameter in part._parameters.items():
            if parameter is not None:
                keep_alive.append(parameter)
                places.setdefault(id(parameter), []).append((part, name))
    module.to(device)
    for (first, first_name), *others in places.values():
        for part, name in others:
            part._parameters[name] = first._parameters[first_name]


def _tensors_of(module: Any) -> list[Any]:
    import torch

    return [*torch.nn.Module.parameters(module), *torch.nn.Module.buffers(module)]


def _plain(value: Any, device: str, devices: list[str], depth: int) -> Any:
    torch = sys.modules.get("torch")
    if torch is None:
        return value
    if isinstance(value, torch.Tensor):
        devices.append(str(_simulation[1].DEVICE.__get__(value) if _simulation else value.device))
        if _simulation and type(value) is _simulation[1].SimulatedTensor:
            return value._hidden.detach().requires_grad_(value.requires_grad)
        return value
    if isinstance(value, torch.nn.Module):
        _move_module(value, device)
        return value
    if isinstance(value, (list, tuple, set)) and depth < MAX_DEPTH:
        base: Any = next(kind for kind in (list, tuple, set) if isinstance(value, kind))
        return (list if base is list else tuple)(
            _plain(item, device, devices, depth + 1) for item in base.__iter__(value)
        )
    if isinstance(value, dict) and depth < MAX_DEPTH:
        return {key: _plain(item, device, devices, depth + 1) for key, item in dict.items(value)}
    return value
