"""What a test sees of a submission: `student.softmax(x)` calls it, wherever it runs.

    student.softmax(x)                    a function: arguments go as copies, the value comes back
    v = student.Vector([3.0, 4.0])        an object stays where it was made; `v` is a handle on it
    v.norm()                              its methods are called the same way
    v.components                          its attributes are read the same way
    student.on("simulated").softmax(x)    the same call on another device: tensors and modules are moved there first

The reference has the same surface. `Student.calls` remembers the latest calls: they explain a failure and name the mistake behind it.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.faults import Stopped
from autograder.judge.ahead import LostAnswers, Record
from autograder.judge.calls import Call, Places, Remembered, as_code
from autograder.judge.measurable import Measurable
from autograder.judge.measures import parts
from autograder.judge.nodes import Ref
from autograder.judge.placed import PlacedTransport
from autograder.judge.protocol import Operation
from autograder.judge.remote_worker import Worker
from autograder.judge.session import Session
from autograder.judge.settings import Setting
from autograder.judge.signatures import parameter_names, signatures_of
from autograder.judge.transport import AsksAhead, LocalTransport, Transport
from autograder.results import Verdict

CALLED = "__call__"


@dataclass(repr=False)
class Student:
    """The names of a submission as attributes. `signatures` gives the parameters' names for messages."""

    transport: Transport
    signatures: dict[str, inspect.Signature] = field(default_factory=dict)
    calls: Remembered = field(default_factory=Remembered)
    renew: Callable[[], Worker] | None = None
    """Makes another worker with the same submission; None where it runs in this process."""
    second: Callable[[], Transport] | None = None
    """The one other worker with the same submission that is kept beside the first; None where there is none."""
    device: str = "cpu"
    counts: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    """Numbers the counted calls."""

    def __repr__(self) -> str:
        return "<a submission>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis, which prints what a failing test was given: hundreds of remembered calls are not to be read."""
        printer.text(repr(self))

    def on(self, device: str) -> Student:
        """The same submission, every call made on `device`. Objects made through either can be used through both."""
        transport = self.transport.transport if isinstance(self.transport, PlacedTransport) else self.transport
        return Student(
            PlacedTransport(transport, device),
            self.signatures,
            self.calls,
            self.renew,
            self.second,
            device,
            self.counts,
        )

    def signature_of(self, name: str, owner: Handle | None) -> inspect.Signature | None:
        """Of a function or class, or of the method `name` of what `owner` is an object of, where it is known."""
        if owner is None:
            return self.signatures.get(name)
        method = "forward" if name == CALLED else name
        return self.signatures.get(f"{owner._ref.type_name}.{method}")

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self, name, name, None)

    def ask_ahead(self, records: Sequence[Record]) -> None:
        """Have calls answered that are going to be made: see `autograder.judge.ahead`."""
        if isinstance(self.transport, AsksAhead):
            self.transport.ask_ahead(records)

    def forget_ahead(self) -> None:
        """The calls that were asked ahead will not be made any more."""
        if isinstance(self.transport, AsksAhead):
            self.transport.forget_ahead()

    @contextmanager
    def fresh(self) -> Iterator[Student]:
        """The same submission in a process of its own that has seen no call yet."""
        if self.renew is None:
            yield self
            return
        with self.renew() as worker:
            fresh = Student(worker, self.signatures)
            yield fresh if self.device == "cpu" else fresh.on(self.device)


