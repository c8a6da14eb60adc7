"""Keeps the engine in a worker out of the reach of the submission that shares its process.

Three parts, all in Python's own terms: the engine's modules have their own copy of the built-in functions (`private`), its frames
and functions show nothing of themselves (`hide`), and an audit hook, which nobody can take off, refuses what tampers with a running
interpreter (`refuse_tampering`): trace and profile hooks, walking through all objects, forged code.

The limit: a program can write to its own memory by address. What this buys it is in docs/security.md; it is no verdict and no secret.
"""

from __future__ import annotations

import _thread
import ctypes
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from sys import _getframe
from types import FrameType, FunctionType
from typing import Any

from autograder.judge.forbidden import STAND_INS, library_roots
from autograder.judge.private import ENGINE

ALWAYS_REFUSED = frozenset(
    {"sys.settrace", "sys.setprofile", "sys._current_frames", "sys._current_exceptions"}
    | {"gc.get_objects", "gc.get_referrers", "gc.get_referents"}
)
CODE_EVENTS = {"compile": 1, "code.__new__": 1}  # the argument that is the file name
FUNCTION_PARTS = ("__code__", "__defaults__", "__kwdefaults__")
ESCAPES = frozenset({"ctypes", "_ctypes", "_ctypes_test", "_testcapi", "_testinternalcapi", "_xxsubinterpreters"})
"""Modules that reach below Python: not for a submission whose exercise forbids calls."""
NEVER_LOADED_TWICE = frozenset(
    {"numpy._core._multiarray_umath", "numpy._core._umath_tests", "numpy.core._umath_tests", "torch._C"}
)

engine_modules: list[str] = []
"""Found once: a worker that looked through all modules would copy a page of memory for each."""
_engine_globals: set[int] = set()
_threads_alive: Callable[[], int] = _thread._count  # those that Python started, but for the main one
_counting: list[bool] = [False]
_strict: list[bool] = [False]


def hide() -> None:
    """Done once, in the zygote: frames and functions of the engine no longer show their variables, nor who called them."""
    engine_modules.extend(name for name in sys.modules if name.partition(".")[0] == ENGINE)
    _engine_globals.update(id(vars(sys.modules[name])) for name in [*engine_modules, "__main__"])
    frame_globals: Callable[[FrameType], dict[str, Any]] = vars(FrameType)["f_globals"].__get__
    function_globals: Callable[[FunctionType], dict[str, Any]] = vars(FunctionType)["__globals__"].__get__
    back: Callable[[FrameType], FrameType | None] = vars(FrameType)["f_back"].__get__

    def caller(frame: FrameType) -> FrameType | None:
        below = back(frame)
        return None if below is None or id(frame_globals(below)) in _engine_globals else below

    _replace(FrameType, "f_back", caller)
    for name in ("f_locals", "f_globals", "f_builtins"):
        _replace(FrameType, name, _unless_ours(vars(FrameType)[name], frame_globals, dict))
    for name in ("__closure__", "__globals__", "__builtins__"):
        _replace(FunctionType, name, _unless_ours(vars(FunctionType)[name], function_globals, lambda: None))
    for cls in (FrameType, FunctionType):
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))


def refuse_tampering() -> None:
    """From now on, for good: no trace or profile hook, no walk through all objects, no forged code."""
    frame_globals = vars(FrameType)["f_globals"].fget
    roots = library_roots()

    def nearest() -> FrameType | None:
        """The frame that asked, but for the machinery of imports and of ctypes."""
        frame: FrameType | None = _getframe(3)  # beyond this function, its caller and the hook
        while frame is not None and _is_machinery(frame.f_code.co_filename):
            frame = frame.f_back
        return frame

    def asked_by_a_submission() -> bool:
        frame = nearest()
        return frame is not None and not frame.f_code.co_filename.startswith(roots) and frame_globals(frame) != {}

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ALWAYS_REFUSED:
            if frame_globals(_getframe(1)) != {}:  # those of our own frames look empty
                raise _Refused(event)
        elif event in CODE_EVENTS:
            name = arguments[CODE_EVENTS[event]]
            if isinstance(name, str) and (name == STAND_INS or name.startswith(roots)) and asked_by_a_submission():
                raise _Refused(f"code under the name {name}")
        elif event == "object.__setattr__":
            if arguments[1] in FUNCTION_PARTS and arguments[0].__globals__ is None:
                raise _Refused(arguments[1])
        elif event == "import":
            if arguments[0] in NEVER_LOADED_TWICE or (
                _strict[0] and arguments[0] in ESCAPES and asked_by_a_submission()
            ):
                raise ImportError(f"{arguments[0]} is not available while your code is graded")
        elif event == "marshal.loads":
            if not _is_machinery(_getframe(1).f_code.co_filename) and asked_by_a_submission():
                raise _Refused(event)
        elif _strict[0] and event.startswith("ctypes.") and asked_by_a_submission():
            raise _Refused(event)

    sys.addaudithook(hook)
    _watch_threads()


def be_strict() -> None:
    """For an exercise that forbids calls: no way below Python."""
    _strict[0] = True
    for name in ESCAPES:
        sys.modules.pop(name, None)


def _watch_threads() -> None:
    """Python 3.11 has no audit event for a new thread: the functions that start one are replaced."""
    for module in (_thread, threading):
        for name in ("start_new_thread", "start_new", "start_joinable_thread"):
            for full in (name, f"_{name}"):
                if hasattr(module, full):
                    setattr(module, full, _unless_counting(getattr(module, full)))


def _unless_counting(start: Callable[..., Any]) -> Callable[..., Any]:
    def started(*args: Any, **kwargs: Any) -> Any:
        if _counting[0]:
            raise _Refused("threads")
        return start(*args, **kwargs)

    return started


@contextmanager
def counting() -> Iterator[None]:
    """Work that is counted is not handed to threads, where nobody counts: neither to new ones nor to those that wait."""
    if _threads_alive():
        raise _Refused("threads")
    _counting[0] = True
    try:
        yield
    finally:
        _counting[0] = False


class _Refused(RuntimeError):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: not available while your code is graded")


def _is_machinery(file_name: str) -> bool:
    return file_name.startswith("<frozen importlib") or file_name.endswith(("/ctypes/__init__.py", "/ctypes/util.py"))


def _unless_ours(
    member: Any, globals_of: Callable[[Any], dict[str, Any]], nothing: Callable[[], object]
) -> Callable[[Any], Any]:
    get = member.__get__

    def shown(owner: Any) -> Any:
        return nothing() if id(globals_of(owner)) in _engine_globals else get(owner)

    return shown


def _replace(cls: type, name: str, getter: Callable[[Any], Any]) -> None:
    type_dict(cls)[name] = property(getter)


def type_dict(cls: type) -> dict[str, Any]:
    """The dictionary behind a built-in class, which can be written to."""
    found: dict[str, Any] = gc.get_referents(cls.__dict__)[0]
    return found
