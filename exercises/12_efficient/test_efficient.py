"""Visible checks of unit 12: the worked numbers of the lesson, and what can be said of the answers and their cost without a formula."""

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.toolkit import assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, require
from autograder.toolkit import tensors as t

LN2, LN4 = math.log(2), math.log(4)
INF = float("inf")


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def drawn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@exercise("online_softmax", forbidden=["torch.softmax", "torch.log_softmax"])
class TestOnlineSoftmax:
    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """(0, ln 2, ln 4, 0) in blocks of 2: the weights are an eighth, a quarter, a half and an eighth."""
        assert_agrees(student.online_softmax(numbers(0, LN2, LN4, 0), 2), numbers(0.125, 0.25, 0.5, 0.125))

    @given(block_size=st.integers(1, 7))
    def test_the_size_of_the_blocks_changes_nothing(self, student, block_size):
        """Blocks of 1, blocks that do not divide 5, a block that is larger than the row: the same weights as in one piece."""
        x = torch.stack([numbers(0, -1, 2, 1, 3), numbers(2, 4, -3, 0, 1)])
        expected = student.online_softmax(x, 5)
        assert_agrees(student.online_softmax(x, block_size), expected)

    def test_the_largest_score_may_come_last(self, student):
        """Ten scores that rise by ln 2: each weight is twice the one before it, and all add up to 1, so they are 1, 2, 4 … of 1023."""
        weights = student.online_softmax(LN2 * torch.arange(10.0, dtype=torch.float64), 3)
        assert_agrees(weights, 2 ** torch.arange(10.0, dtype=torch.float64) / 1023)

    def test_large_scores_do_no_harm(self, student):
        """1000 is far too large for exp, and the softmax of (1000, 1000 + ln 2) is still a third and two thirds."""
        assert_agrees(student.online_softmax(numbers(-1000, 1000, 1000 + LN2), 1), numbers(0, 1 / 3, 2 / 3))

    def test_hidden_scores_get_nothing(self, student):
        """-inf has the weight 0, also where a whole block is hidden; a row of nothing else has zeros."""
        x = torch.stack([numbers(-INF, -INF, 0, LN2), numbers(0, LN2, -INF, -INF), numbers(*[-INF] * 4)])
        third = [1 / 3, 2 / 3]
        assert_agrees(
            student.online_softmax(x, 2), torch.stack([numbers(0, 0, *third), numbers(*third, 0, 0), numbers(*[0] * 4)])
        )

    def test_keeps_float32_and_makes_it_of_whole_numbers(self, student):
        """float32 in, float32 out; whole numbers become floats of PyTorch's default dtype, which is float32 as well."""
        for x in (torch.zeros(4), torch.zeros(4, dtype=torch.int64)):
            assert_agrees(student.online_softmax(x, 3), torch.full((4,), 0.25))

    def test_needs_a_few_blocks_of_memory_besides_the_result(self, student):
        """4096 numbers in blocks of 16. The result has 16 KiB, a block 64 bytes: 4 KiB are plenty for all that is needed besides."""
        x = drawn(2, 4096).float()
        besides = student.online_softmax.counted(x, 16).peak_bytes - 4 * 4096
        require(besides <= 4096, f"needs {besides / 1024:.1f} KiB besides the result, where 4 KiB are plenty")

    def test_a_gradient_arrives(self, student):
        """Weights always add up to 1: push all of them up alike, and no score changes."""
        x = drawn(3, 2, 7)
        gradients = student.online_softmax.gradients(1, x, 3)
        require(gradients.inputs[0] is not None, "a gradient should arrive at x")
        assert_agrees(gradients.inputs[0].sum(-1), torch.zeros(2).double())

    def test_blocks_of_nothing_are_refused(self, student):
        """A ValueError that says what was found."""
        assert_value_error(student.online_softmax, numbers(1, 2), 0, names=["0"])
        assert_value_error(student.online_softmax, numbers(1, 2), -3, names=["-3"])

    def test_leaves_the_scores_as_they_were(self, student):
        """The caller still needs them."""
        assert_inputs_unchanged(student.online_softmax, drawn(1, 2, 5), 2)


ONE = torch.ones(4, 1, dtype=torch.float64)
KEYS = numbers(0, LN2, LN4, 0)[:, None]
VALUES = numbers(8, 2, 6, 0)[:, None]


