"""Tests that students write, graded by what they are for: a good one refuses what is wrong and spares what is right.

    SOFTMAXES = candidates(__file__, "softmax")             # from autograder.grading.candidates; in a visible check, write some

    @exercise("check_softmax", points=0.5)
    class TestCheckSoftmax:
        def test_spares_right_solutions(self, student):
            assert_spares(student.check_softmax, SOFTMAXES.right)

        @points(0.5)
        def test_refuses_one_that_ignores_axis(self, student):
            assert_refuses(student.check_softmax, SOFTMAXES.wrong("always_along_the_last_axis"), SOFTMAXES.right)

The student's function is given a candidate and raises AssertionError, or returns False, when it finds it wrong. Candidates stay on our side
(`autograder.judge.asking`): from inside, all look the same. Every one is tried in a process that has seen no other, so it can be told from
the others by its answers only. A test that refuses a right solution earns nothing for what else it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from autograder.faults import Stopped, StudentError
from autograder.judge.proxy import Function
from autograder.judge.transport import Transport
from autograder.results import Verdict
from autograder.toolkit.compare import Disagreement
from autograder.toolkit.show import show

SEED = 0
SPARE_THE_RIGHT = "Put the last question of your test to a solution of your own that you believe in: what of the answer was never promised?"
FIRST_SPARE_THE_RIGHT = "Begin with the right solution that is refused: the first of these tests shows the question."
ASK_FOR_IT = "Find an input for which this mistake gives a wrong answer that you know to be wrong, and ask for it."
MAX_STOPS = 2  # a test that never ends is not waited for again and again


@dataclass(frozen=True)
class Candidate:
    """Something that a student's test is given. `what` completes "your test accepts …": "one that ignores axis"."""

    what: str
    function: Callable[..., Any]

    def __repr__(self) -> str:
        return self.what


def assert_spares(test: Function, right: Sequence[Candidate]) -> None:
    """The student's test accepts every right candidate. Raises Disagreement with the last question that it asked the refused one."""
    refusal = _seen(test).refusal_of(test, right)
    if refusal is not None:
        test.note(refusal.candidate)
        raise Disagreement(refusal.told, "refuses it", "accepts it", next_step=SPARE_THE_RIGHT)


def assert_refuses(test: Function, wrong: Candidate, right: Sequence[Candidate]) -> None:
    """The student's test finds the mistake, and spares all right candidates: otherwise its refusal says nothing."""
    seen = _seen(test)
    if seen.refusal_of(test, right) is not None:
        message = "does not count, because the test refuses right solutions too"
        raise Disagreement(message, next_step=FIRST_SPARE_THE_RIGHT)
    if seen.tried(test, wrong) is None:
        test.note(wrong)
        raise Disagreement(f"accepts {wrong.what}", "accepts it", "refuses it", next_step=ASK_FOR_IT)


@dataclass(frozen=True)
class _Refusal:
    candidate: Candidate
    told: str


@dataclass
class _Seen:
    """What is known of one submission's test: right candidates are tried once for all."""

    stopped: list[Stopped] = field(default_factory=list)
    _right: dict[tuple[Candidate, ...], _Refusal | None] = field(default_factory=dict)

    def refusal_of(self, test: Function, right: Sequence[Candidate]) -> _Refusal | None:
        """How the first right candidate was refused; None when all were spared."""
        key = tuple(right)
        if key not in self._right:
            self._right[key] = next((found for one in right if (found := self.tried(test, one)) is not None), None)
        return self._right[key]

    def tried(self, test: Function, candidate: Candidate) -> _Refusal | None:
        """How the candidate was refused; None when it was accepted. Raises Stopped when the test came to no end."""
        if len(self.stopped) >= MAX_STOPS:
            raise self.stopped[-1]
        asked = _Asked(candidate)
        try:
            with test.alone() as alone:
                verdict = alone.seeded(SEED, asked)
        except StudentError as error:
            text = f"raises {error.type_name}" + (f": {error}" if str(error) else "")
            return _Refusal(candidate, f"refuses {candidate.what}: it {text}{asked.told}")
        except Stopped as stopped:
            if stopped.verdict is not Verdict.INTERNAL:
                self.stopped.append(stopped)
            test.note(candidate)
            raise
        return None if verdict is not False else _Refusal(candidate, f"refuses {candidate.what}{asked.told}")


_known: WeakKeyDictionary[Transport, _Seen] = WeakKeyDictionary()


def _seen(test: Function) -> _Seen:
    return _known.setdefault(test.transport, _Seen())


class _Asked:
    """A candidate that remembers the last that it was asked, to be told about."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self._last: tuple[tuple[Any, ...], dict[str, Any], Any] | None = None

    def __call__(self, *positional: Any, **named: Any) -> Any:
        value = self.candidate.function(*positional, **named)
        self._last = (positional, named, value)
        return value

    @property
    def told(self) -> str:
        """Laid out only when somebody is to read it: a test asks hundreds of questions."""
        if self._last is None:
            return ""
        positional, named, value = self._last
        arguments = [show(each) for each in positional] + [f"{name}={show(each)}" for name, each in named.items()]
        return f".\nThe last that it was asked: ({', '.join(arguments)}), and it answered {show(value)}"

    def __repr__(self) -> str:
        return repr(self.candidate)
