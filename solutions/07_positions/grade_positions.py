"""The hidden grader of unit 07. Agreement with the reference first, then each promise of the contract by itself.

Positions are compared in float32, where an angle is as exact as it is large; embeddings in float64, with the reference's weights.
"""

import numpy as np
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograder.toolkit import (
    assert_agrees,
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
from autograder.toolkit.scales import position_scale
from autograder.toolkit.strategies import SEEDS

ROWS = 9  # the max_length of small modules
MOST_OPERATIONS = 3  # of a forward pass that takes its rows from a table: the sum, a change of dtype, dropout
ONE_HOT_BYTES = 2 << 20  # a one-hot tensor of the tokens below has more than twice as many


def words(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape)).float()


def evaluated(make, *arguments, **named):
    module = make(*arguments, **named)
    t.evaluating(module)
    return module


def assert_positions_agree(got, expected, length, magnitude=0.0):
    """As exact as float32 can be at the last of `length` positions, beside numbers of that magnitude."""
    assert_agrees(got, expected, scale=position_scale(length) + magnitude, terms=1)


@exercise("sinusoidal_positions", points=6)
class TestSinusoidalPositions:
    @points(3)
    @example(length=3, d_model=4)
    @example(length=4, d_model=6)
    @example(length=2, d_model=2)
    @example(length=1, d_model=8)
    @example(length=0, d_model=4)
    @example(length=12, d_model=10)
    @given(length=st.integers(0, 20), d_model=st.sampled_from([2, 4, 6, 8, 10, 16]))
    def test_agrees_with_the_reference(self, student, reference, length, d_model):
        """Row by row: sine and cosine take turns, both of a pair have the same angle, and the exponent is 2i / d_model for the pair
        i. Which position is the first, and which clock?"""
        assume(length >= 0 and d_model > 0 and d_model % 2 == 0)
        expected = reference.sinusoidal_positions(length, d_model)
        assert_positions_agree(student.sinusoidal_positions(length, d_model), expected, length)

    @points(1)
    def test_agrees_far_from_the_beginning(self, student, reference):
        """Long texts have positions in the thousands. Are the angles computed with enough digits for them, and without a change of
        PyTorch's default dtype, which all code shares?"""
        for length, d_model in ((5001, 8), (600, 64)):
            expected = reference.sinusoidal_positions(length, d_model)
            got = t.assert_leaves_switches(student.sinusoidal_positions, length, d_model)
            assert_positions_agree(got, expected, length)

    @points(1)
    def test_refuses_an_odd_number_of_columns(self, student):
        """With an odd d_model the last sine has no cosine: a ValueError that names it."""
        for length, d_model in ((4, 5), (3, 1), (6, 63)):
            assert_value_error(student.sinusoidal_positions, length, d_model, names=[str(d_model)])

    @points(1)
    def test_computes_all_positions_and_columns_together(self, student):
        """A loop in Python over positions or columns does work for each of them. A column of positions and a row of clocks give all
        angles in one operation."""
        for large in ([512, 16], [8, 256]):
            assert_steady_operations(student.sinusoidal_positions, small=[8, 16], large=large)


