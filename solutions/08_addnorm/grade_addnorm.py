"""The hidden grader of unit 08. Agreement with the reference first, then each promise of the contract by itself.

Two random initialisations are never compared: a student's module is given the weights of the reference's.
"""

import numpy as np
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograder.toolkit import (
    assert_agrees,
    assert_inputs_unchanged,
    assert_value_error,
    exercise,
    on_devices,
    points,
    require,
)
from autograder.toolkit import tensors as t
from autograder.toolkit.scales import layer_norm_scale
from autograder.toolkit.strategies import SEEDS

NO_LAYER_NORM = ["torch.nn.functional.layer_norm", "torch.nn.LayerNorm"]
NO_BATCH_NORM = ["torch.nn.functional.batch_norm", "torch.nn.BatchNorm1d"]
WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
HALVES = (torch.float32, torch.float16, torch.bfloat16)
OFFSET = 1e5  # far from 0, for rows whose numbers differ by a few units

RAMP = torch.tensor([[1.0, 3.0, 5.0, 7.0]], dtype=torch.float64)
ROWS = torch.tensor(
    [[0.5, -1.5, 2.0, 1.0, 0.0], [3.0, 1.0, -2.0, 0.0, 1.5], [-0.5, 0.5, 2.5, -3.0, 2.0]], dtype=torch.float64
)
ALIKE = torch.tensor([[3.0, 3.0, 3.0, 3.0, 3.0], [0.0, 0.0, 0.0, 0.0, 0.0]], dtype=torch.float64)
PEAK = torch.tensor([[1.0] * 39 + [50.0], [-70.0] + [2.0] * 39], dtype=torch.float64)  # a few standard deviations away


