"""Wrong solutions of unit 05 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import numpy as np

from autograder.toolkit.variants import mistake


def refuse_what_cannot_be_shared(d_model, num_heads):
    if d_model % num_heads:
        raise ValueError(f"{d_model} columns, expected a multiple of {num_heads}")


# ---- split_heads


@mistake(
    "split_heads",
    caught_by="test_agrees_with_the_reference",
    says="The array is reshaped to its final shape in one go: no number moves, so each head gets whole words of some of the sentence "
    "instead of some columns of every word.",
)
def reshaped_without_moving(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    return x.reshape(batch, num_heads, n, d_model // num_heads)


@mistake(
    "split_heads",
    caught_by="test_agrees_with_the_reference",
    says="The columns are dealt out to the heads in turn, like cards: each head should get neighbouring columns.",
)
def columns_dealt_out_in_turn(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    return x.reshape(batch, n, d_model // num_heads, num_heads).transpose(0, 3, 1, 2)


@mistake(
    "split_heads",
    caught_by="test_agrees_with_the_reference",
    says="The columns are cut, but the axes stay in their order: the heads have to come before the words.",
)
def words_before_heads(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    return x.reshape(batch, n, num_heads, d_model // num_heads)


@mistake(
    "split_heads",
    caught_by="test_agrees_with_the_reference",
    says="The number of heads and the number of columns of a head have changed places, which goes unnoticed when they are equal.",
)
def as_many_columns_as_heads(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    return x.reshape(batch, n, d_model // num_heads, num_heads).transpose(0, 2, 1, 3)


@mistake(
    "split_heads",
    caught_by="test_agrees_with_the_reference",
    says="All axes change places (`.T`) where only two should: words and columns of a head are swapped.",
)
def words_and_columns_swapped(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    return x.reshape(batch, n, num_heads, d_model // num_heads).transpose(0, 2, 3, 1)


@mistake(
    "split_heads",
    caught_by="test_agrees_with_the_reference",
    says="The sentences are mixed: batch and words were made one axis, and taken apart in another order.",
)
def sentences_mixed(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    rows = x.reshape(batch * n, num_heads, d_model // num_heads).transpose(1, 0, 2)
    return rows.reshape(batch, num_heads, n, d_model // num_heads)


@mistake(
    "split_heads",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="Columns that are left over when the heads have taken theirs are dropped without a word: refuse them.",
)
def leftover_columns_dropped(x, num_heads):
    batch, n, d_model = x.shape
    d_k = d_model // num_heads
    return x[:, :, : num_heads * d_k].reshape(batch, n, num_heads, d_k).transpose(0, 2, 1, 3)


@mistake(
    "split_heads",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="An assertion refuses the columns that cannot be shared: bad input raises ValueError.",
)
def split_by_assertion(x, num_heads):
    batch, n, d_model = x.shape
    assert d_model % num_heads == 0, f"{d_model} columns, expected a multiple of {num_heads}"
    return x.reshape(batch, n, num_heads, d_model // num_heads).transpose(0, 2, 1, 3)


@mistake(
    "split_heads",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="The ValueError does not say how many columns and heads there were: whoever reads it cannot tell what to change.",
)
def split_without_the_numbers(x, num_heads):
    batch, n, d_model = x.shape
    if d_model % num_heads:
        raise ValueError("the heads do not divide the model's columns")
    return x.reshape(batch, n, num_heads, d_model // num_heads).transpose(0, 2, 1, 3)


@mistake(
    "split_heads",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="The number of columns of a head comes from an ordinary division, so it is a float, and NumPy's complaint is a TypeError.",
)
def split_by_a_float(x, num_heads):
    batch, n, d_model = x.shape
    d_k = d_model / num_heads
    return x.reshape(batch, n, num_heads, int(d_k) if d_k.is_integer() else d_k).transpose(0, 2, 1, 3)


@mistake(
    "split_heads",
    caught_by="test_keeps_the_dtype",
    says="The heads are written into an array of float64: rearranging should keep the type of the numbers.",
)
def split_into_float64(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    out = np.zeros((batch, num_heads, n, d_model // num_heads))
    out[...] = x.reshape(batch, n, num_heads, d_model // num_heads).transpose(0, 2, 1, 3)
    return out


@mistake(
    "split_heads",
    caught_by="test_keeps_the_dtype",
    says="The numbers go through an array of float64 before they get their type back: whole numbers beyond 2⁵³ lose "
    "digits there.",
)
def split_through_float64(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    out = np.zeros((batch, num_heads, n, d_model // num_heads))
    out[...] = x.reshape(batch, n, num_heads, d_model // num_heads).transpose(0, 2, 1, 3)
    return out.astype(x.dtype)


@mistake(
    "split_heads",
    caught_by="test_leaves_its_input_unchanged_however_it_lies_in_memory",
    says="Assigning to `x.shape` reshapes the caller's array itself.",
)
def split_in_place(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    x.shape = (batch, n, num_heads, d_model // num_heads)
    return x.transpose(0, 2, 1, 3)


@mistake(
    "split_heads",
    caught_by="test_rearranges_all_heads_at_once",
    says="A Python loop copies one head after the other: NumPy can rearrange all of them at once.",
)
def one_head_after_another(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    d_k = x.shape[-1] // num_heads
    return np.stack([x[:, :, head * d_k : (head + 1) * d_k] for head in range(num_heads)], axis=1)


@mistake(
    "split_heads",
    caught_by="test_rearranges_all_heads_at_once",
    says="A Python loop goes through the sentences of the batch: NumPy can rearrange all of them at once.",
)
def one_sentence_after_another(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    n, d_model = x.shape[1:]
    return np.array([sentence.reshape(n, num_heads, d_model // num_heads).swapaxes(0, 1) for sentence in x])


@mistake(
    "split_heads",
    caught_by="test_rearranges_all_heads_at_once",
    says="Everything is copied once for each head, and each takes its columns from its own copy: one look at the memory is enough for all.",
)
def a_copy_of_everything_for_each_head(x, num_heads):
    refuse_what_cannot_be_shared(x.shape[-1], num_heads)
    batch, n, d_model = x.shape
    copies = np.repeat(x.reshape(batch, 1, n, num_heads, d_model // num_heads), num_heads, axis=1)
    own = np.arange(num_heads)
    return np.moveaxis(copies[:, own, :, own], 0, 1)


# ---- combine_heads


@mistake(
    "combine_heads",
    caught_by="test_agrees_with_the_reference",
    says="The array is reshaped without moving the words before the heads: a word gets columns of other words.",
)
def joined_without_moving(x):
    batch, num_heads, n, d_k = x.shape
    return x.reshape(batch, n, num_heads * d_k)


@mistake(
    "combine_heads",
    caught_by="test_agrees_with_the_reference",
    says="The columns of the heads are taken in turn, one of each: all columns of head 0 come first, then those of head 1.",
)
def columns_taken_in_turn(x):
    batch, num_heads, n, d_k = x.shape
    return x.transpose(0, 2, 3, 1).reshape(batch, n, num_heads * d_k)


@mistake(
    "combine_heads",
    caught_by="test_agrees_with_the_reference",
    says="The second axis is taken for the words, but it is that of the heads: that goes well only for as many words as heads.",
)
def heads_taken_for_words(x):
    batch, n, num_heads, d_k = x.shape
    return x.transpose(0, 2, 1, 3).reshape(batch, n, num_heads * d_k)


@mistake(
    "combine_heads",
    caught_by="test_agrees_with_the_reference",
    says="The heads are added up: side by side each keeps what it has found.",
)
def heads_added_up(x):
    return x.sum(axis=1).astype(x.dtype)


@mistake(
    "combine_heads",
    caught_by="test_agrees_with_the_reference",
    says="The heads are set one below the other, as if they were more words: they belong side by side.",
)
def heads_below_each_other(x):
    batch, num_heads, n, d_k = x.shape
    return x.reshape(batch, num_heads * n, d_k)


@mistake(
    "combine_heads",
    caught_by="test_agrees_with_the_reference",
    says="The words come before the heads now, but their columns are not joined: two axes have to become one.",
)
def columns_not_joined(x):
    return x.swapaxes(1, 2)


@mistake(
    "combine_heads",
    caught_by="test_agrees_with_the_reference",
    says="The axes of length 1 are taken away: a single sentence, word or column is still an axis.",
)
def short_axes_lost(x):
    batch, num_heads, n, d_k = x.shape
    return x.transpose(0, 2, 1, 3).reshape(batch, n, num_heads * d_k).squeeze()


@mistake(
    "combine_heads",
    caught_by="test_keeps_the_dtype",
    says="The result is written into an array of float64: rearranging should keep the type of the numbers.",
)
def joined_in_float64(x):
    batch, num_heads, n, d_k = x.shape
    out = np.empty((batch, n, num_heads * d_k))
    for head in range(num_heads):
        out[:, :, head * d_k : (head + 1) * d_k] = x[:, head]
    return out


@mistake(
    "combine_heads",
    caught_by="test_keeps_the_dtype",
    says="The numbers go through an array of float64 before they get their type back: whole numbers beyond 2⁵³ lose "
    "digits there.",
)
def joined_through_float64(x):
    batch, num_heads, n, d_k = x.shape
    out = np.zeros((batch, n, num_heads, d_k))
    for head in range(num_heads):
        out[:, :, head] = x[:, head]
    return out.reshape(batch, n, num_heads * d_k).astype(x.dtype)


@mistake(
    "combine_heads",
    caught_by="test_leaves_its_input_unchanged_however_it_lies_in_memory",
    says="The memory is read in the order in which it lies (`order='A'` or `'K'`), not in that of the axes: that goes well only for "
    "arrays that have not been transposed before.",
)
def read_as_it_lies_in_memory(x):
    batch, num_heads, n, d_k = x.shape
    return x.transpose(0, 2, 1, 3).ravel(order="C" if x.flags.c_contiguous else "K").reshape(batch, n, num_heads * d_k)


@mistake(
    "combine_heads",
    caught_by="test_leaves_its_input_unchanged_however_it_lies_in_memory",
    says="Assigning to `x.shape` reshapes the caller's array itself.",
)
def joined_in_place(x):
    batch, num_heads, n, d_k = x.shape
    moved = np.ascontiguousarray(x.transpose(0, 2, 1, 3))
    if num_heads == 1 or n == 1:
        x.shape = (batch, n, num_heads * d_k)
    return moved.reshape(batch, n, num_heads * d_k)


@mistake(
    "combine_heads",
    caught_by="test_keeps_the_dtype",
    says="Python's lists do not remember the type of the numbers: float32 comes back as float64.",
)
def joined_through_lists(x):
    batch, num_heads, n, d_k = x.shape
    return np.array(x.transpose(0, 2, 1, 3).reshape(batch, n, num_heads * d_k).tolist())


# ---- MultiHeadAttention


class Right:
    """Right in each of its steps; a mistake replaces one."""

    def __init__(self, d_model, num_heads, rng=None):
        self.refuse(d_model, num_heads)
        self.num_heads, self.d_model = num_heads, d_model
        self.draw(np.random.default_rng() if rng is None else rng)

    def refuse(self, d_model, num_heads):
        refuse_what_cannot_be_shared(d_model, num_heads)

    def draw(self, rng):
        shape = 4, self.d_model, self.d_model
        self.w_q, self.w_k, self.w_v, self.w_o = rng.normal(0, self.d_model**-0.5, size=shape)

    def forward(self, query, key=None, value=None, mask=None):
        key, value = (query if x is None else x for x in (key, value))
        q, k, v = (self.split(x) for x in self.project(query, key, value))
        weights = self.weigh(self.scores(q, k), mask)
        return self.combine(weights @ v) @ self.w_o, weights

    def project(self, query, key, value):
        return query @ self.w_q, key @ self.w_k, value @ self.w_v

    def split(self, x):
        return split_heads(x, self.num_heads)

    def scores(self, q, k):
        return q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])

    def weigh(self, scores, mask):
        return softmax(scores if mask is None else np.where(mask, scores, -np.inf))

    def combine(self, x):
        return combine_heads(x)


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The scores are divided by the root of d_model: a head's scores are sums of d_k terms, so it is d_k that counts.",
)
class DividesByTheModelsColumns(Right):
    def scores(self, q, k):
        return q @ k.swapaxes(-1, -2) / np.sqrt(self.d_model)


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The scores are not divided by the root of d_k.",
)
class DoesNotDivide(Right):
    def scores(self, q, k):
        return q @ k.swapaxes(-1, -2)


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The scores are divided by d_k itself, not by its root.",
)
class DividesWithoutTheRoot(Right):
    def scores(self, q, k):
        return q @ k.swapaxes(-1, -2) / q.shape[-1]


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The heads are cut by one reshape that moves no numbers: they mix words instead of sharing columns.",
)
class CutsWordsInsteadOfColumns(Right):
    def split(self, x):
        return x.reshape(len(x), self.num_heads, x.shape[1], -1)


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The columns are dealt out to the heads in turn: each head should have neighbouring columns.",
)
class DealsColumnsOut(Right):
    def split(self, x):
        return x.reshape(len(x), x.shape[1], -1, self.num_heads).transpose(0, 3, 1, 2)


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The softmax runs over the queries, so each key shares itself out: each query should share its attention among the keys.",
)
class SharesOverTheQueries(Right):
    def weigh(self, scores, mask):
        hidden = scores if mask is None else np.where(mask, scores, -np.inf)
        return softmax(hidden.swapaxes(-1, -2)).swapaxes(-1, -2)


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The weights are averaged over the heads before they are returned: each head's own are asked for.",
)
class ReturnsTheAverageOfTheHeads(Right):
    def forward(self, query, key=None, value=None, mask=None):
        output, weights = super().forward(query, key, value, mask)
        return output, weights.mean(axis=1)


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The scores are returned in place of the weights: the softmax has still to be taken.",
)
class ReturnsTheScores(Right):
    def forward(self, query, key=None, value=None, mask=None):
        output, _ = super().forward(query, key, value, mask)
        q, k, _ = (self.split(x) for x in self.project(query, query if key is None else key, query))
        return output, self.scores(q, k)


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The matrices are turned round before the product: words are multiplied as x @ w.",
)
class MultipliesWithTurnedMatrices(Right):
    def forward(self, query, key=None, value=None, mask=None):
        key, value = (query if x is None else x for x in (key, value))
        q, k, v = (self.split(x @ w.T) for x, w in ((query, self.w_q), (key, self.w_k), (value, self.w_v)))
        weights = self.weigh(self.scores(q, k), mask)
        return self.combine(weights @ v) @ self.w_o.T, weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_every_head_has_the_weights_of_its_own_columns",
    says="The keys go through the matrix of the queries: each of the three has a matrix of its own.",
)
class OneMatrixForQueriesAndKeys(Right):
    def project(self, query, key, value):
        return query @ self.w_q, key @ self.w_q, value @ self.w_v


@mistake(
    "MultiHeadAttention",
    caught_by="test_the_output_is_that_of_all_heads_through_w_o",
    says="The values go through the matrix of the keys: each of the three has a matrix of its own.",
)
class OneMatrixForKeysAndValues(Right):
    def project(self, query, key, value):
        return query @ self.w_q, key @ self.w_k, value @ self.w_k


@mistake(
    "MultiHeadAttention",
    caught_by="test_the_output_is_that_of_all_heads_through_w_o",
    says="The values are not projected: w_v is not used.",
)
class ValuesAsTheyAre(Right):
    def project(self, query, key, value):
        return query @ self.w_q, key @ self.w_k, value + 0.0


@mistake(
    "MultiHeadAttention",
    caught_by="test_the_output_is_that_of_all_heads_through_w_o",
    says="The heads are combined, but the last product is missing: w_o is not used.",
)
class NoLastProduct(Right):
    def forward(self, query, key=None, value=None, mask=None):
        key, value = (query if x is None else x for x in (key, value))
        q, k, v = (self.split(x) for x in self.project(query, key, value))
        weights = self.weigh(self.scores(q, k), mask)
        return self.combine(weights @ v), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_the_output_is_that_of_all_heads_through_w_o",
    says="The heads are joined by a reshape that moves no numbers: the words have to come before the heads first.",
)
class JoinsWithoutMoving(Right):
    def combine(self, x):
        batch, num_heads, n, d_k = x.shape
        return x.reshape(batch, n, num_heads * d_k)


@mistake(
    "MultiHeadAttention",
    caught_by="test_the_output_is_that_of_all_heads_through_w_o",
    says="The query is added to the output: in the Transformer that is the step after this one (unit 08).",
)
class AddsTheQuery(Right):
    def forward(self, query, key=None, value=None, mask=None):
        output, weights = super().forward(query, key, value, mask)
        return output + query, weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_the_output_is_that_of_all_heads_through_w_o",
    says="Only the output is returned: the weights of all heads are asked for too.",
)
class ReturnsTheOutputOnly(Right):
    def forward(self, query, key=None, value=None, mask=None):
        return super().forward(query, key, value, mask)[0]


@mistake(
    "MultiHeadAttention",
    caught_by="test_keeps_queries_keys_and_values_apart",
    says="Keys and values come from the query, whatever was given: that is right for self-attention only.",
)
class SelfAttentionOnly(Right):
    def project(self, query, key, value):
        return query @ self.w_q, query @ self.w_k, query @ self.w_v

    def forward(self, query, key=None, value=None, mask=None):
        refuse_other_sizes(self.d_model, query, key, value)
        return super().forward(query, None, None, mask)


def refuse_other_sizes(d_model, *given):
    known = [x for x in given if x is not None]
    for x in known:
        if x.shape[-1] != d_model:
            raise ValueError(f"{x.shape[-1]} columns, expected {d_model}")
    if len(known) == 3 and known[1].shape[1] != known[2].shape[1]:
        raise ValueError(f"{known[1].shape[1]} keys, but {known[2].shape[1]} values")


@mistake(
    "MultiHeadAttention",
    caught_by="test_keeps_queries_keys_and_values_apart",
    says="The argument `value` is not used: the values come from the key.",
)
class ValuesFromTheKey(Right):
    def forward(self, query, key=None, value=None, mask=None):
        refuse_other_sizes(self.d_model, query, key, value)
        return super().forward(query, key, key, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_keeps_queries_keys_and_values_apart",
    says="Key and value have changed places.",
)
class KeyAndValueSwapped(Right):
    def forward(self, query, key=None, value=None, mask=None):
        return super().forward(query, value, key, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_key_and_value_default_to_the_query",
    says="Key and value have to be given: where they are not, the query takes their place.",
)
class NothingByDefault(Right):
    def forward(self, query, key, value, mask=None):
        return super().forward(query, key, value, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_hides_what_the_mask_hides",
    says="The mask is read the other way round: True means that a key may be attended to.",
)
class MaskTheOtherWayRound(Right):
    def weigh(self, scores, mask):
        return softmax(scores if mask is None else np.where(mask, -np.inf, scores))


@mistake(
    "MultiHeadAttention",
    caught_by="test_hides_what_the_mask_hides",
    says="The mask is not used.",
)
class NoMask(Right):
    def weigh(self, scores, mask):
        if mask is not None:
            np.broadcast_to(mask, scores.shape)
        return softmax(scores)


@mistake(
    "MultiHeadAttention",
    caught_by="test_hides_what_the_mask_hides",
    says="The weights of hidden keys are set to 0 after the softmax, so those of the others no longer add up to 1: hide the scores before.",
)
class HidesAfterTheSoftmax(Right):
    def weigh(self, scores, mask):
        return softmax(scores) * (1.0 if mask is None else mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_hides_what_the_mask_hides",
    says="Hidden scores become 0, which is an ordinary score, with an ordinary weight.",
)
class HiddenScoresBecomeZero(Right):
    def weigh(self, scores, mask):
        return softmax(scores if mask is None else np.where(mask, scores, 0.0))


@mistake(
    "MultiHeadAttention",
    caught_by="test_hides_what_the_mask_hides",
    says="Every mask gets an axis for the heads, also one that has it already: a mask broadcasts to the weights as it is.",
)
class AxisAddedToEveryMask(Right):
    def weigh(self, scores, mask):
        if mask is not None and mask.ndim == 3:
            mask = mask[:, np.newaxis]
        return super().weigh(scores, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_hides_what_the_mask_hides",
    says="Only the mask of the first head is used, for all of them: a mask may differ from head to head.",
)
class MaskOfTheFirstHead(Right):
    def weigh(self, scores, mask):
        if mask is not None and mask.ndim == 4:
            mask = mask[:, :1]
        return super().weigh(scores, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_the_output_knows_nothing_of_hidden_keys",
    says="The weights that are returned are masked, but the values are weighed with others, in which nothing is hidden.",
)
class WeighsWithoutTheMask(Right):
    def forward(self, query, key=None, value=None, mask=None):
        key, value = (query if x is None else x for x in (key, value))
        q, k, v = (self.split(x) for x in self.project(query, key, value))
        weights = self.weigh(self.scores(q, k), mask)
        used = softmax(self.scores(q, k)) * weights.any(axis=-1, keepdims=True)
        return self.combine(used @ v) @ self.w_o, weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_hidden_keys_stay_hidden_beside_the_lowest_scores",
    says="Hidden scores become a large negative number: where the visible scores are lower still, the hidden keys get all the "
    "weight, and where everything is hidden, all get equal weights instead of none.",
)
class HiddenScoresBecomeLow(Right):
    def weigh(self, scores, mask):
        return softmax(scores if mask is None else np.where(mask, scores, -1e9))


@mistake(
    "MultiHeadAttention",
    caught_by="test_hidden_keys_stay_hidden_beside_the_lowest_scores",
    says="Hidden scores become -1e30, the lowest number of float32, or something else that is low but finite: where the visible scores "
    "are lower still, the hidden keys get all the weight.",
)
class HiddenScoresBecomeVeryLow(Right):
    def weigh(self, scores, mask):
        if mask is None:
            return softmax(scores)
        mask = np.broadcast_to(mask, scores.shape)
        return np.where(mask.any(axis=-1, keepdims=True), softmax(np.where(mask, scores, -1e30)), 0.0)


@mistake(
    "MultiHeadAttention",
    caught_by="test_hidden_keys_stay_hidden_beside_the_lowest_scores",
    says="A large negative number is added to hidden scores: where the visible ones are lower still, that hides nothing.",
)
class AddsALowNumber(Right):
    def weigh(self, scores, mask):
        if mask is None:
            return softmax(scores)
        open_rows = np.broadcast_to(mask, scores.shape).any(axis=-1, keepdims=True)
        return softmax(scores + np.where(mask, 0.0, -1e4)) * open_rows


@mistake(
    "MultiHeadAttention",
    caught_by="test_a_query_that_may_see_nothing_gets_zeros",
    says="A query that may see nothing gets NaN: its largest score is -inf, and -inf minus -inf has no value.",
)
class NanForBlindQueries(Right):
    def weigh(self, scores, mask):
        scores = scores if mask is None else np.where(mask, scores, -np.inf)
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "MultiHeadAttention",
    caught_by="test_a_query_that_may_see_nothing_gets_zeros",
    says="The result is right, but NumPy warns on the way: NaN is computed first and mended afterwards.",
)
class WarnsForBlindQueries(Right):
    def weigh(self, scores, mask):
        scores = scores if mask is None else np.where(mask, scores, -np.inf)
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True))


@mistake(
    "MultiHeadAttention",
    caught_by="test_a_query_that_may_see_nothing_gets_zeros",
    says="A query that may see nothing sees everything instead: its scores are left as they are.",
)
class BlindQueriesSeeAll(Right):
    def weigh(self, scores, mask):
        if mask is not None:
            mask = mask | ~mask.any(axis=-1, keepdims=True)
        return super().weigh(scores, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_survives_large_scores",
    says="The exponential of large scores is inf: use the softmax that knows about that.",
)
class ExponentialOverflows(Right):
    def weigh(self, scores, mask):
        powers = np.exp(scores) if mask is None else np.where(mask, np.exp(scores), 0.0)
        total = powers.sum(axis=-1, keepdims=True)
        return powers / np.where(total == 0, 1.0, total)


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_with_a_variance_of_one_over_d_model",
    says="The weights have the variance 1: products with them are much too large.",
)
class WeightsOfVarianceOne(Right):
    def draw(self, rng):
        self.w_q, self.w_k, self.w_v, self.w_o = rng.normal(size=(4, self.d_model, self.d_model))


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_with_a_variance_of_one_over_d_model",
    says="1/d_model is taken for the standard deviation, but it is the variance, the square of it.",
)
class VarianceTakenForDeviation(Right):
    def draw(self, rng):
        self.w_q, self.w_k, self.w_v, self.w_o = rng.normal(0, 1 / self.d_model, size=(4, self.d_model, self.d_model))


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_with_a_variance_of_one_over_d_model",
    says="The weights are uniform within ±1/√d_model, and so have only a third of the variance.",
)
class UniformAndTooNarrow(Right):
    def draw(self, rng):
        bound = self.d_model**-0.5
        self.w_q, self.w_k, self.w_v, self.w_o = rng.uniform(-bound, bound, size=(4, self.d_model, self.d_model))


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_with_a_variance_of_one_over_d_model",
    says="The weights have the variance 1/d_k: a word has d_model columns that are added up, not d_k.",
)
class VarianceOfAHead(Right):
    def draw(self, rng):
        deviation = (self.num_heads / self.d_model) ** 0.5
        self.w_q, self.w_k, self.w_v, self.w_o = rng.normal(0, deviation, size=(4, self.d_model, self.d_model))


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_with_a_variance_of_one_over_d_model",
    says="All weights are positive: a uniform distribution from 0 on is not one around 0.",
)
class PositiveWeights(Right):
    def draw(self, rng):
        bound = (12 / self.d_model) ** 0.5
        self.w_q, self.w_k, self.w_v, self.w_o = rng.uniform(0, bound, size=(4, self.d_model, self.d_model))


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_from_the_generator_it_is_given",
    says="The weights are drawn from a generator of the module's own: the one that is given is not used.",
)
class DrawsFromItsOwnGenerator(Right):
    def draw(self, rng):
        super().draw(np.random.default_rng())


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_from_the_generator_it_is_given",
    says="A fixed seed makes all modules alike: without a generator, each should have other weights.",
)
class TheSameWeightsEveryTime(Right):
    def __init__(self, d_model, num_heads, rng=None):
        super().__init__(d_model, num_heads, np.random.default_rng(0) if rng is None else rng)


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_from_the_generator_it_is_given",
    says="Without a generator the weights come from the one that all code shares (`np.random.normal` and the like): after the same "
    "np.random.seed all modules are alike. Make a new one.",
)
class DrawsFromTheSharedGenerator(Right):
    def __init__(self, d_model, num_heads, rng=None):
        super().__init__(d_model, num_heads, np.random if rng is None else rng)


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_from_the_generator_it_is_given",
    says="The generator stands in the signature in place of None: it is made once, when the class is, and who passes None gets an error.",
)
class GeneratorInTheSignature(Right):
    def __init__(self, d_model, num_heads, rng=np.random.default_rng()):
        self.refuse(d_model, num_heads)
        self.num_heads, self.d_model = num_heads, d_model
        self.draw(rng)


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_its_weights_from_the_generator_it_is_given",
    says="The generator is taken for a seed: it is a generator already, and numbers can be drawn from it.",
)
class GeneratorTakenForASeed(Right):
    def __init__(self, d_model, num_heads, rng=None):
        super().__init__(d_model, num_heads, np.random.Generator(np.random.PCG64(rng)))


@mistake(
    "MultiHeadAttention",
    caught_by="test_has_four_square_matrices",
    says="One matrix has four names: queries, keys, values and output each have their own.",
)
class OneMatrixForEverything(Right):
    def draw(self, rng):
        matrix = rng.normal(0, self.d_model**-0.5, size=(self.d_model, self.d_model))
        self.w_q = self.w_k = self.w_v = self.w_o = matrix


@mistake(
    "MultiHeadAttention",
    caught_by="test_has_four_square_matrices",
    says="The matrices are stored as float32: they are asked for as float64, and so is what is computed with them.",
)
class SinglePrecision(Right):
    def draw(self, rng):
        super().draw(rng)
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, getattr(self, name).astype(np.float32))


@mistake(
    "MultiHeadAttention",
    caught_by="test_has_four_square_matrices",
    says="The matrices belong to the class and not to the module, so the newest module changes those of all others.",
)
class MatricesOfTheClass(Right):
    matrices = {}  # noqa: RUF012

    def draw(self, rng):
        for name in ("w_q", "w_k", "w_v", "w_o"):
            self.matrices[name] = rng.normal(0, self.d_model**-0.5, size=(self.d_model, self.d_model))

    def __getattr__(self, name):
        if name in self.matrices:
            return self.matrices[name]
        raise AttributeError(name)


@mistake(
    "MultiHeadAttention",
    caught_by="test_has_four_square_matrices",
    says="The matrices are kept head by head, as (num_heads, d_model, d_k): they are asked for as one (d_model, d_model).",
)
class MatricesInHeads(Right):
    def draw(self, rng):
        super().draw(rng)
        for name in ("w_q", "w_k", "w_v"):
            matrix = getattr(self, name)
            setattr(self, name, matrix.reshape(self.d_model, self.num_heads, -1).transpose(1, 0, 2))

    def project(self, query, key, value):
        joined = (w.transpose(1, 0, 2).reshape(self.d_model, -1) for w in (self.w_q, self.w_k, self.w_v))
        return tuple(x @ w for x, w in zip((query, key, value), joined))


@mistake(
    "MultiHeadAttention",
    caught_by="test_leaves_arguments_and_weights_unchanged_however_they_lie_in_memory",
    says="The weights are drawn again in every call: they are made once, in __init__.",
)
class NewWeightsInEveryCall(Right):
    def __init__(self, d_model, num_heads, rng=None):
        self.rng = np.random.default_rng() if rng is None else rng
        super().__init__(d_model, num_heads, self.rng)

    def forward(self, query, key=None, value=None, mask=None):
        result = super().forward(query, key, value, mask)
        self.draw(self.rng)
        return result


@mistake(
    "MultiHeadAttention",
    caught_by="test_leaves_arguments_and_weights_unchanged_however_they_lie_in_memory",
    says="The query is divided in place: the array of the caller is changed.",
)
class DividesTheQueryInPlace(Right):
    def forward(self, query, key=None, value=None, mask=None):
        if query.dtype.kind != "f":
            return super().forward(query, key, value, mask)
        key, value = (query.copy() if x is None else x for x in (key, value))
        query /= np.sqrt(self.d_model // self.num_heads)
        q, k, v = (self.split(x) for x in self.project(query, key, value))
        weights = self.weigh(q @ k.swapaxes(-1, -2), mask)
        return self.combine(weights @ v) @ self.w_o, weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_leaves_arguments_and_weights_unchanged_however_they_lie_in_memory",
    says="The mask is turned round in place: the caller's mask says the opposite after the call.",
)
class TurnsTheMaskRoundInPlace(Right):
    def weigh(self, scores, mask):
        if mask is None:
            return softmax(scores)
        np.logical_not(mask, out=mask)
        return softmax(np.where(mask, -np.inf, scores))


@mistake(
    "MultiHeadAttention",
    caught_by="test_computes_with_whole_numbers",
    says="The output is written into an array of the query's type: for whole numbers it is rounded.",
)
class OutputOfTheQuerysType(Right):
    def forward(self, query, key=None, value=None, mask=None):
        output, weights = super().forward(query, key, value, mask)
        result = np.zeros_like(query)
        result[...] = output
        return result, weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="A module is made although its heads cannot share the columns: refuse it in __init__, not only when there are words.",
)
class RefusesTooLate(Right):
    def refuse(self, d_model, num_heads):
        pass


@mistake(
    "MultiHeadAttention",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="An assertion refuses the columns that cannot be shared: bad input raises ValueError.",
)
class RefusesByAssertion(Right):
    def refuse(self, d_model, num_heads):
        assert d_model % num_heads == 0, f"{d_model} columns, expected a multiple of {num_heads}"


@mistake(
    "MultiHeadAttention",
    caught_by="test_refuses_columns_that_the_heads_cannot_share",
    says="The ValueError does not say how many columns and heads there were: whoever reads it cannot tell what to change.",
)
class RefusesWithoutTheNumbers(Right):
    def refuse(self, d_model, num_heads):
        if d_model % num_heads:
            raise ValueError("the heads do not divide the model")


@mistake(
    "MultiHeadAttention",
    caught_by="test_refuses_sizes_that_do_not_fit",
    says="A single value is stretched over all keys, or a single key over all values: `np.einsum` does that without a word, `@` does not.",
)
class StretchesASingleValue(Right):
    def forward(self, query, key=None, value=None, mask=None):
        key, value = (query if x is None else x for x in (key, value))
        q, k, v = (self.split(x) for x in self.project(query, key, value))
        weights = self.weigh(self.scores(q, k), mask)
        return self.combine(np.einsum("bhij,bhjd->bhid", weights, v)) @ self.w_o, weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_refuses_sizes_that_do_not_fit",
    says="Words of another size are cut off or filled up with zeros until they fit: refuse them.",
)
class MakesWordsFit(Right):
    def project(self, query, key, value):
        def fitted(x):
            missing = max(0, self.d_model - x.shape[-1])
            return np.pad(x, ((0, 0), (0, 0), (0, missing)))[..., : self.d_model]

        return super().project(fitted(query), fitted(key), fitted(value))


@mistake(
    "MultiHeadAttention",
    caught_by="test_works_on_the_whole_batch_and_all_heads_at_once",
    says="A Python loop goes through the heads: they are an axis like any other, and one product takes them all.",
)
class OneHeadAfterAnother(Right):
    def forward(self, query, key=None, value=None, mask=None):
        key, value = (query if x is None else x for x in (key, value))
        q, k, v = self.project(query, key, value)
        d_k = self.d_model // self.num_heads
        found, all_weights = [], []
        for head in range(self.num_heads):
            own = slice(head * d_k, (head + 1) * d_k)
            scores = q[..., own] @ k[..., own].swapaxes(-1, -2) / np.sqrt(d_k)
            if mask is not None:
                wide = np.broadcast_to(mask, (len(query), self.num_heads, *scores.shape[1:]))
                scores = np.where(wide[:, head], scores, -np.inf)
            all_weights.append(softmax(scores))
            found.append(all_weights[-1] @ v[..., own])
        return np.concatenate(found, axis=-1) @ self.w_o, np.stack(all_weights, axis=1)


@mistake(
    "MultiHeadAttention",
    caught_by="test_works_on_the_whole_batch_and_all_heads_at_once",
    says="A Python loop goes through the sentences of the batch: they are an axis like any other, and one product takes them all.",
)
class OneSentenceAfterAnother(Right):
    def forward(self, query, key=None, value=None, mask=None):
        key, value = (query if x is None else x for x in (key, value))
        if key.shape[1] != value.shape[1]:
            raise ValueError(f"{key.shape[1]} keys, but {value.shape[1]} values")
        if mask is not None:
            mask = np.broadcast_to(mask, (len(query), self.num_heads, query.shape[1], key.shape[1]))
        outputs, weights = [], []
        for index in range(len(query)):
            one = slice(index, index + 1)
            output, weight = super().forward(query[one], key[one], value[one], None if mask is None else mask[one])
            outputs.append(output)
            weights.append(weight)
        return np.concatenate(outputs), np.concatenate(weights)


@mistake(
    "MultiHeadAttention",
    caught_by="test_key_and_value_default_to_the_query",
    says="The keys of one call are kept and used by the next one that is given none. Where no key is given, the query takes its place.",
)
class KeepsTheKeys(Right):
    kept = None

    def forward(self, query, key=None, value=None, mask=None):
        self.kept = key if key is not None else query if self.kept is None else self.kept
        return super().forward(query, self.kept, query if value is None else value, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_key_and_value_default_to_the_query",
    says="The mask of one call is kept and hides in the next one, too. Without a mask nothing is hidden.",
)
class KeepsTheMask(Right):
    mask = None

    def forward(self, query, key=None, value=None, mask=None):
        self.mask = self.mask if mask is None else mask
        return super().forward(query, key, value, self.mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_key_and_value_default_to_the_query",
    says="The number of heads belongs to the class and not to the module, so the newest module changes that of all others.",
)
class HeadsOfTheClass(Right):
    heads = 1

    def draw(self, rng):
        type(self).heads = self.num_heads
        super().draw(rng)

    def split(self, x):
        return split_heads(x, type(self).heads)


@mistake(
    "MultiHeadAttention",
    caught_by="test_leaves_arguments_and_weights_unchanged_however_they_lie_in_memory",
    says="Every call changes w_o a little. The weights change by learning only.",
)
class WeightsWearOff(Right):
    def forward(self, query, key=None, value=None, mask=None):
        answer = super().forward(query, key, value, mask)
        self.w_o = self.w_o * (1 - 1e-12)
        return answer
