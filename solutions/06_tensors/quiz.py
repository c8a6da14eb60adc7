"""The quiz of unit 06: what changes when the same functions get gradients and devices."""

import math

from autograder.quiz.authoring import (
    Choice,
    Line,
    Listing,
    Matching,
    Number,
    Option,
    Ordering,
    Output,
    Pair,
    Several,
    Shape,
    Slip,
    question,
)


@question("Parameters of multi-head attention", about="MultiHeadAttention")
def attention_parameters(draw):
    r"""
    How many parameters does the `MultiHeadAttention` of this unit have, with $d_\text{model} = <d_model>$ and <heads>
    heads? Its four linear layers have biases.
    """
    heads = draw.pick([2, 4, 8])
    d_model = heads * draw.pick([4, 8, 16, 32])
    return Number(
        4 * (d_model * d_model + d_model),
        "Four layers from d_model to d_model columns, each with a bias. The heads share these columns and add nothing.",
        slips=[
            Slip(4 * d_model * d_model, "The biases count too: d_model for each of the four layers."),
            Slip(
                3 * (d_model * d_model + d_model),
                "Queries, keys and values make three; there is also the layer behind the heads.",
            ),
            Slip(
                4 * heads * (d_model * d_model + d_model),
                "More heads are narrower heads: together they have d_model columns.",
            ),
        ],
        units=["parameters"],
        given={"d_model": d_model, "heads": heads},
    )


@question("The slope at zero", about="norm")
def gradient_of_a_norm():
    """
    Somebody writes the norm as `x.pow(2).sum(-1).sqrt()`. For the zero vector it gives 0, as it should. What is its
    gradient there?
    """
    return Choice(
        Option(
            "NaN: an infinite slope times a slope of 0.",
            "The root is infinitely steep at 0, and the square is flat there. One such row spoils every parameter that it reaches.",
        ),
        [
            Option(
                "0, since the value is 0.", "A value and its slope are two things: here the slope is not even defined."
            ),
            Option(
                "1, since a norm grows as fast as its vector.",
                "That is so along a direction, but the zero vector has none.",
            ),
            Option(
                "There is none: PyTorch raises an error, as the norm has a kink.",
                "PyTorch computes what the formulas give and does not complain: that is what makes it so hard to find.",
            ),
        ],
    )


@question("Mending it afterwards", about="scaled_dot_product_attention")
def mended_too_late():
    """
    All scores of a query are `-inf`, so a plain softmax gives `nan`. Somebody puts `torch.where(weights.isnan(), 0.0,
    weights)` behind it. The output is right now. And the gradients?
    """
    return Choice(
        Option(
            "They are NaN still: on the way back 0 meets NaN.",
            "`where` sends back a 0 for the mended places, but the softmax multiplies it by NaN. Scores have to be mended before it.",
        ),
        [
            Option(
                "They are right: what was replaced cannot take part any more.",
                "It takes no part in the output. The way back still multiplies by the derivative of what was computed.",
            ),
            Option(
                "They are lost altogether, since `where` cannot be differentiated.",
                "It can: each place takes the gradient of the side that it came from.",
            ),
            Option(
                "They are right for the scores, and NaN for the values only.",
                "It is the scores that lie behind the softmax; the values get their gradient through the mended weights.",
            ),
        ],
    )


@question("Half precision", about="softmax")
def half_overflow(draw):
    """What does this print?"""
    exponent = draw.pick([5, 7, 9, 15, 30, 60, 95, 120, 300, 720, 900, 2000])  # each answer as often as the others
    answer = _finite(exponent)
    others = [text for text in (*map(_finite, (9, 60, 300, 900)), "True True False") if text != answer]
    says = "float16 ends at 65504, a little above exp(11); float32 holds exp(88), float64 exp(709)."
    return Output(
        "x = torch.tensor(<exponent>.0)\nfor y in (x.half(), x, x.double()):\n    print(y.exp().isfinite().item())",
        answer,
        says + " A softmax without its maximum subtracted meets the first limit soon.",
        slips=[Slip(text, says) for text in others],
        given={"exponent": exponent},
    )


def _finite(exponent):
    return f"{exponent <= 11} {exponent <= 88} {exponent <= 709}"


