"""The hidden grader of unit 06. Agreement with the reference first, then each promise of the contract by itself.

Values are compared in float64; shorter dtypes on fixed, well-conditioned inputs. Modules get the reference's weights.
"""

import math

import numpy as np
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograder.toolkit import (
    assert_agrees,
    assert_at_most_times_the_reference,
    assert_inputs_unchanged,
    assert_steady_operations,
    assert_value_error,
    counted,
    exercise,
    on_devices,
    points,
    require,
)
from autograder.toolkit import tensors as t
from autograder.toolkit.scales import attention_scale, dot_scale, softmax_scale
from autograder.toolkit.strategies import SEEDS
from autograder.toolkit.tensors import Sizes

NO_NORM = ["torch.linalg.norm", "torch.cdist"]
NO_COSINE = ["torch.nn.functional.cosine_similarity", "torch.nn.CosineSimilarity"]
NO_SOFTMAX = ["torch.softmax", "torch.log_softmax"]
NO_ATTENTION = [*NO_SOFTMAX, "torch.nn.functional.scaled_dot_product_attention"]
NO_HEADS = [
    "torch.nn.MultiheadAttention",
    "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.TransformerEncoderLayer",
    "torch.nn.TransformerDecoderLayer",
]
INF, NAN = math.inf, math.nan
# By how much the whole numbers are made larger, so that their squares have no room in the dtype itself.
WHOLE = {torch.int64: 10**9, torch.int32: 10**4, torch.int16: 10, torch.int8: 1, torch.uint8: 1}
SEVERAL = Sizes(batch=2, length=4, other_length=3, num_heads=2, d_k=3, d_ff=7, num_layers=1)