@exercise("chunked_attention", forbidden=["torch.nn.functional.scaled_dot_product_attention"])
class TestChunkedAttention:
    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """The scores (0, ln 2, ln 4, 0) and the values (8, 2, 6, 0), in blocks of 2: the output is 4.5."""
        assert_agrees(student.chunked_attention(ONE[:1], KEYS, VALUES, 2), numbers(4.5)[:, None])

    def test_causal_gives_the_same_numbers_one_after_the_other(self, student):
        """Of the same scores, word 0 sees the first only, word 1 two of them, and so on: 8, (8 + 4) / 3, (8 + 4 + 24) / 7, 4.5."""
        found = student.chunked_attention(ONE, KEYS, VALUES, 2, causal=True)
        assert_agrees(found, numbers(8, 4, 36 / 7, 4.5)[:, None])

    @given(block_size=st.integers(1, 7), causal=st.booleans())
    def test_the_size_of_the_blocks_changes_nothing(self, student, block_size, causal):
        """Blocks of 1, blocks that do not divide 5, one that is larger than everything: the same output as in one piece."""
        q, k, v = (drawn(seed, 2, 5, 2).round(decimals=1) for seed in (1, 2, 3))
        expected = student.chunked_attention(q, k, v, 5, causal)
        assert_agrees(student.chunked_attention(q, k, v, block_size, causal), expected)

    def test_the_scores_are_divided_by_the_root(self, student):
        """With 4 columns of ones, a query has the score 4 / 2 with one key and 0 with another: weights e² : 1."""
        output = student.chunked_attention(torch.ones(1, 4), torch.tensor([[1.0] * 4, [0.0] * 4]), torch.eye(2), 1)
        assert_agrees(output, torch.tensor([[1 / (1 + math.exp(-2)), 1 / (1 + math.exp(2))]]))

    def test_equal_keys_are_averaged(self, student):
        """A query that finds all keys alike gets the mean of the values. There may be more keys than queries."""
        v = drawn(3, 5, 2)
        output = student.chunked_attention(drawn(1, 3, 4), torch.ones(5, 4).double(), v, 2)
        assert_agrees(output, v.mean(0).expand(3, 2).clone())

    def test_the_future_does_not_matter(self, student):
        """Change the last word's key and value: with `causal=True` no earlier output changes."""
        q, k, v = drawn(1, 5, 3), drawn(2, 5, 3), drawn(3, 5, 2)
        before = student.chunked_attention(q, k, v, 2, causal=True)
        k[4], v[4] = 9.0, -9.0
        after = student.chunked_attention(q, k, v, 2, causal=True)
        assert_agrees(after[:4].clone(), before[:4].clone())
        require((after[4] != before[4]).all(), "the last word should see itself", after[4])

    def test_needs_no_table_of_all_pairs(self, student):
        """96 words in blocks of 3, with `causal`. A table of all pairs has 96 · 96 entries, 36 KiB of scores or 9 KiB of booleans: all
        that is needed at any time is less."""
        q, k, v = drawn(1, 3, 96, 2).float().unbind()
        needed = student.chunked_attention.counted(q, k, v, 3, True).peak_bytes / 1024
        require(needed < 8.5, f"needs {needed:.1f} KiB at its peak, where 8.5 KiB are plenty")

    def test_a_gradient_arrives_at_all_three(self, student):
        """Nothing on the way is overwritten or made anew from numbers."""
        found = student.chunked_attention.gradients(1, drawn(1, 5, 3), drawn(2, 5, 3), drawn(3, 5, 2), 2, True)
        for name, gradient in zip("qkv", found.inputs, strict=False):
            require(gradient is not None, f"a gradient should arrive at {name}")

    def test_what_does_not_fit_is_refused(self, student):
        """A ValueError that names what was found: blocks of 0, 5 keys and 4 values, 2 columns and 3, 4 queries and 5 keys for causal."""
        q, k, v = drawn(1, 4, 3), drawn(2, 5, 3), drawn(3, 5, 2)
        assert_value_error(student.chunked_attention, q, k, v, 0, names=["0"])
        assert_value_error(student.chunked_attention, q, k, v[:4], 2, names=["5", "4"])
        assert_value_error(student.chunked_attention, q[:, :2], k, v, 2, names=["2", "3"])
        assert_value_error(student.chunked_attention, q, k, v, 2, causal=True, names=["4", "5"])

    def test_leaves_its_arguments_as_they_were(self, student):
        """The caller still needs them."""
        assert_inputs_unchanged(student.chunked_attention, drawn(1, 4, 3), drawn(2, 5, 3), drawn(3, 5, 2), 2)


