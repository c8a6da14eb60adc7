"""Forbidden calls in a process that goes on living: a student's own notebook, the reference in the grader. Everything is put back.

Four nets, each for what the others cannot see: module attributes that *are* a forbidden function, under any name, are replaced by a
sentry (`np.dot`, `from numpy import dot as d`, `getattr(np, "dot")`); a profile hook sees methods written in C (`a.dot(b)`); an opcode
trace sees the operator `@`; a dispatch mode sees what PyTorch computes, however it was asked to.

It helps who wants to know and stops nobody who does not: that is `watch`, in a worker.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from types import CodeType, FrameType, TracebackType
from typing import Any, Protocol

from autograder.judge.forbidden import (
    MATMUL_OPERATOR,
    ForbiddenCall,
    Report,
    forbids_operator,
    functions_of,
    is_students,
    is_students_operation,
    matmul_offsets,
    methods_of,
    operations_of,
    resolve,
    spoken,
)
from autograder.judge.tensor_operations import compiler_is_loaded


class Watching(Protocol):
    """What a Session asks of whoever looks out for forbidden calls. Entered around every call of the submission's code."""

    violation: str

    def loaded(self) -> None:
        """The submission's statements have run: from now on, calls count."""

    def counting(self) -> AbstractContextManager[object]:
        """Entered around a call whose work is counted."""

    def __enter__(self) -> object: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Guard:
    """Watches the calls made while it is entered. `violation` keeps the first forbidden one, by the name the student would use."""

    def __init__(self, names: list[str], namespace: dict[str, Any]) -> None:
        self.names = names
        self.namespace = namespace
        self.violation = ""
        self._active = False
        self._methods = {method.split(".", 1)[1] for method in methods_of(names)}
        self._operations = {f"aten::{operation}" for operation in operations_of(names)}
        self._tracer = _matmul_tracer(self._report) if forbids_operator(names) else None
        self._places: list[tuple[dict[str, Any], str, Any, Any]] = []
        self._classes: list[tuple[type, Any, Any]] = []
        self._open: ExitStack | None = None

    def loaded(self) -> None:
        functions = {}
        for name in functions_of(self.names):
            found = resolve(name)
            if isinstance(found, type):
                sentry = _sentry(name, found.__init__, self._report_library)  # type: ignore[misc]
                self._classes.append((found, found.__init__, sentry))  # type: ignore[misc]
            elif found is not None:
                report_if = self._report_library if name.startswith("torch.") else self._report_function
                functions[id(found)] = (found, _sentry(name, found, report_if))
        self._places = list(_places(functions, self.namespace)) if functions else []

    def counting(self) -> AbstractContextManager[object]:
        return nullcontext()

    def __enter__(self) -> Guard:
        self.violation = ""
        if not self.names:
            return self
        self._active = True
        for place, key, _, sentry in self._places:
            place[key] = sentry
        for cls, _, sentry in self._classes:
            cls.__init__ = sentry  # type: ignore[misc]
        self._open = ExitStack()
        if self._operations and "torch" in sys.modules:
            self._open.enter_context(watch_torch(self._operations, self._report))
        if self._tracer is not None and sys.gettrace() is None:  # a debugger keeps its trace: then only `@` goes unseen
            sys.settrace(self._tracer)
            self._open.callback(sys.settrace, None)
        if self._methods:
            previous = sys.getprofile()
            sys.setprofile(self._profile)
            self._open.callback(sys.setprofile, previous)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._active = False
        if self._open is not None:
            self._open.close()
            self._open = None
        for place, key, original, _ in self._places:
            place[key] = original
        for cls, original, _ in self._classes:
            cls.__init__ = original  # type: ignore[misc]

    def _report(self, name: str) -> None:
        self.violation = self.violation or name
        raise ForbiddenCall(name)

    def _report_function(self, name: str, frame: FrameType) -> None:
        if self._active and is_students(frame, name.rpartition(".")[2]):
            self._report(name)

    def _report_library(self, name: str, frame: FrameType) -> None:
        if self._active and is_students_operation(frame):
            self._report(name)

    def _profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "c_call" or getattr(argument, "__qualname__", "") not in self._methods:
            return
        if is_students(frame, argument.__name__):
            self._report(f".{argument.__name__}()")


def _sentry(name: str, function: Callable[..., Any], report_if: Callable[[str, FrameType], None]) -> Callable[..., Any]:
    def sentry(*args: Any, **kwargs: Any) -> Any:
        report_if(name, sys._getframe(1))
        return function(*args, **kwargs)

    sentry.__name__ = sentry.__qualname__ = name.rsplit(".", 1)[-1]
    return sentry


def _places(
    functions: dict[int, tuple[Any, Any]], namespace: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], str, Any, Any]]:
    """Every module attribute, and every global of the submission, that is one of the functions."""
    roots = {str(getattr(function, "__module__", "")).split(".")[0].lstrip("_") for function, _ in functions.values()}
    modules = [vars(module) for name, module in list(sys.modules.items()) if name.split(".")[0] in roots]
    for scope in [*modules, namespace]:
        for key, value in list(scope.items()):
            function, sentry = functions.get(id(value), (None, None))
            if function is value and function is not None:
                yield scope, key, value, sentry


def _matmul_tracer(report: Report) -> Callable[..., Any]:
    """A trace function that reports `@` when it is about to be executed by the student's code."""
    positions: dict[CodeType, frozenset[int]] = {}

    def on_opcode(frame: FrameType, event: str, _: Any) -> Any:
        if event == "opcode" and frame.f_lasti in positions[frame.f_code]:
            report(MATMUL_OPERATOR)
        return on_opcode

    def on_call(frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code not in positions:
            positions[code] = matmul_offsets(code)
        if not positions[code] or not is_students(frame, MATMUL_OPERATOR):
            return None
        frame.f_trace_opcodes = True
        return on_opcode

    return on_call


def watch_torch(operations: set[str], report: Report) -> AbstractContextManager[object]:
    from torch.utils._python_dispatch import TorchDispatchMode

    class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]  # PyTorch has no types here
        _should_skip_dynamo = staticmethod(compiler_is_loaded)

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            operation = func._schema.name
            if operation in operations and is_students_operation(sys._getframe(1)):
                report(spoken(operation.removeprefix("aten::")))
            return func(*args, **(kwargs or {}))

    return Watch()  # type: ignore[no-untyped-call]