@exercise("PositionalEncoding", points=7)
class TestPositionalEncoding:
    @points(2)
    @on_devices
    @example(batch=2, length=3, half=2, seed=1)
    @example(batch=3, length=9, half=3, seed=2)
    @given(batch=st.integers(1, 3), length=st.integers(1, ROWS), half=st.integers(1, 5), seed=SEEDS)
    def test_agrees_with_the_reference(self, student, reference, batch, length, half, seed):
        """In `eval()`: each word plus the row of its position, the same in every sentence of the batch. Is the right axis the
        position, and is anything else done to words or rows?"""
        assume(batch > 0 and 0 < length <= ROWS and half > 0)
        x = words(seed, batch, length, 2 * half)
        mine, right = (evaluated(each.PositionalEncoding, 2 * half, ROWS) for each in (student, reference))
        assert_positions_agree(mine(x), right(x), ROWS, float(x.abs().max()))

    @points(1)
    def test_keeps_the_table_in_a_buffer(self, student, reference):
        """`table` holds max_length rows and is registered as a buffer: `.to(device)` takes it along, and no optimiser changes it.
        Nothing is learned here."""
        for arguments, rows in (([6, 8], 8), ([4], 5000)):
            module = student.PositionalEncoding(*arguments)
            t.assert_parameters(module, reference.PositionalEncoding(*arguments))
            buffers = t.state_of(module).buffers
            require("table" in buffers, f"there is no buffer `table`; buffers: {', '.join(buffers) or 'none'}")
            expected = reference.sinusoidal_positions(rows, arguments[0])
            table = buffers["table"]
            table = (table[0] if table.dim() == 3 and len(table) == 1 else table).to(expected.dtype)
            assert_positions_agree(table, expected, rows)
        t.assert_leaves_switches(student.PositionalEncoding, 6, 8)

    @points(1)
    def test_drops_entries_of_the_sum(self, student):
        """In training, entries of the sum of words and positions become 0, as many as `dropout` says, a tenth if it says nothing,
        and the others are divided by 1 - dropout. Is it the sum that is dropped?"""
        x = 3 + words(1, 4, 30, 40).abs()
        for arguments, rate in (([40, 30, 0.6], 0.6), ([40, 30], 0.1)):
            module = evaluated(student.PositionalEncoding, *arguments)
            whole = module(x)
            t.training(module)
            dropped = module.forward.seeded(11, x)
            t.assert_drops(dropped=dropped, whole=whole, rate=rate)
            patterns = (dropped == 0).flatten(1)
            require(len(patterns.unique(dim=0)) == len(x), "other entries are dropped in every sentence", dropped)
            for axis, what in ((2, "word"), (1, "column")):
                require(
                    not (dropped == 0).all(axis).any(), f"entries are dropped one by one, never a whole {what}", dropped
                )

    @points(0.5)
    def test_draws_anew_in_training_and_never_in_eval(self, student):
        """`eval()` switches dropout off, `train()` switches it on again, and then each call draws anew. A rate of 0 drops nothing."""
        x = words(2, 2, 7, 8)
        t.assert_modes(student.PositionalEncoding(8, ROWS, 0.5), x, rate=0.5)
        module = evaluated(student.PositionalEncoding, 8, ROWS, dropout=0.0)
        whole = module(x)
        t.training(module)
        assert_agrees(module(x), whole)

    @points(0.5)
    def test_makes_the_table_once(self, student):
        """The table is made with the module. A call takes rows of it: sines and cosines in `forward` are computed again for every
        batch of every epoch."""
        module = evaluated(student.PositionalEncoding, 16, 500)
        work = counted(module.forward, words(3, 2, 400, 16))
        require(
            work.operations <= MOST_OPERATIONS,
            f"a call takes {work.operations} operations; with a table that is there already, {MOST_OPERATIONS} are plenty",
        )

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """The words decide: float16 in, float16 out, whatever the table is made of, in training too. float64 words keep all their
        digits, and the table stays as exact as it was, whatever was called before."""
        x = words(4, 2, 5, 6)
        right = evaluated(reference.PositionalEncoding, 6, ROWS)
        mine = evaluated(student.PositionalEncoding, 6, ROWS)
        for dtype in (torch.float16, torch.float64, torch.bfloat16, torch.float32):
            got, expected = mine(x.to(dtype)), right(x.to(dtype))
            require(isinstance(got, torch.Tensor) and got.dtype == dtype, f"{dtype} in should give {dtype} out", got)
            precise = (
                torch.float32 if dtype == torch.float64 else dtype
            )  # the table itself has no more digits than float32
            assert_positions_agree(got.to(precise), expected.to(precise), ROWS, 4.0)
        large = 1e6 * x.double()  # of which float32 would lose more digits than the table has
        assert_positions_agree((mine(large) - large).float(), (right(large) - large).float(), ROWS)
        t.training(mine)
        for dtype in (torch.float16, torch.float32):
            got = mine(x.to(dtype))
            require(isinstance(got, torch.Tensor) and got.dtype == dtype, f"{dtype} in should give {dtype} out", got)

    @points(0.5)
    def test_takes_as_many_words_as_there_are_rows_and_no_more(self, student, reference):
        """max_length words are fine. One more is refused by a ValueError that names both numbers: PyTorch's own error is of
        another kind. And each call begins with the first row, whatever was called before."""
        x = words(5, 2, 6, 4)
        mine, right = (evaluated(each.PositionalEncoding, 4, 6) for each in (student, reference))
        assert_positions_agree(mine(x), right(x), 6, 4.0)
        for length, rows in ((7, 6), (12, 5), (2, 1)):
            module = student.PositionalEncoding(4, rows)
            for mode in (t.training, t.evaluating):
                mode(module)
                assert_value_error(module, torch.zeros(1, length, 4), names=[str(length), str(rows)])
        for length in (1, 1, 3, 1):
            assert_positions_agree(mine(x[:, :length]), right(x[:, :length]), 6, 4.0)

    @points(0.5)
    @on_devices
    def test_gradients_go_through_to_the_words(self, student, reference):
        """The words' own embeddings are learned, so the gradient has to pass. Is the sum detached, or made from numbers?"""
        mine, right = (evaluated(each.PositionalEncoding, 6, ROWS, 0.0) for each in (student, reference))
        for mode in (t.evaluating, t.training):
            mode(mine)
            t.assert_gradients_agree(mine, right, words(6, 2, 5, 6))

    @points(0.5)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """The words belong to the caller: `x += ...` writes into them. And a tensor may be a transposed one. All is the same under
        `torch.no_grad()`, and under any default dtype."""
        mine, right = (evaluated(each.PositionalEncoding, 6, ROWS) for each in (student, reference))
        for mode in (t.training, t.evaluating):
            mode(mine)
            assert_inputs_unchanged(mine.forward, words(7, 2, 5, 6))
        x = words(9, 5, 2, 6).transpose(0, 1)
        assert_positions_agree(mine(x), right(x), ROWS, 4.0)
        t.assert_same_under_settings(mine, [x], [words(8, 1, 3, 6).double()])


