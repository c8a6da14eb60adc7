"""A student's module: what it registered, weights put into it, and its mode. Asked of PyTorch itself, not of the student's methods.

mine, right = twins(student, reference, "MultiHeadAttention", 8, 2, seed=5)     the same weights, in eval mode
assert_agrees(mine(x, x, x), right(x, x, x))
assert_parameters(mine, right)
assert_own_parameters(student.MultiHeadAttention, [8, 2])
assert_state_round_trip(student.MultiHeadAttention, [8, 2], inputs=[x, x, x])
assert_modes(mine, x, x, x, rate=0.5)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from autograder.faults import StudentError
from autograder.judge.measures import parts
from autograder.judge.objects import ask
from autograder.judge.protocol import Operation
from autograder.judge.proxy import Handle, Student, Weights, function_of
from autograder.judge.settings import Setting
from autograder.toolkit.compare import Disagreement, assert_agrees
from autograder.toolkit.show import show
from autograder.toolkit.tensors.strategies import weights_like


@dataclass(frozen=True)
class State:
    """Parameters and buffers by name, as plain CPU tensors; `saved` are the names that a state dict holds."""

    parameters: dict[str, torch.Tensor]
    buffers: dict[str, torch.Tensor]
    saved: tuple[str, ...]


def state_of(module: Handle) -> State:
    """What the module holds now: parameters and buffers by name, and which of them a state dict would save."""
    found = _asked(module, Operation.STATE)
    parameters, buffers, saved = parts(
        [found.get(name) for name in ("parameters", "buffers", "saved")], [dict, dict, dict]
    )
    return State(_tensors(parameters), _tensors(buffers), tuple(saved))


def load_state(module: Handle, values: State | Mapping[str, torch.Tensor]) -> None:
    """Write parameters into a module by name, and give the module their dtype.

    Raises Disagreement when the module has no parameter of such a name and shape.
    """
    parameters = values.parameters if isinstance(values, State) else dict(values)
    unfit = _asked(module, Operation.LOAD_STATE, **{name: value.detach() for name, value in parameters.items()})
    for name, why in unfit.items():
        raise Disagreement(_unfit(str(name), str(why), module))


def copy_state(module: Handle, other: Handle) -> None:
    """Save `module` and load what was saved into `other`. Raises what PyTorch raises when that fails."""
    ask(module, Operation.COPY_STATE, other)


def training(module: Handle) -> None:
    """Call the module's `train()`."""
    ask(module, Operation.SET_MODE, True)


def evaluating(module: Handle) -> None:
    """Call the module's `eval()`."""
    ask(module, Operation.SET_MODE, False)


def twins(
    student: Student, reference: Student, name: str, *positional: Any, seed: int, **named: Any
) -> tuple[Handle, Handle]:
    """The student's module and the reference's, made with the same arguments, the same float64 weights (from `seed`), in eval mode.

    Raises Disagreement when the student's parameters are not named and shaped as the contract lists them.
    """
    mine: Handle = getattr(student, name)(*positional, **named)
    right: Handle = getattr(reference, name)(*positional, **named)
    if not isinstance(mine, Handle):
        raise Disagreement(f"`{name}(…)` gives {show(mine)}, expected a module")
    weights = weights_like(state_of(right).parameters, seed)
    for module in (mine, right):
        load_state(module, weights)
        evaluating(module)
        module._weights = Weights(seed, len(module._changes))
    return mine, right


def assert_parameters(module: Handle, reference: Handle) -> None:
    """The module has the reference's parameters, by name and shape, and no others; all of them can be trained."""
    mine, right = state_of(module).parameters, state_of(reference).parameters
    for name, expected in right.items():
        if name not in mine:
            raise Disagreement(_unfit(name, "there is none", module), _listed(mine), _listed(right))
        if mine[name].shape != expected.shape:
            why = f"has shape {tuple(mine[name].shape)}, expected {tuple(expected.shape)}"
            raise Disagreement(f"parameter `{name}` {why}", _listed(mine), _listed(right))
        if not mine[name].requires_grad:
            raise Disagreement(f"parameter `{name}` does not ask for a gradient, so that training would not change it")
    for name in mine:
        if name not in right:
            raise Disagreement(f"has a parameter `{name}` too many", _listed(mine), _listed(right))


