"""The quiz of unit 12: the same answers for less memory, less work, and a better sentence than the greedy one."""

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
    Slip,
    question,
)


@question("The next block", about="online_softmax")
def next_block(draw):
    """
    An online softmax has read a first block: its largest score is <first_max>, and the sum of exponentials, taken
    relative to that, is <first_sum>. The next block has the largest score <second_max> and, relative to that, the sum
    <second_sum>. What is the running sum after both? Two decimals are enough.
    """
    first_max = draw.integer(-3, 6)
    second_max = first_max + draw.pick([-2, -1, 1, 2])
    first_sum, second_sum = draw.integer(11, 39) / 10, draw.integer(11, 39) / 10
    top = max(first_max, second_max)
    answer = first_sum * math.exp(first_max - top) + second_sum * math.exp(second_max - top)
    bottom = min(first_max, second_max)
    return Number(
        answer,
        f"Both sums are brought to the larger maximum, {top}: the other one is multiplied by exp({bottom - top}).",
        slips=[
            Slip(
                first_sum + second_sum,
                "The two sums are relative to different maxima: one of them has to be rescaled first.",
            ),
            Slip(
                first_sum * math.exp(first_max - bottom) + second_sum * math.exp(second_max - bottom),
                "That is relative to the smaller maximum: exponents above 0 are what should be avoided.",
            ),
            Slip(second_sum, "The first block counts as well."),
        ],
        places=2,
        given={"first_max": first_max, "first_sum": first_sum, "second_max": second_max, "second_sum": second_sum},
    )


