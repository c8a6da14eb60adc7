"""Wrong solutions of unit 04 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import math

import numpy as np
import torch

from autograder.toolkit.variants import mistake

# ---- pad_sequences


@mistake(
    "pad_sequences",
    caught_by="test_pads_to_the_longest_sentence",
    says="The padding is put on the left of the sentences. It belongs on the right.",
)
def fills_on_the_left(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.full((len(sequences), length), pad, np.int64)
    for row, sequence in enumerate(sequences):
        kept = sequence[:length]
        batch[row, length - len(kept) :] = kept
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_keeps_the_left_part_of_what_is_too_long",
    says="Of a sentence that is too long the last ids are kept. The first ones should be.",
)
def keeps_the_right_part(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.full((len(sequences), length), pad, np.int64)
    for row, sequence in enumerate(sequences):
        kept = sequence[max(0, len(sequence) - length) :]
        batch[row, : len(kept)] = kept
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_makes_rows_of_the_length_that_was_asked_for",
    says="A length of 0 is taken for no length at all, because 0 counts as false. Ask whether it is None.",
)
def length_zero_counts_as_none(sequences, length=None, pad=0):
    length = length or max(map(len, sequences), default=0)
    return np.array([s[:length] + [pad] * (length - len(s)) for s in sequences], np.int64).reshape(-1, length)


@mistake(
    "pad_sequences",
    caught_by="test_an_empty_batch_has_no_rows_but_a_length",
    says="The longest sentence of an empty batch is asked for, and there is none: `max` of nothing raises an error.",
)
def no_longest_sentence_of_an_empty_batch(sequences, length=None, pad=0):
    if length is None:
        length = max(len(s) for s in sequences)
    batch = np.full((len(sequences), length), pad, np.int64)
    for row, s in enumerate(sequences):
        batch[row, : len(s)] = s[:length]
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_an_empty_batch_has_no_rows_but_a_length",
    says="Without sentences the array loses its second axis: a list of no rows cannot say how long they would have been.",
)
def empty_batch_loses_its_length(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    return np.array([s[:length] + [pad] * (length - len(s)) for s in sequences], dtype=np.int64)


@mistake(
    "pad_sequences",
    caught_by="test_makes_rows_of_the_length_that_was_asked_for",
    says="Sentences are cut to `length`, but not padded to it when even the longest is shorter.",
)
def never_longer_than_the_longest(sequences, length=None, pad=0):
    longest = max(map(len, sequences), default=0)
    length = longest if length is None else min(length, longest) if sequences else length
    batch = np.full((len(sequences), length), pad, np.int64)
    for row, s in enumerate(sequences):
        batch[row, : min(len(s), length)] = s[:length]
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_makes_rows_of_the_length_that_was_asked_for",
    says="A sentence that is too long is not cut: its row would be longer than the others.",
)
def too_long_is_not_cut(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.full((len(sequences), length), pad, np.int64)
    for row, s in enumerate(sequences):
        batch[row, : len(s)] = s
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_makes_rows_of_the_length_that_was_asked_for",
    says="`length` is not used: the longest sentence always decides.",
)
def length_ignored(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=length or 0)
    batch = np.full((len(sequences), length), pad, np.int64)
    for row, s in enumerate(sequences):
        batch[row, : len(s)] = s
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_pads_with_what_pad_says",
    says="`pad` is not used: the padding is always 0.",
)
def always_filled_with_zeros(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.zeros((len(sequences), length), np.int64)
    for row, s in enumerate(sequences):
        kept = s[:length]
        batch[row, : len(kept)] = kept
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_pads_with_what_pad_says",
    says="Ids of 0 inside the sentences are replaced by the padding too. They may be words: only what comes after a sentence is "
    "padding.",
)
def zeros_become_padding(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.zeros((len(sequences), length), np.int64)
    for row, s in enumerate(sequences):
        kept = s[:length]
        batch[row, : len(kept)] = kept
    batch[batch == 0] = pad
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_pads_to_the_longest_sentence",
    says="The array is float64, NumPy's usual type: ids are whole numbers, and the dtype has to be said.",
)
def ids_become_floats(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.ones((len(sequences), length)) * pad
    for row, s in enumerate(sequences):
        kept = s[:length]
        batch[row, : len(kept)] = kept
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_gives_int64_for_numbers_of_any_size",
    says="The ids go through a type of 32 bits, where large ones do not fit.",
)
def through_32_bits(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.full((len(sequences), length), np.int64(pad).astype(np.int32), np.int32)
    for row, s in enumerate(sequences):
        kept = s[:length]
        batch[row, : len(kept)] = np.array(kept, np.int64).astype(np.int32)
    return batch.astype(np.int64)


@mistake(
    "pad_sequences",
    caught_by="test_leaves_the_sentences_as_they_were",
    says="The lists that were handed in are padded themselves: the caller's sentences are changed.",
)
def fills_the_lists_themselves(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    for s in sequences:
        while len(s) < length:
            s.append(pad)
    return np.array([s[:length] for s in sequences], np.int64).reshape(len(sequences), length)


@mistake(
    "pad_sequences",
    caught_by="test_leaves_the_sentences_as_they_were",
    says="The lists that were handed in are cut themselves: the caller's sentences are changed.",
)
def cuts_the_lists_themselves(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    batch = np.full((len(sequences), length), pad, np.int64)
    for row, s in enumerate(sequences):
        del s[length:]
        batch[row, : len(s)] = s
    return batch


@mistake(
    "pad_sequences",
    caught_by="test_an_empty_sentence_is_a_row_of_padding",
    says="Empty sentences are left out, so the batch has fewer rows than there are sentences.",
)
def empty_sentences_dropped(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    rows = [s[:length] + [pad] * (length - len(s)) for s in sequences if s]
    return np.array(rows, np.int64).reshape(len(rows), length)


@mistake(
    "pad_sequences",
    caught_by="test_gives_int64_for_numbers_of_any_size",
    says="The ids become floats on the way, and floats have 53 bits: large ids come back as their neighbours.",
)
def floats_on_the_way(sequences, length=None, pad=0):
    length = max(map(len, sequences), default=0) if length is None else length
    rows = [(list(sequence) + [pad] * length)[:length] for sequence in sequences]
    return np.array(rows, dtype=float).reshape(len(sequences), length).astype(np.int64)


# ---- padding_mask


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask is the wrong way round: True means that the key may be looked at, so it belongs to the words.",
)
def true_at_the_padding(tokens, pad=0):
    return (tokens == pad)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="The two axes in the middle are missing, which stand for all heads and all queries.",
)
def two_axes_only(tokens, pad=0):
    return tokens != pad


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="One axis is missing: between the sentences and the keys there is one for the heads and one for the queries.",
)
def three_axes_only(tokens, pad=0):
    return (tokens != pad)[:, None, :]


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="The tokens lie along the axis of the queries. Padding is hidden as a key, so they belong on the last axis.",
)
def along_the_queries(tokens, pad=0):
    return (tokens != pad)[:, None, :, None]


@mistake(
    "padding_mask",
    caught_by="test_pad_says_what_is_padding",
    says="`pad` is not used: ids of 0 always count as padding, and nothing else does.",
)
def zero_is_always_padding(tokens, pad=0):
    return (tokens != 0)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_pad_says_what_is_padding",
    says="Ids below `pad` count as padding too. Padding is what is equal to it.",
)
def words_are_larger_than_pad(tokens, pad=0):
    return (tokens > pad)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask holds the numbers 0 and 1 and not truth values: its dtype has to be bool.",
)
def mask_of_numbers(tokens, pad=0):
    return np.where(tokens == pad, 0, 1)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_finds_padding_wherever_it_stands",
    says="Everything after the first padding is hidden. Words may come after padding, for instance when it is on the left.",
)
def nothing_after_the_first_padding(tokens, pad=0):
    return np.logical_and.accumulate(tokens != pad, axis=1)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_finds_padding_wherever_it_stands",
    says="The words are only counted, and that many keys from the left are shown. Where padding comes first these are not the "
    "words.",
)
def as_many_keys_as_words(tokens, pad=0):
    count = (tokens != pad).sum(axis=1, keepdims=True)
    return (np.arange(tokens.shape[1]) < count)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_leaves_its_input_unchanged_however_it_lies_in_memory",
    says="The mask is written into the tokens that were handed in: the caller's array is changed.",
)
def writes_into_the_tokens(tokens, pad=0):
    mask = tokens != pad
    tokens[~mask] = 0
    tokens[mask] = 1
    return tokens.astype(bool)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_keeps_its_four_axes_when_there_are_no_tokens",
    says="The length of a sentence is left for `reshape` to find out, which it cannot when there are no tokens.",
)
def reshape_has_to_guess(tokens, pad=0):
    return (tokens != pad).reshape(len(tokens), 1, 1, -1)


@mistake(
    "padding_mask",
    caught_by="test_pad_says_what_is_padding",
    says="The ids are cut to 32 bits, where large ones turn into other ids and can become padding.",
)
def ids_of_32_bits(tokens, pad=0):
    return (tokens.astype(np.int32) != pad)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_pad_says_what_is_padding",
    says="Ids are compared as measured numbers are, where nearly equal is equal. Whole numbers are the same or not.",
)
def nearly_padding(tokens, pad=0):
    return ~np.isclose(tokens, pad)[:, None, None, :]


# ---- causal_mask


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask shows the future and hides the past: rows are queries, and a query sees the keys before it.",
)
def shows_the_future(n):
    return np.triu(np.ones((n, n), dtype=bool))


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The diagonal is hidden: a query may look at its own position, and the first would have nothing else.",
)
def hides_the_present(n):
    return np.tril(np.ones((n, n), dtype=bool), k=-1)


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="Each query sees one key too many, the next one: this is the very word that it has to guess.",
)
def sees_the_next_one(n):
    return np.tri(n, k=1, dtype=bool)


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="True marks what is hidden. In this course True means that the key may be looked at.",
)
def true_marks_the_future(n):
    return np.triu(np.ones((n, n), dtype=bool), k=1)


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask holds the numbers 0 and 1 and not truth values: its dtype has to be bool.",
)
def triangle_of_numbers(n):
    return np.tril(np.ones((n, n)))


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask holds what is added to scores, 0 and -inf. A mask of this course has truth values.",
)
def triangle_of_minus_infinity(n):
    return np.where(np.tri(n, dtype=bool), 0.0, -np.inf)


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask has more axes than n × n: NumPy adds those for batch and heads by itself.",
)
def with_axes_for_batch_and_heads(n):
    return np.tri(n, dtype=bool)[None, None]


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="Only the last few positions are visible, as in a window. The whole past should be.",
)
def a_short_window(n):
    i, j = np.indices((n, n))
    return (j <= i) & (i - j < 3)


@mistake(
    "causal_mask",
    caught_by="test_sees_the_whole_past_however_long",
    says="Positions are counted in a type with too few bits: in a long sentence the numbers wrap around.",
)
def positions_in_eight_bits(n):
    positions = np.arange(n).astype(np.uint8)
    return positions[None, :] <= positions[:, None]


@mistake(
    "causal_mask",
    caught_by="test_works_for_a_single_position_and_for_none",
    says="The rows are made one by one and put together, which goes wrong when there are none.",
)
def no_rows_to_stack(n):
    return np.stack([np.arange(n) <= query for query in range(n)])


@mistake(
    "causal_mask",
    caught_by="test_sees_the_whole_past_however_long",
    says="The mask is cut out of a table of a fixed size, so that longer texts get a mask that is too small.",
)
def cut_out_of_a_table(n):
    return np.tri(2048, dtype=bool)[:n, :n].copy()


# ---- decoder_mask


@mistake(
    "decoder_mask",
    caught_by="test_agrees_with_the_reference",
    says="A key is shown if one of the two masks shows it. Both have to.",
)
def either_is_enough(tokens, pad=0):
    return padding_mask(tokens, pad) | causal_mask(tokens.shape[1])


@mistake(
    "decoder_mask",
    caught_by="test_agrees_with_the_reference",
    says="The padding is hidden as a query and not as a key: the padding mask lies along the wrong axis.",
)
def padding_hidden_as_a_query(tokens, pad=0):
    return np.swapaxes(padding_mask(tokens, pad), -1, -2) & causal_mask(tokens.shape[1])


@mistake(
    "decoder_mask",
    caught_by="test_agrees_with_the_reference",
    says="The rows of the padding are hidden as well. Only keys are hidden; what a query that is padding sees is of no interest.",
)
def padding_sees_nothing(tokens, pad=0):
    keys = padding_mask(tokens, pad)
    return keys & np.swapaxes(keys, -1, -2) & causal_mask(tokens.shape[1])


@mistake(
    "decoder_mask",
    caught_by="test_agrees_with_the_reference",
    says="The padding is forgotten: only the future is hidden.",
)
def future_only(tokens, pad=0):
    batch, n = tokens.shape
    return np.broadcast_to(causal_mask(n), (batch, 1, n, n))


@mistake(
    "decoder_mask",
    caught_by="test_agrees_with_the_reference",
    says="The future is not hidden: only the padding is.",
)
def padding_only(tokens, pad=0):
    batch, n = tokens.shape
    return np.broadcast_to(padding_mask(tokens, pad), (batch, 1, n, n))


@mistake(
    "decoder_mask",
    caught_by="test_pad_says_what_is_padding",
    says="`pad` is not handed on to the padding mask, which then takes 0.",
)
def pad_not_handed_on(tokens, pad=0):
    return padding_mask(tokens) & causal_mask(tokens.shape[1])


@mistake(
    "decoder_mask",
    caught_by="test_agrees_with_the_reference",
    says="The axis of the heads is missing: the shape should be (batch, 1, n, n).",
)
def no_axis_for_the_heads(tokens, pad=0):
    return (padding_mask(tokens, pad) & causal_mask(tokens.shape[1]))[:, 0]


@mistake(
    "decoder_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask holds the numbers 0 and 1 and not truth values: two masks are multiplied as numbers.",
)
def product_of_numbers(tokens, pad=0):
    return padding_mask(tokens, pad) * causal_mask(tokens.shape[1]).astype(int)


@mistake(
    "decoder_mask",
    caught_by="test_each_sentence_has_its_own_mask",
    says="All sentences get the padding of the first one.",
)
def padding_of_the_first_sentence(tokens, pad=0):
    batch, n = tokens.shape
    first = padding_mask(tokens[:1], pad) & causal_mask(n)
    return np.broadcast_to(first, (batch, 1, n, n)) if batch else np.zeros((0, 1, n, n), bool)


@mistake(
    "decoder_mask",
    caught_by="test_each_sentence_has_its_own_mask",
    says="A key is hidden from all sentences if it is padding in any of them.",
)
def padding_of_any_sentence(tokens, pad=0):
    batch, n = tokens.shape
    return np.broadcast_to(padding_mask(tokens, pad).all(axis=0) & causal_mask(n), (batch, 1, n, n))


@mistake(
    "decoder_mask",
    caught_by="test_finds_padding_wherever_it_stands",
    says="Every query is given at least its own position, even where that is padding: a query may well see nothing.",
)
def always_sees_itself(tokens, pad=0):
    n = tokens.shape[1]
    return (padding_mask(tokens, pad) & causal_mask(n)) | np.eye(n, dtype=bool)


@mistake(
    "decoder_mask",
    caught_by="test_agrees_with_the_reference",
    says="The number of positions is taken from the wrong axis: `len` of the tokens is the number of sentences.",
)
def as_many_positions_as_sentences(tokens, pad=0):
    return padding_mask(tokens, pad) & causal_mask(len(tokens))


@mistake(
    "decoder_mask",
    caught_by="test_leaves_its_input_unchanged_however_it_lies_in_memory",
    says="The tokens that were handed in are overwritten on the way.",
)
def overwrites_the_tokens(tokens, pad=0):
    np.not_equal(tokens, pad, out=tokens, casting="unsafe")
    return tokens.astype(bool)[:, None, None, :] & causal_mask(tokens.shape[1])


@mistake(
    "decoder_mask",
    caught_by="test_pad_says_what_is_padding",
    says="The ids are cut to 16 bits, where large ones turn into other ids and can become padding.",
)
def positions_and_ids_of_16_bits(tokens, pad=0):
    return padding_mask(tokens.astype(np.int16), pad) & causal_mask(tokens.shape[1])


@mistake(
    "decoder_mask",
    caught_by="test_works_for_a_single_token_and_for_none",
    says="The number of keys is left to reshape, which cannot guess it where there are no sentences.",
)
def keys_left_to_reshape(tokens, pad=0):
    return (tokens != pad).reshape(len(tokens), 1, 1, -1) & causal_mask(tokens.shape[1])


# ---- masked_softmax


@mistake(
    "masked_softmax",
    caught_by="test_agrees_with_the_reference",
    says="The hidden weights are set to 0 after the softmax: what they had taken is missing, and the weights no longer add up "
    "to 1.",
)
def hidden_after_the_softmax(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    return np.where(mask, softmax(scores, axis), 0).astype(scores.dtype)


@mistake(
    "masked_softmax",
    caught_by="test_hidden_weights_are_exactly_zero_and_small_ones_are_not",
    says="Small weights are rounded down to 0, also those of visible keys. Only what is hidden gets exactly 0.",
)
def small_weights_rounded_down(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    weights = softmax(np.where(mask, scores, -np.inf), axis)
    return np.where(weights < 1e-12, 0, weights).astype(scores.dtype)


@mistake(
    "masked_softmax",
    caught_by="test_gives_zeros_where_everything_is_hidden",
    says="Whether everything is hidden is asked of the mask as it came, where one entry may stand for many: the answer belongs to the "
    "slices of the scores.",
)
def hidden_slices_of_the_short_mask(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    seen = mask.any(axis=axis, keepdims=True) if mask.ndim == scores.ndim else mask.any()
    scores = np.where(mask, scores, -np.inf)
    with np.errstate(invalid="ignore"):
        exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
        weights = exponentials / exponentials.sum(axis=axis, keepdims=True)
    return np.where(seen, weights, 0).astype(scores.dtype)


@mistake(
    "masked_softmax",
    caught_by="test_a_hidden_score_has_no_influence",
    says="Hidden scores take part in the softmax before they are deleted: next to a hidden score that is much larger, the visible "
    "exponentials are 0, and no division brings them back.",
)
def renormalised_after_the_softmax(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    weights = np.where(mask, softmax(scores, axis), 0).astype(scores.dtype)
    total = weights.sum(axis=axis, keepdims=True)
    return weights / np.where(total == 0, 1, total).astype(scores.dtype)


@mistake(
    "masked_softmax",
    caught_by="test_agrees_with_the_reference",
    says="Hidden scores are set to 0, by a product with the mask. A score of 0 is a score like any other and gets a weight.",
)
def scores_times_mask(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    return softmax(scores * mask, axis)


@mistake(
    "masked_softmax",
    caught_by="test_agrees_with_the_reference",
    says="The mask is used the wrong way round: True means that a score takes part.",
)
def true_hides(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    return softmax(np.where(mask, -np.inf, scores), axis)


@mistake(
    "masked_softmax",
    caught_by="test_gives_zeros_where_everything_is_hidden",
    says="Hidden scores are set to a large negative number. Where all are hidden they are equal, and share equally instead of "
    "getting nothing.",
)
def minus_a_billion(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    with np.errstate(over="ignore"):
        return softmax(np.where(mask, scores, -1e9).astype(scores.dtype), axis)


@mistake(
    "masked_softmax",
    caught_by="test_visible_scores_of_any_size_take_part",
    says="Hidden scores are set to a large negative number, which may still be larger than the visible ones.",
)
def minus_a_billion_and_zeros(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    with np.errstate(over="ignore"):
        weights = softmax(np.where(mask, scores, -1e9).astype(scores.dtype), axis)
    return np.where(mask, weights, 0).astype(scores.dtype)


@mistake(
    "masked_softmax",
    caught_by="test_hidden_weights_are_exactly_zero_and_small_ones_are_not",
    says="Hidden scores are only lowered by some amount: their weights are small, but not 0.",
)
def hidden_scores_lowered(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    lowest = scores.min(axis=axis, keepdims=True)
    weights = softmax(np.where(mask, scores, lowest - 30).astype(scores.dtype), axis)
    visible = np.broadcast_to(mask, scores.shape).any(axis=axis, keepdims=True)
    return np.where(visible, weights, 0).astype(scores.dtype)


@mistake(
    "masked_softmax",
    caught_by="test_a_hidden_score_has_no_influence",
    says="Hidden scores take part in the softmax before they are deleted: next to a hidden score that is much larger, the visible "
    "exponentials are 0, and no division brings them back.",
)
def maximum_of_hidden_scores(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True)) * mask
    total = exponentials.sum(axis=axis, keepdims=True)
    return exponentials / np.where(total == 0, 1, total).astype(scores.dtype)


@mistake(
    "masked_softmax",
    caught_by="test_visible_scores_of_any_size_take_part",
    says="No maximum is subtracted: the exponential of large scores is inf, and that of very negative ones 0.",
)
def masked_without_a_maximum(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        exponentials = np.where(mask, np.exp(scores), 0).astype(scores.dtype)
        total = exponentials.sum(axis=axis, keepdims=True)
        return exponentials / np.where(total == 0, 1, total).astype(scores.dtype)


@mistake(
    "masked_softmax",
    caught_by="test_gives_zeros_where_everything_is_hidden",
    says="A slice without visible scores gives NaN: its maximum is -inf, or its sum is 0.",
)
def nan_where_all_is_hidden(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    scores = np.where(mask, scores, -np.inf)
    with np.errstate(invalid="ignore"):
        exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
        return exponentials / exponentials.sum(axis=axis, keepdims=True)


@mistake(
    "masked_softmax",
    caught_by="test_agrees_with_the_reference",
    says="A small number is added to the sum, against a division by 0: now no slice adds up to 1. Ask which slices have a sum of 0.",
)
def masked_epsilon_in_the_sum(scores, mask, axis=-1):
    scores = np.where(mask, scores if scores.dtype.kind == "f" else scores.astype(np.float64), -np.inf)
    largest = scores.max(axis=axis, keepdims=True)
    exponentials = np.exp(scores - np.where(np.isneginf(largest), 0, largest))
    return exponentials / (exponentials.sum(axis=axis, keepdims=True) + 1e-8)


@mistake(
    "masked_softmax",
    caught_by="test_works_along_any_axis",
    says="The argument `axis` is not used: the weights always add up to 1 along the last axis.",
)
def masked_always_along_the_last_axis(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    return softmax(np.where(mask, scores, -np.inf))


@mistake(
    "masked_softmax",
    caught_by="test_repeats_a_mask_with_fewer_entries",
    says="The mask is used as an index, so it must have exactly the shape of the scores: a mask that serves many slices is an error.",
)
def mask_as_an_index(scores, mask, axis=-1):
    scores = scores.astype(scores.dtype if scores.dtype.kind == "f" else np.float64)
    if mask.ndim == scores.ndim and mask.shape[-1] != scores.shape[-1]:
        raise ValueError(f"mask {mask.shape}, scores {scores.shape}")
    scores[~mask] = -np.inf
    return softmax(scores, axis)


@mistake(
    "masked_softmax",
    caught_by="test_leaves_its_inputs_unchanged_however_they_lie_in_memory",
    says="-inf is written into the scores that were handed in: the caller's array is changed.",
)
def hides_in_place(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    np.copyto(scores, -np.inf, where=~mask)
    return softmax(scores, axis)


@mistake(
    "masked_softmax",
    caught_by="test_keeps_the_dtype",
    says="Adding an array of float64 makes everything float64: float32 and float16 scores should give weights of their own type.",
)
def masked_always_float64(scores, mask, axis=-1):
    return softmax(scores + np.where(mask, 0.0, -np.inf), axis)


@mistake(
    "masked_softmax",
    caught_by="test_computes_integers_in_float64",
    says="Small whole numbers are computed in a small floating-point type, because NumPy takes the smallest it thinks enough. "
    "Convert integers first.",
)
def small_integers_in_half_precision(scores, mask, axis=-1):
    half = np.zeros((), np.float16) + scores if scores.dtype.itemsize == 1 else scores * 1.0
    return softmax(np.where(mask, half, -np.inf).astype(half.dtype), axis)


@mistake(
    "masked_softmax",
    caught_by="test_refuses_a_mask_that_does_not_fit",
    says="A mask of the wrong shape is bent until it fits, so a mistake of the caller goes unnoticed.",
)
def bends_the_mask(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    try:
        mask = np.broadcast_to(mask, scores.shape)
    except ValueError:
        mask = np.resize(mask, scores.shape)
    return softmax(np.where(mask, scores, -np.inf), axis)


@mistake(
    "masked_softmax",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's softmax does the work: write it yourself, with NumPy.",
)
def masked_by_torch(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    return torch.nan_to_num(torch.softmax(torch.tensor(np.where(mask, scores, -np.inf)), axis)).numpy()


@mistake(
    "masked_softmax",
    caught_by="test_gives_zeros_where_everything_is_hidden",
    says="Where everything is hidden NaN arises, with a warning, and is replaced in the end. Those who read the warning search for a "
    "mistake of their own: no NaN should arise at all.",
)
def nan_replaced_in_the_end(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    scores = np.where(mask, scores, -np.inf)
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return np.nan_to_num(exponentials / exponentials.sum(axis=axis, keepdims=True))


@mistake(
    "masked_softmax",
    caught_by="test_keeps_the_dtype",
    says="Hidden scores are set to the lowest number of their type. That number is a score, too: where all visible scores are as low, "
    "what is hidden gets as much as they do.",
)
def lowest_number_of_the_type(scores, mask, axis=-1):
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    filled = np.where(mask, scores, np.finfo(scores.dtype).min)
    with np.errstate(over="ignore"):
        exponentials = np.exp(filled - filled.max(axis=axis, keepdims=True))
    weights = exponentials / exponentials.sum(axis=axis, keepdims=True)
    return np.where(np.broadcast_to(mask, scores.shape).any(axis=axis, keepdims=True), weights, 0).astype(scores.dtype)


# ---- masked_attention


def _floats(*arrays):
    return [x if x.dtype.kind == "f" else x.astype(np.float64) for x in arrays]


def _parts(q, k, v, mask):
    """What most of the mistakes begin with, and do right."""
    q, k, v = _floats(q, k, v)
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    return scores, np.broadcast_to(True if mask is None else mask, scores.shape), v


@mistake(
    "masked_attention",
    caught_by="test_values_that_nobody_sees_do_not_reach_the_output",
    says="Hidden values are only multiplied by a weight of 0, and 0 times NaN or infinity is NaN.",
)
def zero_times_nan(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    with np.errstate(invalid="ignore"):
        return weights @ v, weights


@mistake(
    "masked_attention",
    caught_by="test_values_that_nobody_sees_do_not_reach_the_output",
    says="NaN is replaced by 0 in the output, when it is too late: what the visible values had to give is lost with it.",
)
def nan_removed_from_the_output(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(weights @ v), weights


@mistake(
    "masked_attention",
    caught_by="test_values_that_nobody_sees_do_not_reach_the_output",
    says="NaN is taken out of the values, but infinity is not: 0 times infinity is NaN as well.",
)
def infinity_overlooked(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    with np.errstate(invalid="ignore"):
        return weights @ np.where(np.isnan(v), 0, v), weights


@mistake(
    "masked_attention",
    caught_by="test_a_key_that_is_hidden_from_some_counts_for_the_others",
    says="The value of a key is taken out as soon as one query may not see it. It still counts for those that do.",
)
def value_dropped_if_hidden_from_any(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible.all(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_a_key_that_is_hidden_from_some_counts_for_the_others",
    says="Only the first query is asked which keys it sees, and all other values are taken out. Other queries see other keys.",
)
def only_the_first_query_is_asked(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible[..., 0, :, None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_values_that_nobody_sees_do_not_reach_the_output",
    says="A value is kept if a query of any sentence or head sees its position. Each sentence has values of its own.",
)
def seen_in_any_sentence(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    seen = visible.reshape(-1, visible.shape[-1]).any(axis=0)[:, None]
    with np.errstate(invalid="ignore"):
        return weights @ np.where(seen, v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_values_that_nobody_sees_do_not_reach_the_output",
    says="A value is kept if a query of any head sees it. Each head has values of its own.",
)
def seen_by_any_head(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    seen = visible.any(axis=-2, keepdims=True)
    seen = seen.any(axis=1, keepdims=True) if seen.ndim == 4 else seen
    with np.errstate(invalid="ignore"):
        return weights @ np.where(np.swapaxes(seen, -1, -2), v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_without_a_mask",
    says="The scores are not divided by the square root of d_k.",
)
def masked_not_scaled(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores * math.sqrt(q.shape[-1]), visible)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_without_a_mask",
    says="The scores are divided by d_k and not by its square root.",
)
def masked_divided_by_d_k(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores / math.sqrt(q.shape[-1]), visible)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_with_a_mask",
    says="The mask is not used.",
)
def mask_forgotten(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, np.True_)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_with_a_mask",
    says="The mask is used the wrong way round: True means that the key may be looked at.",
)
def mask_upside_down(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, None if mask is None else ~mask)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_with_a_mask",
    says="The mask is laid over the weights after the softmax, so they no longer add up to 1.",
)
def mask_after_the_softmax(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = np.where(visible, masked_softmax(scores, np.True_), 0).astype(scores.dtype)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_a_query_that_sees_nothing_gets_nothing",
    says="Hidden scores are set to a large negative number: a query that sees nothing gets the mean of all values.",
)
def attention_with_minus_a_billion(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    with np.errstate(over="ignore"):
        hidden = np.where(visible, scores, -1e9).astype(scores.dtype)
    weights = masked_softmax(np.maximum(hidden, np.finfo(scores.dtype).min), np.True_)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_without_a_mask",
    says="Without a mask it fails: `mask=None` has to be allowed, and means that everything may be looked at.",
)
def cannot_do_without_a_mask(q, k, v, mask=None):
    q, k, v = _floats(q, k, v)
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    visible = np.broadcast_to(mask.astype(bool), scores.shape)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_works_on_batches_and_repeats_the_mask",
    says="The mask is asked which keys are seen before it has the shape of the scores: a mask of shape (n_keys,) has no axis for the "
    "queries.",
)
def mask_not_repeated_before_asking(q, k, v, mask=None):
    q, k, v = _floats(q, k, v)
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    if mask is None:
        weights = masked_softmax(scores, np.True_)
        return weights @ v, weights
    weights = masked_softmax(scores, mask)
    return weights @ np.where(mask.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_works_on_batches_and_repeats_the_mask",
    says="`k.T` turns all axes round, those of the batch as well. Only the last two should change places.",
)
def all_axes_turned_round(q, k, v, mask=None):
    q, k, v = _floats(q, k, v)
    scores = q @ k.T / math.sqrt(q.shape[-1])
    visible = np.broadcast_to(True if mask is None else mask, scores.shape)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_without_a_mask",
    says="The weights add up to 1 along the queries: the softmax is taken along the wrong axis. Each query shares its attention "
    "among the keys.",
)
def softmax_along_the_queries(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible, axis=-2)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_without_a_mask",
    says="Output and weights are returned in the wrong order.",
)
def weights_come_first(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    return weights, weights @ np.where(visible.any(axis=-2)[..., None], v, 0)


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_without_a_mask",
    says="Only the output is returned: the weights are asked for too.",
)
def weights_not_returned(q, k, v, mask=None):
    scores, visible, v = _parts(q, k, v, mask)
    return masked_softmax(scores, visible) @ np.where(visible.any(axis=-2)[..., None], v, 0)


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_with_a_mask",
    says="The hidden keys are set to 0 before the scores are computed: their scores are then 0, and a score of 0 gets a weight.",
)
def hides_the_keys_instead_of_the_scores(q, k, v, mask=None):
    _, visible, values = _parts(q, k, v, mask)
    seen = visible.any(axis=-2)[..., None]
    scores, _, _ = _parts(q, np.where(seen, k, 0), v, None)
    weights = masked_softmax(scores, np.True_)
    return weights @ np.where(seen, values, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_keeps_the_dtype",
    says="The square root is a `np.float64`, and dividing by it makes everything float64: float32 in should give float32 out.",
)
def square_root_makes_float64(q, k, v, mask=None):
    q, k, v = _floats(q, k, v)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(np.float64(q.shape[-1]))
    visible = np.broadcast_to(True if mask is None else mask, scores.shape)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_computes_small_integer_types_in_float64",
    says="Whole numbers are multiplied as they are: in int8 there is no room for the products. Convert integers first.",
)
def products_of_small_integers(q, k, v, mask=None):
    scores = (q @ np.swapaxes(k, -1, -2)) / math.sqrt(q.shape[-1])
    scores = scores.astype(np.float64) if q.dtype.kind in "iu" else scores
    visible = np.broadcast_to(True if mask is None else mask, scores.shape)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_leaves_its_inputs_unchanged_however_they_lie_in_memory",
    says="Zeros are written into the values that were handed in: the caller's array is changed.",
)
def clears_the_values_in_place(q, k, v, mask=None):
    scores, visible, values = _parts(q, k, v, mask)
    weights = masked_softmax(scores, visible)
    np.copyto(values, 0, where=~visible.any(axis=-2)[..., None])
    return weights @ values, weights


@mistake(
    "masked_attention",
    caught_by="test_refuses_shapes_that_do_not_fit",
    says="What does not fit is cut until it does, so a mistake of the caller goes unnoticed.",
)
def cuts_what_does_not_fit(q, k, v, mask=None):
    d_k, n_keys = min(q.shape[-1], k.shape[-1]), min(k.shape[-2], v.shape[-2])
    scores, visible, v = _parts(q[..., :d_k], k[..., :n_keys, :d_k], v[..., :n_keys, :], mask)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible.any(axis=-2)[..., None], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_agrees_with_the_reference_without_a_mask",
    says="PyTorch's attention does the work: write it yourself, with NumPy.",
)
def attention_by_torch(q, k, v, mask=None):
    tensors = [torch.tensor(x) for x in _floats(q, k, v)]
    visible = None if mask is None else torch.tensor(mask)
    output = torch.nn.functional.scaled_dot_product_attention(*tensors, visible)
    scores, visible, _ = _parts(q, k, v, mask)
    return output.numpy(), masked_softmax(scores, visible)


@mistake(
    "masked_attention",
    caught_by="test_a_query_that_sees_nothing_gets_nothing",
    says="For a query that sees nothing NaN arises, with a warning, and is replaced in the end: no NaN should arise at all.",
)
def nan_of_blind_queries_replaced(q, k, v, mask=None):
    q, k, v = (x if x.dtype.kind == "f" else x.astype(np.float64) for x in (q, k, v))
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    visible = np.broadcast_to(True if mask is None else mask, scores.shape)
    scores = np.where(visible, scores, -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True))
    return weights @ np.where(visible.any(axis=-2)[..., np.newaxis], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_works_on_batches_and_repeats_the_mask",
    says="The mask of one call is kept and hides in the next one, too. Without a mask nothing is hidden.",
)
def mask_of_the_last_call(q, k, v, mask=None, known=[]):
    q, k, v = (x if x.dtype.kind == "f" else x.astype(np.float64) for x in (q, k, v))
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    if mask is not None:
        known[:] = [mask]
    elif known and known[0].shape == scores.shape:
        mask = known[0]
    visible = np.broadcast_to(True if mask is None else mask, scores.shape)
    weights = masked_softmax(scores, visible)
    return weights @ np.where(visible.any(axis=-2)[..., np.newaxis], v, 0), weights


@mistake(
    "masked_attention",
    caught_by="test_a_hidden_key_has_no_influence",
    says="Hidden scores are lowered by a million. One that is larger than the others by more than that shows through.",
)
def lowered_by_a_million(q, k, v, mask=None):
    q, k, v = (x if x.dtype.kind == "f" else x.astype(np.float64) for x in (q, k, v))
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    visible = np.broadcast_to(True if mask is None else mask, scores.shape)
    lowered = scores.astype(np.float64) - np.where(visible, 0.0, 1e6)
    powers = np.exp(lowered - lowered.max(axis=-1, keepdims=True))
    weights = np.where(visible.any(axis=-1, keepdims=True), powers / powers.sum(axis=-1, keepdims=True), 0)
    weights = weights.astype(scores.dtype)
    return weights @ np.where(visible.any(axis=-2)[..., np.newaxis], v, 0), weights
