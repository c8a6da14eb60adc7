"""The hidden grader of unit 12: first that nothing has changed in the answers, then what they cost. Costs are counted, never timed.

A cache is the student's own affair: it stays where it was made (`keeping`), whatever it is. Beam search is graded where all readings
of it agree: with one beginning, with all of them, and on models whose best way is clear.
"""

import math

import numpy as np
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograder.toolkit import (
    assert_agrees,
    assert_inputs_unchanged,
    assert_value_error,
    counted,
    exercise,
    on_devices,
    points,
    require,
)
from autograder.toolkit import tensors as t
from autograder.toolkit.scales import attention_scale, softmax_scale
from autograder.toolkit.strategies import SEEDS
from autograder.toolkit.tensors.strategies import MaskKind

NO_SOFTMAX = ["torch.softmax", "torch.log_softmax"]
NO_ATTENTION = ["torch.nn.functional.scaled_dot_product_attention"]
WHOLE = (torch.int64, torch.int8, torch.uint8)
INF = float("inf")
WORDS, BLOCK = (
    96,
    3,
)  # small, as a loop over single words is right and takes a thousand times as many steps as one over none


def normal(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def row(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


RISING = torch.arange(11.0, dtype=torch.float64)[None] * row(1.0, -1.0, 3.0)[:, None]
HIDDEN = torch.stack(
    [
        row(-INF, -INF, -INF, 1.0, 2.0, -INF, 0.5),  # a first block of nothing
        row(1.0, 2.0, 0.5, -INF, -INF, -INF, -INF),  # a last one
        row(0.0, -INF, -INF, -INF, -INF, -INF, -3.0),
        row(-INF, -INF, -INF, -INF, -INF, -INF, -INF),
    ]
)


@exercise("online_softmax", points=6, forbidden=NO_SOFTMAX)
class TestOnlineSoftmax:
    @points(2)
    @on_devices
    @example(x=RISING, block_size=3)
    @example(x=-RISING, block_size=4)
    @example(x=normal(1, 2, 3, 7), block_size=3)
    @example(x=normal(2, 4, 4), block_size=2)
    @example(x=normal(3, 6), block_size=6)
    @example(x=normal(4, 5), block_size=9)
    @example(x=normal(5, 5), block_size=1)
    @given(x=t.tensors(max_side=7), block_size=st.integers(1, 8))
    def test_equals_the_softmax(self, student, reference, x, block_size):
        """Whatever the size of the blocks, the result is the softmax along the last axis. When a new maximum arrives, is the old sum
        put right before the block's is added? Are the weights divided by the last sum? Does a short last block count?"""
        assume(x.dim() > 0 and x.numel() > 0 and block_size > 0)
        assert_agrees(student.online_softmax(x, block_size), reference.online_softmax(x, block_size))

    @points(1)
    def test_hidden_scores_get_nothing(self, student, reference):
        """Scores of -inf get the weight 0 and the gradient 0, and a row of nothing else gets zeros: never NaN. What is taken away
        while no finite score has been seen? A NaN that a `where` has replaced comes back in the gradient: is it never made?"""
        for block_size in (1, 2, 3, 7, 10):
            assert_agrees(student.online_softmax(HIDDEN, block_size), reference.online_softmax(HIDDEN, block_size))
            t.assert_gradients_agree(student.online_softmax, reference.online_softmax, HIDDEN[:3], block_size)
            t.assert_finite_gradients(student.online_softmax, HIDDEN, block_size)
        assert_agrees(student.online_softmax(HIDDEN[3], 2), torch.zeros(7).double())

    @points(0.5)
    def test_survives_large_scores(self, student, reference):
        """Scores of ten thousand and more, rising or falling from block to block, and large ones in float16: exp overflows unless
        the maximum so far is taken away. And a maximum that begins with a number is wrong where all scores lie below it."""
        low = -1e100 * (1 + RISING.abs())
        for x in (1e4 * RISING, -1e4 * RISING, 300 * normal(6, 3, 7), RISING + 5e3, RISING - 5e3, low):
            assert_agrees(student.online_softmax(x, 3), reference.online_softmax(x, 3))
        t.assert_half_is_finite(student.online_softmax, 4 * RISING, 3)

    @points(0.5)
    @on_devices
    def test_gradients_are_right(self, student, reference):
        """Each weight depends on every score of its row, in whatever block it is. Is anything detached but the maximum, or made anew
        from numbers?"""
        for block_size in (2, 7):
            t.assert_gradients_agree(student.online_softmax, reference.online_softmax, normal(1, 3, 7), block_size)

    @points(1)
    def test_needs_a_few_blocks_of_memory_besides_the_result(self, student, reference):
        """A row of 8192 numbers in blocks of 32: beside the result there may be a few blocks at any time, and nothing that is as
        long as the row. What do the lines after the loop make? Is the result put together from a list, so that it is there twice?"""
        for shape in ((8192,), (3, 4096)):
            x = normal(7, *shape).float()
            counts = student.online_softmax.counted(x, 32)
            for answer in counts.answers:
                (given, *_), right = answer.positional, reference.online_softmax(*answer.positional)
                assert_agrees(answer.value, right, scale=softmax_scale(given))
            result = x.numel() * x.element_size()
            besides = counts.peak_bytes - result
            require(
                besides <= result / 4,
                f"needs {besides / 2**10:.1f} KiB besides the result, where {result / 2**12:.1f} KiB are plenty for blocks of 32 "
                f"(x itself has {result / 2**10:.1f} KiB)",
            )

    @points(0.5)
    def test_keeps_dtype_and_input(self, student, reference):
        """float32 in, float32 out, and the same for the half types; whole numbers are computed in the default dtype. x may lie
        anywhere in memory, and stays as it was."""
        x = normal(8, 3, 7)
        t.assert_precisions(student.online_softmax, reference.online_softmax, x, 3, scale=softmax_scale(x))
        for dtype in WHOLE:
            whole = (RISING[:2] + 11).to(dtype)
            assert_agrees(
                student.online_softmax(whole, 4), reference.online_softmax(whole, 4), scale=softmax_scale(whole)
            )
        assert_inputs_unchanged(student.online_softmax, x, 3)
        t.assert_accepts_gaps(student.online_softmax, reference.online_softmax, normal(1, 2, 3, 7), 3)
        t.assert_no_side_effects(student.online_softmax, x, 3)

    @points(0.5)
    def test_refuses_blocks_of_nothing(self, student):
        """A block has at least one number. 0 and less are refused by a ValueError that says what was found."""
        for size in (0, -1, -7):
            assert_value_error(student.online_softmax, normal(1, 2, 5), size, names=[str(size)])


def qkv(seed, n_queries, n_keys, d_k, d_v, *batch):
    return (
        normal([seed, 1], *batch, n_queries, d_k),
        normal([seed, 2], *batch, n_keys, d_k),
        normal([seed, 3], *batch, n_keys, d_v),
    )


@exercise("chunked_attention", points=9, forbidden=NO_ATTENTION)
class TestChunkedAttention:
    @points(2)
    @on_devices
    @example(
        problem=t.Problem(
            dict(zip("qkv", qkv(1, 5, 7, 3, 2), strict=True)),
            {"q": ("queries", "d_k"), "k": ("keys", "d_k"), "v": ("keys", "d_v")},
        ),
        block_size=3,
    )
    @example(
        problem=t.Problem(
            dict(zip("qkv", qkv(2, 6, 4, 2, 3), strict=True)),
            {"q": ("queries", "d_k"), "k": ("keys", "d_k"), "v": ("keys", "d_v")},
        ),
        block_size=2,
    )
    @given(problem=t.attention_problems(masks=(MaskKind.NONE,), max_side=6), block_size=st.integers(1, 7))
    def test_equals_attention(self, student, reference, problem, block_size):
        """Whatever the size of the blocks, the output is that of scaled dot-product attention. Are sum and weighted sum put right by
        the same factor when a new maximum arrives? Do short last blocks count, of queries and of keys? And the square root?"""
        assume(block_size > 0)
        q, k, v = problem.q, problem.k, problem.v
        assert_agrees(student.chunked_attention(q, k, v, block_size), reference.chunked_attention(q, k, v, block_size))

    @points(1.5)
    @on_devices
    @example(n=7, block_size=3, seed=1)
    @example(n=6, block_size=2, seed=2)
    @example(n=5, block_size=1, seed=3)
    @example(n=4, block_size=4, seed=4)
    @example(n=3, block_size=8, seed=5)
    @example(n=200, block_size=64, seed=6)
    @given(n=st.integers(1, 8), block_size=st.integers(1, 9), seed=SEEDS)
    def test_causal_attention_sees_no_future(self, student, reference, n, block_size, seed):
        """With `causal=True` query i sees the keys 0 to i, wherever the borders of the blocks are. On the diagonal a block is hidden
        in part: are keys counted from the beginning of the text, or of the block?"""
        assume(n > 0 and block_size > 0)
        q, k, v = qkv(seed, n, n, 3, 2, 2)
        expected = reference.chunked_attention(q, k, v, block_size, causal=True)
        assert_agrees(student.chunked_attention(q, k, v, block_size, causal=True), expected)
        assert_agrees(student.chunked_attention(q, k, v, block_size, True), expected)

    @points(0.5)
    def test_survives_large_scores(self, student, reference):
        """Scores of thousands, rising or falling from block to block: exp overflows unless the maximum so far is taken away, and
        where all but one weight vanish, the largest still gets all. What is hidden gets nothing, however low the scores are that
        are seen."""
        q, k, v = qkv(4, 5, 7, 3, 2)
        rising = torch.arange(7.0, dtype=torch.float64)[:, None] * torch.ones(3)
        for keys in (1e4 * k, 1e3 * rising, -1e3 * rising, rising - 5e3):
            assert_agrees(student.chunked_attention(q, keys, v, 2), reference.chunked_attention(q, keys, v, 2))
        for keys in (1e3 * rising[:5], -1e3 * rising[:5]):
            arguments = [q, keys, v[:5], 2, True]
            assert_agrees(student.chunked_attention(*arguments), reference.chunked_attention(*arguments))
        seen = v[:5].cumsum(0) / torch.arange(1, 6)[:, None]
        # All alike, far below the numbers that are put in for a hidden score. Parts that are put together by the logarithms of their sums
        # lose as many digits as the scores have; beyond 1e16 that is all of them.
        for size, scale in ((-3e4, 1.0), (-(2.0**32), 1e5), (-1e100, attention_scale(q, -1e100 * k, v))):
            ones = torch.ones(5, 4, dtype=torch.float64)
            assert_agrees(student.chunked_attention(ones, size * ones, v[:5], 2, True), seen, scale=scale)

    @points(1)
    @on_devices
    def test_gradients_are_right(self, student, reference):
        """Training needs the gradients of q, k and v, through every block. Is something overwritten in place that the gradient still
        needs, detached, or made anew from numbers?"""
        arguments = qkv(5, 5, 7, 3, 2)
        t.assert_gradients_agree(student.chunked_attention, reference.chunked_attention, *arguments, 3)
        arguments = qkv(6, 7, 7, 3, 2)
        t.assert_gradients_agree(student.chunked_attention, reference.chunked_attention, *arguments, 2, True)

    @points(1)
    def test_needs_no_table_of_all_pairs(self, student):
        """For 96 words in blocks of 3 nothing is needed that has an entry for every query and every key: neither scores nor weights.
        All blocks of scores in a list are as large."""
        self._needs_no_table(student, causal=False)

    @points(1)
    def test_needs_no_table_for_the_causal_mask(self, student):
        """The same with `causal=True`: a mask for all pairs of words is such a table as well, if only of booleans. What is hidden
        follows from the numbers of the queries and keys in a block."""
        self._needs_no_table(student, causal=True)

    def _needs_no_table(self, student, causal):
        q, k, v = (x.float() for x in qkv(7, WORDS, WORDS, 2, 1))
        counts = student.chunked_attention.counted(q, k, v, BLOCK, causal)
        hidden = torch.ones(WORDS, WORDS).triu(1).bool() if causal else torch.tensor(False)
        for answer in counts.answers:
            q, k, v, *_ = answer.positional
            expected = torch.softmax((q @ k.mT / 2**0.5).masked_fill(hidden, -INF), -1) @ v
            assert_agrees(answer.value, expected, scale=attention_scale(q, k, v))
        table = WORDS * WORDS  # bytes, if only of booleans; six tensors of 96 times 3 floats are below it
        if counts.peak_bytes <= 0.95 * table:
            return
        # Many tensors of a block for all queries are as much. For half the words they are half, and a table is a quarter.
        few = student.chunked_attention.counted(*(x[: WORDS // 2] for x in (q, k, v)), BLOCK, causal)
        require(
            counts.peak_bytes <= 2.4 * few.peak_bytes,
            f"needs {counts.peak_bytes / 2**10:.1f} KiB at its peak for {WORDS} words in blocks of {BLOCK}; a table of booleans for all "
            f"pairs has {table / 2**10:.0f} KiB, one of scores {table / 2**8:.0f} KiB",
        )

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float32 in, float32 out, and the same for the half types; whole numbers are computed in the default dtype."""
        arguments = qkv(8, 5, 5, 3, 2)
        scale = attention_scale(*arguments)
        for causal in (False, True):
            t.assert_precisions(
                student.chunked_attention, reference.chunked_attention, *arguments, 2, causal, scale=scale
            )
        for dtype in WHOLE:
            whole = [(2 * x).abs().round().to(dtype) for x in arguments]
            expected = reference.chunked_attention(*whole, 2)
            assert_agrees(student.chunked_attention(*whole, 2), expected, scale=attention_scale(*whole))

    @points(0.5)
    def test_takes_any_batch_and_changes_nothing(self, student, reference):
        """Any number of leading axes, also none; tensors that lie anywhere in memory; and all three stay as they were."""
        arguments = qkv(9, 5, 5, 3, 2)
        for causal in (False, True):
            call, right = student.chunked_attention, reference.chunked_attention
            t.assert_batches(call, right, *arguments, 2, causal)
            t.assert_accepts_gaps(call, right, *qkv(9, 5, 5, 3, 2, 2, 3), 2, causal)
            assert_inputs_unchanged(call, *arguments, 2, causal)
        t.assert_no_side_effects(student.chunked_attention, *arguments, 2)

    @points(1)
    def test_refuses_what_does_not_fit(self, student):
        """Blocks of less than one, keys without a value, columns that cannot be multiplied, and causal attention between texts of
        different lengths: each is refused by a ValueError that names what was found. Blocks that are cut in step hide such a
        mistake: `zip` stops at the shorter one."""
        for size in (0, -3):
            assert_value_error(student.chunked_attention, *qkv(1, 5, 7, 3, 2), size, names=[str(size)])
        q, k, v = qkv(1, 5, 7, 3, 2)
        for keys, values in ((6, 7), (7, 4), (1, 7), (7, 1)):
            names = [str(keys), str(values)]
            assert_value_error(student.chunked_attention, q, k[:keys], v[:values], 2, names=names)
        assert_value_error(student.chunked_attention, q[:, :2], k, v, 2, names=["2", "3"])
        assert_value_error(student.chunked_attention, q[:, :1], k, v, 2, names=["1", "3"])
        assert_value_error(student.chunked_attention, q, k[:, :2], v, 2, names=["3", "2"])
        assert_value_error(student.chunked_attention, q, k[:, :1], v, 2, names=["3", "1"])
        for queries, keys in ((5, 7), (7, 5), (1, 7)):
            arguments = qkv(2, queries, keys, 3, 2)
            assert_value_error(student.chunked_attention, *arguments, 2, causal=True, names=[str(queries), str(keys)])


def going_on(module):
    """`forward` of a module, as a function whose second result, the cache, stays with it."""
    forward = module.forward.keeping(1)

    def call(x, cache=None):
        found = forward(x) if cache is None else forward(x, cache=cache)
        pair = isinstance(found, (tuple, list)) and len(found) == 2
        require(pair, "forward should return two values, the output and a cache", found)
        return found

    return call


def in_pieces(call, x, lengths):
    """The outputs of a text that is given in pieces."""
    assert sum(lengths) == x.shape[1]
    outputs, cache = [], None
    for piece in x.split(lengths, dim=1):
        output, cache = call(piece.contiguous(), cache)
        outputs.append(output)
    return outputs


@exercise("CachedSelfAttention", points=10, forbidden=["torch.nn.MultiheadAttention"])
class TestCachedSelfAttention:
    @points(2)
    @on_devices
    @example(size=t.Sizes(2, 5, 3, 2, 3, 1, 1), seed=1)
    @example(size=t.Sizes(3, 4, 3, 4, 1, 1, 1), seed=2)
    @given(size=t.sizes(), seed=SEEDS)
    def test_agrees_in_one_piece(self, student, reference, size, seed):
        """Without a cache this is causal multi-head self-attention: each word sees itself and the words before it, in every head.
        Is the score divided by the root of the columns of one head, and is the future hidden?"""
        mine, right = t.twins(student, reference, "CachedSelfAttention", size.d_model, size.num_heads, seed=seed)
        x = size.tensor("batch", "length", "d_model", seed=seed)
        assert_agrees(going_on(mine)(x)[0], going_on(right)(x)[0])

    @points(2.5)
    @on_devices
    @example(lengths=[3, 1, 1], heads=2, seed=1)
    @example(lengths=[1, 1, 1, 1], heads=1, seed=2)
    @example(lengths=[2, 3, 1], heads=3, seed=3)
    @example(lengths=[1, 4], heads=2, seed=4)
    @example(lengths=[520, 1, 2], heads=1, seed=5)
    @given(lengths=st.lists(st.integers(1, 3), min_size=2, max_size=4), heads=st.integers(1, 3), seed=SEEDS)
    def test_agrees_in_pieces(self, student, reference, lengths, heads, seed):
        """A text that is given in pieces, word by word or several words at a time, has the outputs that it has in one piece. Are old
        and new keys in the right order? When several words are new, each sees all the old ones and the new ones up to itself:
        is the mask as wide as there are keys, and where does its staircase begin?"""
        assume(all(length > 0 for length in lengths) and heads > 0)
        mine, right = t.twins(student, reference, "CachedSelfAttention", 2 * heads, heads, seed=seed)
        x = normal([seed, 1], 2, sum(lengths), 2 * heads)
        expected, _ = going_on(right)(x)
        assert_agrees(in_pieces(going_on(mine), x, lengths), list(expected.split(lengths, dim=1)))

    @points(1.5)
    def test_no_call_changes_a_cache(self, student, reference):
        """Two sentences that go on from the same cache know nothing of each other, in whatever order their words come, and a cache
        that was used can be used again. Is something appended to, or written into, that the caller still has? Is it kept in the
        module itself, where the next sentence overwrites it?"""
        mine, right = (going_on(each) for each in t.twins(student, reference, "CachedSelfAttention", 6, 2, seed=5))
        first, other, *new = (normal([5, number], 2, length, 6) for number, length in enumerate([3, 4, 1, 1, 2]))
        begun = [(call, call(first)[1]) for call in (mine, right)]
        mine(other)
        self._agree(begun, new[0])
        after_0 = self._agree(begun, new[0])
        after_1 = self._agree(begun, new[1])
        self._agree(after_0, new[2])
        self._agree(after_1, new[2])
        self._agree(after_0, new[1])
        self._agree(begun, new[2])
        self._agree(after_1, new[0])

    def _agree(self, calls, x):
        """Both go on with x. Returns the calls with their new caches."""
        (got, mine), (expected, right) = (call(x, cache) for call, cache in calls)
        assert_agrees(got, expected)
        return [(call, cache) for (call, _), cache in zip(calls, (mine, right), strict=True)]

    @points(1)
    def test_projects_no_old_word_again(self, student, reference):
        """The weights of w_k and w_v are replaced by others between two calls: the keys and values of the old words are those that
        they got from the old weights, as nobody computes them again. Does the cache hold the words themselves?"""
        mine, right = t.twins(student, reference, "CachedSelfAttention", 6, 2, seed=6)
        old, new = normal([6, 1], 2, 4, 6), normal([6, 2], 2, 1, 6)
        begun = [(call, call(old)[1]) for call in (going_on(mine), going_on(right))]
        others = {
            name: normal([6, number], *value.shape)
            for number, (name, value) in enumerate(sorted(t.state_of(right).parameters.items()))
            if name.startswith(("w_k", "w_v"))
        }
        for module in (mine, right):
            t.load_state(module, others)
        self._agree(begun, new)

    @points(1)
    def test_a_step_costs_what_the_length_so_far_costs(self, student):
        """A new word after 256 others is compared with 257 keys; after 64 it was 65. The work may grow as much and no more: is
        attention computed for the old words as well, though nobody asks for them, or a mask made with a row for each of them?"""
        call, counts_of_a_step = self._counting(student)
        short, long = (counts_of_a_step(call, length) for length in (64, 256))
        t.assert_linear_traffic(short, long)

    def _counting(self, student):
        module = student.CachedSelfAttention(8, 2)
        t.evaluating(module)
        call, x = going_on(module), normal(7, 1, 257, 8).float()

        def counts_of_a_step(call, length):
            _, cache = call(x[:, :length].contiguous())
            return counted(module.forward.keeping(1), x[:, length : length + 1].contiguous(), cache)

        return call, counts_of_a_step

    @points(0.5)
    def test_registers_four_linear_layers(self, student, reference):
        """`w_q`, `w_k`, `w_v` and `w_o`, each with weight and bias, of the default dtype, and nothing else that is learned."""
        mine = student.CachedSelfAttention(6, 2)
        t.assert_parameters(mine, reference.CachedSelfAttention(6, 2))
        for name, value in t.state_of(mine).parameters.items():
            require(
                value.dtype == torch.float32, f"`{name}` should be of the default dtype, float32, not {value.dtype}"
            )

    @points(0.5)
    @on_devices
    def test_gradients_reach_every_parameter(self, student, reference):
        """x and all four layers get their gradient, and so does a word that goes on from a cache: nothing on the way to the output is
        detached. (Whether a cache leads back to the words that it was made of is yours to decide.)"""
        mine, right = t.twins(student, reference, "CachedSelfAttention", 6, 2, seed=8)
        x = normal(8, 2, 4, 6)
        t.assert_gradients_agree(mine.forward.keeping(1), right.forward.keeping(1), x)
        new = normal([8, 1], 2, 2, 6)
        got, expected = (each.forward.keeping(1).gradients(8, new, going_on(each)(x)[1]) for each in (mine, right))
        require(got.inputs[0] is not None, "a gradient should arrive at words that go on from a cache")
        assert_agrees(got.inputs[0], expected.inputs[0])

    @points(0.5)
    def test_keeps_dtype_and_input(self, student, reference):
        """A module of float32 gives float32, one of float16 float16, in pieces too; x may lie anywhere in memory and stays as it
        was. Large words have scores far below any number that is put in for a hidden one."""
        mine, right = t.twins(student, reference, "CachedSelfAttention", 6, 2, seed=9)
        x = normal(9, 2, 5, 6)
        forward, other = mine.forward.keeping(1), going_on(right)
        _, (after,), _ = forward.with_inputs(x)
        require(torch.equal(after, x), "changes its input: work on a copy", after)
        wide = torch.stack([x, x], dim=-1)[..., 0]
        assert_agrees(forward(wide)[0], other(x)[0])
        assert_agrees(in_pieces(going_on(mine), 1e6 * x, [3, 2]), in_pieces(other, 1e6 * x, [3, 2]))
        weights = t.state_of(right).parameters
        for dtype in (torch.float32, torch.float16, torch.bfloat16):
            rounded = {name: value.to(dtype) for name, value in weights.items()}
            t.load_state(mine, rounded)
            t.load_state(right, {name: value.double() for name, value in rounded.items()})
            exact = in_pieces(other, x.to(dtype).double(), [3, 2])
            found = in_pieces(going_on(mine), x.to(dtype), [3, 2])
            assert_agrees(found, [piece.to(dtype) for piece in exact], scale=10.0)

    @points(0.5)
    def test_refuses_heads_that_do_not_fit(self, student):
        """The heads share the columns equally. A d_model that they do not divide is refused by a ValueError that names both."""
        for d_model, heads in ((6, 4), (7, 2), (3, 6)):
            assert_value_error(student.CachedSelfAttention, d_model, heads, names=[str(d_model), str(heads)])


BOS, EOS = 0, 1
TOLERANCE = 1e-5  # sums of log-probabilities in float32 are right
# Models, by number, and beams for which all readings of beam search agree, also when the model is a little disturbed, and where
# neither greedy decoding nor half the beam finds the sentence. tests/course/test_efficient_unit.py holds that.
CLEAR = [(36, 2), (55, 2), (89, 2), (148, 2), (255, 2), (20, 3), (207, 3), (250, 3), (89, 4), (147, 4), (279, 4)]
CLEAR += [(3, 3), (20, 4)]  # whose answer is another for a beam that grows when a sentence ends
PATHS = [
    ((0.6, 0.36, (0.4, 0.3), 0.9), 2),
    ((0.5, 0.4, (0.35, 0.33), 0.9), 2),
    ((0.55, 0.3, (0.3, 0.25), 0.95), 3),
]  # see garden_path


def model(seed, vocab=5, sharpness=1.5, eos=0.0):
    """A language model whose answers depend on the whole prefix."""
    scores = sharpness * normal(seed, 61, vocab)
    scores[:, EOS] += eos
    return t.Lookup(scores.log_softmax(-1), base=7)


def garden_path(first, second, then, after):
    """`2` is likely at first and leads to nothing much; after `3` comes what should have been chosen. The last token decides."""
    table = torch.full((6, 6), 0.01, dtype=torch.float64)
    table[BOS, 2], table[BOS, 3] = first, second
    table[2, 4], table[2, 5] = then
    table[3, 4], table[4, EOS], table[5, EOS] = after, after, after
    return t.Lookup(table.log())


OVERTAKEN = t.Lookup(
    row(0.1, 0.4, 0.38, 0.12, *[0.25] * 4, 0.005, 0.01, 0.005, 0.98, 0.005, 0.98, 0.01, 0.005).view(4, 4).log()
)


def wide_path():
    """Of four beginnings of two tokens, more than there are tokens in all, the last one is the best to go on from."""
    table = torch.tensor([0.35, 0.3, 0.35], dtype=torch.float64).repeat(120, 1)
    table[3] = table[9] = table[11] = row(0.5, 0.02, 0.48)  # after <bos>, after 0 and after 2
    table[35] = row(0.02, 0.96, 0.02)  # after 2, 2
    return t.Lookup(table.log(), base=3)


def sentences(log_probs, vocab, max_length):
    """Every sentence with its log-probability: those that end within max_length, and those that have not."""
    found, running = [], [((BOS,), 0.0)]
    for _ in range(max_length):
        answers = log_probs(torch.tensor([tokens for tokens, _ in running])).tolist()
        continued = [
            ((*tokens, token), total + answers[number][token])
            for number, (tokens, total) in enumerate(running)
            for token in range(vocab)
        ]
        found += [each for each in continued if each[0][-1] == EOS]
        running = [each for each in continued if each[0][-1] != EOS]
    return found, running


def best_two(log_probs, vocab, max_length, length_penalty):
    """The best (score, tokens) of all that end, and of all others; the first is the answer where the two are well apart."""
    found, running = sentences(log_probs, vocab, max_length)
    scored = [(total / ((5 + len(tokens) - 1) / 6) ** length_penalty, list(tokens[1:])) for tokens, total in found]
    unended = [(total / ((5 + len(tokens) - 1) / 6) ** length_penalty, list(tokens[1:])) for tokens, total in running]
    best, *others = sorted(scored + unended, reverse=True)[:2]
    return best, others[0]


def assert_found(got, tokens, score):
    """The sentence and its score, as a list of ints and a float."""
    pair = isinstance(got, tuple) and len(got) == 2
    require(pair, "beam_search should return the tokens and their score, a tuple of two", got)
    plain = type(got[0]) is list and all(type(token) is int for token in got[0])
    require(plain, "the tokens should be a list of ints", got[0])
    require(isinstance(got[1], float), "the score should be a float", got[1])
    require(got[0] == tokens, f"the tokens should be {tokens}", got[0])
    close = abs(got[1] - score) <= TOLERANCE * (1 + abs(score))
    require(close, f"the score should be {score:.6g} for these tokens, it is {got[1]:.6g}", got)


@exercise("beam_search", points=9)
class TestBeamSearch:
    @points(1.5)
    @example(seed=3, max_length=7, bos=BOS, eos=EOS)
    @example(seed=55, max_length=1, bos=BOS, eos=EOS)
    @example(seed=3, max_length=7, bos=4, eos=2)
    @given(seed=SEEDS, max_length=st.integers(1, 9), bos=st.integers(0, 5), eos=st.integers(0, 5))
    def test_one_beginning_is_greedy_decoding(self, student, seed, max_length, bos, eos):
        """With `beam=1` the likeliest token is taken at every step, until it is eos or max_length tokens are there. Do the prefixes
        begin with bos, whatever number it has? Is eos among the tokens returned, and bos not? Does it stop where it should?"""
        assume(max_length > 0 and bos != eos)
        log_probs = model(seed, vocab=6)
        tokens, total = [], 0.0
        while len(tokens) < max_length and eos not in tokens:
            answers = log_probs(torch.tensor([[bos, *tokens]]))[0]
            total += float(answers.max())
            tokens.append(int(answers.argmax()))
        found = student.beam_search(log_probs, bos, eos, 1, max_length)
        assert_found(found, tokens, total / ((5 + len(tokens)) / 6) ** 0.6)

    @points(0.5)
    def test_one_beginning_ends_with_its_eos(self, student):
        """With `beam=1` the search is over when the likeliest token is eos, whatever could be said instead: the place that has become
        free is not given to another beginning."""
        for max_length in (1, 3, 5):
            assert_found(student.beam_search(OVERTAKEN, BOS, EOS, 1, max_length), [EOS], math.log(0.4))

    @points(0.5)
    def test_a_long_sentence_keeps_its_score(self, student):
        """300 tokens, each with the probability 0.08: their product is too small for a float, and the sum of their logarithms is not."""
        shares = torch.full((24, 24), 0.04, dtype=torch.float64)
        shares[:, 5] = 0.08
        found = student.beam_search(t.Lookup(shares.log()), BOS, EOS, 1, 300)
        long = isinstance(found, tuple) and len(found) == 2 and found[0] == [5] * 300
        require(long, "300 times token 5 should be found, and its score", found)
        score = 300 * math.log(0.08) / (305 / 6) ** 0.6
        require(abs(found[1] - score) < 1e-3 * abs(score), f"the score should be {score:.6g}, it is {found[1]:.6g}")

    @points(2)
    def test_gets_out_of_a_garden_path(self, student, reference):
        """The likeliest first token leads to nothing good, and a few beginnings more show it. Are the best taken of all continuations
        together, and not some of each? May they be more than there are tokens? Does each go on with its own tokens and its own sum,
        also when their order changes? Is every sentence that ends kept, to be compared in the end?"""
        models = [(model(seed), beam) for seed, beam in CLEAR]
        for log_probs, beam in [*((garden_path(*numbers), beam) for numbers, beam in PATHS), (wide_path(), 8), *models]:
            found = student.beam_search(log_probs, BOS, EOS, beam, 7)
            assert_found(found, *reference.beam_search(log_probs, BOS, EOS, beam, 7))

    @points(1.5)
    @example(seed=1, max_length=4)
    @example(seed=2, max_length=3)
    @given(seed=SEEDS, max_length=st.integers(2, 4))
    def test_all_beginnings_find_the_best_sentence(self, student, seed, max_length):
        """A beam of 500 follows everything that there is of so short sentences, so the one with the best score of all must be found.
        There are fewer continuations than that at first: are all of them kept? Is a sentence cut off, or let go on, one token from
        max_length?"""
        assume(max_length > 0)
        log_probs = model(seed, vocab=4, eos=0.7)
        (score, tokens), (next_score, _) = best_two(log_probs, 4, max_length, 0.6)
        assume(tokens[-1] == EOS and score - next_score > 0.01)
        assert_found(student.beam_search(log_probs, BOS, EOS, 500, max_length), tokens, score)

    @points(0.5)
    def test_a_longer_sentence_may_overtake(self, student):
        """A short sentence has ended, and those that still run are behind it. One of them goes on with tokens that are nearly certain:
        its sum hardly falls, its divisor grows, and in the end its score is better. Does the search stop too early?"""
        for alpha in (0.6, 1.0):
            for max_length in (3, 5):
                (score, tokens), _ = best_two(OVERTAKEN, 4, max_length, alpha)
                assert_found(student.beam_search(OVERTAKEN, BOS, EOS, 500, max_length, alpha), tokens, score)

    @points(1)
    def test_the_penalty_favours_longer_sentences(self, student):
        """The score is the log-probability divided by ((5 + n) / 6) to the power α, with n tokens, eos among them. With α = 0 nothing
        is divided; the larger α is, the longer the sentences that win."""
        lengths = []
        for seed in (1, 11, 29):
            log_probs = model(seed, vocab=4, sharpness=1.0, eos=0.7)
            for alpha in (0.0, 0.3, 1.0, 2.5):
                (score, tokens), (next_score, _) = best_two(log_probs, 4, 4, alpha)
                if tokens[-1] == EOS and score - next_score > 0.01:
                    found = student.beam_search(log_probs, BOS, EOS, 500, 4, alpha)
                    assert_found(found, tokens, score)
                    named = student.beam_search(log_probs, BOS, EOS, 500, max_length=4, length_penalty=alpha)
                    assert_found(named, tokens, score)
                    lengths.append(len(tokens))
        assert len(set(lengths)) > 1, "the models of this test are to have winners of different lengths"

    @points(1)
    def test_without_an_end_the_best_beginning_is_returned(self, student, reference):
        """If no sentence has ended within max_length tokens, the best one that has not is the answer: max_length tokens without eos,
        scored in the same way."""
        for seed, beam, max_length in ((1, 1, 4), (2, 2, 5), (3, 3, 6), (4, 2, 1), (5, 4, 3)):
            log_probs = model(seed, vocab=12, eos=-30.0)
            found = student.beam_search(log_probs, BOS, EOS, beam, max_length)
            assert_found(found, *reference.beam_search(log_probs, BOS, EOS, beam, max_length))

    @points(0.5)
    def test_refuses_to_follow_nothing(self, student):
        """At least one beginning is followed. A beam of 0 or less is refused by a ValueError that says what was found."""
        for beam in (0, -2):
            assert_value_error(student.beam_search, model(1), BOS, EOS, beam, 5, names=[str(beam)])
