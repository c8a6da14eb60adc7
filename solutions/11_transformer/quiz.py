"""The quiz of unit 11: how the whole is trained, how it writes, and how large it is."""

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


@question("What the decoder is given", about="shift_right")
def shifted(draw):
    """
    What does this print? `shift_right` is the function that you have written; 1 is `bos`, 2 is `eos`, 0 is padding.
    """
    words = [draw.integer(3, 40) for _ in range(draw.integer(2, 4))]
    padding = draw.integer(0, 2)
    target = [*words, 2, *([0] * padding)]
    return Output(
        "print(*shift_right(torch.tensor([<target>]), bos=1)[0].tolist())",
        " ".join(map(str, [1, *target[:-1]])),
        "`bos` is set in front, and the last place falls off: as many places as before.",
        slips=[
            Slip(" ".join(map(str, [1, *target])), "As long as the target: the last place falls off."),
            Slip(" ".join(map(str, [*target[1:], 1])), "The words move to the right, not to the left."),
            Slip(
                " ".join(map(str, target)),
                "Unshifted, the decoder would see at each place the word that it should predict there.",
            ),
        ],
        given={"target": target},
    )


@question("Teacher forcing", about="shift_right")
def teacher_forcing():
    """
    In training, the model would give a wrong word at the third place. What does the decoder get as its **fourth**
    input?
    """
    return Choice(
        Option(
            "The right third word, from the target.",
            "Teacher forcing: every place continues from the right words, so all places can be computed at once.",
        ),
        [
            Option(
                "The wrong third word, that it gave itself.", "So it is when the model writes on its own, step by step."
            ),
            Option(
                "The right fourth word, from the target.",
                "That is what it should predict there: the target is shifted by one.",
            ),
            Option("`bos`, since the sentence failed.", "Nothing starts again: each place has its own loss."),
        ],
    )


@question("Once or word by word", about="greedy_decode")
def decoder_runs(draw):
    """
    `greedy_decode` writes sentences for one batch; the longest has <length> tokens, its `eos` counted. How many
    times does the **decoder** run, without a cache?
    """
    length = draw.integer(5, 40)
    return Number(
        length,
        "Once for every token of the longest sentence: each run needs the token that the run before has found.",
        slips=[
            Slip(1, "Once is enough in training, where all right words are known beforehand."),
            Slip(length + 1, "With `eos` the sentence is complete; nothing is asked after it."),
            Slip(
                length * (length + 1) // 2,
                "So many places are computed in all; a run computes all places of its sentence.",
            ),
        ],
        given={"length": length},
    )


@question("From numbers to a word", about="greedy_decode")
def logits_and_words():
    """What is what, at the end of the model?"""
    return Matching(
        [
            Pair(
                "logits",
                "any numbers, one for each word of the vocabulary",
                "They come from a linear layer: nothing bounds them.",
            ),
            Pair(
                "softmax of the logits",
                "numbers from 0 to 1 that add up to 1",
                "Shares, to be read as probabilities of the next word.",
            ),
            Pair("log softmax of the logits", "numbers that are never above 0", "Logarithms of numbers up to 1."),
            Pair(
                "argmax of the logits",
                "the number of one word",
                "It is the same for logits, shares and logarithms: all three rise together.",
            ),
        ],
        extra=[
            Option("a vector of d_model numbers", "That is what the last decoder layer gives, before the output layer.")
        ],
    )


@question("The shape of the logits", about="Transformer")
def shape_of_the_logits(draw):
    """
    A `Transformer` for <src_vocab> source words and <tgt_vocab> target words gets `src` of shape `(<batch>,
    <sources>)` and `tgt` of shape `(<batch>, <targets>)`. What is the shape of its logits?
    """
    batch, sources, targets = draw.sample([2, 3, 5, 6, 7, 9, 10, 11], 3)
    src_vocab, tgt_vocab = draw.sample([20, 30, 50, 70, 90], 2)
    return Shape(
        (batch, targets, tgt_vocab),
        "At each target place a number for each word that could stand there.",
        slips=[
            Slip((batch, sources, tgt_vocab), "The decoder has a row for each target word; the source is only read."),
            Slip((batch, targets, src_vocab), "Words of the target language are predicted."),
            Slip((batch, tgt_vocab), "Not only the last place: in training every place has a loss."),
            Slip((batch, targets), "That is what argmax would make of them: one word for each place."),
        ],
        given={"src_vocab": src_vocab, "tgt_vocab": tgt_vocab, "batch": batch, "sources": sources, "targets": targets},
    )