def small_layer(student):
    """The layer of the lesson: a word is a number, and its output the mean of all numbers up to it."""
    module = student.CachedSelfAttention(1, 1)
    one, zero = torch.ones(1, 1).double(), torch.zeros(1).double()
    weights = {"w_q": one, "w_k": 0 * one, "w_v": one, "w_o": one}
    for name, weight in weights.items():
        t.load_state(module, {f"{name}.weight": weight, f"{name}.bias": zero})
    return module


def text(*words):
    return torch.tensor(words, dtype=torch.float64)[None, :, None]


@exercise("CachedSelfAttention", forbidden=["torch.nn.MultiheadAttention"])
class TestCachedSelfAttention:
    def test_gives_the_numbers_worked_out_by_hand(self, student):
        """2, 4, 9 have the means 2, 3, 5; with 1 said next, the mean is 4."""
        forward = small_layer(student).forward.keeping(1)
        output, cache = forward(text(2, 4, 9))
        assert_agrees(output, text(2, 3, 5))
        assert_agrees(forward(text(1), cache)[0], text(4))

    def test_two_sentences_go_on_from_one_cache(self, student):
        """After 2, 4, 9 one goes on with 1 and another with 5: means 4 and 5, in any order and as often as you like."""
        forward = small_layer(student).forward.keeping(1)
        _, cache = forward(text(2, 4, 9))
        for word, mean in ((1, 4), (5, 5), (5, 5), (1, 4)):
            output, _ = forward(text(word), cache)
            assert_agrees(output, text(mean))

    def test_several_words_may_be_new(self, student):
        """After 2 and 4 come 9 and 1 at once: 9 sees 2, 4 and itself, and 1 sees all: means 5 and 4."""
        forward = small_layer(student).forward.keeping(1)
        _, cache = forward(text(2, 4))
        assert_agrees(forward(text(9, 1), cache)[0], text(5, 4))

    @given(lengths=st.lists(st.integers(1, 3), min_size=1, max_size=4))
    def test_a_text_in_pieces_has_the_same_output(self, student, lengths):
        """Two sentences, two heads: however the words are cut into pieces, the outputs are those of one piece."""
        forward = student.CachedSelfAttention(6, 2).forward.keeping(1)
        x = drawn(1, 2, sum(lengths), 6).float()
        whole, _ = forward(x)
        outputs, cache = [], None
        for piece in x.split(lengths, dim=1):
            output, cache = forward(piece, cache) if outputs else forward(piece)
            outputs.append(output)
        assert_agrees(torch.cat(outputs, dim=1), whole)

    def test_the_future_does_not_matter(self, student):
        """Change the last word: no earlier output changes."""
        forward, x = student.CachedSelfAttention(6, 2).forward.keeping(1), drawn(1, 2, 4, 6).float()
        before, _ = forward(x)
        x[:, 3] = 9.0
        after, _ = forward(x)
        assert_agrees(after[:, :3].clone(), before[:, :3].clone())

    def test_a_step_costs_no_more_than_the_words_so_far(self, student):
        """A step after 200 words may move four times as many numbers as one after 50, not sixteen times."""
        forward, x = student.CachedSelfAttention(8, 2).forward.keeping(1), drawn(1, 1, 201, 8).float()
        short, long = (forward.counted(x[:, n : n + 1].clone(), forward(x[:, :n].clone())[1]) for n in (50, 200))
        t.assert_linear_traffic(short, long)

    def test_has_four_linear_layers(self, student):
        """w_q, w_k, w_v and w_o, each with a weight (6, 6) and a bias (6,)."""
        parameters = t.state_of(student.CachedSelfAttention(6, 2)).parameters
        expected = {f"w_{each}.{part}" for each in "qkvo" for part in ("weight", "bias")}
        require(set(parameters) == expected, f"the parameters should be {sorted(expected)}", sorted(parameters))
        shapes = {tuple(value.shape) for value in parameters.values()}
        require(shapes == {(6, 6), (6,)}, "weights should be (6, 6) and biases (6,)", shapes)

    def test_columns_that_cannot_be_shared_are_refused(self, student):
        """Ten columns and four heads: a ValueError that names both numbers."""
        assert_value_error(student.CachedSelfAttention, 10, 4, names=["10", "4"])


