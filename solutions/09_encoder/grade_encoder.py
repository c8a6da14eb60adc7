"""The hidden grader of unit 09. Agreement under the reference's weights first, then what must and what must never matter.

Sub-layers are the ready-made ones: a mistake in an earlier unit costs nothing here.
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
from autograder.toolkit.strategies import SEEDS
from autograder.toolkit.tensors import Sizes

READY_MADE = ["torch.nn.TransformerEncoderLayer", "torch.nn.TransformerEncoder", "torch.nn.Transformer"]
ONE = Sizes(batch=1, length=2, other_length=3, num_heads=1, d_k=4, d_ff=3, num_layers=1)
SEVERAL = Sizes(batch=2, length=4, other_length=3, num_heads=2, d_k=3, d_ff=7, num_layers=3)
MANY_LAYERS = Sizes(batch=1, length=2, other_length=3, num_heads=1, d_k=2, d_ff=2, num_layers=7)
EACH_HEAD = torch.ones(
    2, 4, 4, dtype=torch.bool
)  # of two heads, as many as sentences: the first does not see the future
EACH_HEAD[0] = EACH_HEAD[0].tril()
MASKS = ("none", "padding", "square", "any")


def words(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def mask_of(kind, size, seed):
    """None; what hides the padding, (batch, 1, 1, n); the future, (n, n); or any keys, some rows all of them."""
    draw = np.random.default_rng([seed, 7])
    if kind == "none":
        return None
    if kind == "square":
        return torch.ones(size.length, size.length, dtype=torch.bool).tril()
    if kind == "padding":
        real = draw.integers(1, size.length, (size.batch, 1, 1, 1), endpoint=True)
        return torch.from_numpy(np.arange(size.length) < real)
    return torch.from_numpy(draw.random((size.batch, 1, size.length, size.length)) < 0.6)


def layer_of(size):
    return [size.d_model, size.num_heads, size.d_ff]


def zeros_of(module, **given):
    """Weights that are all 0 but for the given ones, and for the norms', which change nothing."""
    shapes = t.state_of(module).parameters
    values = {name: torch.zeros(*value.shape, dtype=torch.float64) for name, value in shapes.items()}
    values |= {name: value + 1 for name, value in values.items() if name.endswith("norm.weight")}
    return values | {name.replace("__", "."): value for name, value in given.items()}


def share_dropped(module, prefix, sub_layer):
    """How much of a sub-layer's output is dropped in training: ones come out of it, and a norm leaves the zeros below the rest."""
    t.load_state(module, zeros_of(module) | {f"{prefix}{sub_layer}": torch.ones(40, dtype=torch.float64)})
    t.training(module)
    x = torch.full((8, 9, 40), 0.5, dtype=torch.float64)  # not 0: x itself must not be dropped
    out = module.forward.seeded(11, x)
    require(isinstance(out, torch.Tensor) and out.dim() == 3, "a tensor (batch, n, d_model) should come out", out)
    return float((out < -1e-6).double().mean())


def assert_drops_each_output(make, prefix, rate, *arguments):
    for sub_layer, what in (("self_attention.w_o.bias", "attention"), ("feed_forward.linear2.bias", "feed-forward")):
        share = share_dropped(make(*arguments), prefix, sub_layer)
        require(
            abs(share - rate) < 0.04,
            f"in training {share:.0%} of what the {what} gives is dropped, and {rate:.0%} was asked for (is x dropped too?)",
        )


def assert_drops_only_what_comes_out(layer, rate):
    """In training: what goes into a sub-layer arrives there whole. Weights of the attention and inner columns may be dropped as well.

    Attention hands each word its own columns, so that where it has not lost the word altogether, `rate` of them are missing. The
    feed-forward network adds up 8 inner columns that all hold one column of its word: something is left nearly always.
    """
    weights = zeros_of(layer, add_norm1__norm__bias=torch.ones(40, dtype=torch.float64))
    handed_on = {f"self_attention.{name}.weight": torch.eye(40, dtype=torch.float64) for name in ("w_v", "w_o")}
    summed = {
        "feed_forward.linear1.weight": torch.eye(1, 40, dtype=torch.float64).repeat(8, 1),
        "feed_forward.linear2.weight": torch.ones(40, 8, dtype=torch.float64),
    }
    x = torch.full((200, 1, 40), 0.5, dtype=torch.float64)
    t.training(layer)
    missing = []
    for sub_layer in (handed_on, {"add_norm1.norm.weight": torch.zeros(40, dtype=torch.float64), **summed}):
        t.load_state(layer, weights | sub_layer)
        missing.append(layer.forward.seeded(11, x) < -1e-6)
    attended, thought = missing
    left = attended.any(-1)
    share = float(attended[left].double().mean())
    require(
        abs(share - rate) < 0.04,
        f"attention loses {share:.0%} of a word, where {rate:.0%} are dropped of what it gives",
    )
    share = 1 - float(thought.any(-1).double().mean())
    require(share < rate / 3, f"for {share:.0%} of the words nothing at all comes out of the feed-forward network")


