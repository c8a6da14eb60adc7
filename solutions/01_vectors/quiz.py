"""The quiz of unit 01: what a dot product, a length and a cosine say, and how they are computed for many vectors
at once."""

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

TRIPLES = [(3, 4, 5), (4, 3, 5), (5, 12, 13), (12, 5, 13), (6, 8, 10), (8, 6, 10), (8, 15, 17), (15, 8, 17)]
"""Two legs and a whole hypotenuse."""
BOXES = [
    (1, 2, 2, 3),
    (2, 3, 6, 7),
    (1, 4, 8, 9),
    (4, 4, 7, 9),
    (2, 6, 9, 11),
    (3, 4, 12, 13),
    (2, 5, 14, 15),
    (8, 9, 12, 17),
]
"""Three edges and a whole diagonal."""


@question("A dot product by hand", about="dot")
def dot_by_hand(draw: Draw):
    r"""Let $a = <a>$ and $b = <b>$. What is $a \cdot b$?"""
    a, b = draw.vector(3), draw.vector(3)
    products = [x * y for x, y in zip(a, b, strict=True)]
    return Number(
        sum(products),
        because="The products, place by place, are <products>; their sum is the dot product.",
        slips=[
            Slip(sum(a) * sum(b), "You multiplied the two sums. What is added up are the products of each place."),
            Slip(sum(map(abs, products)), "You lost the signs: a negative product makes the sum smaller."),
            Slip(
                math.prod(a) * math.prod(b),
                "You multiplied everything. The products of the places are added, not multiplied.",
            ),
            Slip(sum(a) + sum(b), "You added everything. Numbers in the same place are multiplied first."),
        ],
        given={"a": a, "b": b, "products": products},
    )


@question("A vector is stretched", about="cosine_similarity")
def stretched():
    r"""Each number of $b$ is multiplied by 10. What becomes of $a \cdot b$, and what of the cosine of $a$ and $b$?
    (Neither was 0.)"""
    return Choice(
        right=Option(
            r"$a \cdot b$ is 10 times as large; the cosine stays.",
            because="Each product in the sum has the factor 10. The cosine divides by the length of b, which has it too: it cancels.",
        ),
        wrong=[
            Option(
                "Both are 10 times as large.",
                because="A cosine cannot be: it lies between -1 and 1. It measures direction, and stretching changes no direction.",
            ),
            Option(
                r"$a \cdot b$ is 100 times as large; the cosine is 10 times as large.",
                because="Only b was stretched. The dot product has one factor from b in each product, not two.",
            ),
            Option(
                "Both stay, because the direction stays.",
                because="True of the cosine. The dot product grows with the lengths of both vectors, that is the difference between them.",
            ),
            Option(
                r"$a \cdot b$ stays; the cosine is a tenth of what it was.",
                because="The other way round: the dot product depends on length, and the cosine takes the length out again.",
            ),
        ],
    )


@question("When a dot product is zero", about="dot")
def zero_dot():
    r"""Neither $a$ nor $b$ is a vector of zeros, and $a \cdot b = 0$. What does that say?"""
    return Choice(
        right=Option(
            "They stand at a right angle.",
            because="a·b is the product of both lengths and the cosine of the angle. The lengths are not 0, so the cosine is.",
        ),
        wrong=[
            Option(
                "They point in opposite directions.",
                because="Then the cosine is -1 and the dot product is as negative as it can get with these lengths.",
            ),
            Option(
                "They are equal.",
                because="a·a is the square of the length of a: above 0 here. A difference of 0 says equal.",
            ),
            Option(
                "In each place, one of the two has a 0.",
                because="That is enough, but not needed: in [1, 1]·[1, -1] no number is 0, the products cancel.",
            ),
        ],
    )


@question("A length by hand", about="norm")
def length_by_hand(draw: Draw):
    r"""What is the Euclidean length $\lVert a \rVert$ of $a = <a>$?"""
    *edges, length = draw.pick(BOXES)
    a = [draw.pick([-1, 1]) * edge for edge in draw.shuffled(edges)]
    return Number(
        length,
        because="The squares add up to <squares>, and the length is the root of that.",
        slips=[
            Slip(
                sum(edges),
                "You added the numbers without their signs. That is another norm, the way along the streets of a grid.",
            ),
            Slip(length**2, "You forgot the root: that is the square of the length."),
            Slip(max(edges), "You took the largest number. The smaller ones add to the length too."),
        ],
        given={"a": a, "squares": length**2},
    )