class Function(Measurable):
    """Something of the submission that can be called: a function, a class, or a bound method (`owner` is its object)."""

    def __init__(
        self,
        student: Student,
        name: str,
        target: str | int,
        owner: Handle | None,
        method: str = "",
        kept: Places = (),
        setting: Setting | None = None,
    ) -> None:
        super().__init__(student)
        self._target = target
        self._method = method
        self._owner = owner
        self._kept = kept
        self._setting = setting
        self.name = name

    def __call__(self, *positional: Any, **named: Any) -> Any:
        return self._request(Operation.CALL, list(positional), named)

    def on(self, device: str) -> Function:
        """The same function, called on `device`."""
        student = self._student.on(device)
        return Function(student, self.name, self._target, self._owner, self._method, self._kept, self._setting)

    @property
    def transport(self) -> Transport:
        """What carries its calls: one for each submission."""
        return self._student.transport

    @property
    def device(self) -> str:
        return self._student.device

    @property
    def latest(self) -> Call:
        """The latest call of the submission."""
        return self._student.calls[-1]

    @contextmanager
    def alone(self) -> Iterator[Function]:
        """The same function in a process of its own that has seen no call yet."""
        with self._student.fresh() as student:
            yield Function(student, self.name, self._target, None)

    def elsewhere(self) -> Function:
        """The same function in the process that is kept beside the first, which has seen other calls.

        Itself, where there is no such process, or where it belongs to an object, which is nowhere else.
        """
        second = self._student.second
        if second is None or not isinstance(self._target, str):
            return self
        student = Student(second(), self._student.signatures)
        device = self._student.device
        return Function(student if device == "cpu" else student.on(device), self.name, self._target, None)

    def keeping(self, *places: int) -> Function:
        """The same function; of the tuple that it returns, the items at these places come back as handles, whatever they are.

        Each stays the very object that it is, and goes back in as such: also a tuple of tensors, which would travel as a copy.
        """
        found = self.transport.request(Operation.KEEPING, self._target, list(places), method=self._method)
        number = parts([found], [Ref])[0].number
        return Function(self._student, self.name, number, self._owner, kept=places, setting=self._setting)

    def under(self, setting: Setting) -> Function:
        """The same function, called under `setting`; under one alone."""
        found = self.transport.request(Operation.UNDER, self._target, [setting.value], method=self._method)
        number = parts([found], [Ref])[0].number
        return Function(self._student, self.name, number, self._owner, kept=self._kept, setting=setting)

    def parameter_names(self, count: int) -> list[str]:
        """What the first `count` parameters are called."""
        return parameter_names(self._student.signature_of(self.name, self._owner), count)

    def note(self, *positional: Any, **named: Any) -> None:
        """Remember the call without making it: a measurement that fails is shown with what was measured."""
        self._student.calls.append(self._call([*positional], named))

    def _request(
        self, operation: Operation, positional: list[Any], named: dict[str, Any], seed: int | None = None
    ) -> Any:
        call = self._call(positional, named, seed)
        call.operation = operation
        objects = [each for each in (self._owner, *positional, *named.values()) if isinstance(each, Handle)]
        call.changes = {each._ref.number: len(each._changes) for each in objects}
        self._student.calls.append(call)
        try:
            value = self._student.transport.request(
                operation, self._target, positional, named, seed, method=self._method
            )
        except LostAnswers:  # the example will be run again, and this call made again
            self._student.calls.pop()
            raise
        except BaseException as error:
            call.error = error
            if (
                isinstance(error, Stopped)
                and error.verdict is not Verdict.INTERNAL
                and not error.message.startswith("`")
            ):
                error.message = f"`{self.name}` {error.message}"
                error.args = (error.message,)
            raise
        plain = self._text(positional, named) if self._setting else call.text
        wrapped = _wrapped(value, self._student, plain, call)
        self._student.calls.answered(call, wrapped)
        return wrapped

    def _call(self, positional: list[Any], named: dict[str, Any], seed: int | None = None) -> Call:
        text, device, setting = self._text(positional, named), self._student.device, self._setting
        text = setting.written(text) if setting else text
        return Call(self.name, text, positional, named, self._owner, device, seed, kept=self._kept, setting=setting)

    def _text(self, positional: list[Any], named: dict[str, Any]) -> str:
        names = self.parameter_names(len(positional))
        pairs = zip(names, positional, strict=True)
        shown = [value._text if isinstance(value, Handle) and not value._place else name for name, value in pairs]
        return as_code(called(self.name, self._owner), shown, named)


@dataclass(frozen=True)
class Weights:
    """Drawn from `seed`, and in place after so many changes of the object."""

    seed: int
    changes: int


class Handle:
    """An object that lives where the submission runs. All names without an underscore are its own."""

    def __init__(self, student: Student, ref: Ref, text: str, made_by: Call | None, place: Places = ()) -> None:
        self._student = student
        self._ref = ref
        self._text = text
        self._made_by = made_by
        self._place = place
        """Where it was in the value of `made_by`: empty for the value itself, (1,) for the second of a pair."""
        self._seen_arrays: dict[str, Any] = {}
        """The arrays among its attributes that were read, such as random weights: what its answers followed from."""
        self._changes: list[tuple[Operation, tuple[Any, ...], dict[str, Any]]] = []
        """What was asked of it with `ask` that changed it: weights put into it, its mode."""
        self._weights: Weights | None = None
        """Those it has from a seed, if it has."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        known = f"{self._ref.type_name}.{name}" in self._student.signatures
        if known:  # a method: no need to ask for it before the call
            return Function(self._student, name, self._ref.number, self, name)
        value = self._student.transport.request(Operation.ATTRIBUTE, self._ref.number, [name])
        if isinstance(value, Ref) and value.callable:
            return Function(self._student, name, value.number, self)
        if type(value) is np.ndarray:
            self._seen_arrays[name] = value
        return _wrapped(value, self._student, f"{self._text}.{name}", None)

    def __call__(self, *positional: Any, **named: Any) -> Any:
        return function_of(self)(*positional, **named)

    def __repr__(self) -> str:
        return f"<{self._ref.type_name} object>"


def called(name: str, owner: Handle | None) -> str:
    """How a function, or the method `name` of `owner`, is written where it is called."""
    if owner is None:
        return name
    return owner._text if name == CALLED else f"{owner._text}.{name}"


def function_of(target: Function | Handle) -> Function:
    """`target`, or, for an object, what happens when it is called."""
    if isinstance(target, Function):
        return target
    return Function(target._student, CALLED, target._ref.number, target)


def local(session: Session) -> Student:
    """The names of a session in this process, with the signatures its functions really have."""
    return Student(LocalTransport(session), signatures_of(session.namespace))


def _wrapped(value: Any, student: Student, text: str, call: Call | None, place: Places = ()) -> Any:
    if isinstance(value, Ref):
        return Handle(student, value, text, call, place)
    if type(value) in (list, tuple):
        return type(value)(
            _wrapped(item, student, f"{text}[{index}]", call, (*place, index)) for index, item in enumerate(value)
        )
    return value