def assert_keeps_the_dtype(student, reference, name, *arguments):
    """Modules of float32, float16 and bfloat16, and new ones, give what they are given; float32 as exactly as it can."""
    mine, right = t.twins(student, reference, name, *arguments, seed=7)
    weights, inputs = t.state_of(right).parameters, [words(7, 2, 4, 6)]
    exact = right(*inputs)
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        t.load_state(mine, {key: value.to(dtype) for key, value in weights.items()})
        got = mine(*[each.to(dtype) for each in inputs])
        kind = str(dtype).removeprefix("torch.")
        require(isinstance(got, torch.Tensor) and got.dtype == dtype, f"a module of {kind} should give {kind}", got)
        require(bool(torch.isfinite(got).all()), f"the output should be finite in {kind}", got)
        if dtype == torch.float32:
            assert_agrees(got, exact.float(), scale=50.0)
    for key, value in t.state_of(getattr(student, name)(*arguments)).parameters.items():
        require(
            value.dtype == torch.float32, f"`{key}` should begin as float32, the default dtype; it is {value.dtype}"
        )


@exercise("EncoderLayer", points=8, forbidden=READY_MADE)
class TestEncoderLayer:
    @points(2.25)
    @on_devices
    @example(size=ONE, kind="none", seed=1)
    @example(size=SEVERAL, kind="padding", seed=2)
    @example(size=SEVERAL, kind="any", seed=3)
    @example(size=SEVERAL, kind="square", seed=4)
    @given(size=t.sizes(), kind=st.sampled_from(MASKS), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, size, kind, seed):
        """In `eval()`: attention, add & norm, feed-forward, add & norm. What does each residual add, where do queries, keys and
        values come from, and does the mask reach the attention?"""
        assume(size.d_model > 1)
        mine, right = t.twins(student, reference, "EncoderLayer", *layer_of(size), seed=seed)
        x, mask = size.tensor("batch", "length", "d_model", seed=seed), mask_of(kind, size, seed)
        assert_agrees(mine(x, mask), right(x, mask))

    @points(1)
    def test_has_the_parameters_of_its_submodules(self, student, reference):
        """`self_attention`, `add_norm1`, `feed_forward`, `add_norm2`: each a module of its own, with the sizes that were asked for, and
        nothing beside them."""
        for sizes in ((6, 2, 10), (8, 4, 5)):
            t.assert_parameters(student.EncoderLayer(*sizes), reference.EncoderLayer(*sizes))

    @points(1)
    @on_devices
    def test_gradients_reach_every_parameter(self, student, reference):
        """Each part learns, and x gets its gradient through the residuals and through the sub-layers. Is anything detached?"""
        mine, right = t.twins(student, reference, "EncoderLayer", 6, 2, 7, seed=4)
        t.assert_gradients_agree(mine, right, words(1, 2, 3, 6))

    @points(1)
    @example(size=SEVERAL, seed=1)
    @given(size=t.sizes(), seed=SEEDS)
    def test_hidden_words_and_other_sentences_do_not_matter(self, student, reference, size, seed):
        """Whatever stands in the padding, the real words come out the same; and a sentence comes out the same in any batch."""
        assume(size.d_model > 1 and size.batch > 0)
        mine, _ = t.twins(student, reference, "EncoderLayer", *layer_of(size), seed=seed)
        x, mask = size.tensor("batch", "length", "d_model", seed=seed), mask_of("padding", size, seed)
        real = mask[:, 0, 0, :, None]
        out = mine(x, mask)
        require(
            isinstance(out, torch.Tensor) and out.shape == x.shape, "a tensor of the shape of x should come out", out
        )
        other = torch.where(real, x, x.flip(0) * 3 + 50)
        assert_agrees(torch.where(real, mine(other, mask), 0.0), torch.where(real, out, 0.0))
        assert_agrees(mine(x[:1], mask[:1]), out[:1])

    @points(1)
    def test_drops_each_sub_layers_output(self, student):
        """`dropout` is the share of each sub-layer's output that is dropped in training, a tenth if it is not given. Does it reach both
        frames? And what goes into a sub-layer is not dropped."""
        assert_drops_each_output(student.EncoderLayer, "", 0.3, 40, 2, 8, 0.3)
        assert_drops_each_output(student.EncoderLayer, "", 0.1, 40, 2, 8)
        assert_drops_only_what_comes_out(student.EncoderLayer(40, 1, 8, 0.3), 0.3)

    @points(0.5)
    def test_draws_anew_in_training_and_never_in_eval(self, student):
        """`eval()` gives the same answer every time, training another one each time; a rate of 0 drops nothing. `torch.no_grad()` has no
        say in that."""
        x = words(2, 2, 4, 6).float()
        t.assert_modes(student.EncoderLayer(6, 2, 7, 0.5), x, rate=0.5)
        layer = student.EncoderLayer(6, 2, 7, dropout=0.0)
        t.evaluating(layer)
        whole = layer(x)
        t.assert_same_under_settings(layer, [x], [2 - x[:1]])
        t.training(layer)
        assert_agrees(layer(x), whole)

    @points(0.5)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """x and the mask belong to the caller: they stay as they were, in training too. Tensors may be transposed ones, and the mask may
        be of any shape that fits the weights from the right: three axes are one mask for each head."""
        mine, right = t.twins(student, reference, "EncoderLayer", 6, 2, 7, seed=6)
        mask = mask_of("padding", SEVERAL, 3)
        for mode in (t.training, t.evaluating):
            mode(mine)
            assert_inputs_unchanged(mine.forward, words(3, 2, 4, 6), mask)
        x = words(4, 4, 6, 2).permute(2, 0, 1)
        assert_agrees(mine(x, mask=mask), right(x, mask=mask))
        for mask in (EACH_HEAD, EACH_HEAD[None]):
            assert_agrees(mine(x, mask), right(x, mask))
        single = mine.forward(words(5, 1, 1, 6))
        require(
            tuple(single.shape) == (1, 1, 6),
            f"a sentence of one word should give (1, 1, 6); it gives {tuple(single.shape)}",
            single,
        )

    @points(0.25)
    def test_stays_finite_where_everything_is_hidden(self, student, reference):
        """A sentence of nothing but padding, and a word that may see nothing: no NaN, neither in the output nor in a gradient. They go
        through attention like all others, and nothing that is hidden is looked at for want of something else."""
        mine, right = t.twins(student, reference, "EncoderLayer", 6, 2, 7, seed=8)
        x, mask = words(1, 2, 4, 6), torch.ones(2, 1, 4, 4, dtype=torch.bool)
        mask[0], mask[1, 0, 2] = False, False
        out = mine(x, mask)
        require(bool(torch.isfinite(out).all()), "the output should be finite where all keys are hidden", out)
        t.assert_finite_gradients(mine, x, mask)
        nothing = torch.zeros(2, 1, 1, 4, dtype=torch.bool)
        assert_agrees(mine(x, nothing), right(x, nothing))

    @points(0.25)
    def test_keeps_the_dtype(self, student, reference):
        """A module of float16 gives float16 for float16, and a new one is of float32. Is anything converted on the way?"""
        assert_keeps_the_dtype(student, reference, "EncoderLayer", 6, 2, 7)

    @points(0.25)
    def test_refuses_columns_that_the_heads_cannot_share(self, student):
        """A layer whose d_model is not a multiple of num_heads is not made: a ValueError that names both."""
        for d_model, num_heads in ((10, 4), (6, 5)):
            assert_value_error(student.EncoderLayer, d_model, num_heads, 12, names=[str(d_model), str(num_heads)])


