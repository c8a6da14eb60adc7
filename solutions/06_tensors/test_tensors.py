"""Visible checks of unit 06: the lesson's worked numbers, your NumPy versions, and properties that you can think through."""

import math

import numpy as np
import torch

from autograder import earlier
from autograder.toolkit import assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, on_devices, require
from autograder.toolkit import tensors as t

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
INF = math.inf


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def words(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@exercise("norm", forbidden=NO_NORM)
class TestNorm:
    def test_gives_the_lengths_worked_out_by_hand(self, student):
        """[3, 4] is 5 long, and so is each of the rows."""
        assert_agrees(student.norm(numbers(3, 4)), torch.tensor(5.0, dtype=torch.float64))
        assert_agrees(
            student.norm(torch.tensor([[3.0, 4.0], [0.0, 0.0], [-5.0, 12.0]])), torch.tensor([5.0, 0.0, 13.0])
        )

    def test_works_along_any_axis(self, student):
        """Along the columns of [[3, 0], [4, 2]] the lengths are 5 and 2."""
        assert_agrees(student.norm(torch.stack([numbers(3, 0), numbers(4, 2)]), dim=0), numbers(5, 2))

    def test_the_gradient_at_zeros_is_finite(self, student):
        """A row of zeros gives a length of 0, and no NaN on the way back."""
        t.assert_finite_gradients(student.norm, torch.zeros(2, 3, dtype=torch.float64))

    def test_agrees_with_your_numpy_version(self, student):
        """Row by row, the lengths that your function from unit 01 gives."""
        x, length = words(1, 3, 4), earlier("norm")
        assert_agrees(student.norm(x), torch.tensor([float(length(row)) for row in x.tolist()], dtype=torch.float64))


@exercise("cosine_similarity", forbidden=NO_COSINE)
class TestCosineSimilarity:
    def test_gives_the_cosines_worked_out_by_hand(self, student):
        """The rows of the table: 0.6, 1, 0."""
        assert_agrees(student.cosine_similarity(numbers(3, 4), numbers(1, 0)), torch.tensor(0.6, dtype=torch.float64))
        x = torch.stack([numbers(1, 2, 3), numbers(1, 0, 0)])
        y = torch.stack([numbers(2, 4, 6), numbers(0, 1, 0)])
        assert_agrees(student.cosine_similarity(x, y), numbers(1, 0))

    def test_a_vector_of_zeros_is_similar_to_nothing(self, student):
        """0 by our own rule, and finite gradients."""
        zeros, arrow = torch.zeros(2, dtype=torch.float64), numbers(1, 0)
        assert_agrees(student.cosine_similarity(zeros, arrow), torch.tensor(0.0, dtype=torch.float64))
        t.assert_finite_gradients(student.cosine_similarity, zeros, arrow)

    def test_never_exceeds_one(self, student):
        """Also after rounding: a vector has the cosine 1 with itself, and nothing above."""
        x = words(2, 200, 3)
        require((student.cosine_similarity(x, x).abs() <= 1).all(), "no cosine should be beyond 1")

    def test_refuses_vectors_of_different_lengths(self, student):
        """A ValueError that names both, also where PyTorch would repeat a single number."""
        assert_value_error(student.cosine_similarity, words(1, 2, 3), words(1, 2, 1), names=["3", "1"])


@exercise("softmax", forbidden=NO_SOFTMAX)
class TestSoftmax:
    def test_gives_the_shares_worked_out_by_hand(self, student):
        """[0, ln 3] becomes a quarter and three quarters."""
        assert_agrees(student.softmax(numbers(0, math.log(3))), numbers(0.25, 0.75))

    def test_large_scores_give_no_nan(self, student):
        """[1000, 1000] are as large as each other: half each."""
        assert_agrees(student.softmax(numbers(1000, 1000)), numbers(0.5, 0.5))

    def test_hidden_scores_get_nothing(self, student):
        """-inf has no share; where all are hidden, nobody has."""
        x = torch.stack([numbers(0, -INF), numbers(-INF, -INF)])
        assert_agrees(student.softmax(x), torch.stack([numbers(1, 0), numbers(0, 0)]))

    @on_devices
    def test_agrees_with_your_numpy_version(self, student):
        """The shares that your function from unit 02 gives, on any device."""
        x = words(3, 2, 3, 4)
        expected = torch.from_numpy(np.asarray(earlier("softmax")(x.numpy(), axis=1)))
        assert_agrees(student.softmax(x, dim=1), expected)

    def test_float16_stays_finite(self, student):
        """Numbers in float16 end at 65504, so the exponential of 12 is infinite there."""
        got = student.softmax(torch.tensor([40.0, 40.0, -40.0], dtype=torch.float16))
        assert_agrees(got, torch.tensor([0.5, 0.5, 0.0], dtype=torch.float16), scale=40.0)


@exercise("causal_mask")
class TestCausalMask:
    def test_is_the_triangle_of_the_lesson(self, student):
        """Each position sees itself and what comes before."""
        expected = torch.tensor([[True, False, False], [True, True, False], [True, True, True]])
        assert_agrees(student.causal_mask(3), expected)

    @on_devices
    def test_lies_where_it_was_asked_for(self, student, device):
        """`device` is passed on to what makes the mask."""
        assert_agrees(student.causal_mask(2, device=device), torch.tensor([[True, False], [True, True]]))


@exercise("padding_mask")
class TestPaddingMask:
    @on_devices
    def test_is_the_mask_of_the_lesson(self, student):
        """True at 7, 3, 9 and 5, and an axis for heads and queries."""
        mask = student.padding_mask(torch.tensor([[7, 3, 9, 0], [5, 0, 0, 0]]))
        expected = torch.tensor([[[[True, True, True, False]]], [[[True, False, False, False]]]])
        assert_agrees(mask, expected)

    def test_another_number_can_be_padding(self, student):
        """With pad=9 the 0 is a word."""
        assert_agrees(student.padding_mask(torch.tensor([[7, 0, 9]]), pad=9), torch.tensor([[[[True, True, False]]]]))


@exercise("scaled_dot_product_attention", forbidden=NO_ATTENTION)
class TestScaledDotProductAttention:
    def test_gives_the_table_worked_out_by_hand(self, student):
        """Queries of zeros: all visible keys count alike. The last query sees nothing and gets 0."""
        mask = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0]]).bool()
        q, k, v = torch.zeros(4, 2).double(), words(1, 3, 2), numbers(2, 4, 9)[:, None]
        output, weights = student.scaled_dot_product_attention(q, k, v, mask)
        assert_agrees(output, numbers(2, 3, 5, 0)[:, None])
        assert_agrees(weights[1], numbers(0.5, 0.5, 0))

    def test_agrees_with_your_numpy_version(self, student):
        """The output and the weights that your `masked_attention` from unit 04 gives."""
        q, k, v = words(2, 2, 3, 4), words(3, 2, 5, 4), words(4, 2, 5, 6)
        mask = torch.tensor([True, True, True, False, True])
        expected = earlier("masked_attention")(q.numpy(), k.numpy(), v.numpy(), mask.numpy())
        got = student.scaled_dot_product_attention(q, k, v, mask)
        assert_agrees(got, tuple(torch.from_numpy(np.asarray(each)) for each in expected))

    def test_gradients_are_finite_where_a_query_sees_nothing(self, student):
        """A NaN may hide in the gradient where none is in the output."""
        mask = torch.tensor([[True, True], [False, False]])
        t.assert_finite_gradients(
            student.scaled_dot_product_attention, words(5, 2, 3), words(6, 2, 3), words(7, 2, 4), mask
        )

    def test_what_nobody_sees_may_be_nan(self, student):
        """The second value is hidden from all queries: 0 times NaN would be NaN."""
        v = torch.stack([numbers(1, 2), numbers(math.nan, math.nan)])
        output, _ = student.scaled_dot_product_attention(words(8, 3, 2), words(9, 2, 2), v, torch.tensor([True, False]))
        assert_agrees(output, numbers(1, 2).expand(3, 2))