@question("A cosine by hand", about="cosine_similarity", points=2)
def cosine_by_hand(draw: Draw):
    r"""Let $a = <a>$ and $b = <b>$. What is the cosine of the two, $\frac{a \cdot b}{\lVert a \rVert \, \lVert b
    \rVert}$?"""
    (x, y, first), (u, v, second) = draw.sample(TRIPLES, 2)
    a, b = [x, draw.pick([-1, 1]) * y], [draw.pick([-1, 1]) * u, v]
    dot = a[0] * b[0] + a[1] * b[1]
    return Number(
        dot / (first * second),
        because="a·b = <dot>, the lengths are <first> and <second>, and <dot> / (<first> · <second>) is the cosine.",
        slips=[
            Slip(dot, "That is the dot product. A cosine is divided by both lengths, so it lies between -1 and 1."),
            Slip(dot / (first + second), "You divided by the sum of the lengths. It is their product."),
            Slip(dot / first**2, "You divided by the length of a twice. Each vector's own length is taken out."),
            Slip(
                dot / (first * second) ** 2,
                "You divided by the squares: take the roots of the two sums of squares first.",
            ),
            Slip(
                math.acos(dot / (first * second)),
                "That is the angle, in radians. The cosine is what you took the arc cosine of.",
            ),
        ],
        given={"a": a, "b": b, "dot": dot, "first": first, "second": second},
        places=2,
    )


@question("What is true of a cosine", about="cosine_similarity", points=2)
def true_of_a_cosine():
    """What is true of the cosine similarity of two vectors that are not zero? Mark everything that is."""
    return Several(
        right=[
            Option(
                "It is never more than 1.", because="|a·b| is at most the product of the lengths (Cauchy and Schwarz)."
            ),
            Option(
                "It is -1 for vectors in opposite directions.",
                because="Then a·b is minus the product of the lengths: [1, 2] and [-3, -6] have the cosine -1.",
            ),
            Option(
                "It stays the same when the two vectors change places.",
                because="a·b = b·a, and the product of the lengths does not know an order either.",
            ),
        ],
        wrong=[
            Option(
                "It is never negative, like every similarity.",
                because="An angle of more than 90 degrees has a negative cosine. Word vectors do have such angles.",
            ),
            Option(
                "Of two long vectors it is larger than of two short ones.",
                because="That holds for the dot product of vectors in the same two directions. The cosine divides the lengths out.",
            ),
            Option(
                "It is the angle between the two, in radians.",
                because="It is the cosine of that angle: 1 for the angle 0, and smaller for larger angles.",
            ),
        ],
    )


@question("Ranges", about="angle", points=2)
def ranges():
    """Which range belongs to which measure, over all pairs of vectors that are not zero?"""
    return Matching(
        pairs=[
            Pair("dot product", "every real number", because="It grows with both lengths, in either direction."),
            Pair(
                "length",
                "above 0, without an upper end",
                because="The root of a sum of squares; 0 only for the zero vector.",
            ),
            Pair("cosine", "from -1 to 1", because="The lengths are divided out; what is left is direction."),
            Pair("angle in radians", "from 0 to π", because="Half a turn is as far apart as two directions can be."),
        ],
        extra=[
            Option("from 0 to 1", because="That is where probabilities live; softmax comes in the next unit."),
            Option(
                "from -π to π", because="An angle between two vectors has no direction of turning, so it has no sign."
            ),
        ],
    )


@question("All pairs at once: the shape", about="cosine_similarity_matrix")
def shape_of_all_pairs(draw: Draw):
    """`x` has the shape `(<n>, <d>)` and `y` has the shape `(<m>, <d>)`. What is the shape of
    `cosine_similarity_matrix(x, y)`?"""
    n, m, d = draw.sample(range(2, 30), 3)
    return Shape(
        (n, m),
        because="One number for each row of x with each row of y: x's rows down, y's rows across. The d features are summed over.",
        slips=[
            Slip((m, n), "Rows and columns changed places: entry [i, j] is row i of x with row j of y."),
            Slip((n, d), "That is the shape of x. Each pair of rows gives one number, whatever d is."),
            Slip(
                (d, d), "You multiplied x.T by something: then features are compared with features, not rows with rows."
            ),
            Slip((n, m, d), "The last axis is gone: a dot product adds the d products up."),
            Slip((n,), "You compared row i with row i only. Here every row of x meets every row of y."),
        ],
        given={"n": n, "m": m, "d": d},
    )


