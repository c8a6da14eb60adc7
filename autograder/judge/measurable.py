"""A function of a submission, asked for more than its value: its work, its time, its gradients, what it printed or changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from autograder.judge.counting import VARIATIONS
from autograder.judge.measures import Counts, Gradients, parts
from autograder.judge.protocol import Operation
from autograder.judge.varying import varied

if TYPE_CHECKING:
    from autograder.judge.proxy import Student

UNLIKELY_SEED = 982_451_653  # code that seeds must change the state: nobody would choose this one


class Measurable(ABC):
    """What `Function` can be asked beside being called."""

    def __init__(self, student: Student) -> None:
        self._student = student
        self._timed = 0

    @abstractmethod
    def _request(
        self, operation: Operation, positional: list[Any], named: dict[str, Any], seed: int | None = None
    ) -> Any:
        """What the submission answers to one question about the call with these arguments."""

    def seeded(self, seed: int, *positional: Any, **named: Any) -> Any:
        """The call with every global random state set first."""
        return self._request(Operation.CALL, list(positional), named, seed)

    def with_inputs(self, *positional: Any, **named: Any) -> tuple[Any, list[Any], dict[str, Any]]:
        """The value, and the arguments as they are after the call."""
        value, after, named_after = self._request(Operation.CALL_AND_RETURN_INPUTS, list(positional), named)
        self._student.calls[-1].value = value  # what the call gave, without what was asked for beside it
        return value, after, named_after

    def counted(self, *positional: Any, **named: Any) -> Counts:
        """The work of a call."""
        # Other numbers every time: neither this count nor one before has shown them, or any like them, to the code.
        given, given_named = varied([[*positional], named], VARIATIONS * next(self._student.counts))
        try:
            found = self._request(Operation.COUNT, given, given_named)
        finally:
            if self._student.calls:  # where there is no code to run, no call of it is remembered
                call = self._student.calls[-1]
                call.positional, call.named, call.value = [*positional], named, None  # nothing that could be compared
        return Counts.read(parts([found], [dict])[0], given, given_named)

    def gradients(self, seed: int, *positional: Any, **named: Any) -> Gradients:
        """The value, and the gradients of a random projection of it (the one that `seed` stands for).

        Every floating-point tensor among the arguments asks for its gradient; random states are set to `seed` first.
        """
        found = self._request(Operation.GRADIENTS, list(positional), named, seed)
        value, inputs, by_name, parameters = parts(found, [object, list, dict, dict])
        self._student.calls[-1].value = value
        return Gradients(value, tuple(inputs), by_name, parameters)

    def watched(self, *positional: Any, **named: Any) -> tuple[Any, str, list[str], list[str]]:
        """The value, what the call printed, which global random states it changed (`torch`, `numpy.random`, `random`), and which
        switches it left changed (`torch.set_default_dtype`, see `autograder.judge.settings`)."""
        found = self._request(Operation.WATCH, list(positional), named, UNLIKELY_SEED)
        value, printed, disturbed, switched = parts(found, [object, str, list, list])
        self._student.calls[-1].value = value
        return value, printed, disturbed, switched

    def with_warnings(self, *positional: Any, **named: Any) -> tuple[Any, list[str]]:
        """The value, and what the call warned of: `RuntimeWarning: divide by zero encountered in divide`. The first few at most."""
        found = self._request(Operation.WARNINGS, list(positional), named)
        value, warned = parts(found, [object, list])
        self._student.calls[-1].value = value
        return value, [": ".join(parts(each, [str, str])) for each in warned]

    def cpu_seconds(self, *positional: Any, **named: Any) -> float:
        """The CPU time of a call, read outside the process that runs it, on inputs that no earlier call has seen, nor any like them."""
        self._timed += 1
        given, given_named = varied([[*positional], named], self._timed)
        self._request(Operation.TIMED, given, given_named)
        return self._student.transport.cpu_seconds

    def gpu_seconds(self, *positional: Any, **named: Any) -> float:
        """The time of a call by the clock of the GPU that it is made on, on inputs of its own, as for `cpu_seconds`."""
        self._timed += 1
        given, given_named = varied([[*positional], named], self._timed)
        value, seconds = parts(self._request(Operation.GPU_TIMED, given, given_named), [object, float])
        self._student.calls[-1].value = value
        return float(seconds)
