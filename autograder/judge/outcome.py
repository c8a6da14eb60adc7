"""From a reply to what a test sees: the same exceptions wherever the code ran."""

from __future__ import annotations

from autograder.faults import InternalFault, Stopped, student_error
from autograder.judge.nodes import Opaque, Ref
from autograder.judge.protocol import Failure
from autograder.results import Verdict

OUT_OF_MEMORY_TEXTS = ("DefaultCPUAllocator", "can't allocate memory", "std::bad_alloc")


def raise_failure(failure: Failure | None, forbidden: str) -> None:
    if forbidden:
        raise Stopped(Verdict.FORBIDDEN, f"calls {forbidden[:100]}, which is not allowed in this exercise.")
    if failure is None:
        return
    failure = failure.shortened()
    # PyTorch raises it too, for what it cannot compute: that is no stub. Where no line is known, it is taken for one.
    if failure.builtin == "NotImplementedError" and ("NotImplementedError" in failure.where or not failure.where):
        raise Stopped(Verdict.MISSING, "is not written yet.")
    if failure.builtin == "MemoryError" or any(text in failure.message for text in OUT_OF_MEMORY_TEXTS):
        raise Stopped(Verdict.MEMORY, "asked for more memory than there is.")
    raise student_error(failure.type_name, failure.builtin, failure.message, failure.where)


def refuse_unless_handle(value: object) -> Ref | Opaque:
    ref = getattr(value, "_ref", None)
    if isinstance(ref, Ref):
        return ref
    raise InternalFault(f"a grader passed a {type(value).__name__}, which cannot be sent to a worker")
