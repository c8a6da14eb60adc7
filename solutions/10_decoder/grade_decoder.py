"""The hidden grader of unit 10. Agreement under the reference's weights first, then what must and what must never matter.

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

READY_MADE = ["torch.nn.TransformerDecoderLayer", "torch.nn.TransformerDecoder", "torch.nn.Transformer"]
ONE = Sizes(batch=1, length=2, other_length=3, num_heads=1, d_k=4, d_ff=3, num_layers=1)
SEVERAL = Sizes(batch=2, length=4, other_length=3, num_heads=2, d_k=3, d_ff=7, num_layers=3)
AS_LONG = Sizes(batch=2, length=4, other_length=4, num_heads=2, d_k=3, d_ff=7, num_layers=2)
MASKS = ("none", "real", "future", "any")
SUB_LAYERS = {
    "self-attention": "self_attention.w_o.bias",
    "cross-attention": "cross_attention.w_o.bias",
    "feed-forward": "feed_forward.linear2.bias",
}


def words(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def inputs_of(size, seed):
    """Target words and memory."""
    return size.tensor("batch", "length", "d_model", seed=seed), size.tensor(
        "batch", "other_length", "d_model", seed=seed + 1
    )


def masks_of(kind, size, seed):
    """(self_mask, memory_mask): none; no future and no padding; no future, (n, n), and all of the source; or any, some rows all hidden."""
    if kind == "none":
        return None, None
    causal = torch.ones(size.length, size.length, dtype=torch.bool).tril()
    if kind == "future":
        return causal, None
    draw = np.random.default_rng([seed, 7])
    if kind == "any":
        drawn = [draw.random((size.batch, 1, size.length, keys)) < 0.6 for keys in (size.length, size.other_length)]
        return tuple(map(torch.from_numpy, drawn))
    hidden = []
    for keys in (size.length, size.other_length):
        real = draw.integers(1, keys, (size.batch, 1, 1, 1), endpoint=True)
        hidden.append(torch.from_numpy(np.arange(keys) < real))
    return hidden[0] & causal, hidden[1]


def layer_of(size):
    return [size.d_model, size.num_heads, size.d_ff]


def zeros_of(module):
    """Weights that are all 0 but for the norms', which change nothing."""
    shapes = t.state_of(module).parameters
    return {
        name: (torch.ones if name.endswith("norm.weight") else torch.zeros)(*value.shape, dtype=torch.float64)
        for name, value in shapes.items()
    }


def assert_drops_each_output(make, prefix, rate, *arguments):
    """In training: ones come out of one sub-layer, nothing out of the others, and a norm leaves what was dropped below the rest."""
    for what, name in SUB_LAYERS.items():
        module = make(*arguments)
        t.load_state(module, zeros_of(module) | {f"{prefix}{name}": torch.ones(40, dtype=torch.float64)})
        t.training(module)
        x = torch.full((8, 9, 40), 0.5, dtype=torch.float64)  # not 0: x itself must not be dropped
        out = module.forward.seeded(11, x, x)
        require(isinstance(out, torch.Tensor) and out.dim() == 3, "a tensor (batch, n, d_model) should come out", out)
        share = float((out < -1e-6).double().mean())
        require(
            abs(share - rate) < 0.04,
            f"in training {share:.0%} of what the {what} gives is dropped, and {rate:.0%} was asked for (is x dropped too?)",
        )


def assert_leaves_the_memory_whole(make, prefix, *arguments):
    """In training, at a rate of 0.3: a source of one word, of ones, is handed on by the cross-attention. Dropped entries of the output,
    and dropped weights, differ from query to query; a column that no query gets was dropped in the memory."""
    module, eye = make(*arguments), torch.eye(40, dtype=torch.float64)
    handed_on = {f"{prefix}cross_attention.w_{name}.weight": eye for name in "vo"}
    t.load_state(module, zeros_of(module) | handed_on)
    t.training(module)
    ones = torch.ones(2, 50, 40, dtype=torch.float64)
    out = module.forward.seeded(12, ones, ones[:, :1])
    require(
        isinstance(out, torch.Tensor) and out.shape == ones.shape, "a tensor of the shape of x should come out", out
    )
    require(
        not (out < -1e-6).all(1).any(),
        "in training nothing of the memory itself should be dropped; columns of it are",
        out,
    )