@question("The shape of the weights", about="MultiHeadAttention")
def shape_of_the_weights(draw):
    """
    `MultiHeadAttention(<d_model>, <heads>)` gets queries of shape `(<batch>, <queries>, <d_model>)`, and keys and
    values of shape `(<batch>, <keys>, <d_model>)`. What is the shape of the weights
    that it returns?
    """
    batch, queries, keys = draw.sample([2, 3, 5, 6, 7, 9, 10, 11], 3)
    heads = draw.pick([4, 8])
    d_model = heads * draw.pick([3, 5])
    return Shape(
        (batch, heads, queries, keys),
        "Each head of each sentence has a table of its own: a row for each query, a column for each key.",
        slips=[
            Slip((batch, queries, keys), "Every head looks in its own way, so there is a table for each of them."),
            Slip((batch, heads, keys, queries), "A query's weights form a row: they add up to 1 along the keys."),
            Slip(
                (batch, heads, queries, d_model // heads),
                "That is what the heads give; weights are for keys, not for columns.",
            ),
            Slip((batch, queries, d_model), "That is the output."),
        ],
        given={"d_model": d_model, "heads": heads, "batch": batch, "queries": queries, "keys": keys},
    )


@question("What moves, what learns", about="MultiHeadAttention")
def what_moves():
    """`module.to("cuda")`, then training. What happens to each of these in a module?"""
    return Matching(
        [
            Pair("`self.w = nn.Parameter(t)`", "moves along and is trained", "That is what a parameter is."),
            Pair(
                "`self.q = nn.Linear(8, 8)`",
                "moves along and is trained",
                "A module inside a module brings its parameters.",
            ),
            Pair(
                '`self.register_buffer("m", t)`',
                "moves along, but is not trained",
                "A buffer is state without a gradient.",
            ),
            Pair("`self.t = t`", "stays on the CPU", "A plain tensor is nothing to the module: it is not even saved."),
        ],
        extra=[
            Option(
                "is trained, but stays on the CPU", "What the optimiser knows of is a parameter, and parameters move."
            )
        ],
    )


@question("Evaluation mode", about="MultiHeadAttention", points=2)
def evaluation_mode():
    """A model with dropout has been trained. What does `model.eval()` change?"""
    return Several(
        right=[
            Option("Dropout passes everything on.", "Nothing is dropped, and nothing is scaled."),
            Option(
                "The same input gives the same output every time.",
                "In training dropout draws anew at every call; without it nothing is left to chance.",
            ),
        ],
        wrong=[
            Option(
                "No gradients are recorded any more.", "That is what `torch.no_grad` is for; the two are independent."
            ),
            Option("The parameters can no longer be changed.", "An optimiser would still change them."),
            Option("Attention weights are computed in half precision.", "No dtype changes."),
        ],
    )


@question("The slope of a share", about="softmax")
def slope_of_a_share(draw):
    r"""
    A softmax gives the shares <shares>. What is the derivative of the **first** share by the **second** score? Three
    decimals are enough.
    """
    first, second = draw.pick([(0.5, 0.3), (0.6, 0.1), (0.7, 0.2), (0.2, 0.5), (0.1, 0.6), (0.3, 0.6), (0.4, 0.35)])
    return Number(
        -first * second,
        "Minus the product of the two shares: when the second score grows, the first share gives way.",
        slips=[
            Slip(first * second, "The sign: a growing score takes from all other shares."),
            Slip(first * (1 - first), "That is the derivative by its own score."),
            Slip(second * (1 - second), "That is the derivative of the second share by its own score."),
            Slip(0.0, "Shares are not independent: they have to add up to 1."),
        ],
        places=3,
        given={"shares": [first, second, round(1 - first - second, 2)]},
    )


@question("A wrong line: a learned temperature", about="softmax", points=2)
def faulty_temperature():
    """
    This should find the temperature at which the softmax of `scores` comes closest to the shares in `target`, both of shape `(n, k)`. It
    learns its logarithm, so that the temperature stays above 0. Which line is wrong?
    """
    return Listing(
        [
            Line("def fit_temperature(scores, target, steps=300):", "Scores, and the shares that they should give."),
            Line(
                "    log_t = torch.zeros((), requires_grad=True)",
                "A single number that is learned; exp(0) is the temperature 1.",
            ),
            Line("    optimiser = torch.optim.SGD([log_t], lr=0.3)", "It steps against the gradient."),
            Line("    for _ in range(steps):", "Again and again."),
            Line("        optimiser.zero_grad()", "The gradient of the step before is thrown away."),
            Line(
                "        shares = softmax(scores / log_t.exp())",
                "Scores are divided by the temperature.",
                wrong="        shares = softmax(scores / log_t.exp().detach())",
                reason="`detach` cuts the way back: no gradient arrives at the number that should be learned.",
            ),
            Line(
                "        loss = -(target * shares.log()).sum(-1).mean()",
                "The cross-entropy: small when the shares are those of the target.",
                wrong="        loss = (target * shares.log()).sum(-1).mean()",
                reason="The sign: this is made small by shares that are as far from the target as can be.",
            ),
            Line("        loss.backward()", "The gradient at `log_t`."),
            Line("        optimiser.step()", "One step against it."),
            Line(
                "    return log_t.exp().item()",
                "The temperature, as a number.",
                wrong="    return log_t.item()",
                reason="That is its logarithm: at temperature 1 it would say 0.",
            ),
        ]
    )


@question("Through multi-head attention", about="MultiHeadAttention")
def through_the_heads():
    """Put in order what `MultiHeadAttention` does with its queries, keys and values."""
    return Ordering(
        [
            Option(
                "Three linear layers project queries, keys and values.", "First of all: each of them gets its own role."
            ),
            Option(
                "The columns are split into heads.",
                "After the projection, so that each head has mixed columns to itself.",
            ),
            Option("Every head computes its weights.", "Scores, mask and softmax, in every head by itself."),
            Option("Every head sums values with its weights.", "Once the weights are known."),
            Option("The heads are set side by side again.", "That gives back d_model columns."),
            Option("A last linear layer mixes the heads.", "Until then nothing passes from one head to another."),
        ]
    )


@question("Why PyTorch now?", about="softmax", points=2)
def what_torch_adds():
    """Your NumPy functions were right. What do the same functions on tensors have that those did not?"""
    return Several(
        right=[
            Option("Gradients of every result, without a formula for them.", "Each operation notes how to go back."),
            Option("The same code runs on a GPU.", "As long as every new tensor is made on the device of its input."),
            Option("Parameters that an optimiser finds and that can be saved.", "That is what modules are for."),
        ],
        wrong=[
            Option(
                "Results that are exact instead of rounded.",
                "Floats are floats; PyTorch's default, float32, even rounds earlier.",
            ),
            Option(
                "No trouble with overflow in `exp`.",
                "The range of a float is the same; a maximum still has to be subtracted.",
            ),
        ],
    )


@question("Where a tensor is made", about="causal_mask")
def made_on_the_device():
    """
    `scores` lies wherever the model is, on a GPU or on the CPU. A term that depends on the number of the key, 0 to `n` - 1, is to be added
    to it. Which of these makes the numbers so that they fit in both cases?
    """
    return Choice(
        Option(
            "`torch.arange(n, device=scores.device)`",
            "They are made where the scores are, on a CPU as well as on a GPU.",
        ),
        [
            Option("`torch.arange(n)`", "That is made on the CPU, and the two do not mix."),
            Option(
                '`torch.arange(n, device="cuda")`', "That works on this machine only: where there is no GPU it fails."
            ),
            Option("`torch.from_numpy(np.arange(n))`", "NumPy knows no GPU: this is a tensor on the CPU."),
        ],
    )


@question("How far scores spread", about="scaled_dot_product_attention")
def spread_of_scores(draw):
    r"""
    The entries of queries and keys are independent, with mean 0 and variance 1. With $d_k = <d_k>$, what is the
    **standard deviation** of a score before it is scaled?
    """
    root = draw.integer(3, 12)
    return Number(
        root,
        "A score is a sum of d_k products, each of variance 1: its variance is d_k, so its standard deviation is the root of that.",
        slips=[
            Slip(root**2, "That is the variance; the standard deviation is its root."),
            Slip(1, "That is so after the scaling: it is what the scaling is for."),
            Slip(math.sqrt(root), "One root is enough: the variance is d_k."),
        ],
        given={"d_k": root**2},
        places=1,
    )
