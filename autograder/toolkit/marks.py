"""Marks on a grader: which exercise a class of tests belongs to, and what each test is worth.

@exercise("softmax", points=4, forbidden=["torch.softmax"])
class TestSoftmax:
    @points(2)
    @given(x=arrays())
    def test_agrees_with_the_reference(self, student, reference, x): ...

@on_devices
@exercise("causal_mask", points=2)
class TestCausalMask: ...                 # each test on the CPU, on the simulated device and on CUDA, where there is one
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from autograder.devices import Device

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
EXERCISE_ATTRIBUTE = "__exercise__"
POINTS_ATTRIBUTE = "__points__"
DEVICES_ATTRIBUTE = "__devices__"


class ExerciseMark(msgspec.Struct, frozen=True):
    """What `exercise` was told of a class of tests; its arguments say what each field means."""

    name: str
    points: float
    forbidden: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    seconds: float | None = None


def exercise(
    name: str,
    *,
    points: float = 0.0,
    forbidden: Sequence[str] = (),
    beside: Sequence[str] = (),
    seconds: float | None = None,
) -> Callable[[type], type]:
    """Mark a class of tests as those of the exercise `name`.

    Args:
        points: what the exercise is worth; its tests' points must add up to it. Visible checks have none.
        forbidden: names of calls (keys of `autograder.judge.forbidden`) that must not happen while the student's code runs.
        beside: other exercises of the unit that the tests use as well, such as a class whose objects the function takes: the student's
            own, and where one is not written or not right, what is ready-made.
        seconds: of CPU time for one call, where the usual few are not enough.
    """

    def mark(cls: type) -> type:
        setattr(cls, EXERCISE_ATTRIBUTE, ExerciseMark(name, float(points), tuple(forbidden), tuple(beside), seconds))
        return cls

    return mark


def points(value: float) -> Callable[[Decorated], Decorated]:
    """What one test is worth. Give it above `@given`."""

    def mark(function: Decorated) -> Decorated:
        setattr(function, POINTS_ATTRIBUTE, float(value))
        return function

    return mark


def on_devices(marked: Decorated | Device, *more: Device) -> Any:
    """Run a test, or all tests of a class, once on each device. What a test says goes before what its class says.

    `@on_devices` stands for every device; `@on_devices(Device.CPU)` for those that are named. `student` then makes its calls there:
    tensors and modules are moved before, results come back as plain CPU tensors, and one on the wrong device fails the test. A test's
    points are shared out evenly among the devices that this machine has; on the others it is "not verified here".
    """

    def mark(decorated: Any) -> Any:
        setattr(decorated, DEVICES_ATTRIBUTE, devices)
        return decorated

    if isinstance(marked, Device):
        devices: tuple[Device, ...] = (marked, *more)
        return mark
    devices = tuple(Device)
    return mark(marked)


def devices_of(function: object, cls: type | None) -> tuple[Device, ...]:
    """The devices a test is to run on; none for a test that has nothing to do with devices."""
    found: tuple[Device, ...] = getattr(function, DEVICES_ATTRIBUTE, ()) or getattr(cls, DEVICES_ATTRIBUTE, ())
    return found


def exercise_of(cls: type | None) -> ExerciseMark | None:
    """The mark of a class of tests, its own or inherited; None where it has none."""
    found = getattr(cls, EXERCISE_ATTRIBUTE, None)
    return found if isinstance(found, ExerciseMark) else None


def points_of(function: object) -> float:
    """What a test is worth; 0 where nothing is said, as in visible checks."""
    return float(getattr(function, POINTS_ATTRIBUTE, 0.0))
