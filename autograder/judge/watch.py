"""Forbidden calls in a worker: caught at their root, for the rest of its life, and the first one ends it.

Before a submission is loaded, every forbidden function is replaced wherever the process holds it: in all modules, lists, sets and
closures. Methods of arrays are replaced in their class, the operator `@` in its slot, and PyTorch's operations in its dispatcher, where
functions, methods, modules, scripts and transformations all end. Nothing is put back, so there is nothing to switch off; and since the
worker ends with the report, what the submission does afterwards does not happen. State lives in closures, which `seal` keeps shut.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from sys import _getframe
from types import CellType, TracebackType
from typing import Any

from autograder.judge import seal, slots
from autograder.judge.forbidden import (
    FUNCTIONS,
    METHODS,
    OPERATORS,
    TORCH_OPERATIONS,
    Report,
    forbids_operator,
    functions_of,
    is_students,
    is_students_operation,
    methods_of,
    operations_of,
    owner_of,
    resolve,
    spoken,
)
from autograder.judge.guard import watch_torch

_places: dict[int, list[tuple[Any, Any]]] = {}
"""Where each function of the tables is kept, found once in the zygote: by the function's identity, the container and the key in it."""


def prepare() -> None:
    """Done once, in the zygote. Before `gc.freeze`, which hides objects from the search for what holds a function."""
    _find_places()
    if _dispatcher_knows_kernels():
        for operation in operations_of([*TORCH_OPERATIONS]):
            _kernels[operation] = list(_find_kernels(operation))


def look_up(names: list[str]) -> None:
    """Where the functions of those names are kept: searched for in the zygote, once, and known to all workers from then on."""
    _find_in_modules([*_originals(names)])


def _find_places() -> None:
    functions = {id(function): function for function in _originals([*FUNCTIONS])}
    _places.update({number: [] for number in functions})
    for holder in gc.get_referrers(*functions.values()):
        if holder is not functions:
            for number in {id(item) for _, item in _contents(holder)} & functions.keys():
                _places[number] += _places_in(holder, number)


def _find_in_modules(functions: list[Any]) -> None:
    """The same for functions that no table names, all in one look at the modules: there are hundreds of thousands of attributes."""
    unknown: dict[int, list[tuple[Any, Any]]] = {
        id(function): [] for function in functions if id(function) not in _places
    }
    if unknown:
        for module in list(sys.modules.values()):
            for key, item in list(vars(module).items()):
                if id(item) in unknown:
                    unknown[id(item)].append((vars(module), key))
        _places.update(unknown)


def _places_in(holder: Any, number: int) -> list[tuple[Any, Any]]:
    return [(holder, key) for key, item in _contents(holder) if id(item) == number]


