"""What every PyTorch function and module owes its caller, a line each in a grader.

`call` is a function of the submission or a module (then its forward pass is meant); `reference` the reference's; then the arguments.

    assert_gradients_agree(student.softmax, reference.softmax, x)
    assert_finite_gradients(student.scaled_dot_product_attention, q, k, v, mask)
    assert_precisions(student.softmax, reference.softmax, x, scale=1 + float(x.abs().max()))
    assert_batches(student.scaled_dot_product_attention, reference.scaled_dot_product_attention, q, k, v)
    assert_half_is_finite(student.softmax, x)
    assert_drops(dropped=mine(x), whole=kept, rate=0.3)
    assert_same_under_settings(module, [x], [longer])
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch

from autograder.judge.measures import Gradients
from autograder.judge.proxy import Function, Handle, function_of
from autograder.judge.settings import Setting
from autograder.toolkit.compare import Disagreement, assert_agrees
from autograder.toolkit.contracts import assert_inputs_unchanged
from autograder.toolkit.show import show

Call = Function | Handle
HALF_FACTOR = 30.0  # scores times 30: exp overflows float16 unless the maximum is subtracted
PRECISIONS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
SPREADS = 5.0  # how many standard deviations a dropout's fraction may lie from its rate: once in two million


def assert_gradients_agree(call: Call, reference: Call, *positional: Any, seed: int = 0, **named: Any) -> None:
    """The gradients of a random projection of the result are the reference's: for every floating-point argument, and every parameter."""
    mine = function_of(call).gradients(seed, *positional, **named)
    right = function_of(reference).gradients(seed, *positional, **named)
    for what, gradient, expected in _gradient_pairs(mine, right, call):
        if expected is None or (gradient is None and not expected.any()):
            continue
        if gradient is None:
            raise Disagreement(f"no gradient arrives at {what}: is a result detached, or made anew from numbers?")
        try:
            assert_agrees(gradient, expected)
        except Disagreement as error:
            message = f"the gradient of {what} {error.message}"
            raise Disagreement(message, error.got, error.expected) from None


def assert_finite_gradients(call: Call, *positional: Any, seed: int = 0, **named: Any) -> None:
    """Every gradient that arrives is finite, also of numbers that a mask or a `where` throws away in the end."""
    found = function_of(call).gradients(seed, *positional, **named)
    for what, gradient, _ in _gradient_pairs(found, found, call):
        if isinstance(gradient, torch.Tensor) and not bool(torch.isfinite(gradient).all()):
            raise Disagreement(f"the gradient of {what} is not finite", show(gradient))


def assert_every_parameter_learns(module: Handle, *positional: Any, seed: int = 0, **named: Any) -> None:
    """A gradient arrives at every parameter: each takes part in the result."""
    found = function_of(module).gradients(seed, *positional, **named)
    for name, gradient in found.parameters.items():
        if gradient is None:
            raise Disagreement(f"parameter `{name}` has no part in the result: no gradient arrives at it")


def assert_precisions(
    call: Call, reference: Call, *positional: Any, scale: float | None = None, dtypes: Any = PRECISIONS, **named: Any
) -> None:
    """float32, float16, bfloat16 and float64 in, the same out, as exact as each allows.

    Args:
        positional: well-conditioned float64 tensors; everything else is passed as it is.
        scale: the size S of the numbers that are added up: see `compare`.
    """
    for dtype in dtypes:
        given = [_cast(value, dtype) for value in positional]
        exact = function_of(reference)(*[_cast(value, torch.float64) for value in given], **named)
        got = function_of(call)(*given, **named)
        assert_agrees(got, _each(exact, lambda value, dtype=dtype: _cast(value, dtype)), scale=scale)


def assert_half_is_finite(call: Call, *positional: Any, factor: float = HALF_FACTOR, **named: Any) -> None:
    """float16 and bfloat16 give finite results for floating arguments `factor` times as large."""
    for dtype in (torch.float16, torch.bfloat16):
        given = [_cast(value * factor, dtype) if _is_floating(value) else value for value in positional]
        value = function_of(call)(*given, **named)
        for leaf in _leaves(value):
            if not bool(torch.isfinite(leaf).all()):
                name = str(dtype).removeprefix("torch.")
                raise Disagreement(f"is not finite for large numbers in {name}", show(leaf))


def assert_batches(call: Call, reference: Call, *positional: Any, **named: Any) -> None:
    """Leading batch axes of any number: none, (1,) and (2, 3). Floating arguments are given as one item; others are shared by all."""
    for batch in ((), (1,), (2, 3)):
        given = [_batched(value, batch) for value in positional]
        assert_agrees(function_of(call)(*given, **named), function_of(reference)(*given, **named))