BOS, EOS, A, THE, CAT, DOG = range(6)
NEXT = [
    [0.01, 0.01, 0.59, 0.38, 0.005, 0.005],
    [0.05, 0.75, 0.05, 0.05, 0.05, 0.05],
    [0.01, 0.01, 0.01, 0.22, 0.40, 0.35],
    [0.01, 0.01, 0.01, 0.01, 0.95, 0.01],
    [0.02, 0.90, 0.02, 0.02, 0.02, 0.02],
    [0.02, 0.90, 0.02, 0.02, 0.02, 0.02],
]
MODEL = t.Lookup(torch.tensor(NEXT, dtype=torch.float64).log())  # the model of the lesson


def scored(probability, n, length_penalty=0.6):
    return math.log(probability) / ((5 + n) / 6) ** length_penalty


def require_sentence(found, tokens, score):
    require(
        isinstance(found, tuple) and len(found) == 2, "two values should be returned: the tokens and their score", found
    )
    require(
        type(found[0]) is list and all(type(token) is int for token in found[0]),
        "the tokens should be a list of ints",
        found[0],
    )
    require(found[0] == tokens, f"the tokens should be {tokens}", found[0])
    require(isinstance(found[1], float), "the score should be a float", found[1])
    require(abs(found[1] - score) < 1e-5, f"the score should be {score:.6f}", found[1])


@exercise("beam_search")
class TestBeamSearch:
    def test_one_beginning_is_greedy(self, student):
        """The lesson's small_model: “a”, then “cat”, then the end: 0.59 · 0.40 · 0.90."""
        found = student.beam_search(MODEL, BOS, EOS, 1, 8)
        require_sentence(found, [A, CAT, EOS], scored(0.59 * 0.40 * 0.90, 3))

    def test_two_beginnings_find_the_better_sentence(self, student):
        """The lesson's small_model: “the”, then “cat”, then the end: 0.38 · 0.95 · 0.90. The score is about -0.946."""
        for beam in (2, 3, 4):
            found = student.beam_search(MODEL, BOS, EOS, beam, 8)
            require_sentence(found, [THE, CAT, EOS], scored(0.38 * 0.95 * 0.90, 3))

    def test_without_a_penalty_the_score_is_the_log_probability(self, student):
        """α = 0: divided by 1."""
        found = student.beam_search(MODEL, BOS, EOS, 2, 8, length_penalty=0.0)
        require_sentence(found, [THE, CAT, EOS], math.log(0.38 * 0.95 * 0.90))

    def test_a_sentence_ends_at_its_eos(self, student):
        """<bos> is followed by 2 (0.8), 2 by <eos> (0.9). After <eos> this model would say <eos> for ever: longer and longer sentences
        with better and better scores, if they were continued."""
        shares = numbers(0.02, 0.18, 0.8, 0.01, 0.98, 0.01, 0.02, 0.9, 0.08).reshape(3, 3)
        found = student.beam_search(t.Lookup(shares.log()), 0, 1, 2, 5)
        require_sentence(found, [2, 1], scored(0.8 * 0.9, 2))

    def test_the_whole_prefix_is_given(self, student):
        """A model with a row for every prefix, which wants 2, then 3, then the end, and only after <bos> 2 3."""
        table = torch.full((256, 4), 0.1, dtype=torch.float64)
        table[(1 * 4 + 0), 2] = 0.7
        table[(1 * 4 + 0) * 4 + 2, 3] = 0.7
        table[((1 * 4 + 0) * 4 + 2) * 4 + 3, 1] = 0.7
        found = student.beam_search(t.Lookup(table.log(), base=4), 0, 1, 1, 3)
        require_sentence(found, [2, 3, 1], scored(0.7**3, 3))

    def test_stops_at_the_greatest_length(self, student):
        """Two tokens at most: “a cat” has no end, and is returned without one. Its two tokens count."""
        require_sentence(student.beam_search(MODEL, BOS, EOS, 1, 2), [A, CAT], scored(0.59 * 0.40, 2))

    def test_a_beam_may_be_larger_than_the_vocabulary(self, student):
        """Six tokens and 40 beginnings: at first there are not so many to follow."""
        found = student.beam_search(MODEL, BOS, EOS, 40, 5)
        require_sentence(found, [THE, CAT, EOS], scored(0.38 * 0.95 * 0.90, 3))

    def test_nobody_to_follow_is_refused(self, student):
        """A beam of 0 or less: a ValueError that says what was found."""
        assert_value_error(student.beam_search, MODEL, BOS, EOS, 0, 8, names=["0"])
        assert_value_error(student.beam_search, MODEL, BOS, EOS, -2, 8, names=["-2"])