def _contents(holder: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(holder, dict):
        return list(holder.items())
    if isinstance(holder, list):
        return enumerate(holder)
    if isinstance(holder, CellType):
        return [(None, holder.cell_contents)]
    return [(None, item) for item in holder] if isinstance(holder, set) else ()


class Watch:
    """What a Session in a worker asks (`guard.Watching`).

    Args:
        report: says that a call was forbidden and ends the process.
    """

    violation = ""

    def __init__(self, names: list[str], report: Report) -> None:
        self.loaded = _install(names, report) if names else _nothing
        self._modes = _older_torch(names, report)

    def counting(self) -> AbstractContextManager[object]:
        return seal.counting()

    def __enter__(self) -> Watch:
        self._modes.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._modes.__exit__(kind, error, trace)


def _nothing() -> None:
    pass


def _install(names: list[str], report: Report) -> Callable[[], None]:
    """Put everything in place. Calls count from when the returned function is called."""
    armed: list[bool] = []

    def judge(name: str, short: str) -> None:
        if armed and is_students(_getframe(2), short):
            report(name)

    def judge_library(name: str, _: str) -> None:
        if armed and is_students_operation(_getframe(2)):
            report(name)

    seal.be_strict()
    # All are looked up first: two names of one function must not meet the sentry that the first has put in its place.
    found_by = {name: resolve(name) for name in functions_of(names)}
    _find_in_modules([*_originals(names)])
    for name, found in {id(found): (name, found) for name, found in reversed(found_by.items())}.values():
        if isinstance(found, type):
            for method in ("__init__", "forward"):
                if hasattr(found, method):
                    setattr(found, method, _sentry(getattr(found, method), name, method, judge_library))
        elif found is not None:
            rule = judge_library if name.startswith("torch.") else judge
            for original in _and_below(found):
                _replace_everywhere(original, _sentry(original, name, name.rpartition(".")[2], rule))
    _replace_methods(names, judge)
    if _dispatcher_knows_kernels():
        _replace_operations(names, report, armed)
    return lambda: armed.append(True)


Judging = Callable[[str, str], None]


def _sentry(original: Callable[..., Any], name: str, short: str, judge: Judging) -> Callable[..., Any]:
    def sentry(*args: Any, **kwargs: Any) -> Any:
        judge(name, short)
        return original(*args, **kwargs)

    sentry.__name__ = sentry.__qualname__ = short
    sentry.__doc__ = original.__doc__
    return sentry


def _originals(names: list[str]) -> Iterator[Any]:
    for name in functions_of(names):
        found = resolve(name)
        if found is not None and not isinstance(found, type):
            yield from _and_below(found)


def _and_below(function: Any) -> Iterator[Any]:
    """NumPy keeps a second function, written in C, behind the one it shows."""
    yield function
    below = getattr(function, "_implementation", None)
    if below is not None:
        yield below


def _replace_everywhere(original: Any, sentry: Any) -> None:
    for holder, key in _places[id(original)]:
        if isinstance(holder, (dict, list)):
            if holder[key] is original:
                holder[key] = sentry
        elif isinstance(holder, set):
            holder.discard(original)
        elif holder.cell_contents is original:
            holder.cell_contents = sentry


def _replace_methods(names: list[str], judge: Judging) -> None:
    methods = methods_of(names)
    operator = forbids_operator(names) and "numpy" in sys.modules
    if operator:
        methods += [f"numpy.ndarray.{name}" for name in ("__matmul__", "__rmatmul__", "__imatmul__")]
    for method in methods:
        owner = owner_of(method)
        if owner is None:
            continue
        cls, name = owner
        shown, short = (OPERATORS["numpy.matmul"],) * 2 if "matmul" in name else (f".{name}()", name)
        seal.type_dict(cls)[name] = _sentry(vars(cls)[name], shown, short, judge)
        slots.forget_lookups(cls)
    if operator:
        slots.look_up_matmul(sys.modules["numpy"].ndarray)


def _dispatcher_knows_kernels() -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and hasattr(torch.library, "get_kernel")


def _older_torch(names: list[str], report: Report) -> AbstractContextManager[object]:
    """Before kernels could be asked for, a mode has to do: it can be switched off, and does not see other threads."""
    operations = {f"aten::{operation}" for operation in operations_of(names)}
    if not operations or "torch" not in sys.modules or _dispatcher_knows_kernels():
        return nullcontext()
    return watch_torch(operations, report)


_libraries: list[Any] = []  # registered kernels live as long as this does
_kernels: dict[str, list[tuple[str, str, Any]]] = {}


def _replace_operations(names: list[str], report: Report, armed: list[bool]) -> None:
    torch = sys.modules["torch"]
    library = torch._C._dispatch_library("IMPL", "aten", "", __file__, 0)
    _libraries.append(library)
    for operation in operations_of(names):
        for overload, key, kernel in _kernels.get(operation, ()):
            library.impl(overload, key, _watched(kernel, spoken(operation), report, armed), True)


def _find_kernels(operation: str) -> Iterator[tuple[str, str, Any]]:
    """Of every overload of the operation: its name, where it is intercepted, and what is there now."""
    torch = sys.modules["torch"]
    packet = getattr(torch.ops.aten, operation, None)
    for overload in packet.overloads() if packet is not None else ():
        schema = getattr(packet, overload)._schema
        full = f"{schema.name}.{schema.overload_name}" if schema.overload_name else schema.name
        for key in _keys(torch._C._dispatch_has_kernel_for_dispatch_key, full):
            yield full.removeprefix("aten::"), key, torch.library.get_kernel(full, key)


def _keys(has_kernel: Callable[[str, str], bool], operation: str) -> tuple[str, ...]:
    """Where an operation is intercepted: on the devices there are; a recipe of others, with and without gradients."""
    devices = ("CPU", "CUDA") if sys.modules["torch"].version.cuda is not None else ("CPU",)
    if has_kernel(operation, "CompositeImplicitAutograd"):
        return tuple(f"{kind}{device}" for device in devices for kind in ("Autograd", ""))
    return tuple(device for device in devices if has_kernel(operation, device))


def _watched(kernel: Any, name: str, report: Report, armed: list[bool]) -> Callable[..., Any]:
    call = kernel.call_boxed

    def watched(keys: Any, *args: Any, **kwargs: Any) -> Any:
        if armed and is_students_operation(_getframe(1)):
            report(name)
        return call(keys, *args, **kwargs)

    return watched


for _table in (METHODS, OPERATORS):  # a name without functions would be watched nowhere
    assert set(_table) <= set(FUNCTIONS)