@question("The k most similar, step by step", about="most_similar")
def steps_of_a_search():
    """`most_similar(query, keys, k)` finds the `k` keys with the largest cosines, equal ones in the order of their
    rows, and checks its arguments before it computes anything. Put its steps in order."""
    return Ordering(
        steps=[
            Option(
                "Refuse a `k` that is not from 1 to the number of keys.",
                because="Before any work: nothing has to be undone.",
            ),
            Option(
                "Compute the cosine of the query with each key.", because="All that follows works on these n numbers."
            ),
            Option(
                "Change the sign of each cosine.",
                because="Sorting is rising, and the largest cosine should come first.",
            ),
            Option(
                "Find the order of the rows by a stable sort.",
                because="Stable: equal ones keep the order of their rows.",
            ),
            Option(
                "Keep the first `k` row numbers.",
                because="Cut after sorting: before it, the best may be among those cut off.",
            ),
        ]
    )


@question("A wrong line: the closest word", about="most_similar", points=2)
def wrong_line_closest_word():
    """`words` maps each word to its vector, and `cosine_similarity` is yours. The function should find the word
    whose vector has the largest cosine with `query`. One line is wrong. Which one?"""
    return Listing(
        lines=[
            Line(
                "def closest_word(query, words):", because="The head is right: a vector, and a dictionary of vectors."
            ),
            Line(
                "    best_word, best = None, -2.0",
                because="No cosine is below -1, so the first word is taken in any case.",
                wrong="    best_word, best = None, 0.0",
                also=["    best_word, best = None, -math.inf", "    best_word, best = None, -1.5"],
                reason="When no cosine is above 0, which happens, no word is ever taken.",
            ),
            Line("    for word, vector in words.items():", because="Every word is looked at once, with its vector."),
            Line(
                "        cosine = cosine_similarity(query, vector)",
                because="The measure that was asked for, of the query with this word.",
                wrong="        cosine = dot(query, vector)",
                also=["        cosine = cosine_similarity(vector, query)"],
                reason="The dot product prefers long vectors: a word with a long vector wins although it points elsewhere.",
            ),
            Line(
                "        if cosine > best:",
                because="Larger than all before.",
                wrong="        if cosine < best:",
                also=["        if best < cosine:"],
                reason="This looks for the smallest cosine; and as none is below the value it starts with, it finds nothing.",
            ),
            Line(
                "            best_word, best = word, cosine",
                because="The word and its cosine are kept together.",
                wrong="            best_word = word",
                also=["            best, best_word = cosine, word"],
                reason="The best cosine so far is not kept: every word beats the value it starts with, and the last one is returned.",
            ),
            Line(
                "    return best_word",
                because="The word, after all have been looked at.",
                wrong="        return best_word",
                reason="Inside the loop: it returns after the first word.",
            ),
        ]
    )


@question("Sums of squares: the output", about="cosine_similarity_matrix")
def output_of_squares(draw: Draw):
    """What do these lines print?"""
    (a, b), (c, d) = draw.vector(2, 1, 5), draw.vector(2, 1, 5)
    return Output(
        code="x = np.array([[<a>, <b>],\n              [<c>, <d>]])\nprint((x * x).sum(axis=1))",
        answer="[<first> <second>]",
        because="axis=1 adds along each row: <a>² + <b>² and <c>² + <d>². The roots of these are the lengths of the rows.",
        slips=[
            Slip(f"[{a * a + c * c} {b * b + d * d}]", "You added down the columns: that is axis=0."),
            Slip(
                f"[{(a + b) ** 2} {(c + d) ** 2}]",
                "You added first and squared then. `x * x` squares each number first.",
            ),
            Slip(
                f"{a * a + b * b + c * c + d * d}",
                "Without an axis everything would be added up; with axis=1 each row has its sum.",
            ),
            Slip(f"[{a + b} {c + d}]", "You added the numbers themselves; `x * x` is what is summed."),
        ],
        given={"a": a, "b": b, "c": c, "d": d, "first": a * a + b * b, "second": c * c + d * d},
    )


@question("Why clip before the arc cosine", about="angle")
def why_clip():
    """For two parallel vectors a program finds the cosine `1.0000000000000002`. What is the matter, and what helps?"""
    return Choice(
        right=Option(
            "Rounding; the value is cut to the range from -1 to 1 before the arc cosine.",
            because="Each operation rounds a little. Above 1 there is no arc cosine: math.acos raises, np.arccos gives NaN.",
        ),
        wrong=[
            Option(
                "The vectors are not quite parallel; nothing has to be done.",
                because="No pair of vectors has a cosine above 1, parallel or not. It comes from rounding, and the arc cosine of it fails.",
            ),
            Option(
                "A mistake in the formula; the root of each length was taken twice.",
                because="Then the value would be far from 1, not off by the last bit of a float.",
            ),
            Option(
                "The dot product overflowed; larger floats help.",
                because="Overflow gives infinity. A larger type makes the error smaller, but it can still be on the wrong side of 1.",
            ),
        ],
    )
