"""The quiz of unit 02: what softmax does to scores, why it is computed as it is, and what it does to gradients."""

from __future__ import annotations

import math

from autograder.quiz.authoring import (
    Choice,
    Draw,
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


@question("A number added to all scores", about="softmax")
def shifted(draw: Draw):
    """The number <c> is added to each score of a slice. What happens to its shares?"""
    c = draw.integer(2, 30)
    return Choice(
        right=Option(
            "They stay as they are.",
            because="Each exponential gets the factor e^<c>, the sum gets it too, and it cancels: only differences between scores count.",
        ),
        wrong=[
            Option(
                "Each grows by the factor $e^{<c>}$.",
                because="The exponentials do. The shares are divided by the sum, which grows by the same factor; they must add up to 1.",
            ),
            Option(
                "The largest grows, the others shrink.",
                because="That happens when the scores are multiplied by a number above 1: then their differences grow. Adding leaves them.",
            ),
            Option(
                "They become more alike.",
                because="That happens when the scores are divided by a temperature above 1. Adding changes no difference.",
            ),
        ],
        given={"c": c},
    )


@question("A share by hand", about="softmax", points=2)
def share_by_hand(draw: Draw):
    r"""The scores are $<scores>$. What is the share of the **last** score? ($e \approx 2.71828$)"""
    scores = [draw.integer(0, 3) for _ in range(3)]
    weights = [math.exp(score) for score in scores]
    return Number(
        weights[-1] / sum(weights),
        because="The exponentials are <weights>; the last one is divided by their sum, <total>.",
        slips=[
            Slip(
                scores[-1] / max(sum(scores), 1),
                "You divided the score by the sum of the scores. The exponentials come first.",
            ),
            Slip(weights[-1] / sum(weights[:-1]), "The sum goes over all scores, the last one too."),
            Slip(weights[-1], "That is the exponential. It still has to be divided by the sum of all three."),
            Slip(weights[0] / sum(weights), "That is the share of the first score."),
            Slip(2 ** scores[-1] / sum(2**score for score in scores), "You took powers of 2. The base is e."),
        ],
        given={"scores": scores, "weights": [round(weight, 2) for weight in weights], "total": round(sum(weights), 2)},
        places=3,
    )


@question("Points of score and shares", about="softmax")
def ratio_of_shares(draw: Draw):
    """In one slice, a score is <k> larger than another. How many times as large is its share?"""
    k = draw.integer(2, 6)
    return Choice(
        right=Option(
            "$e^{<k>}$ times", because="e^(s + <k>) / e^s = e^<k>; the sum below both is the same and cancels."
        ),
        wrong=[
            Option(
                "<k> times",
                because="That would be the ratio without the exponential. A difference becomes a factor, e for each point.",
            ),
            Option(
                r"$e \cdot <k>$ times", because="Each point multiplies by e once more: it is a power, not a product."
            ),
            Option(
                "That depends on the other scores.",
                because="The shares do, since the sum does. Their ratio does not: the sum cancels.",
            ),
            Option(
                "$<k>^2$ times", because="Nothing is squared here: the exponential of a difference is a power of e."
            ),
        ],
        given={"k": k},
    )


@question("Which axis", about="softmax")
def which_axis(draw: Draw):
    """`scores` has the shape `(<batch>, <queries>, <keys>)`: a number for each query with each key. Along which axis
    does attention take its softmax, so that each query shares its attention among the keys?"""
    batch, queries, keys = draw.sample(range(2, 20), 3)
    return Choice(
        right=Option(
            "`axis=-1`: <keys> shares add up to 1.",
            because="The shares of one query run along its keys, the last axis.",
        ),
        wrong=[
            Option(
                "`axis=-2`: <queries> shares add up to 1.",
                because="Then each key would share itself among the queries, and a query's weights could add up to anything.",
            ),
            Option(
                "`axis=0`: <batch> shares add up to 1.",
                because="Then sentences of a batch would compete with each other. They have nothing to do with each other.",
            ),
            Option(
                "All axes: everything adds up to 1.",
                because="Then queries would compete for attention. Each has a whole 1 of its own.",
            ),
        ],
        given={"batch": batch, "queries": queries, "keys": keys},
    )


@question("keepdims: a shape", about="softmax")
def shape_of_the_maximum(draw: Draw):
    """`x` has the shape `(<a>, <b>, <c>)`. What is the shape of `x.max(axis=<axis>, keepdims=True)`?"""
    shape = draw.sample(range(2, 16), 3)
    axis = draw.integer(0, 2)
    kept = tuple(1 if place == axis else size for place, size in enumerate(shape))
    dropped = tuple(size for place, size in enumerate(shape) if place != axis)
    return Shape(
        kept,
        because="Axis <axis> is kept, with the size 1: so each maximum broadcasts over its own slice of x.",
        slips=[
            Slip(
                dropped,
                "That is the shape without keepdims: the axis is gone, and broadcasting would pair up the wrong axes.",
            ),
            Slip(tuple(shape), "A maximum along an axis leaves one number of that axis."),
            Slip((shape[axis],), "That axis is the one that is reduced; the other two stay."),
            Slip(
                (1, 1, 1),
                "That would be the maximum over everything. With an axis, each slice has a maximum of its own.",
            ),
        ],
        given={"a": shape[0], "b": shape[1], "c": shape[2], "axis": axis},
    )


@question("Why the maximum is subtracted", about="softmax")
def why_the_maximum():
    """Before the exponential, the largest score of a slice is subtracted from all of its scores. Why?"""
    return Choice(
        right=Option(
            "No exponent is above 0 then, so no exponential overflows; the shares are the same.",
            because="e^1000 is `inf`, and `inf / inf` is `nan`. Subtracting one number from all scores changes no difference, so no share.",
        ),
        wrong=[
            Option(
                "Without it the shares would not add up to 1.",
                because="Dividing by the sum sees to that, whatever was subtracted.",
            ),
            Option(
                "It makes small shares larger, so that their gradients do not vanish.",
                because="It changes no share at all, and so no gradient. For that there is the temperature.",
            ),
            Option(
                "It makes all scores positive, as the exponential needs them.",
                because="They become 0 or negative, and the exponential takes any number.",
            ),
            Option(
                "It saves time: exponentials of small numbers are faster.",
                because="Finding the maximum costs extra time. It is about overflow, not about speed.",
            ),
        ],
    )


@question("Temperature", about="softmax_with_temperature", points=2)
def temperatures():
    """The scores are divided by a temperature before the softmax. Which shares of the scores 3, 2 and 1 come at
    which temperature?"""
    return Matching(
        pairs=[
            Pair(
                "0.1",
                "nearly all on the first",
                because="The differences grow tenfold: e^10 : 1 for one point of score.",
            ),
            Pair("1", "0.67, 0.24, 0.09", because="Softmax as it is: e : 1 for each point of score."),
            Pair("2", "0.51, 0.31, 0.19", because="The differences are halved: √e : 1 for each point."),
            Pair("1000", "0.33, 0.33, 0.33", because="Nearly no differences are left: the shares are nearly equal."),
        ],
        extra=[
            Option(
                "nearly all on the last",
                because="No positive temperature turns the order round; a larger score never has the smaller share.",
            )
        ],
    )


@question("What is true of softmax", about="softmax", points=2)
def true_of_softmax():
    """What is true of `softmax`, computed with ordinary floats on a slice with at least one finite score? Mark
    everything that is."""
    return Several(
        right=[
            Option(
                "Its shares add up to 1, up to rounding.",
                because="Each exponential is divided by the sum of all of them.",
            ),
            Option(
                "A score of `-inf` gets the share 0, exactly.",
                because="e to the power `-inf` is 0, and 0 divided by the sum stays 0. Masks are made of this.",
            ),
            Option(
                "It never changes which score is the largest.",
                because="The exponential rises, and all are divided by the same sum: the order stays.",
            ),
        ],
        wrong=[
            Option(
                "Doubling all scores leaves the shares as they are.",
                because="Differences double, so ratios of shares are squared. Adding a number is what leaves them.",
            ),
            Option(
                "The share of a score depends on that score only.",
                because="The sum below it has all scores of the slice: when one grows, the others' shares shrink.",
            ),
            Option(
                "The share of the score 0 is 0.",
                because="e^0 is 1: a score of 0 takes part like any other. What takes no part is `-inf`.",
            ),
        ],
    )


@question("Certainty and learning", about="softmax_backward")
def saturation():
    r"""One share of a softmax is 0.9999, the others share the rest. What are the gradients with respect to the scores
    like?"""
    return Choice(
        right=Option(
            "Close to 0, for each score: it hardly learns any more.",
            because="The derivatives are y·(1 − y) and −y·y′: with y near 1 and the others near 0, every product has a factor near 0.",
        ),
        wrong=[
            Option(
                "Large for the score with the share 0.9999, since it decides.",
                because="y·(1 − y) is 0.0001: moving that score hardly moves its share, which has nowhere to go.",
            ),
            Option(
                "Large for the small shares, since they are far from their goal.",
                because="Their derivatives have their own share as a factor, so they are near 0. Being far away does not help them.",
            ),
            Option(
                "Infinite, since log(0.0001) is so large.",
                because="No logarithm is in the softmax. And -log y has a bounded gradient in the scores: y minus the target.",
            ),
        ],
    )


@question("A derivative by hand", about="softmax_backward", points=2)
def derivative_by_hand(draw: Draw):
    r"""The shares of a slice are $y = <y>$. The gradient of the loss with respect to the shares is $dy = <dy>$. What
    is the gradient with respect to the **first** score, $y_1 \, (dy_1 - \sum_j dy_j \, y_j)$?"""
    y = draw.pick([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.2, 0.3, 0.5], [0.1, 0.4, 0.5], [0.6, 0.3, 0.1]])
    dy = draw.vector(3, -3, 3)
    inner = sum(a * b for a, b in zip(dy, y, strict=True))
    return Number(
        y[0] * (dy[0] - inner),
        because="The sum is <inner>; the first share times (<first> - (<inner>)) is the gradient.",
        slips=[
            Slip(y[0] * dy[0], "The sum is missing: raising one score takes shares away from the others."),
            Slip(dy[0] - inner, "The share in front is missing."),
            Slip(
                y[0] * (1 - y[0]) * dy[0],
                "That is what the first share alone contributes. The others depend on the first score too.",
            ),
            Slip(y[0] * (dy[0] + inner), "The sum is subtracted, not added."),
        ],
        given={"y": y, "dy": dy, "inner": round(inner, 4), "first": dy[0]},
        places=3,
    )


