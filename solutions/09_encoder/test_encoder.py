"""Visible checks of unit 09: what a layer is made of, and what must never matter to it."""

import torch

from autograder.toolkit import assert_agrees, exercise, require
from autograder.toolkit import tensors as t

READY_MADE = ["torch.nn.TransformerEncoderLayer", "torch.nn.TransformerEncoder", "torch.nn.Transformer"]
LAYER = {
    **{f"self_attention.w_{name}.weight": (6, 6) for name in "qkvo"},
    **{f"self_attention.w_{name}.bias": (6,) for name in "qkvo"},
    "add_norm1.norm.weight": (6,),
    "add_norm1.norm.bias": (6,),
    "feed_forward.linear1.weight": (10, 6),
    "feed_forward.linear1.bias": (10,),
    "feed_forward.linear2.weight": (6, 10),
    "feed_forward.linear2.bias": (6,),
    "add_norm2.norm.weight": (6,),
    "add_norm2.norm.bias": (6,),
}


def words(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def shapes_of(module):
    return {name: tuple(value.shape) for name, value in t.state_of(module).parameters.items()}


def evaluated(module):
    t.evaluating(module)
    return module


def told(shapes):
    return ", ".join(f"{name} {shape}" for name, shape in sorted(shapes.items()))


@exercise("EncoderLayer", forbidden=READY_MADE)
class TestEncoderLayer:
    def test_has_the_four_submodules(self, student):
        """`self_attention`, `add_norm1`, `feed_forward` and `add_norm2`, each of its own, and nothing else that is learned."""
        shapes = shapes_of(student.EncoderLayer(6, 2, 10))
        require(shapes == LAYER, f"the parameters should be {told(LAYER)}; they are {told(shapes)}")

    def test_with_sub_layers_that_give_nothing_only_the_norms_are_left(self, student):
        """Weights of 0 make both sub-layers give 0: what is left of (1, 3, 5, 7) are two norms of it."""
        layer = evaluated(student.EncoderLayer(4, 2, 3))
        zeros = {name: torch.zeros_like(value) for name, value in t.state_of(layer).parameters.items()}
        norms = {f"add_norm{number}.norm.weight": torch.ones(4) for number in (1, 2)}
        t.load_state(layer, {**zeros, **norms})
        expected = (
            torch.tensor([[[-3.0, -1.0, 1.0, 3.0]]]) / 5**0.5
        )  # mean 4, variance 5; the second norm finds 0 and 1
        require(
            (layer(torch.tensor([[[1.0, 3.0, 5.0, 7.0]]])) - expected).abs().max() < 1e-4,
            "what comes out should be the words, normalised twice",
        )

    def test_a_hidden_word_does_not_matter(self, student):
        """The last word is padding and hidden by the mask: whatever it is, the others come out the same."""
        layer, mask = evaluated(student.EncoderLayer(6, 2, 10)), torch.tensor([[[[True, True, True, False]]]])
        first, second = words(1, 1, 4, 6), words(1, 1, 4, 6)
        second[0, 3] = 9.0
        assert_agrees(layer(first, mask)[:, :3], layer(second, mask)[:, :3])

    def test_a_visible_word_matters(self, student):
        """Without a mask every word is looked at by all the others."""
        layer = evaluated(student.EncoderLayer(6, 2, 10))
        first, second = words(1, 1, 4, 6), words(1, 1, 4, 6)
        second[0, 3] = words(2, 6)
        require(
            (layer(first)[0, 0] - layer(second)[0, 0]).abs().max() > 1e-4, "the first word should look at the last one"
        )

    def test_drops_in_training_only(self, student):
        """`eval()` gives the same answer every time, `train()` another one each time."""
        t.assert_modes(student.EncoderLayer(6, 2, 10, 0.5), words(3, 2, 4, 6), rate=0.5)


@exercise("Encoder", forbidden=READY_MADE)
class TestEncoder:
    def test_has_as_many_layers_as_asked_for(self, student):
        """`layers` holds them, 0, 1, 2, …; a plain list is not seen by PyTorch."""
        shapes = shapes_of(student.Encoder(3, 6, 2, 10))
        expected = {f"layers.{number}.{name}": shape for number in range(3) for name, shape in LAYER.items()}
        require(
            shapes == expected, f"there should be {len(expected)} parameters in 3 layers; there are: {told(shapes)}"
        )

    def test_sends_the_words_through_one_layer_after_the_other(self, student):
        """Two layers on top of each other are the first, then the second."""
        encoder = evaluated(student.Encoder(2, 6, 2, 10))
        state = t.state_of(encoder).parameters
        x = words(4, 2, 3, 6)
        expected = x
        for number in range(2):
            layer = evaluated(student.EncoderLayer(6, 2, 10))
            prefix = f"layers.{number}."
            t.load_state(layer, {name.removeprefix(prefix): state[name] for name in state if name.startswith(prefix)})
            expected = layer(expected)
        require((encoder(x) - expected).abs().max() < 1e-5, "the second layer should get what the first has made")

    def test_without_positions_the_order_does_not_matter(self, student):
        """Turn the sentence round, and what comes out is turned round, and nothing else."""
        encoder, x = evaluated(student.Encoder(2, 6, 2, 10)), words(5, 1, 4, 6)
        require(
            (encoder(x.flip(1)) - encoder(x).flip(1)).abs().max() < 1e-4,
            "without positions the word order should not matter",
        )