def assert_keeps_nothing(mine, right):
    """What a call is given has no part in later ones, also where it is of the same shape."""
    for seed in (31, 41):
        given_inputs = [words(seed, 2, 4, 6), words(seed + 1, 2, 3, 6), *masks_of("real", SEVERAL, seed)]
        assert_agrees(mine(*given_inputs), right(*given_inputs))


def assert_keeps_the_dtype(student, reference, name, *arguments):
    """Modules of float32, float16 and bfloat16, and new ones, give what they are given; float32 as exactly as it can."""
    mine, right = t.twins(student, reference, name, *arguments, seed=7)
    weights, inputs = t.state_of(right).parameters, [words(7, 2, 4, 6), words(8, 2, 3, 6)]
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


@exercise("DecoderLayer", points=9, forbidden=READY_MADE)
class TestDecoderLayer:
    @points(2.25)
    @on_devices
    @example(size=ONE, kind="none", seed=1)
    @example(size=SEVERAL, kind="real", seed=2)
    @example(size=SEVERAL, kind="any", seed=3)
    @example(size=AS_LONG, kind="future", seed=4)
    @example(size=AS_LONG, kind="real", seed=5)
    @given(size=t.sizes(), kind=st.sampled_from(MASKS), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, size, kind, seed):
        """In `eval()`: self-attention, cross-attention, feed-forward, a frame around each. Who asks and who is asked in the second, which
        mask belongs to which, and what does each residual add?"""
        assume(size.d_model > 1)
        mine, right = t.twins(student, reference, "DecoderLayer", *layer_of(size), seed=seed)
        arguments = [*inputs_of(size, seed), *masks_of(kind, size, seed)]
        assert_agrees(mine(*arguments), right(*arguments))

    @points(1)
    def test_has_the_parameters_of_its_submodules(self, student, reference):
        """Two attentions, three frames and a feed-forward network under the names that are listed, each a module of its own, with the
        sizes that were asked for."""
        for sizes in ((6, 2, 10), (8, 4, 5)):
            t.assert_parameters(student.DecoderLayer(*sizes), reference.DecoderLayer(*sizes))

    @points(1)
    @on_devices
    def test_gradients_reach_every_parameter(self, student, reference):
        """Each part learns, and so does what is below: gradients arrive at x and, through keys and values, at the memory. Training the
        encoder depends on it."""
        mine, right = t.twins(student, reference, "DecoderLayer", 6, 2, 7, seed=4)
        t.assert_gradients_agree(mine, right, words(1, 2, 3, 6), words(2, 2, 5, 6))

    @points(1.5)
    @example(size=SEVERAL, seed=1)
    @given(size=t.sizes(), seed=SEEDS)
    def test_future_padding_and_other_sentences_do_not_matter(self, student, reference, size, seed):
        """With a decoder mask, whatever comes later leaves a word as it is; whatever stands in the padding of either sentence does too;
        and a sentence comes out the same in any batch."""
        assume(size.d_model > 1 and size.batch > 0 and size.length > 0 and size.other_length > 0)
        mine, _ = t.twins(student, reference, "DecoderLayer", *layer_of(size), seed=seed)
        (x, memory), (self_mask, memory_mask) = inputs_of(size, seed), masks_of("real", size, seed)
        out = mine(x, memory, self_mask, memory_mask)
        require(
            isinstance(out, torch.Tensor) and out.shape == x.shape, "a tensor of the shape of x should come out", out
        )
        later = x.clone()
        later[:, -1] = 50.0
        assert_agrees(mine(later, memory, self_mask, memory_mask)[:, :-1], out[:, :-1])
        other = torch.where(memory_mask[:, 0, 0, :, None], memory, 50.0)
        assert_agrees(mine(x, other, self_mask, memory_mask), out)
        first = [each[:1] for each in (x, memory, self_mask, memory_mask)]
        assert_agrees(mine(*first), out[:1])

    @points(1)
    def test_drops_each_sub_layers_output(self, student):
        """`dropout` is the share of each sub-layer's output that is dropped in training, a tenth if it is not given. Does it reach all
        three frames, and is the memory read as it is?"""
        assert_drops_each_output(student.DecoderLayer, "", 0.3, 40, 2, 8, 0.3)
        assert_drops_each_output(student.DecoderLayer, "", 0.1, 40, 2, 8)
        assert_leaves_the_memory_whole(student.DecoderLayer, "", 40, 2, 8, 0.3)

    @points(0.5)
    def test_draws_anew_in_training_and_never_in_eval(self, student):
        """`eval()` gives the same answer every time, training another one each time; a rate of 0 drops nothing. `torch.no_grad()` has no
        say in that, and nothing is kept from earlier calls."""
        x, memory = words(2, 2, 4, 6).float(), words(3, 2, 5, 6).float()
        t.assert_modes(student.DecoderLayer(6, 2, 7, 0.5), x, memory, rate=0.5)
        layer = student.DecoderLayer(6, 2, 7, dropout=0.0)
        t.evaluating(layer)
        whole = layer(x, memory)
        t.assert_same_under_settings(layer, [x, memory], [2 - x, 2 - memory])
        t.training(layer)
        assert_agrees(layer(x, memory), whole)

    @points(1)
    def test_takes_any_layout_and_changes_nothing(self, student, reference):
        """x, the memory and the masks belong to the caller: they stay as they were, in training too, and nothing of them is kept for
        later calls. Masks may be given by name, and be of any shape that fits the weights from the right: three axes are one mask for
        each head."""
        mine, right = t.twins(student, reference, "DecoderLayer", 6, 2, 7, seed=6)
        self_mask, memory_mask = masks_of("real", SEVERAL, 3)
        for mode in (t.training, t.evaluating):
            mode(mine)
            assert_inputs_unchanged(mine.forward, words(3, 2, 4, 6), words(4, 2, 3, 6), self_mask, memory_mask)
        x, memory = words(5, 4, 6, 2).permute(2, 0, 1), words(6, 3, 6, 2).permute(2, 0, 1)
        named = {"memory_mask": memory_mask, "self_mask": self_mask}
        assert_agrees(mine(x, memory, **named), right(x, memory, **named))
        assert_keeps_nothing(mine, right)
        each_head = [torch.ones(2, 4, keys, dtype=torch.bool) for keys in (4, 3)]  # of two heads, as many as sentences
        for mask in each_head:
            mask[0] = mask[0].tril()
        assert_agrees(mine(x, memory, *each_head), right(x, memory, *each_head))
        single = mine.forward(words(5, 1, 1, 6), words(7, 1, 1, 6))
        require(
            tuple(single.shape) == (1, 1, 6),
            f"a sentence of one word should give (1, 1, 6); it gives {tuple(single.shape)}",
            single,
        )

    @points(0.25)
    def test_stays_finite_where_everything_is_hidden(self, student, reference):
        """A source, or a sentence, of nothing but padding, and a word that may see nothing: no NaN, neither in the output nor in a
        gradient."""
        mine, _ = t.twins(student, reference, "DecoderLayer", 6, 2, 7, seed=8)
        x, memory = words(1, 2, 4, 6), words(2, 2, 3, 6)
        self_mask, memory_mask = (torch.ones(2, 1, 4, keys, dtype=torch.bool) for keys in (4, 3))
        self_mask[0, 0, 1], memory_mask[0], memory_mask[1, 0, 2] = False, False, False
        out = mine(x, memory, self_mask, memory_mask)
        require(bool(torch.isfinite(out).all()), "the output should be finite where all keys are hidden", out)
        t.assert_finite_gradients(mine, x, memory, self_mask, memory_mask)

    @points(0.25)
    def test_keeps_the_dtype(self, student, reference):
        """A module of float16 gives float16 for float16, and a new one is of float32. Is anything converted on the way?"""
        assert_keeps_the_dtype(student, reference, "DecoderLayer", 6, 2, 7)

    @points(0.25)
    def test_refuses_columns_that_the_heads_cannot_share(self, student):
        """A layer whose d_model is not a multiple of num_heads is not made: a ValueError that names both."""
        for d_model, num_heads in ((10, 4), (6, 5)):
            assert_value_error(student.DecoderLayer, d_model, num_heads, 12, names=[str(d_model), str(num_heads)])