@exercise("TokenEmbedding", points=5)
class TestTokenEmbedding:
    @points(2)
    @on_devices
    @example(tokens=torch.tensor([2, 0]), d_model=3, seed=1)
    @example(tokens=torch.tensor([[1, 10, 1], [0, 3, 2]]), d_model=5, seed=2)
    @example(tokens=torch.tensor([[1, 10], [0, 3]]), d_model=12, seed=3)
    @given(tokens=t.token_batches(), d_model=st.integers(1, 10), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, tokens, d_model, seed):
        """The row of each token, times √d_model. Is the root that of the columns, and multiplied by?"""
        assume(tokens.numel() > 0 and d_model > 0)
        mine, right = t.twins(student, reference, "TokenEmbedding", 11, d_model, seed=seed)
        assert_agrees(mine(tokens), right(tokens))

    @points(0.5)
    def test_has_one_parameter_called_weight(self, student, reference):
        """`weight` is an nn.Parameter of shape (vocab_size, d_model) in PyTorch's default dtype, there is no other, and every module
        has its own."""
        t.assert_own_parameters(student.TokenEmbedding, [7, 4])
        for sizes in ((7, 4), (3, 8)):
            module = student.TokenEmbedding(*sizes)
            t.assert_parameters(module, reference.TokenEmbedding(*sizes))
            dtype = t.state_of(module).parameters["weight"].dtype
            require(dtype == torch.float32, f"`weight` should be of the default dtype, torch.float32; it is {dtype}")
        t.assert_leaves_switches(student.TokenEmbedding, 7, 4)

    @points(1)
    @on_devices
    def test_gradients_reach_the_rows_that_were_used(self, student, reference):
        """A token that occurs twice gives its row twice the gradient, one that does not occur gives none. Is anything detached? In
        training everything is as in `eval()`."""
        mine, right = t.twins(student, reference, "TokenEmbedding", 6, 4, seed=3)
        tokens = torch.tensor([[1, 4, 1], [0, 4, 4]])
        for mode in (t.evaluating, t.training):
            mode(mine)
            assert_agrees(mine(tokens), right(tokens))
            t.assert_gradients_agree(mine, right, tokens)

    @points(1)
    def test_looks_rows_up(self, student):
        """A one-hot tensor has a number for each word of the vocabulary, at every position, nearly all of them 0. Indexing takes the
        rows and nothing else."""
        module = student.TokenEmbedding(20_000, 8)
        t.assert_peak_at_most(ONE_HOT_BYTES, module.forward, torch.arange(64).view(4, 16) * 300)
        few, many = torch.arange(4).view(2, 2), torch.arange(64).view(4, 16)
        assert_steady_operations(module.forward, small=[few], large=[many])

    @points(0.5)
    def test_keeps_the_tokens_and_the_dtype_of_the_weight(self, student, reference):
        """Tokens of any shape, also a transposed batch or a single one, are left as they were; a module of float16 gives float16. Rows
        of any length come out as they are, under `torch.no_grad()` and any default dtype too."""
        mine, right = t.twins(student, reference, "TokenEmbedding", 11, 4, seed=5)
        tokens = torch.tensor([[1, 10, 1], [0, 3, 2]])
        assert_inputs_unchanged(mine.forward, tokens)
        for given_tokens in (tokens.T, tokens[:, ::2], torch.tensor(7), tokens.view(1, 2, 3)):
            assert_agrees(mine(given_tokens), right(given_tokens))
        long_rows = 1000 * t.state_of(right).parameters["weight"]
        for weights in (long_rows.float(), long_rows):
            for module in (mine, right):
                t.load_state(module, {"weight": weights})
            assert_agrees(mine(tokens), right(tokens))
            t.assert_same_under_settings(mine, [tokens], [tokens[0]])
        for module in (mine, right):
            t.load_state(module, {"weight": torch.linspace(-1, 1, 44).view(11, 4).half()})
        assert_agrees(mine(tokens), right(tokens), scale=2.0)