def assert_accepts_gaps(call: Call, reference: Call, *positional: Any, **named: Any) -> None:
    """Tensors that are not contiguous give the same result (`view` refuses them, `reshape` does not)."""
    given = [_with_gaps(value) for value in positional]
    assert_agrees(function_of(call)(*given, **named), function_of(reference)(*positional, **named))


def assert_drops(*, dropped: torch.Tensor, whole: torch.Tensor, rate: float) -> None:
    """`dropped` is `whole` after dropout: a share `rate` of its entries is 0, the others are divided by 1 − rate.

    Give tensors of a thousand entries or more, none of them 0 in `whole`.
    """
    zero = dropped == 0
    share, spread = float(zero.double().mean()), math.sqrt(rate * (1 - rate) / zero.numel())
    if abs(share - rate) > SPREADS * spread + 1e-12:
        raise Disagreement(f"dropout sets {share:.1%} of the entries to 0 in training mode, expected about {rate:.0%}")
    try:
        assert_agrees(torch.where(zero, 0.0, dropped), torch.where(zero, 0.0, whole / (1 - rate)))
    except Disagreement as error:
        raise Disagreement(
            f"entries that dropout keeps are divided by 1 − rate, so that the mean stays: one {error.message}"
        ) from None


def assert_no_side_effects(call: Call, *positional: Any, **named: Any) -> None:
    """The call prints nothing and leaves the global random states and switches as they were."""
    _, printed, disturbed, switched = function_of(call).watched(*positional, **named)
    if printed:
        raise Disagreement("prints something: take the print out", repr(printed[:200]), "''")
    if disturbed:
        raise Disagreement(
            f"changes the global random state of {' and '.join(disturbed)}, although nothing is random here"
        )
    _require_no_switch(switched)


def assert_leaves_switches(call: Call, *positional: Any, **named: Any) -> Any:
    """PyTorch's default dtype, whether gradients are recorded, `np.seterr` and the number of threads are as they were before the call,
    and no random seed is set. Random numbers may be drawn.

    Returns what the call gave.
    """
    value, _, _, switched = function_of(call).watched(*positional, **named)
    _require_no_switch(switched)
    return value


def assert_same_under_settings(call: Call, *cases: list[Any]) -> None:
    """Under `torch.no_grad()`, and under another default dtype, each case has the answer it has otherwise, and no argument is changed.
    Nor does the call change these settings.

    Args:
        cases: the positional arguments of several calls, of more than one size: what is kept from an earlier call shows.
    """
    function = function_of(call)
    plain = [assert_leaves_switches(function, *case) for case in cases]
    for setting in Setting:
        under = function.under(setting)
        for case, expected in zip(cases, plain, strict=True):
            try:
                assert_agrees(under(*case), expected)
            except Disagreement as error:
                message = f"depends on {setting.spoken}: {error.message}"
                raise Disagreement(message, error.got, error.expected) from None
        assert_inputs_unchanged(under, *cases[0])


def _require_no_switch(switched: list[str]) -> None:
    if switched:
        raise Disagreement(
            f"leaves something changed that all code shares, by {' and '.join(map(str, switched))}: what runs afterwards, whoever wrote "
            "it, is computed otherwise"
        )


def _gradient_pairs(mine: Gradients, right: Gradients, call: Call) -> Iterator[tuple[str, Any, Any]]:
    names = function_of(call).parameter_names(len(right.inputs))
    for name, gradient, expected in zip(names, mine.inputs, right.inputs, strict=True):
        yield f"`{name}`", gradient, expected
    for name, expected in [*right.named.items(), *right.parameters.items()]:
        yield f"`{name}`", mine.named.get(name, mine.parameters.get(name)), expected


def _is_floating(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point()


def _cast(value: Any, dtype: torch.dtype) -> Any:
    return value.to(dtype) if _is_floating(value) else value


def _each(value: Any, change: Any) -> Any:
    return type(value)(_each(item, change) for item in value) if isinstance(value, (list, tuple)) else change(value)


def _leaves(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)


def _batched(value: Any, batch: tuple[int, ...]) -> Any:
    """As many items as the batch has, each a little different from the others."""
    if not _is_floating(value):
        return value
    count = math.prod(batch)
    items = [torch.roll(value, shift, -1) + shift for shift in range(count)]
    return torch.stack(items).reshape(*batch, *value.shape)


def _with_gaps(value: Any) -> Any:
    if not isinstance(value, torch.Tensor) or not value.dim():
        return value
    wide = torch.zeros(*value.shape[:-1], 2 * value.shape[-1] + 1, dtype=value.dtype)
    gaps = wide[..., : 2 * value.shape[-1] : 2]  # on its way, other axes are laid apart as well: see `judge.values`
    gaps.copy_(value)
    return gaps