@question("A safe softmax, step by step", about="softmax")
def steps_of_softmax():
    """In which order does a safe softmax of a slice do this?"""
    return Ordering(
        steps=[
            Option("Find the largest score.", because="It is what is subtracted next."),
            Option(
                "Subtract it from each score.",
                because="Before the exponential: afterwards it would be too late for an overflow.",
            ),
            Option("Take the exponential of each.", because="All exponents are 0 or negative by now."),
            Option("Add the exponentials up.", because="Of the exponentials, not of the scores."),
            Option("Divide each exponential by the sum.", because="Last: now they add up to 1."),
        ]
    )


@question("A wrong line: the next word", about="softmax_with_temperature", points=2)
def wrong_line_next_word():
    """A language model has given each word a score. The function should draw one word, each with the probability of
    its share; the lower the temperature, the oftener the likeliest. One line is wrong. Which one?"""
    return Listing(
        lines=[
            Line(
                "def next_word(scores, words, temperature, rng):",
                because="The head is right: rng is a generator of NumPy.",
            ),
            Line(
                "    shares = softmax_with_temperature(scores, temperature)",
                because="Shares of the scores divided by the temperature.",
                wrong="    shares = softmax_with_temperature(scores, 1 / temperature)",
                also=["    shares = softmax(scores / temperature)"],
                reason="This turns the temperature round: a low one would now make the shares more alike.",
            ),
            Line(
                "    ends = np.cumsum(shares)",
                because="Each word has a piece of the way from 0 to 1, as long as its share; these are the ends of the pieces.",
                wrong="    ends = np.cumsum(scores)",
                also=["    ends = shares.cumsum()"],
                reason="Scores are no probabilities: they can be negative, and they add up to anything.",
            ),
            Line(
                "    point = rng.random()",
                because="A point between 0 and 1, each as likely as any other.",
                wrong="    point = rng.normal()",
                also=["    point = rng.uniform(0, 1)"],
                reason="A normal number is often below 0 and sometimes above 1; the pieces lie between 0 and 1.",
            ),
            Line(
                "    place = np.searchsorted(ends, point)",
                because="The first piece that ends behind the point.",
                wrong="    place = np.argmax(ends)",
                also=["    place = np.argmax(ends >= point)", "    place = np.sum(ends < point)"],
                reason="The largest end is always the last one. It has to be the piece that the point is in.",
            ),
            Line(
                "    return words[place]",
                because="The word whose piece was hit.",
                wrong="    return words[np.argmax(scores)]",
                reason="This is the likeliest word, every time: nothing is drawn.",
            ),
        ]
    )