@exercise("MultiHeadAttention", forbidden=NO_HEADS)
class TestMultiHeadAttention:
    def test_has_four_layers(self, student):
        """`w_q`, `w_k`, `w_v` and `w_o`, each with weight and bias, and nothing else that is learned."""
        expected = {f"w_{n}.{p}": (6, 6) if p == "weight" else (6,) for n in "qkvo" for p in ("weight", "bias")}
        state = t.state_of(student.MultiHeadAttention(6, 2)).parameters
        shapes = {name: tuple(value.shape) for name, value in state.items()}
        require(shapes == expected, f"the parameters should be {sorted(expected)}; they are {sorted(shapes)}")

    def test_gives_output_and_weights_of_every_head(self, student):
        """3 queries and 5 keys in 2 heads: weights (batch, 2, 3, 5) that add up to 1."""
        module = student.MultiHeadAttention(6, 2)
        t.evaluating(module)
        x, y = words(1, 2, 3, 6).float(), words(2, 2, 5, 6).float()
        output, weights = module(x, y, y)
        require(tuple(output.shape) == (2, 3, 6), f"the output should be (2, 3, 6); it is {tuple(output.shape)}")
        require(
            tuple(weights.shape) == (2, 2, 3, 5), f"the weights should be (2, 2, 3, 5); they are {tuple(weights.shape)}"
        )
        require((weights.sum(-1) - 1).abs().max() < 1e-5, "the weights of a query should add up to 1")

    def test_a_hidden_word_does_not_matter(self, student):
        """The last key is hidden: whatever it and its value are, the output is the same."""
        module = student.MultiHeadAttention(6, 2)
        t.evaluating(module)
        x, first, second = (words(seed, 1, 4, 6).float() for seed in (1, 2, 2))
        second[0, 3] = 9.0
        mask = torch.tensor([True, True, True, False])
        expected, _ = module(x, first, first, mask)
        assert_agrees(module(x, second, second, mask)[0], expected)

    def test_drops_in_training_only(self, student):
        """`eval()` gives the same answer every time; in training attention weights are dropped."""
        x = words(3, 2, 5, 6).float()
        t.assert_modes(student.MultiHeadAttention(6, 2, 0.5), x, x, x, rate=0.5)

    def test_refuses_columns_that_the_heads_cannot_share(self, student):
        """A ValueError that names both numbers."""
        assert_value_error(student.MultiHeadAttention, 10, 4, names=["10", "4"])

    def test_leaves_its_inputs_unchanged(self, student):
        """Queries, keys and values belong to the caller."""
        assert_inputs_unchanged(
            student.MultiHeadAttention(6, 2).forward, *(words(s, 2, 3, 6).float() for s in (1, 2, 3))
        )
