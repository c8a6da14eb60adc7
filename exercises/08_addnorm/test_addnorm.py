"""Visible checks of unit 08: the lesson's worked numbers, and properties that you can think through."""

import torch
from hypothesis import given

from autograder.toolkit import assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, require
from autograder.toolkit import tensors as t

RAMP = torch.tensor([1.0, 3.0, 5.0, 7.0], dtype=torch.float64)
THIRD = 1 / 3


def column(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def ones(columns):
    return torch.ones(columns, dtype=torch.float64)


def zeros(columns):
    return torch.zeros(columns, dtype=torch.float64)


def words(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@exercise("layer_norm", forbidden=["torch.nn.functional.layer_norm", "torch.nn.LayerNorm"])
class TestLayerNormFunction:
    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """(1, 3, 5, 7) with eps = 4: the mean is 4, the variance 5, and the root of 5 + 4 is 3."""
        assert_agrees(student.layer_norm(RAMP, ones(4), zeros(4), 4.0), column(-1, -THIRD, THIRD, 1))

    def test_weight_and_bias_belong_to_the_columns(self, student):
        """The table goes on: times (1, 3, 3, 2), plus (0, 0, 0, 5)."""
        found = student.layer_norm(RAMP, column(1, 3, 3, 2), column(0, 0, 0, 5), 4.0)
        assert_agrees(found, column(-1, -1, 1, 7))

    def test_every_row_is_treated_for_itself(self, student):
        """Two sentences of two words: each word has a mean and a variance of its own."""
        x = torch.stack([torch.stack([RAMP, 10 * RAMP]), torch.stack([RAMP.flip(0), RAMP + 100])])
        small = column(-1, -THIRD, THIRD, 1)
        large = (10 * RAMP - 40) / 504**0.5  # the variance of ten times the row is 500
        expected = torch.stack([torch.stack([small, large]), torch.stack([small.flip(0), small])])
        assert_agrees(student.layer_norm(x, ones(4), zeros(4), 4.0), expected)

    def test_eps_has_a_value_of_its_own(self, student):
        """(-0.003, 0.003) has the variance 0.000009. With the usual eps of 0.00001 that is divided by the root of 0.000019."""
        found = student.layer_norm(column(-0.003, 0.003), ones(2), zeros(2))
        assert_agrees(found, column(-0.003, 0.003) / 0.000019**0.5)

    @given(x=t.tensors(min_side=2))
    def test_the_mean_of_every_row_becomes_0(self, student, x):
        """Without weight and bias the numbers of a row add up to 0, whatever they were."""
        columns = x.shape[-1]
        assert_agrees(student.layer_norm(x, ones(columns), zeros(columns)).mean(-1), torch.zeros_like(x[..., 0]))

    def test_an_offset_is_forgotten(self, student):
        """Add 100 to every number of a row: nothing changes. Add it to one of them, and all do."""
        x = words(1, 3, 5)
        before = student.layer_norm(x, ones(5), zeros(5))
        assert_agrees(student.layer_norm(x + 100, ones(5), zeros(5)), before)
        one = x.clone()
        one[0, 2] += 100
        after = student.layer_norm(one, ones(5), zeros(5))
        require(
            (after[0] != before[0]).all(),
            "every number of that row should depend on the one that was changed",
            after[0],
        )
        assert_agrees(after[1:].clone(), before[1:].clone())

    def test_equal_numbers_become_the_bias(self, student):
        """There is nothing to divide by but eps: 0 times the weight, plus the bias. Never NaN."""
        assert_agrees(student.layer_norm(3 * ones(4), column(1, 2, 3, 4), column(5, 6, 7, 8)), column(5, 6, 7, 8))

    def test_keeps_float32_and_makes_it_of_whole_numbers(self, student):
        """float32 in, float32 out; whole numbers become floats of PyTorch's default dtype, which is float32 as well."""
        for x in (RAMP.float(), RAMP.long()):
            found = student.layer_norm(x, torch.ones(4), torch.zeros(4), 4.0)
            assert_agrees(found, torch.tensor([-1.0, -THIRD, THIRD, 1.0]))

    def test_a_weight_of_another_size_is_refused(self, student):
        """Five columns and four weights: a ValueError that names both numbers. The bias is no better."""
        assert_value_error(student.layer_norm, words(1, 2, 5), ones(4), zeros(5), names=["5", "4"])
        assert_value_error(student.layer_norm, words(1, 2, 5), ones(5), zeros(4), names=["5", "4"])

    def test_leaves_its_arguments_as_they_were(self, student):
        """The caller still needs them."""
        assert_inputs_unchanged(student.layer_norm, words(1, 2, 3, 4), ones(4), zeros(4))


@exercise("batch_norm", forbidden=["torch.nn.functional.batch_norm", "torch.nn.BatchNorm1d"])
class TestBatchNorm:
    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """The columns (1, 3, 5, 7) and (0, 0, 8, 8), for eps = 4: the second has the mean 4 and the variance 16."""
        found = student.batch_norm(torch.stack([RAMP, column(0, 0, 8, 8)], dim=1), ones(2), zeros(2), 4.0)
        far = 4 / 20**0.5
        assert_agrees(found, torch.stack([column(-1, -THIRD, THIRD, 1), column(-far, -far, far, far)], dim=1))

    def test_weight_and_bias_belong_to_the_columns(self, student):
        """Two columns (1, 3, 5, 7): one times 3 minus 1, the other times 6 plus 10."""
        found = student.batch_norm(torch.stack([RAMP, RAMP], dim=1), column(3, 6), column(-1, 10), 4.0)
        assert_agrees(found, torch.stack([column(-4, -2, 0, 2), column(4, 8, 12, 16)], dim=1))

    def test_every_column_gets_the_mean_0(self, student):
        """Down each column the numbers add up to 0. Along the rows there is no such promise."""
        assert_agrees(student.batch_norm(words(1, 5, 3), ones(3), zeros(3)).mean(0), zeros(3))

    def test_a_word_depends_on_its_neighbours(self, student):
        """The contrast with layer norm: change one row, and the others change as well."""
        x = words(1, 4, 3)
        other = x.clone()
        other[3] += 5
        before, after = (student.batch_norm(batch, ones(3), zeros(3))[0] for batch in (x, other))
        require((before != after).all(), "the first row should change with the last", after)

    def test_equal_numbers_become_the_bias(self, student):
        """A column that is the same in every row says nothing: its bias is left."""
        x = torch.stack([RAMP, 2 * ones(4)], dim=1)
        assert_agrees(student.batch_norm(x, ones(2), column(0, 7), 4.0)[:, 1].clone(), 7 * ones(4))

    def test_keeps_float32_and_makes_it_of_whole_numbers(self, student):
        """float32 in, float32 out; whole numbers become floats of PyTorch's default dtype, which is float32 as well."""
        for x in (RAMP.float(), RAMP.long()):
            found = student.batch_norm(x[:, None], torch.ones(1), torch.zeros(1), 4.0)
            assert_agrees(found, torch.tensor([[-1.0], [-THIRD], [THIRD], [1.0]]))

    def test_a_weight_of_another_size_is_refused(self, student):
        """Five columns and four weights: a ValueError that names both numbers. The bias is no better."""
        assert_value_error(student.batch_norm, words(1, 3, 5), ones(4), zeros(5), names=["5", "4"])
        assert_value_error(student.batch_norm, words(1, 3, 5), ones(5), zeros(4), names=["5", "4"])

    def test_leaves_its_arguments_as_they_were(self, student):
        """The caller still needs them."""
        assert_inputs_unchanged(student.batch_norm, words(1, 3, 4), ones(4), zeros(4))


@exercise("LayerNorm", forbidden=["torch.nn.functional.layer_norm", "torch.nn.LayerNorm"])
class TestLayerNormModule:
    def test_begins_with_ones_and_zeros(self, student):
        """Two parameters and no more: `weight`, ones, and `bias`, zeros."""
        parameters = t.state_of(student.LayerNorm(4)).parameters
        require(
            set(parameters) == {"weight", "bias"},
            f"the parameters should be `weight` and `bias`; they are {sorted(parameters)}",
            sorted(parameters),
        )
        assert_agrees(parameters["weight"], torch.ones(4))
        assert_agrees(parameters["bias"], torch.zeros(4))

    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """A new module only normalises: (1, 3, 5, 7) with eps = 4."""
        found = student.LayerNorm(4, eps=4.0)(RAMP.float())
        assert_agrees(found, torch.tensor([-1.0, -THIRD, THIRD, 1.0]))

    def test_uses_what_it_has_learned(self, student):
        """With the weight (1, 3, 3, 2) and the bias (0, 0, 0, 5), as in the table."""
        norm = student.LayerNorm(4, 4.0)
        t.load_state(norm, {"weight": column(1, 3, 3, 2), "bias": column(0, 0, 0, 5)})
        assert_agrees(norm(RAMP), column(-1, -1, 1, 7))

    def test_weight_and_bias_learn(self, student):
        """A gradient arrives at both."""
        t.assert_every_parameter_learns(student.LayerNorm(4), words(1, 2, 3, 4).float())

    def test_words_of_another_size_are_refused(self, student):
        """Made for four columns, given five: a ValueError that names both numbers."""
        assert_value_error(student.LayerNorm(4), words(1, 2, 5).float(), names=["4", "5"])


@exercise("AddNorm")
class TestAddNorm:
    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """(1, 2, 3, 4) and (0, 1, 2, 3) add up to (1, 3, 5, 7). In `eval()` nothing is dropped."""
        module = student.AddNorm(4)
        t.evaluating(module)
        found = module(torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([0.0, 1.0, 2.0, 3.0]))
        assert_agrees(found, torch.tensor([-3.0, -1.0, 1.0, 3.0]) / 5.00001**0.5)

    def test_the_norm_has_the_only_parameters(self, student):
        """`norm.weight` and `norm.bias`, one number each for every column."""
        parameters = t.state_of(student.AddNorm(6)).parameters
        expected = {"norm.weight": (6,), "norm.bias": (6,)}
        found = {name: tuple(value.shape) for name, value in parameters.items()}
        require(found == expected, f"the parameters should be {expected}; they are {found}", found)

    def test_a_sublayer_without_output_leaves_the_norm_of_x(self, student):
        """Zeros are added: x is left, also in training, where dropout has nothing to take away."""
        module = student.AddNorm(4, dropout=0.5)
        t.training(module)
        x = torch.stack([RAMP, RAMP.flip(0)]).float()
        assert_agrees(module(x, torch.zeros(2, 4)), (x - 4) / 5.00001**0.5)

    def test_dropout_works_in_training_only(self, student):
        """In `eval()` the same input gives the same output; in training it varies."""
        x = words(1, 6, 8).float()
        t.assert_modes(student.AddNorm(8, 0.5), x, x, rate=0.5)

    def test_an_output_of_another_shape_is_refused(self, student):
        """Three words went in, five came out: a ValueError that names both shapes."""
        assert_value_error(student.AddNorm(4), words(1, 3, 4).float(), words(2, 5, 4).float(), names=["3", "5"])
        assert_value_error(student.AddNorm(4), words(1, 3, 4).float(), words(2, 1, 4).float(), names=["3", "1"])

    def test_leaves_both_arguments_as_they_were(self, student):
        """The layer below still needs its x."""
        assert_inputs_unchanged(student.AddNorm(4).forward, words(1, 3, 4).float(), words(2, 3, 4).float())


def small_network(student):
    """The network of the lesson: two columns, three inside."""
    module = student.FeedForward(2, 3, dropout=0.0)
    weights = {
        "linear1.weight": torch.stack([column(1, 0), column(0, 1), column(1, 1)]),
        "linear1.bias": column(0, 0, 1),
        "linear2.weight": torch.stack([column(1, 2, 3), column(0, 1, -1)]),
        "linear2.bias": column(0, 1),
    }
    t.load_state(module, weights)
    return module


@exercise("FeedForward")
class TestFeedForward:
    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """(1, -1) becomes (1, -1, 1), the ReLU makes (1, 0, 1) of it, and (4, 0) comes out."""
        assert_agrees(small_network(student)(column(1, -1)), column(4, 0))

    def test_every_word_goes_through_by_itself(self, student):
        """Words in another order give outputs in that order: nothing passes from one to another."""
        module, x = small_network(student), words(1, 4, 2)
        expected = module(x).flip(0)
        assert_agrees(module(x.flip(0)), expected)

    def test_has_two_linear_layers(self, student):
        """A weight is stored as (out, in): from 4 columns to 6, and back to 4."""
        expected = {"linear1.weight": (6, 4), "linear1.bias": (6,), "linear2.weight": (4, 6), "linear2.bias": (4,)}
        parameters = t.state_of(student.FeedForward(4, 6)).parameters
        found = {name: tuple(value.shape) for name, value in parameters.items()}
        require(found == expected, f"the parameters should be {expected}; they are {found}", found)

    def test_the_base_model_has_as_many_weights_as_the_lesson_says(self, student):
        """512 columns and 2048 inside: 2 099 712 numbers to learn."""
        parameters = t.state_of(student.FeedForward(512, 2048)).parameters.values()
        assert_agrees(sum(value.numel() for value in parameters), 2_099_712)

    def test_keeps_the_shape(self, student):
        """A batch of sentences, a sentence, a word: the same shape comes out."""
        module = student.FeedForward(4, 6)
        for shape in ((2, 3, 4), (3, 4), (4,)):
            found = tuple(module(torch.ones(shape)).shape)
            require(found == shape, f"the shape should be {shape}, it is {found}")

    def test_dropout_works_in_training_only(self, student):
        """In `eval()` the same input gives the same output; in training it varies."""
        t.assert_modes(student.FeedForward(8, 16, 0.5), words(1, 6, 8).float(), rate=0.5)

    def test_every_parameter_learns(self, student):
        """A gradient arrives at all four."""
        t.assert_every_parameter_learns(student.FeedForward(4, 6), words(1, 3, 4).float())