@question("Two slices: the output", about="softmax")
def output_of_two_slices(draw: Draw):
    """What do these lines print?"""
    (a, b), (c, d) = draw.sample(
        [(1, 3), (3, 1), (1, 4), (4, 1), (2, 3), (3, 2), (2, 2), (1, 9), (9, 1), (3, 7), (7, 3)], 2
    )
    given = {"a": a, "b": b, "c": c, "d": d}

    def shown(numbers: list[float]) -> str:
        return "[[{:g} {:g}]\n [{:g} {:g}]]".format(*(round(number, 2) for number in numbers))

    return Output(
        code="x = np.log([[<a>, <b>],\n            [<c>, <d>]])\n"
        "y = np.exp(x - x.max())\nprint((y / y.sum(axis=1, keepdims=True)).round(2))",
        answer=shown([a / (a + b), b / (a + b), c / (c + d), d / (c + d)]),
        because="The exponentials undo the logarithms, up to a factor that cancels: <a> and <b> share one row, <c> and <d> the "
        "other, and the shares of each row add up to 1.",
        slips=[
            Slip(
                shown([number / (a + b + c + d) for number in (a, b, c, d)]),
                "Without an axis the shares would add up to 1 over everything; here each row has its own sum.",
            ),
            Slip(
                shown([a / (a + c), b / (b + d), c / (a + c), d / (b + d)]),
                "You shared down the columns. `axis=1` runs along a row.",
            ),
            Slip(
                shown([number / max(a, b, c, d) for number in (a, b, c, d)]),
                "These are the exponentials. Each row of them still has to be divided by its sum.",
            ),
        ],
        given=given,
    )
