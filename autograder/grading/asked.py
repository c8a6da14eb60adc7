"""One run of one test: a test that runs on several devices is asked once on each, and its points are shared out among them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from autograder.devices import Device, spoken
from autograder.toolkit.marks import devices_of, points_of

MISSING_DEVICE = {
    Device.SIMULATED: "another package holds PyTorch's only place for a simulated GPU.",
    Device.CUDA: "this machine has no CUDA GPU, or none that may be used.",
}


@dataclass(frozen=True)
class Asked:
    """`device` is None for a test that has nothing to do with devices; `share` is this run's part of the test's points."""

    function: Any
    device: Device | None = None
    share: float = 1.0

    @property
    def name(self) -> str:
        name: str = self.function.__name__
        return name if self.device is None else f"{name}[{self.device.value}]"

    @property
    def title(self) -> str:
        """`test_survives_large_scores` is called "Survives large scores"."""
        text: str = self.function.__name__.removeprefix("test_").replace("_", " ")
        title = text[:1].upper() + text[1:]
        return title if self.device is None else f"{title}, {spoken(self.device)}"

    @property
    def points(self) -> float:
        return points_of(self.function) * self.share

    @property
    def hint(self) -> str:
        """The test's docstring: what the student is told when it fails."""
        return " ".join((inspect.getdoc(self.function) or "").split())


def on_first_device(item: Any, available: Callable[[], Collection[str]]) -> bool:
    """Is this a test's only run, or that on the first of its devices that is here? For what need not be done on each."""
    devices = devices_of(item.function, item.cls)
    if not devices:
        return True  # and nobody needs to know which devices there are, which takes PyTorch to say
    here = available()
    return asked_of(item, here).device == next((each for each in devices if each in here), None)


def asked_of(item: Any, available: Collection[str]) -> Asked:
    """What a collected pytest item asks, where only the `available` devices are."""
    devices = devices_of(item.function, item.cls)
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if not devices or "device" not in parameters:
        return Asked(item.function)
    device = Device(parameters["device"])
    present = [each for each in devices if each in available]
    return Asked(item.function, device, 1 / len(present) if device in present else 0.0)
