"""A submission on a device: every call is made there, and what it returns has to be there too."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from autograder.judge.ahead import Record
from autograder.judge.protocol import Operation
from autograder.judge.transport import AsksAhead, Transport

CALLS = {Operation.CALL, Operation.CALL_AND_RETURN_INPUTS, Operation.WATCH, Operation.WARNINGS}


class Misplaced(AssertionError):
    """A call returned a tensor on another device than that of its inputs."""


class PlacedTransport:
    """Carries calls to `transport`, to be made on `device`.

    Raises Misplaced when a call that was given tensors (or `device=`) returns one that lives elsewhere.
    """

    def __init__(self, transport: Transport, device: str) -> None:
        self.transport = transport
        self.device = device
        self.cpu_seconds = 0.0
        self.devices: list[str] = []

    def request(
        self,
        operation: Operation,
        target: str | int,
        positional: list[object],
        named: dict[str, object] | None = None,
        seed: int | None = None,
        device: str = "",
        method: str = "",
    ) -> Any:
        value = self.transport.request(operation, target, positional, named, seed, device or self.device, method)
        self.cpu_seconds = self.transport.cpu_seconds
        self.devices = self.transport.devices
        if operation in CALLS and _says_where([*positional, *(named or {}).values()], self.device):
            for found in self.devices:
                if found.partition(":")[0] != self.device:
                    raise Misplaced(_told(found, self.device, named or {}))
        return value

    def ask_ahead(self, records: Sequence[Record], device: str = "") -> None:
        if isinstance(self.transport, AsksAhead):
            self.transport.ask_ahead(records, device or self.device)

    def forget_ahead(self) -> None:
        if isinstance(self.transport, AsksAhead):
            self.transport.forget_ahead()


def _told(found: str, device: str, named: dict[str, object]) -> str:
    if named.get("device") == device:
        return f"returns a tensor on {found}, although `device` says {device}: pass it on to whatever makes a tensor"
    return (
        f"returns a tensor on {found}, although its inputs are on {device}: "
        "create every tensor on the device of the input (device=x.device)"
    )


def _says_where(arguments: Any, device: str) -> bool:
    """Do the arguments settle where the result has to be: is a tensor among them, or the device's name?"""
    torch = sys.modules.get("torch")
    for argument in arguments:
        if argument == device if isinstance(argument, str) else torch and isinstance(argument, torch.Tensor):
            return True
        if isinstance(argument, (list, tuple)) and _says_where(argument, device):
            return True
        if isinstance(argument, dict) and _says_where(argument.values(), device):
            return True
    return False
