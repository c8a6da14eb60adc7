"""How hypothesis searches in course tests: the same examples every time, found quickly."""

from __future__ import annotations

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.internal.conjecture import providers

GRADING, POOL, SELF_CHECK = "autograder-grading", "autograder-pool", "autograder-self-check"


_used = ""


def use_profile(name: str) -> None:
    """Make `name` the default of the tests collected from now on."""
    global _used
    _used = name
    draw_from_the_strategies_alone()
    _register(GRADING, max_examples=40, derandomize=False)
    _register(POOL, max_examples=80, derandomize=False)
    _register(SELF_CHECK, max_examples=30, derandomize=True)
    hypothesis.settings.load_profile(name)


def draw_from_the_strategies_alone() -> None:
    """Whatever else is loaded, and wherever it lies, a seed leads to the same examples.

    hypothesis would also draw numbers that it finds in the source of all modules that are no library's: there is no setting against it.
    """
    providers.is_local_module_file = lambda path: False  # type: ignore[assignment, attr-defined]


def profile() -> str:
    """The name that was given to `use_profile` last."""
    return _used


def _register(name: str, *, max_examples: int, derandomize: bool) -> None:
    hypothesis.settings.register_profile(
        name,
        max_examples=max_examples,
        derandomize=derandomize,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.explicit, Phase.generate),  # shrinking is ours: autograder.grading.shrink
        suppress_health_check=list(HealthCheck),
    )