@question("The size of the whole model", about="Transformer")
def base_model_parameters(draw):
    r"""
    The layers of the base model have 44,138,496 parameters. How many does a `Transformer` of this size
    ($d_\text{model} = 512$) have in all, with <src_vocab> source words and <tgt_vocab> target words? Embeddings and output
    are not tied, and the output layer has a bias.
    """
    src_vocab, tgt_vocab = draw.sample([1000, 2000, 3000, 5000, 8000, 10000], 2)
    layers = 44_138_496
    return Number(
        layers + 512 * (src_vocab + tgt_vocab) + 513 * tgt_vocab,
        "Two embeddings with 512 numbers for each word, and an output layer with 512 numbers and a bias for each target word.",
        slips=[
            Slip(layers + 512 * (src_vocab + tgt_vocab), "The output layer has a row for each target word too."),
            Slip(layers + 512 * (src_vocab + 2 * tgt_vocab), "The output layer also has a bias for each target word."),
            Slip(
                layers + 512 * src_vocab + 513 * tgt_vocab,
                "That is with one table for target words, tied: here there are two.",
            ),
            Slip(layers, "Those are the layers alone."),
        ],
        units=["parameters"],
        given={"src_vocab": src_vocab, "tgt_vocab": tgt_vocab},
    )


@question("A loss by hand", about="label_smoothed_loss")
def loss_by_hand(draw):
    """
    A target of <places> places: <words> words, then padding. The model gives the right words the probabilities
    <chances>. What is the loss, **without** smoothing? Two decimals are enough.
    """
    chances = draw.sample([0.9, 0.8, 0.5, 0.4, 0.25, 0.2, 0.1], draw.integer(2, 3))
    places = len(chances) + draw.integer(1, 3)
    logs = [-math.log(chance) for chance in chances]
    return Number(
        sum(logs) / len(chances),
        "The mean of the negative natural logarithms, over the words only.",
        slips=[
            Slip(sum(logs) / places, "Padding is no word: it does not count in the mean."),
            Slip(sum(logs), "That is the sum; the loss is the mean over the words."),
            Slip(-math.log(sum(chances) / len(chances)), "First the logarithms, then the mean."),
            Slip(sum(logs) / len(chances) / math.log(2), "Natural logarithms, not those to base 2."),
        ],
        places=2,
        given={"places": places, "words": len(chances), "chances": chances},
    )


@question("Smoothed targets", about="label_smoothed_loss")
def smoothed_target(draw):
    r"""
    Label smoothing with $\varepsilon = <smoothing>$ and a vocabulary of <vocabulary>, as in `F.cross_entropy`: a
    share of $\varepsilon$ is spread evenly over **all** words. What is the target probability of the right word?
    Three decimals are enough.
    """
    smoothing, vocabulary = draw.pick([0.1, 0.2, 0.3]), draw.integer(4, 20)
    return Number(
        1 - smoothing + smoothing / vocabulary,
        "It gives away the share, and gets its part of it back like any other word.",
        slips=[
            Slip(1 - smoothing, "The right word gets its part of what is spread as well."),
            Slip(smoothing / vocabulary, "That is the target of any wrong word."),
            Slip(
                1 - smoothing / vocabulary, "The whole share is taken from the right word, not one word's part of it."
            ),
            Slip(1.0, "Without smoothing: then the logits of right words would be driven up for ever."),
        ],
        places=3,
        given={"smoothing": smoothing, "vocabulary": vocabulary},
    )


