"""The quiz of unit 07: what a model without positions cannot know, and how sines tell it."""

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


@question("Two words change places", about="PositionalEncoding")
def order_without_positions():
    """
    An encoder gets its words **without** any positions. Two words of the sentence change places. What happens to its
    outputs?
    """
    return Choice(
        Option(
            "The same vectors come out, with two of them exchanged.",
            "A query meets the same keys and values as before, and a weighted sum does not ask for their order.",
        ),
        [
            Option(
                "Every vector stays exactly where it was, as sums do not ask for order.",
                "Each output belongs to its own query, and the queries have moved: the outputs move with them.",
            ),
            Option(
                "All vectors change, since every word now has other neighbours.",
                "Attention has no notion of a neighbour: a word at distance 1 is treated like one at distance 100.",
            ),
            Option(
                "Only the vectors of words between the two change.",
                "That would take a sense of what lies between. Without positions there is no between.",
            ),
        ],
    )


@question("An entry of the table", about="sinusoidal_positions")
def table_entry(draw):
    r"""
    The sinusoidal table (AIAYN 3.5) with $d_\text{model} = 4$. What stands at position <position> in column <column>?
    Positions and columns are counted from 0; two decimals are enough.
    """
    column = draw.integer(0, 3)
    position = draw.integer(1, 9) if column < 2 else draw.integer(20, 90)
    divisor = 1 if column < 2 else 100
    wave, other = (math.sin, math.cos) if column % 2 == 0 else (math.cos, math.sin)
    name, angle = "sine" if column % 2 == 0 else "cosine", position / divisor
    return Number(
        wave(angle),
        f"Columns {column // 2 * 2} and {column // 2 * 2 + 1} share the angle {position} / {divisor}, and column {column} is its {name}.",
        slips=[
            Slip(other(angle), "Even columns hold the sine, odd ones the cosine of the same angle."),
            Slip(wave(math.radians(angle)), "The angles are radians, as in every library, not degrees."),
            Slip(
                wave(position / 10_000 ** (2 * column / 4))
                if column in (1, 3)
                else wave(position / 10_000 ** (column / 8)),
                "The exponent is 2i / d_model, and i numbers the pairs of columns, not the columns.",
            ),
        ],
        places=2,
        given={"position": position, "column": column},
    )


@question("How long is a wave?", about="sinusoidal_positions")
def wavelength(draw):
    r"""
    Column $2i$ of the table is $\sin\left(pos / 10000^{2i/d_\text{model}}\right)$. With $d_\text{model} = <d_model>$,
    after how many positions does column <column> begin again? Round to a whole number.
    """
    d_model = draw.pick([16, 32, 48, 80])
    eighths = draw.integer(1, 6)
    column = eighths * d_model // 8
    divisor = 10 ** (eighths / 2)
    length = 2 * math.pi * divisor
    return Number(
        length,
        f"The divisor is 10000^({column}/{d_model}) = {divisor:.4g}, and a sine begins again after 2π: 2π · {divisor:.4g}.",
        slips=[
            Slip(divisor, "That is the divisor. The sine begins again when its angle has grown by 2π, not by 1."),
            Slip(2 * math.pi * 10_000, "That is the limit for the last columns; this one divides by less."),
            Slip(2 * math.pi, "That is the length in column 0, where nothing is divided."),
            Slip(d_model, "The waves have nothing to do with the number of columns: each column has its own length."),
        ],
        places=0,
        given={"d_model": d_model, "column": column},
    )


@question("What all tables have in common", about="sinusoidal_positions", points=2)
def properties_of_the_table():
    """What is true of the sinusoidal table?"""
    return Several(
        right=[
            Option("All its entries lie between -1 and 1.", "They are sines and cosines."),
            Option(
                "The dot product of two rows depends only on how far apart they are.",
                "Each pair of columns adds cos(distance / divisor): sin·sin + cos·cos is the cosine of the difference.",
            ),
            Option(
                "For a fixed distance k, row pos + k is one and the same linear map of row pos, for every pos.",
                "A step of k turns every pair of columns by a fixed angle: a rotation.",
            ),
        ],
        wrong=[
            Option(
                "It is trained together with the embeddings.",
                "It is computed once. Trained positions are possible, and did equally well in the paper, but are another thing.",
            ),
            Option(
                "Another sentence gets another table.",
                "The table knows only places: row 3 is the same for the fourth word of every sentence.",
            ),
            Option(
                "Two positions have the same row once the table is longer than d_model.",
                "The waves have lengths that do not fit into each other: all columns never agree at once.",
            ),
        ],
    )


