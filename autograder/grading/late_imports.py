"""What PyTorch imports only when somebody comes to need it: over a second, spent once where it is done before processes are forked."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.course import Course

LATE = {b"torch.optim": "torch._dynamo"}
"""What a reference mentions, and what using that imports."""


def late_imports(course: Course, units: Iterable[str]) -> list[str]:
    """The modules that the references of these units come to need, and so do submissions."""
    scripts = [course.units[name].script for name in units if name in course.units]
    texts = [script.read_bytes() for script in scripts if script.is_file()]
    return [module for mentioned, module in LATE.items() if any(mentioned in text for text in texts)]
