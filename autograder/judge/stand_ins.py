"""`earlier("LayerNorm")`: what a unit takes from the units before it.

In a student's notebook that is the student's own work where it passes its checks, else a ready-made stand-in
(`autograder.selfcheck.own_work`). Where code is graded it is always the stand-in, so that an earlier mistake is not
punished again. Stand-ins are public: a student may read them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from autograder.judge.forbidden import STAND_INS

Provider = Callable[[str], Any]
"""Gives what an earlier unit calls by that name. Raises LookupError when none does."""

_providers: list[Provider] = []


def earlier(*names: str) -> Any:
    """What earlier units built: `LayerNorm = earlier("LayerNorm")`, or several at once.

    Args:
        names: names of exercises of units before this one; of several units that have it, the nearest counts.

    Returns:
        The function or class; a tuple of them, in that order, for several names.

    Raises:
        LookupError: no earlier unit has an exercise of that name.
        TypeError: no name is given, or something else than a name.
    """
    if not names or not all(type(name) is str for name in names):
        raise TypeError('earlier takes names of exercises: earlier("LayerNorm")')
    give = _providers[-1] if _providers else _own_work()
    found = tuple(give(name) for name in names)
    return found if len(found) > 1 else found[0]


@contextmanager
def provided(provider: Provider | None) -> Iterator[None]:
    """Within the block, `earlier` asks `provider`; as before when it is None."""
    if provider is None:
        yield
        return
    _providers.append(provider)
    try:
        yield
    finally:
        _providers.pop()


class StandIns:
    """The ready-made versions of what a course's units built, run when they are first asked for.

    Args:
        sources: the text of each unit's stand-ins, in the order of the course.
        names: what may be asked for; None for everything. A unit that does not build on a function must not get it done that way.
    """

    def __init__(self, sources: Sequence[str], names: Collection[str] | None = None) -> None:
        self._sources = sources
        self._names = names
        self._scopes: dict[int, dict[str, Any]] = {}

    def __call__(self, name: str) -> Any:
        if self._names is not None and name not in self._names:
            raise LookupError(f"this unit does not build on {name!r}, but on {', '.join(self._names) or 'no other'}")
        for number in reversed(range(len(self._sources))):
            found = self._scope(number).get(name)
            if found is not None and not name.startswith("_") and not isinstance(found, ModuleType):
                return found
        raise LookupError(f"no unit before this one has an exercise called {name!r}")

    def _scope(self, number: int) -> dict[str, Any]:
        """The names of one unit's stand-ins, which may build on those of the units before it."""
        if number not in self._scopes:
            with provided(StandIns(self._sources[:number])):
                self._scopes[number] = run(self._sources[number])
        return self._scopes[number]


def run(source: str) -> dict[str, Any]:
    """The names that a text of stand-ins defines. What they call is not the student's doing."""
    scope: dict[str, Any] = {"__name__": "stand_ins"}
    exec(compile(source, STAND_INS, "exec"), scope)
    return scope


def _own_work() -> Provider:
    from autograder.selfcheck.own_work import in_this_notebook

    return in_this_notebook()