@question("The matrix that is never there", about="chunked_attention")
def memory_of_the_scores(draw):
    """
    One sentence of <length> tokens, <heads> heads, float32 (4 bytes a number). How many MiB (1 MiB is 1024 · 1024
    bytes) would the full matrix of scores take?
    """
    length, heads = draw.pick([512, 1024, 2048, 4096, 8192]), draw.pick([8, 12, 16, 32])
    size = length * length * heads * 4 // 2**20
    return Number(
        size,
        f"{length} · {length} numbers for each of {heads} heads, 4 bytes each.",
        slips=[
            Slip(size // heads, "Every head has a matrix of its own."),
            Slip(size // 4, "So many million numbers; each of them takes 4 bytes."),
            Slip(size * 2, "That is for 8 bytes a number, as float64 has; float32 has 4."),
            Slip(size / 2, "A matrix is stored as a whole, even if half of it is masked."),
        ],
        units=["MiB", "MB"],
        given={"length": length, "heads": heads},
    )


@question("Tokens through the projections", about="CachedSelfAttention")
def projected_tokens(draw):
    """
    A model writes <length> tokens, one after the other. **Without** a cache, each step puts all tokens so far through
    the projections. How many is that in all, where with a cache it is <length>?
    """
    length = draw.integer(6, 60)
    return Number(
        length * (length + 1) // 2,
        "1 + 2 + 3 + … up to the last step, which takes all of them.",
        slips=[
            Slip(length**2, "Only the last step takes them all; the first takes one."),
            Slip(length, "That is with a cache: each token is projected once."),
            Slip(length * (length - 1) // 2, "The token that was found last goes through the projections too."),
        ],
        units=["tokens"],
        given={"length": length},
    )


@question("The size of a cache", about="CachedSelfAttention")
def numbers_in_the_caches(draw):
    r"""
    A decoder of <layers> layers with $d_\text{model} = <d_model>$ and <heads> heads has written <length> tokens. How
    many numbers are in the caches of its self-attentions, for one sentence?
    """
    layers, heads = draw.pick([2, 4, 6]), draw.pick([2, 4, 8])
    d_model, length = heads * draw.pick([8, 16]), draw.integer(10, 90)
    return Number(
        2 * layers * length * d_model,
        "A key and a value for each token in each layer; all heads together have d_model columns.",
        slips=[
            Slip(layers * length * d_model, "Keys and values: two vectors for each token."),
            Slip(2 * length * d_model, "Every layer has its own keys and values."),
            Slip(
                2 * layers * heads * length * d_model,
                "The heads share the d_model columns; they do not each have all of them.",
            ),
            Slip(layers * heads * length**2, "Those are weights; they are not kept."),
            Slip(3 * layers * length * d_model, "Queries of earlier tokens are not needed any more."),
        ],
        given={"layers": layers, "d_model": d_model, "heads": heads, "length": length},
    )


@question("A score with its penalty", about="beam_search")
def penalised_score(draw):
    r"""
    A finished sentence of <length> tokens, its `eos` counted, has the log-probability <log_probability>. What is its
    score, with the length penalty of the paper (section 6.1), $\left((5 + n)/6\right)^\alpha$ and $\alpha = 0.6$?
    Two decimals are enough.
    """
    length, log_probability = draw.integer(3, 20), -draw.integer(21, 99) / 10
    penalty = ((5 + length) / 6) ** 0.6
    return Number(
        log_probability / penalty,
        f"The log-probability divided by {penalty:.4g}: longer sentences are helped, as a negative number gets nearer to 0.",
        slips=[
            Slip(log_probability, "So much without a penalty: then short sentences nearly always win."),
            Slip(log_probability * penalty, "It is divided: multiplied, longer sentences would be punished twice."),
            Slip(log_probability / length, "That is the mean per token; this penalty is gentler."),
            Slip(log_probability / ((5 + length) / 6), "The exponent is missing."),
        ],
        places=2,
        given={"length": length, "log_probability": log_probability},
    )


@question("A garden path", about="beam_search")
def garden_path(draw):
    """
    The first word is `a` with probability <p_a> or `b` with <p_b>. After `a` the likeliest second word has <q_a>,
    after `b` it has <q_b>; then the sentence ends for sure. What is the probability of the sentence that a beam
    search with **two** beams finds, without length penalty? Three decimals are enough.
    """
    p_a = draw.pick([0.52, 0.55, 0.58, 0.6])
    p_b = round(1 - p_a, 2)
    q_a, q_b = draw.pick([0.3, 0.35, 0.4, 0.45]), draw.pick([0.7, 0.8, 0.9])
    return Number(
        p_b * q_b,
        "Both first words are kept, and the better product wins: the second word makes up for the first.",
        slips=[
            Slip(p_a * q_a, "That is the greedy sentence: it takes the better first word and cannot come back."),
            Slip(p_a * q_b, "The second word's probability belongs to the first word after which it was computed."),
            Slip(p_b + q_b, "Probabilities of words in a row are multiplied; it is their logarithms that are added."),
            Slip(q_b, "The first word counts as well."),
        ],
        places=3,
        given={"p_a": p_a, "p_b": p_b, "q_a": q_a, "q_b": q_b},
    )


@question("What grows how", about="chunked_attention")
def what_grows_how():
    """A sequence has $n$ tokens; all other sizes are fixed. How does each of these grow with $n$?"""
    return Matching(
        [
            Pair("memory for scores, in plain attention", "like n²", "A number for every pair of a query and a key."),
            Pair(
                "memory of chunked attention, its output counted",
                "like n",
                "A row of output for each query, and some blocks at a time.",
            ),
            Pair("multiplications of chunked attention", "like n²", "Every query still meets every key: it is exact."),
            Pair("work of the next step, with a cache", "like n", "One query meets all the keys so far."),
            Pair("projections of the next step, with a cache", "not at all", "Only the new token is projected."),
        ],
        extra=[Option("like n³", "Nothing here does; without a cache, all steps together would.")],
    )


@question("Exact or nearly?", about="chunked_attention")
def exact_or_not():
    """How does the output of chunked attention differ from that of plain attention?"""
    return Choice(
        Option(
            "Not at all, but for rounding.",
            "It computes the same sums in another order; rescaling by the running maximum is exact algebra.",
        ),
        [
            Option(
                "Distant words get slightly too little weight.",
                "Every block counts in full; rescaling makes up for the order in which they come.",
            ),
            Option(
                "It is an approximation that gets better with larger blocks.",
                "Any block size gives the same: the size only trades memory for speed.",
            ),
            Option(
                "It is the same in `eval` mode only, as it has no gradient.",
                "It has one, the same as plain attention's; only that some of it may be computed twice to save memory.",
            ),
        ],
    )


@question("Why a cache is allowed", about="CachedSelfAttention", points=2)
def why_caching_works():
    """What makes it right to keep keys and values of earlier tokens, in the decoder's self-attention?"""
    return Several(
        right=[
            Option(
                "With a causal mask, what an earlier token becomes does not depend on later ones.",
                "So its key and value in every layer stay what they were.",
            ),
            Option(
                "Only the newest token's query is needed for the next word.",
                "Outputs at earlier places have been used already.",
            ),
        ],
        wrong=[
            Option(
                "Keys and values are parameters, which do not change when writing.",
                "They are computed from the tokens; it is the matrices that are parameters.",
            ),
            Option("Earlier tokens are looked at less and less.", "Any earlier token may get the largest weight."),
            Option(
                "An encoder could do the same when words are appended to its sentence.",
                "There all words see the new one: every vector changes, in every layer.",
            ),
        ],
    )


@question("One step with a cache", about="CachedSelfAttention")
def cached_step():
    """Put in order what a cached self-attention does with one new token."""
    return Ordering(
        [
            Option(
                "The new token is projected to a query, a key and a value.", "Only this token: the others have been."
            ),
            Option(
                "Key and value are put behind those in the cache.",
                "Before the scores: the new token may look at itself.",
            ),
            Option("The query meets all keys.", "One row of scores, for keys old and new."),
            Option("A softmax makes weights of the scores.", "No mask is needed: nothing later is there."),
            Option("The values are summed with these weights.", "Old and new ones."),
            Option("The last linear layer mixes the heads.", "As in any multi-head attention."),
        ]
    )


@question("Why lengths are compensated", about="beam_search")
def why_a_penalty():
    """Beam search compares finished sentences of different length. Why not simply by their log-probabilities?"""
    return Choice(
        Option(
            "Short sentences would nearly always win.",
            "Every further token makes the sum smaller: a logarithm of a probability is never above 0. The penalty makes up for that.",
        ),
        [
            Option(
                "Log-probabilities of different lengths have different units.",
                "They are plain numbers, and could be compared.",
            ),
            Option(
                "Long sentences would win, as they have more terms.", "The terms are negative: more of them make less."
            ),
            Option(
                "Sums of many logarithms overflow.",
                "They only get a little more negative; it is products of probabilities that vanish.",
            ),
        ],
    )


@question("A wrong line: writing with a cache", about="CachedSelfAttention", points=2)
def faulty_writing():
    """
    This should continue the tokens in `first (batch, n)` by `steps` tokens, through a `CachedSelfAttention`, with as little work as
    possible. `embed` gives each token its vector, `readout` makes logits of vectors. Which line is wrong?
    """
    return Listing(
        [
            Line("def write(attention, embed, readout, first, steps):", "Three modules, and the tokens to begin with."),
            Line("    x, cache, written = embed(first), None, []", "At first all tokens are new."),
            Line("    for _ in range(steps):", "One token a step."),
            Line(
                "        output, cache = attention(x, cache)",
                "The new cache is kept for the next step.",
                wrong="        output, _ = attention(x, cache)",
                reason="The new cache is thrown away: from the second step on, the model sees one token and no more.",
            ),
            Line(
                "        token = readout(output[:, -1]).argmax(-1)",
                "The last place speaks of the next token.",
                wrong="        token = readout(output[:, 0]).argmax(-1)",
                reason="The first place speaks of the second token, which is long known.",
            ),
            Line("        written.append(token)", "One token for each sentence."),
            Line(
                "        x = embed(token)[:, None]",
                "Only the new token: all others are in the cache.",
                wrong="        x = torch.cat([x, embed(token)[:, None]], dim=1)",
                reason="Tokens that are in the cache already are given once more: they would count twice.",
            ),
            Line("    return torch.stack(written, dim=1)", "Without the tokens that it began with."),
        ]
    )


@question("A running maximum", about="online_softmax")
def running_maximum(draw):
    """What does this print?"""
    scores = draw.sample(range(-9, 20), 6)
    size = draw.pick([2, 3])
    blocks = [scores[start : start + size] for start in range(0, 6, size)]
    running = [max(scores[: start + size]) for start in range(0, 6, size)]
    return Output(
        "largest = -math.inf\n"
        "for block in torch.tensor(<scores>).split(<size>):\n"
        "    largest = max(largest, block.max().item())\n"
        '    print(largest, end=" ")',
        " ".join(map(str, running)),
        "After each block, the largest score of all blocks so far.",
        slips=[
            Slip(" ".join(str(max(block)) for block in blocks), "The maximum of earlier blocks is not forgotten."),
            Slip(" ".join([str(max(scores))] * len(blocks)), "Later blocks have not been read yet."),
        ],
        given={"scores": scores, "size": size},
    )