def assert_own_parameters(make: Callable[..., Handle], arguments: list[Any]) -> None:
    """Every module has parameters of its own: what is learnt by one of them does not change another."""
    first, other = make(*arguments), make(*arguments)
    before = state_of(first).parameters
    load_state(other, {name: value + 1 for name, value in before.items()})
    for name, value in state_of(first).parameters.items():
        if not torch.equal(value, before[name]):
            raise Disagreement(f"parameter `{name}` belongs to two modules: what one of them learns changes the other")


def assert_state_round_trip(make: Callable[..., Handle], arguments: list[Any], *, inputs: list[Any]) -> None:
    """What `state_dict()` saves, loaded into another module, makes it give the same answers, also where that was in use before.

    Raises Disagreement when something that decides the answer was not registered, cannot be loaded, or is kept from earlier calls.
    """
    first, second = make(*arguments), make(*arguments)
    for module in (first, second):
        evaluating(module)
    second(*inputs)
    before = first(*inputs)
    try:
        copy_state(first, second)
    except StudentError as error:
        raise Disagreement(f"cannot be saved and loaded: {str(error).splitlines()[0]}") from None
    try:
        assert_agrees(second(*inputs), before)
    except Disagreement as error:
        text = (
            "gives other answers after saving and loading: register everything that is learnt as a parameter or a submodule, "
            "and keep nothing that was made of it"
        )
        raise Disagreement(f"{text} ({error.message})", error.got, error.expected) from None


def assert_modes(module: Handle, *inputs: Any, rate: float) -> None:
    """In eval mode the answer never varies; in training it is that of the seed, and varies with it. With a `rate` of 0 both are one.

    The mode alone decides that: under `torch.no_grad()` all is the same.
    """
    evaluating(module)
    call = function_of(module)
    quiet = call.under(Setting.NO_GRAD)
    plain = call.seeded(1, *inputs)
    _require_same(plain, call.seeded(2, *inputs), "gives different answers in eval mode for one input")
    _require_same(plain, quiet.seeded(2, *inputs), "gives another answer in eval mode under `torch.no_grad()`")
    training(module)
    first, again, other = (call.seeded(seed, *inputs) for seed in (1, 1, 2))
    quiet_first, quiet_other = (quiet.seeded(seed, *inputs) for seed in (1, 2))
    evaluating(module)
    _require_same(first, again, "gives different answers under one random seed: draw from PyTorch's generator only")
    if rate == 0:
        message = "gives another answer in training mode than in eval mode, although the rate is 0"
        _require_same(plain, first, message)
        _require_same(plain, quiet_first, message)
    elif _same(first, other):
        raise Disagreement("gives the same answer under different random seeds in training mode: is dropout applied?")
    elif _same(quiet_first, quiet_other):
        raise Disagreement(
            "drops nothing in training mode under `torch.no_grad()`: `train()` and `eval()` alone decide about dropout",
            show(quiet_first),
        )


def _require_same(first: Any, second: Any, message: str) -> None:
    if not _same(first, second):
        raise Disagreement(message, show(second), show(first))


def _same(first: Any, second: Any) -> bool:
    try:
        assert_agrees(second, first)
    except Disagreement:
        return False
    return True


def _asked(module: Handle, operation: Operation, **named: Any) -> dict[Any, Any]:
    if not isinstance(module, Handle):
        raise Disagreement(f"is {show(module)}, expected a module")
    try:
        found = ask(module, operation, **named)
    except StudentError as error:
        raise Disagreement(str(error)) from None
    answer: dict[Any, Any] = parts([found], [dict])[0]
    return answer


def _tensors(found: dict[Any, Any]) -> dict[str, torch.Tensor]:
    return {str(name): value for name, value in found.items() if isinstance(value, torch.Tensor)}


def _unfit(name: str, why: str, module: Handle) -> str:
    known = ", ".join(f"`{each}`" for each in list(state_of(module).parameters)[:12]) or "none"
    if why == "there is none":
        return f"has no parameter `{name}`; it has {known}. The names are those of the contract"
    return f"parameter `{name}` {why}"


def _listed(parameters: dict[str, torch.Tensor]) -> str:
    return "\n".join(f"{name}: {tuple(value.shape)}" for name, value in parameters.items())
