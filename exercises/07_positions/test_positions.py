"""Visible checks of unit 07: the lesson's worked numbers, and properties that you can think through."""

import math

import torch

from autograder.toolkit import assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, require
from autograder.toolkit import tensors as t
from autograder.toolkit.scales import position_scale

FIRST_ROWS = [
    [0.0, 1.0, 0.0, 1.0],
    [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)],
    [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)],
]


def words(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@exercise("sinusoidal_positions")
class TestSinusoidalPositions:
    def test_gives_the_rows_worked_out_by_hand(self, student):
        """With four columns the clocks turn by 1 and by 1/100 a position: sin, cos, sin, cos."""
        assert_agrees(student.sinusoidal_positions(3, 4), torch.tensor(FIRST_ROWS), scale=position_scale(3))

    def test_position_0_is_0_and_1_in_turn(self, student):
        """All clocks begin at the angle 0, whose sine is 0 and whose cosine is 1."""
        assert_agrees(student.sinusoidal_positions(1, 6), torch.tensor([[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]]))

    def test_each_pair_is_the_hand_of_a_clock(self, student):
        """The sine and cosine of one angle: their squares add up to 1. Do both columns of a pair use the same angle?"""
        table = student.sinusoidal_positions(50, 8)
        squares = table[:, 0::2] ** 2 + table[:, 1::2] ** 2
        assert_agrees(squares, torch.ones(50, 4))

    def test_each_clock_is_slower_than_the_one_before(self, student):
        """At position 1 the angles are 1, 1/10, 1/100 and 1/1000 for eight columns: 10000 to the power of 2/8 is 10."""
        angles = torch.atan2(*student.sinusoidal_positions(2, 8)[1].view(4, 2).T)
        assert_agrees(angles, torch.tensor([1.0, 0.1, 0.01, 0.001]))

    def test_refuses_an_odd_number_of_columns(self, student):
        """A ValueError that names the d_model: a sine would be without its cosine."""
        assert_value_error(student.sinusoidal_positions, 4, 5, names=["5"])


@exercise("PositionalEncoding")
class TestPositionalEncoding:
    def test_adds_the_rows_of_the_table(self, student):
        """With words of zeros, what comes out in `eval()` is the beginning of the table."""
        module = student.PositionalEncoding(4, 10)
        t.evaluating(module)
        expected = torch.tensor(FIRST_ROWS).expand(2, 3, 4)
        assert_agrees(module(torch.zeros(2, 3, 4)), expected, scale=position_scale(3))

    def test_keeps_the_words(self, student):
        """It is a sum: take the output for zeros away, and the words are back, the same number of columns."""
        module = student.PositionalEncoding(6, 10)
        t.evaluating(module)
        x = words(1, 2, 5, 6)
        assert_agrees(module(x) - module(torch.zeros(2, 5, 6)), x)

    def test_the_table_is_a_buffer(self, student):
        """The module has a buffer called `table`, and nothing that is learned. A plain attribute stays behind on the CPU."""
        state = t.state_of(student.PositionalEncoding(6, 10))
        require("table" in state.buffers, f"there is no buffer `table`: {', '.join(state.buffers) or 'there are none'}")
        require(not state.parameters, f"nothing is learned here, but there is {', '.join(state.parameters)}")

    def test_drops_in_training_only(self, student):
        """`eval()` gives the same answer every time; in training entries of the sum are dropped."""
        t.assert_modes(student.PositionalEncoding(8, 10, 0.5), words(2, 2, 7, 8), rate=0.5)

    def test_refuses_more_words_than_it_has_rows(self, student):
        """A ValueError that names how many there are and how many there may be."""
        assert_value_error(student.PositionalEncoding(4, 3), torch.zeros(1, 5, 4), names=["5", "3"])

    def test_leaves_the_words_unchanged(self, student):
        """`x += ...` would write into the caller's words."""
        assert_inputs_unchanged(student.PositionalEncoding(6, 10).forward, words(3, 2, 5, 6))


@exercise("TokenEmbedding")
class TestTokenEmbedding:
    def test_gives_the_rows_worked_out_by_hand(self, student):
        """Rows 2 and 0 of the table in the lesson, times √4 = 2."""
        module = student.TokenEmbedding(3, 4)
        t.load_state(module, {"weight": torch.arange(1.0, 13.0).view(3, 4)})
        expected = torch.tensor([[18.0, 20.0, 22.0, 24.0], [2.0, 4.0, 6.0, 8.0]])
        assert_agrees(module(torch.tensor([2, 0])), expected)

    def test_has_one_parameter_called_weight(self, student):
        """`weight` of shape (vocab_size, d_model), registered as an nn.Parameter, so that it can be learned."""
        shapes = {
            name: tuple(value.shape) for name, value in t.state_of(student.TokenEmbedding(7, 4)).parameters.items()
        }
        require(shapes == {"weight": (7, 4)}, f"the parameters should be weight (7, 4); they are {shapes}")

    def test_keeps_the_shape_of_the_tokens(self, student):
        """A batch of sentences gives a row for each of their words: one more axis, at the end."""
        module = student.TokenEmbedding(9, 4)
        tokens = torch.tensor([[1, 2, 3], [8, 0, 1]])
        rows = module(tokens)
        require(tuple(rows.shape) == (2, 3, 4), f"the shape should be (2, 3, 4); it is {tuple(rows.shape)}")
        require(
            torch.equal(rows[0, 0], rows[1, 2]), "the same token should have the same row, wherever it stands", rows
        )