def normal(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def learned(columns, seed=5):
    """A weight and a bias, as after training: all of their entries differ."""
    return normal([seed, 1], columns), normal([seed, 2], columns)


def assert_settings_have_no_say(call, inputs, fewer):
    """In float32, which the default dtype is not always; `fewer` rows follow, lest something is kept. Nor does the call change any."""
    t.assert_leaves_switches(call, *inputs)
    t.assert_same_under_settings(call, [each.float() for each in inputs], [each.float() for each in fewer])


@exercise("layer_norm", points=7, forbidden=NO_LAYER_NORM)
class TestLayerNormFunction:
    @points(2)
    @on_devices
    @example(x=RAMP, seed=1)
    @example(x=ROWS, seed=2)
    @example(x=normal(3, 2, 3, 4), seed=3)
    @example(x=normal(4, 4, 4), seed=4)
    @example(x=normal(4, 2, 3, 2, 5), seed=4)
    @example(x=ALIKE, seed=5)
    @example(x=PEAK, seed=6)
    @given(x=t.tensors(max_side=5), seed=SEEDS)
    def test_agrees_with_the_reference(self, student, reference, x, seed):
        """Each row gets the mean 0 and the variance 1, then weight and bias. Check on one row by hand: is the mean that of this
        row, is the variance divided by the number of columns, and is its root taken after eps has been added?"""
        assume(x.dim() > 0 and x.numel() > 0)
        weight, bias = learned(x.shape[-1], seed)
        assert_agrees(student.layer_norm(x, weight, bias), reference.layer_norm(x, weight, bias))

    @points(1)
    @example(eps=4.0, seed=1)
    @given(eps=st.sampled_from([1e-12, 1e-3, 0.5, 4.0]), seed=SEEDS)
    def test_takes_the_eps_that_it_is_given(self, student, reference, eps, seed):
        """`eps` is an argument: whatever it is, large or tiny, it is added to the variance under the root."""
        x, (weight, bias) = normal(seed, 3, 5), learned(5, seed)
        assert_agrees(student.layer_norm(x, weight, bias, eps), reference.layer_norm(x, weight, bias, eps))
        assert_agrees(student.layer_norm(x, weight, bias, eps=eps), reference.layer_norm(x, weight, bias, eps=eps))

    @points(1)
    @on_devices
    def test_gradients_are_right(self, student, reference):
        """Training needs the gradients of x, weight and bias, and the mean and the variance depend on x as well. Is anything
        detached, or made anew from numbers?"""
        t.assert_gradients_agree(student.layer_norm, reference.layer_norm, normal(1, 2, 3, 5), *learned(5))

    @points(0.5)
    def test_gradients_stay_finite_where_all_numbers_of_a_row_are_equal(self, student, reference):
        """The root has no slope at 0. Is a root taken of something that can be 0, although it is squared again later?"""
        t.assert_finite_gradients(student.layer_norm, ALIKE, *learned(5))
        t.assert_gradients_agree(student.layer_norm, reference.layer_norm, ALIKE, *learned(5))

    @points(0.5)
    def test_a_large_offset_costs_no_digits(self, student, reference):
        """A row far from 0, such as 100001, 100003, 100005: its squares have no room for the digits that matter. Take the mean
        away first."""
        for x in (RAMP, ROWS, normal(7, 2, 3, 5)):
            weight, bias = learned(x.shape[-1])
            assert_agrees(student.layer_norm(x + OFFSET, weight, bias), reference.layer_norm(x + OFFSET, weight, bias))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float32, float16 and bfloat16 in, the same out; whole numbers are computed in the default dtype."""
        x, (weight, bias) = normal(8, 3, 5), learned(5)
        scale = layer_norm_scale(x, reference.layer_norm(x, weight, bias))
        t.assert_precisions(student.layer_norm, reference.layer_norm, x, weight, bias, scale=scale)
        for dtype in WHOLE:
            whole, arguments = (ROWS * 2).abs().to(dtype), [weight.float(), bias.float()]
            assert_agrees(student.layer_norm(whole, *arguments), reference.layer_norm(whole, *arguments), scale=20.0)

    @points(0.5)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """x, weight and bias belong to the caller: assignments such as `x -= ...` write into them. And a tensor may be a
        transposed one, or every second column of another. All is the same under `torch.no_grad()`, and under any default dtype."""
        weight, bias = learned(5)
        assert_inputs_unchanged(student.layer_norm, ROWS, weight, bias)
        assert_settings_have_no_say(student.layer_norm, [ROWS, weight, bias], [2 - ROWS[:2], weight, bias])
        t.assert_accepts_gaps(student.layer_norm, reference.layer_norm, normal(1, 2, 3, 5), weight, bias)

    @points(1)
    def test_refuses_weights_that_do_not_fit(self, student):
        """Weight and bias have an entry for every column. One that does not is refused by a ValueError that says how many it has
        and how many there should be; a single one is no exception, although PyTorch would repeat it."""
        for columns, found in ((5, 4), (5, 7), (6, 1), (1, 3)):
            x, right, wrong = normal(1, 2, columns), learned(columns)[0], learned(found)[0]
            names = [str(columns), str(found)]
            assert_value_error(student.layer_norm, x, wrong, right, names=names)
            assert_value_error(student.layer_norm, x, right, wrong, names=names)
            assert_value_error(student.layer_norm, x[0], wrong, wrong, names=names)
        x, right = normal(1, 2, 5), learned(5)[0]
        for wrong in (right[None], right[:, None], right.expand(2, 5)):
            assert_value_error(student.layer_norm, x, wrong, right)
            assert_value_error(student.layer_norm, x, right, wrong)


@exercise("batch_norm", points=5, forbidden=NO_BATCH_NORM)
class TestBatchNorm:
    @points(2)
    @on_devices
    @example(x=RAMP.mT.contiguous(), seed=1)
    @example(x=ROWS, seed=2)
    @example(x=normal(3, 4, 4), seed=3)
    @example(x=ALIKE.mT.contiguous(), seed=4)
    @example(x=PEAK.mT.contiguous(), seed=5)
    @given(x=t.tensors(min_dims=2, max_dims=2, min_side=2, max_side=5), seed=SEEDS)
    def test_agrees_with_the_reference(self, student, reference, x, seed):
        """Each column gets the mean 0 and the variance 1 over the rows of the batch, then its weight and bias. Check on one column
        by hand: is the variance divided by the number of rows, and eps added under the root?"""
        assume(x.dim() == 2 and len(x) > 1 and x.numel() > 0)
        weight, bias = learned(x.shape[-1], seed)
        assert_agrees(student.batch_norm(x, weight, bias), reference.batch_norm(x, weight, bias))

    @points(0.5)
    @example(eps=4.0, seed=1)
    @given(eps=st.sampled_from([1e-12, 1e-3, 0.5, 4.0]), seed=SEEDS)
    def test_takes_the_eps_that_it_is_given(self, student, reference, eps, seed):
        """`eps` is an argument: whatever it is, large or tiny, it is added to the variance under the root."""
        x, (weight, bias) = normal(seed, 5, 3), learned(3, seed)
        assert_agrees(student.batch_norm(x, weight, bias, eps), reference.batch_norm(x, weight, bias, eps))
        assert_agrees(student.batch_norm(x, weight, bias, eps=eps), reference.batch_norm(x, weight, bias, eps=eps))

    @points(1)
    @on_devices
    def test_gradients_are_right(self, student, reference):
        """The statistics of the batch depend on x: a gradient goes through them too, also where a column is the same in every
        row. Is anything detached, or a root taken of 0?"""
        x = normal(1, 4, 3)
        x[:, 1] = 2.0
        t.assert_finite_gradients(student.batch_norm, x, *learned(3))
        t.assert_gradients_agree(student.batch_norm, reference.batch_norm, x, *learned(3))

    @points(0.5)
    def test_a_large_offset_costs_no_digits(self, student, reference):
        """A column far from 0, such as 100001, 100003, 100005: its squares have no room for the digits that matter. Take the mean
        away first."""
        for x in (RAMP.mT, ROWS, normal(7, 6, 5)):
            weight, bias = learned(x.shape[-1])
            assert_agrees(student.batch_norm(x + OFFSET, weight, bias), reference.batch_norm(x + OFFSET, weight, bias))

    @points(0.25)
    def test_keeps_the_dtype(self, student, reference):
        """float32, float16 and bfloat16 in, the same out; whole numbers are computed in the default dtype."""
        x, (weight, bias) = normal(8, 3, 5), learned(5)
        scale = layer_norm_scale(x.mT, reference.batch_norm(x, weight, bias).mT).T
        t.assert_precisions(student.batch_norm, reference.batch_norm, x, weight, bias, scale=scale)
        for dtype in WHOLE:
            whole, arguments = (ROWS * 2).abs().to(dtype), [weight.float(), bias.float()]
            assert_agrees(student.batch_norm(whole, *arguments), reference.batch_norm(whole, *arguments), scale=20.0)

    @points(0.25)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """x, weight and bias belong to the caller: assignments such as `x -= ...` write into them. And a tensor may be a
        transposed one, or every second column of another. All is the same under `torch.no_grad()`, and under any default dtype."""
        weight, bias = learned(5)
        assert_inputs_unchanged(student.batch_norm, ROWS, weight, bias)
        assert_settings_have_no_say(student.batch_norm, [ROWS, weight, bias], [2 - ROWS[:2], weight, bias])
        t.assert_accepts_gaps(student.batch_norm, reference.batch_norm, ROWS, weight, bias)

    @points(0.5)
    def test_refuses_weights_that_do_not_fit(self, student):
        """Weight and bias have an entry for every column. One that does not is refused by a ValueError that says how many it has
        and how many there should be; a single one is no exception, although PyTorch would repeat it."""
        for rows, columns, found in ((3, 5, 4), (3, 5, 7), (3, 6, 1), (2, 1, 3), (4, 5, 4)):
            x, right, wrong = normal(1, rows, columns), learned(columns)[0], learned(found)[0]
            names = [str(columns), str(found)]
            assert_value_error(student.batch_norm, x, wrong, right, names=names)
            assert_value_error(student.batch_norm, x, right, wrong, names=names)
        x, right = normal(1, 3, 5), learned(5)[0]
        for wrong in (right[None], right[:, None], right.expand(3, 5)):
            assert_value_error(student.batch_norm, x, wrong, right)
            assert_value_error(student.batch_norm, x, right, wrong)


def assert_module_precisions(mine, right, *inputs, scale):
    """A module of float32, float16 or bfloat16 gives what it is given, as exact as that allows."""
    weights, fewer = t.state_of(right).parameters, [2 - each[:2] for each in inputs]
    for dtype in HALVES:
        rounded = {name: value.to(dtype) for name, value in weights.items()}
        t.load_state(mine, rounded)
        t.load_state(right, {name: value.double() for name, value in rounded.items()})
        exact = right(*[value.to(dtype).double() for value in inputs])
        assert_agrees(mine(*[value.to(dtype) for value in inputs]), exact.to(dtype), scale=scale)
        if dtype == torch.float32:
            t.assert_same_under_settings(mine, [each.float() for each in inputs], [each.float() for each in fewer])


def assert_keeps_the_dtype_in_training(module, *inputs):
    """Where entries are dropped, too."""
    t.training(module)
    got = module(*inputs)
    dtype = inputs[0].dtype
    require(
        isinstance(got, torch.Tensor) and got.dtype == dtype, f"{dtype} in should give {dtype} out in training", got
    )


def assert_learns_in_both_modes(mine, right, *inputs):
    """Values and gradients are those of the reference in `eval()` and, where nothing is dropped, in training."""
    for mode in (t.evaluating, t.training):
        mode(mine)
        assert_agrees(mine(*inputs), right(*inputs))
        t.assert_gradients_agree(mine, right, *inputs)


def assert_begins_with(module, **expected):
    """The module's parameters, as they are before anything is learned."""
    found = t.state_of(module).parameters
    for name, value in expected.items():
        name = name.replace("__", ".")
        require(
            found[name].dtype == value.dtype,
            f"`{name}` should be of the default dtype, {value.dtype}; it is {found[name].dtype}",
        )
        require(torch.equal(found[name], value), f"`{name}` should begin as {value.tolist()}", found[name])


@exercise("LayerNorm", points=5, forbidden=NO_LAYER_NORM)
class TestLayerNormModule:
    @points(2)
    @on_devices
    @example(x=RAMP, seed=1)
    @example(x=normal(3, 2, 3, 4), seed=3)
    @given(x=t.tensors(max_side=5), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, x, seed):
        """With the reference's weight and bias put into it, the module gives what the reference gives. Does `forward` use the
        module's own weight and bias, and both of them?"""
        assume(x.dim() > 0 and x.numel() > 0)
        mine, right = t.twins(student, reference, "LayerNorm", x.shape[-1], seed=seed)
        assert_agrees(mine(x), right(x))

    @points(1)
    def test_registers_weight_and_bias(self, student, reference):
        """`weight` and `bias` are parameters of shape (d_model,), ones and zeros at the start, and there are no others. A plain
        tensor is found by no optimiser, and one that belongs to two modules is learned for both."""
        mine = student.LayerNorm(6)
        t.assert_parameters(mine, reference.LayerNorm(6))
        assert_begins_with(mine, weight=torch.ones(6), bias=torch.zeros(6))
        t.assert_own_parameters(student.LayerNorm, [6])
        t.assert_leaves_switches(student.LayerNorm, 6)

    @points(0.5)
    def test_takes_the_eps_that_it_is_given(self, student, reference):
        """The `eps` that the module was made with is the one that `forward` normalises with."""
        for eps in (4.0, 0.5, 1e-12):
            for arguments, named in (([5, eps], {}), ([5], {"eps": eps})):
                mine, right = t.twins(student, reference, "LayerNorm", *arguments, seed=3, **named)
                assert_agrees(mine(ROWS), right(ROWS))
                student.LayerNorm(5)  # made later, and no concern of the one that is called
                assert_agrees(mine(ROWS), right(ROWS))

    @points(0.5)
    @on_devices
    def test_gradients_reach_the_parameters(self, student, reference):
        """Weight, bias and x all get their gradient: nothing is detached, no `.data` is used on the way. `eval()` and `train()`
        change nothing here."""
        mine, right = t.twins(student, reference, "LayerNorm", 5, seed=4)
        assert_learns_in_both_modes(mine, right, normal(1, 2, 3, 5))

    @points(0.5)
    def test_keeps_the_dtype_of_the_module(self, student, reference):
        """A module of float32 gives float32, one of float16 float16, in training as in `eval()`, under `torch.no_grad()` and any
        default dtype."""
        mine, right = t.twins(student, reference, "LayerNorm", 5, seed=6)
        x = normal(8, 3, 5)
        t.assert_same_under_settings(mine, [x], [2 - x[:2]])
        t.training(mine)
        assert_module_precisions(mine, right, x, scale=layer_norm_scale(x, right(x)))
        fresh = student.LayerNorm(5)(x.float())
        require(
            fresh.dtype == torch.float32, f"a new module should give float32 for float32, it gives {fresh.dtype}", fresh
        )

    @points(0.5)
    def test_refuses_columns_that_do_not_fit(self, student, reference):
        """A word of another size than d_model is refused by a ValueError that names both, also where d_model is 1 and PyTorch
        would repeat the weight. The input stays as it was; it may be a transposed one, or every second column of another."""
        for d_model, columns in ((4, 5), (5, 4), (1, 3), (3, 1)):
            norm = student.LayerNorm(d_model)
            assert_value_error(norm, normal(1, 2, columns).float(), names=[str(d_model), str(columns)])
            assert_inputs_unchanged(norm.forward, normal(1, 2, d_model).float())
        mine, right = t.twins(student, reference, "LayerNorm", 5, seed=7)
        t.assert_accepts_gaps(mine, right, normal(1, 2, 3, 5))


def pairs_of(x, seed):
    """x, and what a sub-layer might have made of it."""
    assume(x.dim() > 0 and x.numel() > 0)
    return x, normal([seed, 3], *x.shape)


def assert_drops_entries(dropped, whole, rate):
    """Dropout of that rate in a batch of sentences, each entry dropped or kept by itself. Rounding may have made a 0 almost one."""
    dropped = torch.where(dropped.abs() < 1e-9, 0.0, dropped)
    t.assert_drops(dropped=dropped, whole=whole, rate=rate)
    for axis, what in ((2, "row"), (1, "column")):
        require(
            not (dropped == 0).all(axis).any(), f"entries should be dropped one by one, never a whole {what}", dropped
        )
    patterns = (dropped == 0).flatten(1)
    require(len(patterns.unique(dim=0)) == len(patterns), "other entries should be dropped in every sentence", dropped)


def assert_drops_nothing_at_a_rate_of_0(module, *inputs):
    t.evaluating(module)
    whole = module(*inputs)
    t.training(module)
    assert_agrees(module(*inputs), whole)


def after_dropout(module, sentences, rows, columns):
    """What `AddNorm` in training has added to x, read from its output, and what it was before dropout.

    Normalising stretches and shifts a row. Two columns whose sums are known, 0 and 10, tell by how much: then all sums are known.
    """
    t.load_state(module, {"norm.weight": torch.ones(columns).double(), "norm.bias": torch.zeros(columns).double()})
    t.training(module)
    x, whole = torch.zeros(sentences, rows, columns).double(), 1 + normal(2, sentences, rows, columns).abs()
    x[..., 1] = 10.0
    whole[..., :2] = 0.0
    y = module.forward.seeded(11, x, whole)
    require(
        isinstance(y, torch.Tensor) and y.shape == x.shape, f"a tensor of shape {tuple(x.shape)} should come out", y
    )
    sums = (y - y[..., :1]) * 10 / (y[..., 1:2] - y[..., :1])
    return (sums - x)[..., 2:], whole[..., 2:]


@exercise("AddNorm", points=6)
class TestAddNorm:
    @points(2)
    @on_devices
    @example(x=RAMP, seed=1)
    @example(x=normal(3, 2, 3, 4), seed=3)
    @given(x=t.tensors(max_side=5), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, x, seed):
        """In `eval()` the output is the norm of the sum, with the norm's weight and bias. What is added to what, and is the norm
        taken of the sum or of a part of it?"""
        x, sublayer_output = pairs_of(x, seed)
        mine, right = t.twins(student, reference, "AddNorm", x.shape[-1], seed=seed)
        assert_agrees(mine(x, sublayer_output), right(x, sublayer_output))

    @points(0.5)
    def test_has_the_norm_as_its_only_parameters(self, student, reference):
        """The submodule is called `norm`; its weight begins with ones and its bias with zeros. Nothing else is learned here, and every
        module has a norm of its own."""
        mine = student.AddNorm(6)
        t.assert_parameters(mine, reference.AddNorm(6))
        assert_begins_with(mine, norm__weight=torch.ones(6), norm__bias=torch.zeros(6))
        t.assert_own_parameters(student.AddNorm, [6])
        t.assert_leaves_switches(student.AddNorm, 6)

    @points(1)
    @on_devices
    def test_never_drops_the_residual(self, student, reference):
        """Where the sub-layer's output is 0 there is nothing that dropout could change, in training either. Is it applied to x, to
        the sum, or after the norm? In eval mode nothing is dropped at all."""
        mine, right = t.twins(student, reference, "AddNorm", 8, 0.5, seed=2)
        x, nothing = normal(1, 9, 8), torch.zeros(9, 8).double()
        expected = right(x, nothing)
        t.training(mine)
        assert_agrees(mine(x, nothing), expected)

    @points(1)
    @on_devices
    def test_drops_the_share_that_was_asked_for(self, student):
        """In training, entries of the sub-layer's output are replaced by 0 before they are added, as many as `dropout` says, a
        tenth if it says nothing. The others are divided by 1 - dropout."""
        for arguments, rate in (([42, 0.6], 0.6), ([42], 0.1)):
            assert_drops_entries(*after_dropout(student.AddNorm(*arguments), 2, 40, 42), rate)

    @points(0.5)
    def test_draws_anew_in_training_and_never_in_eval(self, student):
        """`eval()` switches dropout off, `train()` switches it on again, and then each call draws anew. A rate of 0 drops nothing."""
        x = normal(1, 9, 8).float()
        t.assert_modes(student.AddNorm(8, 0.5), x, x, rate=0.5)
        assert_drops_nothing_at_a_rate_of_0(student.AddNorm(8, dropout=0.0), x, x)

    @points(0.5)
    def test_gradients_reach_both_inputs(self, student, reference):
        """The gradient goes down through the sub-layer and around it, in training above all. Is one of the two detached?"""
        mine, right = t.twins(student, reference, "AddNorm", 5, 0.0, seed=4)
        assert_learns_in_both_modes(mine, right, normal(1, 2, 3, 5), normal(2, 2, 3, 5))

    @points(0.25)
    def test_keeps_the_dtype_and_changes_nothing(self, student, reference):
        """float32 in, float32 out, and x stays as it was: the layer below still needs it for its gradient, so no `x += ...`, with
        gradients or under `torch.no_grad()`. The default dtype has no say."""
        mine, right = t.twins(student, reference, "AddNorm", 5, seed=6)
        x, other = normal(8, 3, 5), normal(9, 3, 5)
        for mode in (t.training, t.evaluating):
            mode(mine)
            assert_inputs_unchanged(mine.forward, x, other)
            assert_inputs_unchanged(mine.forward, normal(1, 2, 3, 5), normal(2, 2, 3, 5))
        t.assert_accepts_gaps(mine, right, normal(1, 2, 3, 5), normal(2, 2, 3, 5))
        assert_module_precisions(mine, right, x, other, scale=2 * layer_norm_scale(x + other, right(x, other)))
        assert_keeps_the_dtype_in_training(mine, x.bfloat16(), other.bfloat16())

    @points(0.25)
    def test_refuses_an_output_of_another_shape(self, student):
        """A sub-layer gives as many rows and columns as it was given. Anything else is refused by a ValueError that names both
        shapes, also where PyTorch would repeat a row."""
        module = student.AddNorm(4)
        for shape, other, names in (
            ((2, 3, 4), (2, 5, 4), ["3", "5"]),
            ((2, 3, 4), (1, 3, 4), ["(2, 3, 4)", "(1, 3, 4)"]),
            ((2, 3, 4), (3, 4), ["(2, 3, 4)", "(3, 4)"]),
            ((1, 3, 4), (3, 4), ["(1, 3, 4)", "(3, 4)"]),
            ((3, 4), (2, 3, 4), ["(3, 4)", "(2, 3, 4)"]),
            ((3, 4), (3, 1), ["4", "1"]),
        ):
            found = [normal(1, *each).float() for each in (shape, other)]
            assert_value_error(module, *found, names=names)


@exercise("FeedForward", points=6)
class TestFeedForward:
    @points(2)
    @on_devices
    @example(x=40 * ROWS, d_ff=7, seed=1)
    @given(x=t.tensors(max_side=5), d_ff=st.integers(1, 7), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, x, d_ff, seed):
        """With the reference's weights, in `eval()`: linear1, then the ReLU, then linear2. What does a negative number become on the
        way, and is anything else done to the result?"""
        assume(x.dim() > 0 and x.numel() > 0 and d_ff > 0)
        mine, right = t.twins(student, reference, "FeedForward", x.shape[-1], d_ff, seed=seed)
        assert_agrees(mine(x), right(x))

    @points(1)
    def test_registers_two_linear_layers(self, student, reference):
        """`linear1` from d_model to d_ff columns and `linear2` back, both with a bias, and nothing else that is learned. Every module
        has its own."""
        t.assert_own_parameters(student.FeedForward, [4, 6])
        t.assert_leaves_switches(student.FeedForward, 4, 6)
        for d_model, d_ff in ((4, 6), (7, 3)):
            mine = student.FeedForward(d_model, d_ff)
            t.assert_parameters(mine, reference.FeedForward(d_model, d_ff))
            for name, value in t.state_of(mine).parameters.items():
                require(
                    value.dtype == torch.float32,
                    f"`{name}` should be of the default dtype, float32, it is of {value.dtype}",
                )

    @points(1)
    @on_devices
    def test_drops_what_comes_out_of_the_relu(self, student):
        """In training, entries of the inner columns are replaced by 0 before `linear2`, as many as `dropout` says, a tenth if it says
        nothing. The others are divided by 1 - dropout. Neither x nor the output is dropped."""
        unchanged, x = torch.eye(40).double(), 1 + normal(3, 2, 40, 40).abs()
        # linear1 adds 1 and linear2 takes 3 away: a 0 in x, one inside and one in the output would each look different.
        weights = {
            "linear1.weight": unchanged,
            "linear1.bias": torch.ones(40).double(),
            "linear2.weight": unchanged,
            "linear2.bias": torch.full((40,), -3.0).double(),
        }
        for arguments, rate in (([40, 40, 0.6], 0.6), ([40, 40], 0.1)):
            module = student.FeedForward(*arguments)
            t.load_state(module, weights)
            t.training(module)
            inner = module.forward.seeded(11, x) + 3
            assert_drops_entries(inner, x + 1, rate)

    @points(0.5)
    def test_draws_anew_in_training_and_never_in_eval(self, student):
        """`eval()` switches dropout off, `train()` switches it on again, and then each call draws anew. A rate of 0 drops nothing."""
        x = normal(1, 9, 8).float()
        t.assert_modes(student.FeedForward(8, 16, 0.5), x, rate=0.5)
        assert_drops_nothing_at_a_rate_of_0(student.FeedForward(8, 16, dropout=0.0), x)

    @points(0.5)
    @on_devices
    def test_gradients_reach_every_parameter(self, student, reference):
        """Both layers learn: a gradient arrives at the weight and the bias of each, and at x, in training above all."""
        mine, right = t.twins(student, reference, "FeedForward", 5, 7, 0.0, seed=4)
        assert_learns_in_both_modes(mine, right, normal(1, 2, 3, 5))

    @points(0.5)
    def test_every_word_goes_through_by_itself(self, student, reference):
        """A single word, a sentence, a batch of sentences, words that lie anywhere in memory: each word gives the same output in
        any company."""
        mine, right = t.twins(student, reference, "FeedForward", 5, 7, seed=5)
        t.assert_batches(mine, right, ROWS[0])
        t.assert_batches(mine, right, ROWS)
        t.assert_accepts_gaps(mine, right, normal(1, 2, 3, 5))

    @points(0.5)
    def test_keeps_the_dtype_and_changes_nothing(self, student, reference):
        """float32 in, float32 out, float16 for a module of float16, whatever the default dtype; and x stays as it was, in training too,
        with gradients or under `torch.no_grad()`."""
        mine, right = t.twins(student, reference, "FeedForward", 5, 7, seed=6)
        x = normal(8, 3, 5)
        for mode in (t.training, t.evaluating):
            mode(mine)
            for given_words in (x, normal(9, 2, 3, 5)):
                assert_inputs_unchanged(mine.forward, given_words)
        assert_module_precisions(mine, right, x, scale=10.0)
        assert_keeps_the_dtype_in_training(mine, x.bfloat16())