@exercise("Encoder", points=5, forbidden=READY_MADE)
class TestEncoder:
    @points(1.75)
    @on_devices
    @example(size=ONE, kind="none", seed=1)
    @example(size=SEVERAL, kind="padding", seed=2)
    @example(size=SEVERAL, kind="any", seed=3)
    @example(size=SEVERAL, kind="square", seed=4)
    @example(size=MANY_LAYERS, kind="none", seed=5)
    @given(size=t.sizes(max_layers=3), kind=st.sampled_from(MASKS), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, size, kind, seed):
        """In `eval()`: what comes out of a layer goes into the next, and each gets the same mask. Is one of them left out, or given
        the words as they were at the beginning?"""
        assume(size.d_model > 1 and size.num_layers > 0)
        arguments = [size.num_layers, *layer_of(size)]
        mine, right = t.twins(student, reference, "Encoder", *arguments, seed=seed)
        x, mask = size.tensor("batch", "length", "d_model", seed=seed), mask_of(kind, size, seed)
        assert_agrees(mine(x, mask), right(x, mask))

    @points(1)
    def test_has_layers_with_weights_of_their_own(self, student, reference):
        """`layers` holds num_layers of them, each with its own parameters. Is one layer put into the list several times, or the list no
        list of PyTorch's?"""
        for arguments in ((3, 6, 2, 10), (1, 4, 1, 5), (5, 4, 2, 3)):
            t.assert_parameters(student.Encoder(*arguments), reference.Encoder(*arguments))

    @points(0.5)
    @on_devices
    def test_gradients_reach_every_layer(self, student, reference):
        """Every layer learns, the lowest too: its gradient comes down through all the others."""
        mine, right = t.twins(student, reference, "Encoder", 3, 6, 2, 7, seed=4)
        t.assert_gradients_agree(mine, right, words(1, 2, 3, 6), mask_of("padding", SEVERAL, 5)[..., :3])

    @points(0.5)
    @example(size=SEVERAL, seed=1)
    @given(size=t.sizes(max_layers=3), seed=SEEDS)
    def test_word_order_matters_only_through_positions(self, student, reference, size, seed):
        """Without positions, words that are put in another order come out in that order, and the same. And what stands in the padding
        never matters, in no layer."""
        assume(size.d_model > 1 and size.batch > 0 and size.num_layers > 0)
        mine, _ = t.twins(student, reference, "Encoder", size.num_layers, *layer_of(size), seed=seed)
        x, mask = size.tensor("batch", "length", "d_model", seed=seed), mask_of("padding", size, seed)
        out = mine(x, mask)
        require(
            isinstance(out, torch.Tensor) and out.shape == x.shape, "a tensor of the shape of x should come out", out
        )
        assert_agrees(mine(x.flip(1), mask.flip(-1)).flip(1), out)
        real = mask[:, 0, 0, :, None]
        other = torch.where(real, x, x.flip(0) * 3 + 50)
        assert_agrees(torch.where(real, mine(other, mask), 0.0), torch.where(real, out, 0.0))

    @points(0.5)
    def test_passes_its_dropout_on(self, student):
        """Each layer drops at the rate that the encoder was made with, a tenth if none was given, and only in training."""
        for rate, arguments in ((0.3, [2, 40, 2, 8, 0.3]), (0.1, [2, 40, 2, 8])):
            for prefix in ("layers.0.", "layers.1."):
                assert_drops_each_output(student.Encoder, prefix, rate, *arguments)
        x = words(2, 2, 4, 6).float()
        t.assert_modes(student.Encoder(2, 6, 2, 7, dropout=0.5), x, rate=0.5)
        encoder = student.Encoder(2, 6, 2, 7, dropout=0.0)
        t.evaluating(encoder)
        whole = encoder(x)
        t.training(encoder)
        assert_agrees(encoder(x), whole)

    @points(0.5)
    def test_changes_nothing(self, student, reference):
        """x and the mask belong to the caller, and both stay as they were. A mask for each head reaches the layers as it is."""
        mine, right = t.twins(student, reference, "Encoder", 2, 6, 2, 7, seed=6)
        mask = mask_of("padding", SEVERAL, 3)
        assert_inputs_unchanged(mine.forward, words(3, 2, 4, 6), mask)
        x = words(4, 4, 6, 2).permute(2, 0, 1)
        assert_agrees(mine(x, mask=mask), right(x, mask=mask))
        assert_agrees(mine(x, EACH_HEAD), right(x, EACH_HEAD))

    @points(0.25)
    def test_keeps_the_dtype(self, student, reference):
        """A module of float16 gives float16 for float16, and a new one is of float32. Is anything converted between the layers?"""
        assert_keeps_the_dtype(student, reference, "Encoder", 2, 6, 2, 7)
