"""Visible checks of unit 10: what a layer is made of, and what must never matter to it."""

import torch

from autograder.toolkit import assert_agrees, exercise, require
from autograder.toolkit import tensors as t

ATTENTION = {
    **{f"w_{name}.weight": (6, 6) for name in "qkvo"},
    **{f"w_{name}.bias": (6,) for name in "qkvo"},
}
READY_MADE = ["torch.nn.TransformerDecoderLayer", "torch.nn.TransformerDecoder", "torch.nn.Transformer"]
LAYER = {
    **{f"self_attention.{name}": shape for name, shape in ATTENTION.items()},
    **{f"cross_attention.{name}": shape for name, shape in ATTENTION.items()},
    **{f"add_norm{number}.norm.{name}": (6,) for number in (1, 2, 3) for name in ("weight", "bias")},
    "feed_forward.linear1.weight": (10, 6),
    "feed_forward.linear1.bias": (10,),
    "feed_forward.linear2.weight": (6, 10),
    "feed_forward.linear2.bias": (6,),
}
CAUSAL = torch.ones(4, 4, dtype=torch.bool).tril()


def words(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def shapes_of(module):
    return {name: tuple(value.shape) for name, value in t.state_of(module).parameters.items()}


def evaluated(module):
    t.evaluating(module)
    return module


def told(shapes):
    return ", ".join(f"{name} {shape}" for name, shape in sorted(shapes.items()))


@exercise("DecoderLayer", forbidden=READY_MADE)
class TestDecoderLayer:
    def test_has_the_six_submodules(self, student):
        """Two attentions, a feed-forward network and three frames, each of its own, and nothing else that is learned."""
        shapes = shapes_of(student.DecoderLayer(6, 2, 10))
        require(shapes == LAYER, f"the parameters should be {told(LAYER)}; they are {told(shapes)}")

    def test_gives_a_row_for_each_target_word(self, student):
        """4 target words ask 5 source words: 4 rows come out."""
        out = evaluated(student.DecoderLayer(6, 2, 10))(words(1, 2, 4, 6), words(2, 2, 5, 6))
        require(tuple(out.shape) == (2, 4, 6), f"the shape should be (2, 4, 6); it is {tuple(out.shape)}")

    def test_the_future_does_not_matter(self, student):
        """With a causal mask the first three words come out the same, whatever the fourth is."""
        layer, memory = evaluated(student.DecoderLayer(6, 2, 10)), words(3, 1, 5, 6)
        first, second = words(4, 1, 4, 6), words(4, 1, 4, 6)
        second[0, 3] = 9.0
        assert_agrees(layer(first, memory, CAUSAL)[:, :3], layer(second, memory, CAUSAL)[:, :3])

    def test_the_memory_matters_but_for_its_padding(self, student):
        """The last source word is hidden by `memory_mask`, the first is not."""
        layer, x = evaluated(student.DecoderLayer(6, 2, 10)), words(5, 1, 4, 6)
        mask = torch.tensor([[[[True, True, True, True, False]]]])
        memory, padding, word = words(6, 1, 5, 6), words(6, 1, 5, 6), words(6, 1, 5, 6)
        padding[0, 4], word[0, 0] = 9.0, words(7, 6)
        out = layer(x, memory, CAUSAL, mask)
        assert_agrees(layer(x, padding, CAUSAL, mask), out)
        require((layer(x, word, CAUSAL, mask) - out).abs().max() > 1e-4, "the source words should be looked at")

    def test_drops_in_training_only(self, student):
        """`eval()` gives the same answer every time, `train()` another one each time."""
        t.assert_modes(student.DecoderLayer(6, 2, 10, 0.5), words(8, 2, 4, 6), words(9, 2, 5, 6), rate=0.5)


@exercise("Decoder", forbidden=READY_MADE)
class TestDecoder:
    def test_has_as_many_layers_as_asked_for(self, student):
        """`layers` holds them, 0, 1, 2, …; a plain list is not seen by PyTorch."""
        shapes = shapes_of(student.Decoder(3, 6, 2, 10))
        expected = {f"layers.{number}.{name}": shape for number in range(3) for name, shape in LAYER.items()}
        require(
            shapes == expected, f"there should be {len(expected)} parameters in 3 layers; there are: {told(shapes)}"
        )

    def test_every_layer_reads_the_same_memory(self, student):
        """Two layers on top of each other are the first, then the second, both with the memory as it was given."""
        decoder = evaluated(student.Decoder(2, 6, 2, 10))
        state = t.state_of(decoder).parameters
        x, memory = words(4, 2, 4, 6), words(5, 2, 5, 6)
        expected = x
        for number in range(2):
            layer = evaluated(student.DecoderLayer(6, 2, 10))
            prefix = f"layers.{number}."
            t.load_state(layer, {name.removeprefix(prefix): state[name] for name in state if name.startswith(prefix)})
            expected = layer(expected, memory, CAUSAL)
        require(
            (decoder(x, memory, CAUSAL) - expected).abs().max() < 1e-5,
            "the words should go through layer by layer, each with the same memory",
        )

    def test_the_future_never_matters(self, student):
        """Not in one layer: what a word has seen goes up with it."""
        decoder, memory = evaluated(student.Decoder(3, 6, 2, 10)), words(6, 1, 5, 6)
        first, second = words(7, 1, 4, 6), words(7, 1, 4, 6)
        second[0, 3] = 9.0
        assert_agrees(decoder(first, memory, CAUSAL)[:, :3], decoder(second, memory, CAUSAL)[:, :3])