@exercise("Decoder", points=5, forbidden=READY_MADE)
class TestDecoder:
    @points(1.75)
    @on_devices
    @example(size=ONE, kind="none", seed=1)
    @example(size=SEVERAL, kind="real", seed=2)
    @example(size=SEVERAL, kind="any", seed=3)
    @example(size=AS_LONG, kind="future", seed=4)
    @example(size=AS_LONG, kind="real", seed=5)
    @given(size=t.sizes(max_layers=3), kind=st.sampled_from(MASKS), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, size, kind, seed):
        """In `eval()`: what comes out of a layer goes into the next, and each reads the same memory, with the same masks."""
        assume(size.d_model > 1 and size.num_layers > 0)
        arguments = [size.num_layers, *layer_of(size)]
        mine, right = t.twins(student, reference, "Decoder", *arguments, seed=seed)
        given_inputs = [*inputs_of(size, seed), *masks_of(kind, size, seed)]
        assert_agrees(mine(*given_inputs), right(*given_inputs))

    @points(1)
    def test_has_layers_with_weights_of_their_own(self, student, reference):
        """`layers` holds num_layers of them, each with its own parameters. Is one layer put into the list several times, or the list no
        list of PyTorch's?"""
        for arguments in ((3, 6, 2, 10), (1, 4, 1, 5), (7, 4, 2, 3)):
            t.assert_parameters(student.Decoder(*arguments), reference.Decoder(*arguments))

    @points(0.5)
    @on_devices
    def test_gradients_reach_every_layer(self, student, reference):
        """Every layer learns, and the memory gets a gradient from each of them."""
        mine, right = t.twins(student, reference, "Decoder", 3, 6, 2, 7, seed=4)
        t.assert_gradients_agree(mine, right, words(1, 2, 4, 6), words(2, 2, 3, 6), *masks_of("real", SEVERAL, 5))

    @points(0.5)
    @example(size=SEVERAL, seed=1)
    @given(size=t.sizes(max_layers=3), seed=SEEDS)
    def test_the_future_never_matters(self, student, reference, size, seed):
        """What a word has seen goes up with it: one look at the future in any layer, and the word has seen it. The padding of the source
        never matters either."""
        assume(size.d_model > 1 and size.num_layers > 0 and size.length > 0 and size.other_length > 0)
        mine, _ = t.twins(student, reference, "Decoder", size.num_layers, *layer_of(size), seed=seed)
        (x, memory), (self_mask, memory_mask) = inputs_of(size, seed), masks_of("real", size, seed)
        out = mine(x, memory, self_mask, memory_mask)
        require(
            isinstance(out, torch.Tensor) and out.shape == x.shape, "a tensor of the shape of x should come out", out
        )
        later = x.clone()
        later[:, -1] = 50.0
        other = torch.where(memory_mask[:, 0, 0, :, None], memory, 50.0)
        assert_agrees(mine(later, other, self_mask, memory_mask)[:, :-1], out[:, :-1])

    @points(0.5)
    def test_passes_its_dropout_on(self, student):
        """Each layer drops at the rate that the decoder was made with, a tenth if none was given, and only in training. Every layer reads
        the whole memory, then too."""
        for rate, arguments in ((0.3, [2, 40, 2, 8, 0.3]), (0.1, [2, 40, 2, 8])):
            for prefix in ("layers.0.", "layers.1."):
                assert_drops_each_output(student.Decoder, prefix, rate, *arguments)
        assert_leaves_the_memory_whole(student.Decoder, "layers.1.", 2, 40, 2, 8, 0.3)
        x, memory = words(2, 2, 4, 6).float(), words(3, 2, 5, 6).float()
        t.assert_modes(student.Decoder(2, 6, 2, 7, dropout=0.5), x, memory, rate=0.5)
        decoder = student.Decoder(2, 6, 2, 7, dropout=0.0)
        t.evaluating(decoder)
        whole = decoder(x, memory)
        t.assert_same_under_settings(decoder, [x, memory], [2 - x, 2 - memory])
        t.training(decoder)
        assert_agrees(decoder(x, memory), whole)

    @points(0.5)
    def test_changes_nothing(self, student, reference):
        """x, the memory and the masks belong to the caller: all stay as they were, and nothing of them is kept for later calls."""
        mine, right = t.twins(student, reference, "Decoder", 2, 6, 2, 7, seed=6)
        self_mask, memory_mask = masks_of("real", SEVERAL, 3)
        assert_inputs_unchanged(mine.forward, words(3, 2, 4, 6), words(4, 2, 3, 6), self_mask, memory_mask)
        x, memory = words(5, 4, 6, 2).permute(2, 0, 1), words(6, 3, 6, 2).permute(2, 0, 1)
        named = {"memory_mask": memory_mask, "self_mask": self_mask}
        assert_agrees(mine(x, memory, **named), right(x, memory, **named))
        assert_keeps_nothing(mine, right)

    @points(0.25)
    def test_keeps_the_dtype(self, student, reference):
        """A module of float16 gives float16 for float16, and a new one is of float32. Is anything converted between the layers?"""
        assert_keeps_the_dtype(student, reference, "Decoder", 2, 6, 2, 7)