def words(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def along(x, dim):
    """Whether x has that axis: shrinking may take it away."""
    return x.dim() > 0 and x.numel() > 0 and -x.dim() <= dim < x.dim()


dims = st.sampled_from([-1, 0, 1, -2])
ROWS = words(3, 4, 5)
WITH_ZEROS = torch.stack([numbers(3, 4, 0), numbers(0, 0, 0), numbers(1, -2, 2)])
INTEGERS = torch.tensor([[3, 4, 0], [100, 100, 50]])


@exercise("norm", points=5, forbidden=NO_NORM)
class TestNorm:
    @points(1.5)
    @on_devices
    @example(x=numbers(3, 4), dim=0)
    @example(x=WITH_ZEROS, dim=-1)
    @example(x=words(1, 2, 3, 4), dim=1)
    @example(x=words(1, 2, 3, 4, 5), dim=-3)
    @example(x=1e-100 * words(2, 2, 3), dim=-1)
    @example(x=1e100 * words(2, 2, 3), dim=0)
    @given(x=t.tensors(max_side=5), dim=dims)
    def test_agrees_with_the_reference(self, student, reference, x, dim):
        """The root of the sum of squares along the axis that was asked for, however small or large the numbers are."""
        assume(along(x, dim))
        expected = reference.norm(x, dim)
        assert_agrees(student.norm(x, dim), expected, scale=float(expected.abs().max()))

    @points(0.5)
    def test_takes_the_last_axis_unless_told_otherwise(self, student, reference):
        """`dim` is -1 by default, and may be given by name."""
        x = words(4, 2, 3, 4)
        assert_agrees(student.norm(x), reference.norm(x))
        assert_agrees(student.norm(x, dim=0), reference.norm(x, dim=0))

    @points(1)
    @on_devices
    def test_gradients_are_right(self, student, reference):
        """x / norm(x): is the tensor cut off by `.detach()`, `.item()` or NumPy?"""
        t.assert_gradients_agree(student.norm, reference.norm, words(5, 3, 4))
        t.assert_gradients_agree(student.norm, reference.norm, 1e-100 * words(5, 3, 4))

    @points(1)
    @on_devices
    def test_the_gradient_at_a_vector_of_zeros_is_finite(self, student, reference):
        """The root has an infinite slope at 0, and a `where` after it lets NaN through backwards. What does the root see? Vectors beside
        a zero one have the gradient that they always have."""
        for x in (WITH_ZEROS, torch.zeros(2, 3).double(), torch.zeros(1).double()):
            t.assert_finite_gradients(student.norm, x)
        mine, right = (function.gradients(0, WITH_ZEROS).inputs[0] for function in (student.norm, reference.norm))
        require(mine is not None, "a gradient arrives at x")
        assert_agrees(mine[[0, 2]], right[[0, 2]])

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float32, float16 and bfloat16 in, the same out; whole numbers are computed in the default dtype, before they are squared."""
        x = words(6, 3, 4)
        t.assert_precisions(student.norm, reference.norm, x, scale=reference.norm(x).abs())
        for dtype, factor in WHOLE.items():
            whole = (factor * INTEGERS).to(dtype)
            assert_agrees(student.norm(whole), reference.norm(whole), scale=200.0 * factor)

    @points(0.5)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """x belongs to the caller, and may be a transposed tensor or every second column of another. All is the same under
        `torch.no_grad()`, and under any default dtype."""
        assert_inputs_unchanged(student.norm, WITH_ZEROS)
        t.assert_same_under_settings(student.norm, [WITH_ZEROS.float()], [ROWS])
        t.assert_accepts_gaps(student.norm, reference.norm, words(7, 2, 3, 4))


@exercise("cosine_similarity", points=5, forbidden=NO_COSINE)
class TestCosineSimilarity:
    @points(1.5)
    @on_devices
    @example(x=numbers(3, 4), seed=1, dim=0)
    @example(x=WITH_ZEROS, seed=2, dim=-1)
    @example(x=words(1, 2, 3, 4), seed=3, dim=1)
    @example(x=words(1, 2, 3, 4, 5), seed=4, dim=-3)
    @given(x=t.tensors(max_side=5), seed=SEEDS, dim=dims)
    def test_agrees_with_the_reference(self, student, reference, x, seed, dim):
        """The sum of the products, divided by both lengths, row by row along the axis that was asked for."""
        assume(along(x, dim))
        y = words(seed, *x.shape)
        assert_agrees(student.cosine_similarity(x, y, dim), reference.cosine_similarity(x, y, dim))

    @points(0.5)
    def test_does_not_depend_on_the_lengths(self, student, reference):
        """Vectors of size 1e-100 or 1e100 have a direction too: a small number added below spoils it."""
        x, y = words(4, 3, 4), words(5, 3, 4)
        for one, other in (
            (1e-70, 1e-70),
            (1e-30, 1e-30),
            (1e70, 1e70),
            (1e-140, 1e-140),
            (1e140, 1e140),
            (1e-140, 1e140),
        ):
            assert_agrees(student.cosine_similarity(one * x, y * other), reference.cosine_similarity(x, y))

    @points(0.5)
    def test_never_exceeds_one(self, student):
        """Rounding must not carry a cosine beyond 1 or -1."""
        x = words(6, 300, 3)
        for y in (x, -x, 3 * x):
            require((student.cosine_similarity(x, y).abs() <= 1).all(), "every cosine should lie between -1 and 1")

    @points(1)
    @on_devices
    def test_gradients_are_right_and_finite_at_zeros(self, student, reference):
        """The gradient of a division goes through its denominator too: what does it divide by where a vector is zero? The cosine is 0
        there, also between two vectors of zeros."""
        t.assert_gradients_agree(student.cosine_similarity, reference.cosine_similarity, words(7, 3, 4), words(8, 3, 4))
        for x, y in ((WITH_ZEROS, words(9, 3, 3)), (words(9, 3, 3), WITH_ZEROS), (0 * WITH_ZEROS, 0 * WITH_ZEROS)):
            assert_agrees(student.cosine_similarity(x, y), reference.cosine_similarity(x, y))
            t.assert_finite_gradients(student.cosine_similarity, x, y)
            mine = student.cosine_similarity.gradients(0, x, y).inputs
            right = reference.cosine_similarity.gradients(0, x, y).inputs
            for name, gradient, exact in zip("xy", mine, right, strict=True):
                require(gradient is not None, f"a gradient arrives at {name}")
                whole = x.any(-1) & y.any(-1)
                assert_agrees(gradient[whole], exact[whole])

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float32, float16 and bfloat16 in, the same out; whole numbers are computed in the default dtype."""
        x, y = words(10, 3, 4), words(11, 3, 4)
        scale = 1 + dot_scale(x, y)
        t.assert_precisions(student.cosine_similarity, reference.cosine_similarity, x, y, scale=torch.from_numpy(scale))
        for dtype, factor in WHOLE.items():
            whole, other = (factor * INTEGERS).to(dtype), (factor * INTEGERS.flip(1)).to(dtype)
            assert_agrees(student.cosine_similarity(whole, other), reference.cosine_similarity(whole, other), scale=2.0)

    @points(0.5)
    def test_refuses_vectors_of_different_lengths(self, student):
        """A ValueError that names both lengths, also where one is 1 and PyTorch would repeat it."""
        for one, other in ((3, 1), (1, 4), (5, 2)):
            names = [str(one), str(other)]
            assert_value_error(student.cosine_similarity, words(1, 2, one), words(2, 2, other), names=names)
        assert_value_error(student.cosine_similarity, words(1, 3, 2), words(2, 1, 2), 0, names=["3", "1"])

    @points(0.5)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """Both tensors belong to the caller, and may be transposed ones. All is the same under `torch.no_grad()`, and under any
        default dtype."""
        assert_inputs_unchanged(student.cosine_similarity, WITH_ZEROS, words(12, 3, 3))
        cases = [WITH_ZEROS.float(), words(12, 3, 3).float()], [ROWS, words(12, 4, 5)]
        t.assert_same_under_settings(student.cosine_similarity, *cases)
        assert_inputs_unchanged(student.cosine_similarity, words(12, 3, 3), WITH_ZEROS)
        x, y = words(13, 2, 3, 4), words(14, 2, 3, 4)
        t.assert_accepts_gaps(student.cosine_similarity, reference.cosine_similarity, x, y)


HIDDEN = torch.stack([numbers(1, -INF, 2), numbers(-INF, -INF, -INF), numbers(0, 0, -INF)])


@exercise("softmax", points=8, forbidden=NO_SOFTMAX)
class TestSoftmax:
    @points(2)
    @on_devices
    @example(x=numbers(0, math.log(3)), dim=0)
    @example(x=words(1, 2, 3, 4), dim=1)
    @example(x=words(2, 3, 5), dim=0)
    @example(x=words(1, 2, 3, 4, 5), dim=-3)
    @given(x=t.tensors(max_side=5), dim=dims)
    def test_agrees_with_the_reference(self, student, reference, x, dim):
        """Exponentials, divided by their sum along the axis that was asked for."""
        assume(along(x, dim))
        assert_agrees(student.softmax(x, dim), reference.softmax(x, dim))

    @points(1)
    def test_survives_scores_of_any_size(self, student, reference):
        """exp(1000) is infinite and exp(-1000) is 0. Only differences of scores count: what may be subtracted from a slice?"""
        for x in (
            numbers(1000, 1001),
            numbers(-1e4, -1e4 - 2),
            numbers(-1e5, -1e5 - 2),
            numbers(1e4, -1e4),
            numbers(-750, -751),
        ):
            assert_agrees(student.softmax(x), reference.softmax(x))
        far = torch.stack([numbers(1e4, 1e4), numbers(-1e4, -1e4 - 1)])
        assert_agrees(student.softmax(far), reference.softmax(far))

    @points(1)
    @on_devices
    def test_hidden_scores_get_nothing(self, student, reference):
        """A score of -inf has the share 0, however low the others are; and a slice of nothing but -inf has zeros, also one of a single
        score: -inf minus -inf is NaN."""
        for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
            hidden = HIDDEN.to(dtype)
            assert_agrees(student.softmax(hidden), reference.softmax(hidden))
            assert_agrees(student.softmax(hidden, dim=0), reference.softmax(hidden, dim=0))
        for x in (HIDDEN[:, 1:2], numbers(-1e30, -INF), numbers(-INF, -6e4).half()):
            assert_agrees(student.softmax(x), reference.softmax(x))

    @points(1)
    @on_devices
    def test_gradients_are_right(self, student, reference):
        """Large scores have a gradient too. Is the tensor cut off by `.detach()`, `.item()` or NumPy?"""
        t.assert_gradients_agree(student.softmax, reference.softmax, words(3, 2, 4))
        t.assert_gradients_agree(student.softmax, reference.softmax, 1000 + words(4, 2, 4))

    @points(1)
    def test_half_precision_is_finite_and_exact(self, student, reference):
        """float16 ends at 65504, and exp(12) lies beyond. Which of your tensors is of another dtype than x?"""
        x = words(5, 3, 6)
        t.assert_half_is_finite(student.softmax, 2 * x)
        t.assert_precisions(student.softmax, reference.softmax, x, scale=softmax_scale(x))
        for dtype in WHOLE:
            whole = torch.tensor([[1, 2, 3], [5, 5, 0]]).to(dtype)
            assert_agrees(student.softmax(whole), reference.softmax(whole), scale=5.0)

    @points(0.5)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """The scores belong to the caller, and may be a transposed tensor. All is the same under `torch.no_grad()`, and under any
        default dtype."""
        t.assert_same_under_settings(student.softmax, [HIDDEN.float()], [ROWS])
        for x in (HIDDEN, HIDDEN[0], words(6, 2, 3, 4), HIDDEN[2].half()):
            assert_inputs_unchanged(student.softmax, x)
        t.assert_accepts_gaps(student.softmax, reference.softmax, words(6, 2, 3, 4))

    @points(0.5)
    def test_works_on_whole_tensors(self, student):
        """A loop in Python goes from row to row. Reductions with `dim` and `keepdim` do all of them at once."""
        assert_steady_operations(student.softmax, small=[words(1, 4, 4)], large=[words(1, 64, 64)])

    @points(0.5)
    def test_never_waits_for_the_device(self, student):
        """`.item()`, `.cpu()` and an `if` on a tensor stop the program until the GPU has caught up."""
        t.assert_no_waiting(student.softmax, HIDDEN)

    @points(0.5)
    def test_takes_no_more_than_three_times_the_time(self, student, reference):
        """Is something computed twice, or copied without need?"""
        assert_at_most_times_the_reference(3, student, reference, "softmax", [words(2, 512, 512)])


@exercise("causal_mask", points=3)
class TestCausalMask:
    @points(1.5)
    @example(n=1)
    @example(n=2)
    @example(n=0)
    @example(n=5)
    @example(n=2100)
    @given(n=st.integers(0, 9))
    def test_agrees_with_the_reference(self, student, reference, n):
        """True on the diagonal and below: rows are queries, columns are keys."""
        assume(n >= 0)
        assert_agrees(student.causal_mask(n), reference.causal_mask(n))

    @points(1.5)
    @on_devices
    def test_lies_on_the_device_that_was_asked_for(self, student, reference, device):
        """`device` has to reach whatever makes the mask, each time anew; None means the default."""
        cpu = student.causal_mask.on("cpu")
        assert_agrees(student.causal_mask(2, device=device), reference.causal_mask(2))
        assert_agrees(cpu(3), reference.causal_mask(3))
        assert_agrees(student.causal_mask(3, device=device), reference.causal_mask(3))
        assert_agrees(student.causal_mask(4, device), reference.causal_mask(4))
        assert_agrees(cpu(4), reference.causal_mask(4))


@exercise("padding_mask", points=3)
class TestPaddingMask:
    @points(1.5)
    @on_devices
    @example(tokens=torch.tensor([[7, 3, 9, 0], [5, 0, 0, 0]]))
    @example(tokens=torch.tensor([[0, 4, 0], [0, 0, 0]]))
    @example(tokens=torch.zeros(0, 3).long())
    @example(tokens=torch.zeros(2, 0).long())
    @given(tokens=t.token_batches())
    def test_agrees_with_the_reference(self, student, reference, tokens):
        """True at every token that is not padding, wherever it stands, and of shape (batch, 1, 1, n)."""
        assume(tokens.dim() == 2)
        assert_agrees(student.padding_mask(tokens), reference.padding_mask(tokens))

    @points(1)
    def test_takes_the_padding_that_it_is_given(self, student, reference):
        """`pad` is any number: 0 may be a word."""
        tokens = torch.tensor([[7, 0, 9], [9, 9, 1]])
        for pad in (9, 7, 100, -1):
            assert_agrees(student.padding_mask(tokens, pad), reference.padding_mask(tokens, pad))
            assert_agrees(student.padding_mask(tokens, pad=pad), reference.padding_mask(tokens, pad=pad))
        large = torch.tensor([[2**16, 2**24, 2**24 + 1, 2**32, 0]])
        for pad in (0, 2**24):
            assert_agrees(student.padding_mask(large, pad), reference.padding_mask(large, pad))

    @points(0.5)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """Tokens of any integer dtype, also transposed ones, stay as they were."""
        tokens = torch.tensor([[7, 3, 9, 0], [5, 0, 0, 0]])
        assert_inputs_unchanged(student.padding_mask, tokens)
        for given_tokens in (tokens.T, tokens[:, ::2], tokens.to(torch.int32), tokens.to(torch.uint8)):
            assert_agrees(student.padding_mask(given_tokens), reference.padding_mask(given_tokens))


BLIND = torch.tensor([[True, False, True], [False, False, False]])
# Masks for scores (2, 2, 2, 2). All axes are equally long, so that one which is laid over the wrong axis goes unnoticed by PyTorch.
LAID_OVER = [
    torch.tensor([True, False]),
    torch.tensor([False, True]),
    torch.tensor([[True], [False]]),
    torch.tensor([[True, False], [True, True]]),
    torch.tensor([[[True, False]], [[False, True]]]),
    torch.tensor([[[[True, False]]], [[[True, True]]]]),
    torch.tensor([[[True, False], [True, True]], [[False, True], [False, False]]]),
    torch.tensor([[[[True], [False]]], [[[True], [True]]]]),
]


@exercise("scaled_dot_product_attention", points=12, forbidden=NO_ATTENTION)
class TestScaledDotProductAttention:
    @points(2.5)
    @on_devices
    @given(problem=t.attention_problems())
    def test_agrees_with_the_reference(self, student, reference, problem):
        """Scores divided by the root of d_k, softmax over the keys, mixed values; a hidden key has no part in it."""
        expected = reference.scaled_dot_product_attention(*problem)
        assert_agrees(student.scaled_dot_product_attention(*problem), expected)

    @points(0.5)
    def test_masks_of_every_shape_are_laid_over_the_scores_from_the_right(self, student, reference):
        """(n_keys,), (n_queries, 1), (heads, 1, n_keys) or (batch, 1, 1, n_keys): the last axis of a mask belongs to the keys, the one
        before it to the queries, and there may be any number of axes before those."""
        q, k, v = words(17, 2, 2, 2, 3), words(18, 2, 2, 2, 3), words(19, 2, 2, 2, 2)
        function, right = student.scaled_dot_product_attention, reference.scaled_dot_product_attention
        for mask in LAID_OVER:
            assert_agrees(function(q, k, v, mask), right(q, k, v, mask))
        q, k, v, mask = words(17, 2, 1, 2, 3, 4), words(18, 2, 1, 2, 2, 4), words(19, 2, 1, 2, 2, 5), LAID_OVER[0]
        assert_agrees(function(q, k, v, mask), right(q, k, v, mask))

    @points(1)
    def test_a_hidden_key_has_no_weight_however_low_the_others_are(self, student, reference):
        """A mask that fills in -1e4 or -1e9 is undone where the visible scores are lower than that."""
        q, v = torch.full((2, 1), 1.0).double(), words(1, 3, 2)
        mask = torch.tensor([[False, True, True], [True, False, True]])
        for dtype, low in (
            (torch.float64, -2e4),
            (torch.float64, -1e10),
            (torch.float64, -1e30),
            (torch.bfloat16, -1e30),
            (torch.float16, -6e4),
        ):
            problem = [each.to(dtype) for each in (q, numbers(0.0, low, low - 1)[:, None], v)]
            assert_agrees(
                student.scaled_dot_product_attention(*problem, mask),
                reference.scaled_dot_product_attention(*problem, mask),
            )

    @points(1)
    def test_a_query_that_sees_nothing_gets_nothing(self, student, reference):
        """Weights 0 and output 0, and no NaN: what does your softmax make of nothing but -inf?"""
        q, k, v = words(2, 2, 4), words(3, 3, 4), words(4, 3, 5)
        for mask in (BLIND, torch.tensor(False), torch.zeros(2, 3).bool()):
            assert_agrees(
                student.scaled_dot_product_attention(q, k, v, mask),
                reference.scaled_dot_product_attention(q, k, v, mask),
            )
        only = [q, words(3, 1, 4), words(4, 1, 5), torch.tensor([False])]
        assert_agrees(student.scaled_dot_product_attention(*only), reference.scaled_dot_product_attention(*only))

    @points(1.5)
    @on_devices
    def test_gradients_are_right_and_finite(self, student, reference):
        """Also where a query sees nothing: `nan_to_num` mends what you see, and leaves NaN in the gradient."""
        q, k, v = words(5, 2, 4), words(6, 3, 4), words(7, 3, 5)
        for mask in (None, torch.tensor([True, False, True]), BLIND):
            t.assert_finite_gradients(student.scaled_dot_product_attention, q, k, v, mask)
            function, right = student.scaled_dot_product_attention, reference.scaled_dot_product_attention
            t.assert_gradients_agree(function, right, q, k, v, mask)

    @points(1.5)
    def test_values_that_nobody_sees_do_not_reach_the_output(self, student, reference):
        """0 times NaN is NaN, forwards and backwards: an unseen value has to be taken out before the product. Whether it is seen is asked
        in each sentence and head by itself."""
        for unseen in (NAN, INF):
            q, k, v = words(8, 2, 4), words(9, 3, 4), words(10, 3, 5)
            mask, spoilt = torch.tensor([[True, False, True], [True, False, False]]), v.clone()
            spoilt[1] = unseen
            function = student.scaled_dot_product_attention
            assert_agrees(function(q, k, spoilt, mask), reference.scaled_dot_product_attention(q, k, v, mask))
            gradients = function.gradients(1, q, k, spoilt, mask).inputs[:3]
            require(
                all(isinstance(each, torch.Tensor) for each in gradients), "each of q, k and v should get a gradient"
            )
            for name, kept in zip("qkv", (*gradients[:2], gradients[2][[0, 2]]), strict=True):
                require(
                    kept.isfinite().all(), f"the gradient of {name} should be finite where the values are seen", kept
                )
            q, k, v = words(8, 2, 2, 2, 4), words(9, 2, 2, 3, 4), words(10, 2, 2, 3, 5)
            for mask, sentence, head in (
                (
                    torch.tensor([[True, False, True], [True, True, True]])[:, None, None].repeat(1, 1, 2, 1),
                    0,
                    slice(None),
                ),
                (torch.tensor([[True, True, True], [True, False, True]])[:, None], slice(None), 1),
            ):
                spoilt = v.clone()
                spoilt[sentence, head, 1] = unseen
                right = reference.scaled_dot_product_attention(q, k, v, mask)
                assert_agrees(student.scaled_dot_product_attention(q, k, spoilt, mask), right)

    @points(1)
    def test_half_precision_is_finite_and_exact(self, student, reference):
        """float16 and bfloat16 in, the same out. Is a mask filled with a number that float16 cannot hold?"""
        q, k, v = words(11, 3, 4), words(12, 5, 4), words(13, 5, 6)
        function, right = student.scaled_dot_product_attention, reference.scaled_dot_product_attention
        mask = torch.tensor([True, False, True, True, False])
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            short = [each.to(dtype) for each in (q, k, v)]
            scale = attention_scale(*short)
            for each_mask in (mask, None):
                exact = right(*(each.double() for each in short), each_mask)
                assert_agrees(function(*short, each_mask), tuple(each.to(dtype) for each in exact), scale=scale)
        t.assert_half_is_finite(function, q, k, v, mask)
        whole = [torch.tensor([[1, 2], [0, 1]]), torch.tensor([[1, 0], [2, 1], [0, 1]]), torch.tensor([[1], [2], [3]])]
        assert_agrees(function(*whole), right(*whole), scale=20.0)

    @points(1)
    def test_refuses_sizes_that_do_not_fit(self, student):
        """A ValueError that names both sizes: columns of queries and keys, keys and values, mask and scores. Is a mask accepted that is
        larger than the scores, so that there are more of them afterwards?"""
        q, k, v = words(1, 2, 4), words(2, 3, 4), words(3, 3, 5)
        function = student.scaled_dot_product_attention
        assert_value_error(function, q, words(2, 3, 6), v, names=["4", "6"])
        assert_value_error(function, q, words(2, 3, 1), v, names=["4", "1"])
        assert_value_error(function, q, k, words(3, 7, 5), names=["3", "7"])
        assert_value_error(function, q, k, words(3, 1, 5), names=["3", "1"])
        assert_value_error(function, q, k, v, torch.ones(2, 6).bool(), names=["6", "3"])
        # A mask does not stretch the scores: here there is one query, and then one sentence.
        assert_value_error(function, q[:1], k, v, torch.ones(5, 3).bool(), names=["5", "1"])
        assert_value_error(function, q[None], k[None], v[None], torch.ones(4, 2, 3).bool(), names=["4", "1"])

    @points(0.5)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """Tensors and mask belong to the caller, and may be transposed ones."""
        q, k, v = words(14, 2, 3, 4), words(15, 2, 5, 4), words(16, 2, 5, 6)
        mask = torch.tensor([True, False, True, True, False])
        function, right = student.scaled_dot_product_attention, reference.scaled_dot_product_attention
        assert_inputs_unchanged(function, q, k, v, mask)
        t.assert_accepts_gaps(function, right, q, k, v, mask)

    @points(0.5)
    def test_works_on_whole_tensors(self, student):
        """A loop in Python goes through batch, heads, queries or keys one by one."""

        def problem(side):
            return [words(1, side, side, 4), words(2, side, side, 4), words(3, side, side, 4)]

        assert_steady_operations(student.scaled_dot_product_attention, small=problem(3), large=problem(12))

    @points(0.5)
    def test_never_waits_for_the_device(self, student):
        """`.item()`, `.cpu()` and an `if` on a tensor stop the program until the GPU has caught up."""
        t.assert_no_waiting(student.scaled_dot_product_attention, words(5, 2, 4), words(6, 3, 4), words(7, 3, 5), BLIND)

    @points(0.5)
    def test_takes_no_more_than_three_times_the_time(self, student, reference):
        """Is something computed twice, or expanded to every pair of a query and a key?"""
        arguments = [words(seed, 8, 128, 64) for seed in (1, 2, 3)]
        assert_at_most_times_the_reference(3, student, reference, "scaled_dot_product_attention", arguments)


def heads_of(size):
    return [size.d_model, size.num_heads]


def mask_of(size, seed):
    return torch.from_numpy(np.random.default_rng(seed).random((size.batch, 1, size.length, size.other_length)) < 0.6)


@exercise("MultiHeadAttention", points=16, forbidden=NO_HEADS)
class TestMultiHeadAttention:
    @points(3)
    @on_devices
    @example(size=SEVERAL, masked=False, seed=1)
    @example(size=SEVERAL, masked=True, seed=2)
    @given(size=t.sizes(), masked=st.booleans(), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, size, masked, seed):
        """In `eval()`: project, split, attend, set side by side, project. Which columns does a head own, and by which root are its
        scores divided?"""
        mine, right = t.twins(student, reference, "MultiHeadAttention", *heads_of(size), seed=seed)
        query = size.tensor("batch", "length", "d_model", seed=seed)
        key = size.tensor("batch", "other_length", "d_model", seed=seed + 1)
        value = size.tensor("batch", "other_length", "d_model", seed=seed + 2)
        mask = mask_of(size, seed) if masked else None
        assert_agrees(mine(query, key, value, mask), right(query, key, value, mask))

    @points(0.5)
    def test_masks_of_every_shape_are_laid_over_the_weights_from_the_right(self, student, reference):
        """(n_keys,), (n_queries, 1), (heads, 1, n_keys) or (batch, 1, 1, n_keys): the axes of a mask are those of the weights, from the
        last one on. Each call has its own mask, and its own queries, keys and values."""
        mine, right = t.twins(student, reference, "MultiHeadAttention", 6, 2, seed=13)
        inputs = [words(17, 2, 2, 6), words(18, 2, 2, 6), words(19, 2, 2, 6)]
        for mask in LAID_OVER:
            assert_agrees(mine(*inputs, mask), right(*inputs, mask))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """A module of float16 or bfloat16 numbers gives output and weights of that dtype, and takes a mask too."""
        mine, right = t.twins(student, reference, "MultiHeadAttention", 6, 2, seed=14)
        weights, mask = t.state_of(right).parameters, torch.tensor([True, False, True])
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            short = {name: value.to(dtype) for name, value in weights.items()}
            t.load_state(mine, short)
            t.load_state(right, {name: value.double() for name, value in short.items()})
            inputs = [words(seed, 2, 3, 6).to(dtype) for seed in (1, 2, 3)]
            for each_mask in (None, mask):
                exact = right(*(each.double() for each in inputs), each_mask)
                assert_agrees(mine(*inputs, each_mask), tuple(each.to(dtype) for each in exact), scale=5.0)

    @points(2)
    def test_registers_four_layers(self, student, reference):
        """`w_q`, `w_k`, `w_v` and `w_o`, each a linear layer with a bias, and nothing else. Layers in a list are not found. What is saved
        are these four, and every module has its own."""
        for sizes in ((6, 2), (8, 4), (5, 1)):
            mine, right = student.MultiHeadAttention(*sizes), reference.MultiHeadAttention(*sizes)
            t.assert_parameters(mine, right)
            assert_agrees(sorted(t.state_of(mine).saved), sorted(t.state_of(right).saved))
        t.assert_own_parameters(student.MultiHeadAttention, [6, 2])

    @points(2)
    @on_devices
    def test_gradients_reach_every_parameter(self, student, reference):
        """Queries, keys, values and all four layers learn, also where a query sees nothing."""
        mine, right = t.twins(student, reference, "MultiHeadAttention", 6, 2, seed=4)
        inputs = [words(1, 2, 4, 6), words(2, 2, 3, 6), words(3, 2, 3, 6)]
        mask = torch.tensor([[True, False, True], [False, False, False], [True, True, True], [True, True, False]])
        for mode in (t.evaluating, t.training):
            mode(mine)
            t.assert_gradients_agree(mine, right, *inputs, mask)
            t.assert_finite_gradients(mine, *inputs, mask)

    @points(2)
    def test_drops_attention_weights_and_nothing_else(self, student):
        """In training, entries of the weights are dropped before the values are mixed: as many as `dropout` says, none if it says nothing.
        The others are divided by 1 - dropout."""
        eye, zeros = torch.eye(80).double(), torch.zeros(80).double()
        state = {f"w_{name}.weight": eye if name in "vo" else 0 * eye for name in "qkvo"}
        state |= {f"w_{name}.bias": zeros for name in "qkv"} | {"w_o.bias": zeros + 3}
        x, value = words(5, 3, 30, 80), torch.eye(30, 40).repeat(3, 1, 2).double()
        for arguments, rate in (([80, 2, 0.25], 0.25), ([80, 2], 0.0)):
            module = student.MultiHeadAttention(*arguments)
            t.load_state(module, state)
            t.training(module)
            output, _ = module.forward.seeded(11, x, x, value)
            # All scores are 0, the values an identity matrix for each head, and w_o adds 3: what else is in the output is the weights of
            # both heads, after dropout.
            dropped = output.unflatten(-1, (2, 40))[..., :30].transpose(1, 2) - 3
            dropped, whole = (
                torch.where(dropped.abs() < 1e-9, 0.0, dropped),
                torch.full((3, 2, 30, 30), 1 / 30, dtype=torch.float64),
            )
            if rate:
                t.assert_drops(dropped=dropped, whole=whole, rate=rate)
                require(
                    not (dropped == 0).all(-2).any(),
                    "weights should be dropped one by one, never a whole column",
                    dropped,
                )
                patterns = (dropped == 0).flatten(0, 1).flatten(1)
                require(
                    len(patterns.unique(dim=0)) == 6, "every sentence and every head should draw for itself", dropped
                )
            else:
                assert_agrees(dropped, whole)

    @points(1)
    def test_draws_anew_in_training_and_never_in_eval(self, student):
        """`eval()` switches dropout off, `train()` switches it on again."""
        x = words(6, 2, 5, 6).float()
        t.assert_modes(student.MultiHeadAttention(6, 2, dropout=0.5), x, x, x, rate=0.5)
        t.assert_modes(student.MultiHeadAttention(6, 2), x, x, x, rate=0.0)

    @points(1)
    def test_saves_and_loads(self, student):
        """What `state_dict()` saves makes another module give the same answers."""
        x = words(7, 2, 4, 6).float()
        t.assert_state_round_trip(student.MultiHeadAttention, [6, 2], inputs=[x, x, x])

    @points(1)
    def test_hidden_words_and_other_sentences_do_not_matter(self, student, reference):
        """However large a hidden key is, the output is the same; and a sentence comes out the same in any batch."""
        mine, _ = t.twins(student, reference, "MultiHeadAttention", 6, 2, seed=8)
        query, key = words(8, 2, 4, 6), words(9, 2, 3, 6)
        mask, other = torch.tensor([True, True, False]), key.clone()
        other[:, 2] = 1e9 * key[:, 2]
        output, weights = mine(query, key, key, mask)
        assert_agrees(mine(query, other, other, mask), (output, weights))
        assert_agrees(mine(query[:1], key[:1], key[:1], mask), (output[:1], weights[:1]))

    @points(1)
    def test_refuses_what_does_not_fit(self, student):
        """A ValueError that names both numbers: columns that the heads cannot share, keys and values that are not equally many, a mask
        that does not broadcast to the weights, such as one for more sentences than there are."""
        for d_model, num_heads in ((10, 4), (7, 2), (6, 4)):
            assert_value_error(student.MultiHeadAttention, d_model, num_heads, names=[str(d_model), str(num_heads)])
        module, x = student.MultiHeadAttention(6, 2), words(1, 2, 4, 6).float()
        assert_value_error(module, x, words(2, 2, 3, 6).float(), words(3, 2, 5, 6).float(), names=["3", "5"])
        assert_value_error(module, x, x, x, torch.ones(7, 7).bool(), names=["7", "4"])
        assert_value_error(module, x[:1], x[:1], x[:1], torch.ones(3, 1, 1, 4).bool(), names=["3", "1"])

    @points(1)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """Queries, keys, values and mask belong to the caller, and may be transposed tensors."""
        mine, right = t.twins(student, reference, "MultiHeadAttention", 6, 2, seed=9)
        inputs, mask = [words(10, 2, 4, 6), words(11, 2, 3, 6), words(12, 2, 3, 6)], torch.tensor([True, True, False])
        for mode in (t.training, t.evaluating):
            mode(mine)
            assert_inputs_unchanged(mine.forward, *inputs, mask)
        t.assert_accepts_gaps(mine, right, *inputs, mask)

    @points(1)
    def test_works_on_all_heads_at_once(self, student):
        """A loop over heads, sentences or words does its work once for each of them. One product serves all of them."""

        def operations(heads, batch, length):
            x = words(1, batch, length, 32).float()
            module = student.MultiHeadAttention(32, heads)
            t.evaluating(module)
            return counted(module.forward, x, x, x).operations

        few = operations(2, 2, 3)
        for heads, batch, length in ((16, 2, 3), (2, 16, 3), (2, 2, 24)):
            many = operations(heads, batch, length)
            require(
                many <= few + 4,
                f"{few} operations for 2 heads, 2 sentences and 3 words, and {many} for {heads}, {batch} and {length}: is there a loop?",
            )