@question("Fast and slow columns", about="sinusoidal_positions")
def columns_as_clocks():
    """Which column of a wide table says what? (`d` is its width.)"""
    return Matching(
        [
            Pair(
                "column 0",
                "tells neighbours apart: it turns by one radian a word",
                "Its divisor is 1, so a word is a whole radian.",
            ),
            Pair(
                "column 1",
                "shows what column 0 shows a quarter of a wave later",
                "It is the cosine of the same angle: together they say where on the circle a position is.",
            ),
            Pair(
                "column d / 2",
                "tells apart what is some hundred words apart",
                "Half-way the divisor is the root of 10000, so a wave is 2π · 100 words long.",
            ),
            Pair(
                "column d - 2",
                "hardly moves within a sentence, but tells the beginning of a long text from its end",
                "Its divisor is nearly 10000: a wave is tens of thousands of words long.",
            ),
        ],
        extra=[
            Option(
                "counts the words of the sentence", "No column knows the sentence: row pos is the same for all of them."
            )
        ],
    )


@question("What is added", about="PositionalEncoding")
def slice_of_the_table(draw):
    """
    A `PositionalEncoding` has a table of shape `(<longest>, <d_model>)`. It gets words of shape `(<batch>, <length>,
    <d_model>)`. What is the shape of the part of the table that is added to them, before
    broadcasting?
    """
    batch, length, d_model = draw.sample([2, 3, 5, 6, 7, 8, 9, 10, 12], 3)
    longest = draw.pick([50, 100, 500])
    return Shape(
        (length, d_model),
        f"The first {length} rows, one for each place in a sentence; broadcasting gives them to all {batch} sentences.",
        slips=[
            Slip((longest, d_model), "The whole table is too long: the sentences have fewer words."),
            Slip(
                (batch, length, d_model),
                "That is the result. All sentences share the same rows; nothing is copied for each.",
            ),
            Slip((batch, d_model), "Rows belong to places within a sentence, and the batch is no place."),
            Slip((length,), "A position is told by a whole row, a number for every column."),
        ],
        given={"longest": longest, "d_model": d_model, "batch": batch, "length": length},
    )


@question("Why not side by side?", about="PositionalEncoding")
def added_not_concatenated():
    """Positions are **added** to the words, although one could set them beside the words. What speaks for adding?"""
    return Choice(
        Option(
            "The width stays the same, so no matrix behind it grows.",
            "And in hundreds of columns there is room: training can keep words in directions that positions hardly use.",
        ),
        [
            Option(
                "A sum can be taken apart exactly afterwards, while a wider vector cannot.",
                "It is the other way round: side by side nothing is mixed, while a sum alone cannot be undone.",
            ),
            Option(
                "Only a sum has a gradient, so only a sum can be trained through.",
                "Setting vectors side by side has a gradient too: it is cut into its two parts.",
            ),
            Option(
                "Side by side, the order of the words would be lost.",
                "The positions would still be there, in columns of their own. That costs width, not order.",
            ),
        ],
    )


@question("Out of the embedding", about="TokenEmbedding")
def scaled_embedding(draw):
    r"""
    The row of a token begins with <entry>. With $d_\text{model} = <d_model>$, what does the vector begin with that
    `TokenEmbedding` gives for it? (AIAYN 3.4)
    """
    root = draw.pick([4, 8, 10, 12, 16, 20])
    entry = draw.pick([-0.5, -0.25, 0.05, 0.125, 0.25, 0.5, 0.75])
    return Number(
        entry * root,
        f"Rows are multiplied by the root of d_model, here {root}, so that their entries are about as large as the sines.",
        slips=[
            Slip(entry, "The paper multiplies: without it, small entries drown in sines that reach from -1 to 1."),
            Slip(entry * root**2, "By the root of d_model, not by d_model itself."),
            Slip(entry / root, "Dividing by a root belongs to the scores of attention; here it is multiplied."),
        ],
        places=3,
        given={"entry": entry, "d_model": root**2},
    )