@question("The learning rate on its way", about="noam_learning_rate")
def share_of_the_peak(draw):
    """
    The learning rate of the paper (section 5.3) with a warm-up of <warmup> steps. What **share of its highest value**
    does it have at step <step>? Three decimals are enough.
    """
    warmup = draw.pick([100, 400, 1000, 4000])
    ratio = draw.pick([(1, 10), (1, 5), (1, 4), (1, 2), (4, 1), (9, 1), (16, 1), (25, 1), (2, 1)])
    step = warmup * ratio[0] // ratio[1]
    rising = step < warmup
    return Number(
        step / warmup if rising else math.sqrt(warmup / step),
        "Up to the end of the warm-up it rises in proportion to the step; then it falls with the root of the step.",
        slips=[
            Slip(
                math.sqrt(step / warmup) if rising else warmup / step,
                "It rises in proportion to the step." if rising else "It falls more slowly: with the root of the step.",
            ),
            Slip(1.0, "The highest value is reached at the end of the warm-up, and left at once."),
            Slip(
                math.sqrt(warmup / step) if rising else step / warmup,
                "That is the other branch: the smaller of the two counts.",
            ),
        ],
        places=3,
        given={"warmup": warmup, "step": step},
    )


@question("What would give the answers away", about="train", points=2)
def leaks():
    """Which of these lets the model see in training the very words that it should predict?"""
    return Several(
        right=[
            Option(
                "The decoder's self-attention has no causal mask.",
                "Then each place sees the next input, which is the word to be predicted.",
            ),
            Option(
                "The decoder gets the target unshifted, with a causal mask.",
                "A place may see itself, and unshifted it holds its own answer.",
            ),
        ],
        wrong=[
            Option("The source has no padding mask.", "Padding is looked at, which blurs; but it holds no answers."),
            Option("The cross-attention has no causal mask.", "The source is known as a whole, and should be."),
            Option("Dropout is 0.", "The model may learn by heart more easily; it sees no more than before."),
            Option("The model is in `train` mode.", "As it should be in training."),
        ],
    )


@question("Greedy, step by step", about="greedy_decode")
def greedy_steps():
    """Put in order what greedy decoding does, up to the first word."""
    return Ordering(
        [
            Option("The source is encoded.", "Once, before anything is written: the memory stays the same."),
            Option(
                "The decoder gets the memory and `bos`, and gives logits.",
                "It needs a first input, and no word is known yet.",
            ),
            Option("The logits at the last place are taken.", "They are about the next word."),
            Option("The word with the largest logit is chosen.", "No softmax is needed for that."),
            Option("It is appended, as the next input.", "Unlike in training, the model continues from its own words."),
        ]
    )


@question("A wrong line: how many are right", about="greedy_decode", points=2)
def faulty_measure():
    """
    This should give the share of sentences that the model, **writing on its own**, gets right from the first word to `eos`. `tgt` is
    without `bos`, with `eos`, padded. Which line is wrong?
    """
    return Listing(
        [
            Line("def exact_share(model, batches, bos=1, eos=2):", "On sentences that it has not been trained on."),
            Line("    right = total = 0", "Two counts."),
            Line("    for src, tgt in batches:", "Batch by batch."),
            Line(
                "        guess = greedy_decode(model, src, bos, eos, tgt.shape[1])",
                "The model continues from its own words.",
                wrong="        guess = model(src, shift_right(tgt, bos)).argmax(-1)",
                reason="That is teacher forcing: at each place the model is given the right words so far, and does not write on its own.",
            ),
            Line("        short = tgt.shape[1] - guess.shape[1]", "It may have ended earlier."),
            Line(
                "        guess = F.pad(guess, (0, short), value=model.pad)",
                "Padded as the target is.",
                wrong="        guess = F.pad(guess, (0, short), value=eos)",
                reason="Targets are padded with `pad`, not with `eos`: sentences that are shorter than others would count as wrong.",
            ),
            Line(
                "        right += (guess == tgt).all(dim=1).sum().item()",
                "A sentence is right if all of its words are.",
                wrong="        right += (guess == tgt).any(dim=1).sum().item()",
                reason="One right word does not make a right sentence.",
            ),
            Line(
                "        total += len(tgt)",
                "One for each sentence.",
                wrong="        total += tgt.numel()",
                reason="That counts words and padding: it should be a share of sentences.",
            ),
            Line("    return right / total", "Between 0 and 1."),
        ]
    )