@question("Lookup or product?", about="TokenEmbedding")
def cost_of_one_hot(draw):
    """
    <words> tokens are embedded, with a vocabulary of <vocabulary> and <d_model> columns. Somebody writes it as
    `one_hot @ weight`. How many multiplications does that take, where a lookup needs none? (The factor at the end is left
    out.)
    """
    words, vocabulary, d_model = draw.integer(3, 9), draw.pick([200, 300, 500]), draw.pick([16, 32, 64])
    return Number(
        words * vocabulary * d_model,
        "Each of the tokens takes a number from every row of the table for every column, and all but one row count nothing.",
        slips=[
            Slip(words * d_model, "So many numbers come out, but each of them is a sum over the whole vocabulary."),
            Slip(vocabulary * d_model, "That is for a single token, or the size of the table."),
            Slip(words * vocabulary, "That is the size of the one-hot matrix; each of its numbers meets a whole row."),
        ],
        units=["multiplications"],
        given={"words": words, "vocabulary": vocabulary, "d_model": d_model},
    )


@question("A wrong line: positions that are learned", about="PositionalEncoding", points=2)
def faulty_module():
    """
    Some models **learn** a row for each position instead of computing it. This module should add such rows to words of shape
    `(batch, n, d_model)`. Which line is wrong?
    """
    return Listing(
        [
            Line("class LearnedPositions(nn.Module):", "A module, as it has something to learn."),
            Line("    def __init__(self, max_length, d_model):", "As many rows as there can be places."),
            Line("        super().__init__()", "Without it a module cannot take anything as its own."),
            Line(
                "        self.rows = nn.Parameter(0.02 * torch.randn(max_length, d_model))",
                "A parameter: it is trained, saved, and moves to the GPU.",
                wrong="        self.rows = 0.02 * torch.randn(max_length, d_model)",
                reason="A plain tensor is never trained, and stays on the CPU when the module moves.",
            ),
            Line("    def forward(self, words):", "What comes in are the words."),
            Line(
                "        places = torch.arange(words.shape[1], device=words.device)",
                "One number for each place in a sentence.",
                wrong="        places = torch.arange(words.shape[0], device=words.device)",
                reason="That counts the sentences; places are counted along the second axis.",
            ),
            Line(
                "        return words + self.rows[places]",
                "Broadcasting gives the same rows to all sentences.",
                wrong="        return self.rows[places].expand_as(words)",
                reason="The words are lost: positions are added to them, and do not take their place.",
            ),
        ]
    )


@question("From a word to the first layer", about="TokenEmbedding")
def way_of_a_token():
    """Put in order what happens to a token on its way into the first layer."""
    return Ordering(
        [
            Option(
                "The word gets its number in the vocabulary.",
                "A model reads numbers; this comes before anything is learned.",
            ),
            Option("That row of the embedding is looked up.", "The number says which row."),
            Option(
                "The row is multiplied by the root of d_model.",
                "The scaling belongs to the embedding, before anything is added.",
            ),
            Option("The row of its position is added.", "Added to the scaled embedding, entry by entry."),
            Option("Dropout is applied.", "To the sum of both (section 5.4)."),
        ]
    )


@question("A small table", about="sinusoidal_positions")
def first_row(draw):
    """What does this print? `sinusoidal_positions` is the function that you have written."""
    width = draw.pick([4, 6, 8])
    longest = draw.integer(5, 20)
    right = " ".join(["0 1"] * (width // 2))
    return Output(
        "table = sinusoidal_positions(<longest>, <width>)\nprint(*(round(entry) for entry in table[0].tolist()))",
        right,
        "At position 0 every angle is 0: the sine columns hold 0, the cosine columns 1.",
        slips=[
            Slip(" ".join(["0"] * width), "The odd columns are cosines, and the cosine of 0 is 1."),
            Slip(
                " ".join(["0"] * (width // 2) + ["1"] * (width // 2)), "Sine and cosine take turns, column by column."
            ),
            Slip(" ".join(["1 0"] * (width // 2)), "Even columns hold the sine, and column 0 is even."),
        ],
        given={"width": width, "longest": longest},
    )
