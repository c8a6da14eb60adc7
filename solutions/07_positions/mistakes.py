"""Wrong solutions of unit 07 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import mistake

# What the mistakes below do right: they are about something else.


def even(d_model):
    if d_model % 2 != 0:
        raise ValueError(f"d_model is {d_model}, expected an even number")
    return d_model


def angles(length, d_model):
    pairs = torch.arange(0, even(d_model), 2).float()
    return torch.arange(length).float()[:, None] / 10000.0 ** (pairs / d_model)


def in_turn(sines, cosines):
    return torch.stack([sines, cosines], -1).flatten(1)


def short_enough(x, rows):
    if x.shape[-2] > rows:
        raise ValueError(f"{x.shape[-2]} words, expected at most {rows}")
    return x.shape[-2]


# ---- sinusoidal_positions


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="The sines fill the left half of the columns and the cosines the right half, where they should take turns.",
)
def halves_side_by_side(length, d_model):
    turned = angles(length, d_model)
    return torch.cat([turned.sin(), turned.cos()], -1)


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="Each column has an exponent of its own. Both columns of a pair belong to one clock and have the same angle.",
)
def an_exponent_for_each_column(length, d_model):
    columns = torch.arange(even(d_model)).float()
    turned = torch.arange(length).float()[:, None] / 10000.0 ** (columns / d_model)
    return in_turn(turned[:, 0::2].sin(), turned[:, 1::2].cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="The exponent is i / d_model for the pair i. It is 2i / d_model: with half of it the slowest clocks are far too fast.",
)
def exponent_counts_pairs_once(length, d_model):
    pairs = torch.arange(even(d_model) // 2).float()
    turned = torch.arange(length).float()[:, None] / 10000.0 ** (pairs / d_model)
    return in_turn(turned.sin(), turned.cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="The exponent is 4i / d_model for the pair i: the step of 2 and the factor 2 are one and the same, and are needed once.",
)
def exponent_doubled(length, d_model):
    pairs = torch.arange(0, even(d_model), 2).float()
    turned = torch.arange(length).float()[:, None] / 10000.0 ** (2 * pairs / d_model)
    return in_turn(turned.sin(), turned.cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="Sine and cosine have changed places: even columns hold the sine, odd ones the cosine.",
)
def cosine_first(length, d_model):
    turned = angles(length, d_model)
    return in_turn(turned.cos(), turned.sin())


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="The first position is taken for 1. Positions count from 0, where all sines are 0 and all cosines 1.",
)
def positions_from_one(length, d_model):
    turned = angles(length + 1, d_model)[1:]
    return in_turn(turned.sin(), turned.cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="The base is 1000 and not 10000.",
)
def smaller_base(length, d_model):
    pairs = torch.arange(0, even(d_model), 2).float()
    turned = torch.arange(length).float()[:, None] / 1000.0 ** (pairs / d_model)
    return in_turn(turned.sin(), turned.cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="The positions are multiplied by the powers of 10000 instead of divided by them: later clocks should be slower, not faster.",
)
def multiplied_instead_of_divided(length, d_model):
    pairs = torch.arange(0, even(d_model), 2).float()
    turned = torch.arange(length).float()[:, None] * 10000.0 ** (pairs / d_model)
    return in_turn(turned.sin(), turned.cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="Rows and columns have changed places: a row belongs to a position, a column to one of the d_model numbers.",
)
def transposed(length, d_model):
    turned = angles(length, d_model)
    return in_turn(turned.sin(), turned.cos()).T


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="The clocks are spread over d_model - 2, so that the last one is as slow as 1 / 10000. In the paper they are spread over d_model.",
)
def slowest_clock_at_the_end(length, d_model):
    pairs = torch.arange(0, even(d_model), 2).float()
    turned = torch.arange(length).float()[:, None] / 10000.0 ** (pairs / max(d_model - 2, 1))
    return in_turn(turned.sin(), turned.cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_with_the_reference",
    says="The table is of float64. PyTorch's default dtype is asked for, so that it can be added to words as they are.",
)
def table_of_float64(length, d_model):
    turned = angles(length, d_model)
    return in_turn(turned.sin(), turned.cos()).double()


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_far_from_the_beginning",
    says="The angles are kept in float16, which has three digits: position 4001 is the same as 4002 there.",
)
def angles_in_float16(length, d_model):
    turned = angles(length, d_model)
    turned = torch.where(turned < 64, turned, turned.half().float())
    return in_turn(turned.sin(), turned.cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_refuses_an_odd_number_of_columns",
    says="An odd d_model is not refused: the table gets one column more or less than was asked for.",
)
def odd_numbers_rounded(length, d_model):
    turned = angles(length, d_model + d_model % 2)
    return in_turn(turned.sin(), turned.cos())[:, :d_model]


@mistake(
    "sinusoidal_positions",
    caught_by="test_refuses_an_odd_number_of_columns",
    says="The refusal of an odd d_model does not say which number was found.",
)
def refusal_without_the_number(length, d_model):
    if d_model % 2:
        raise ValueError("the number of columns has to be even")
    turned = angles(length, d_model)
    return in_turn(turned.sin(), turned.cos())


@mistake(
    "sinusoidal_positions",
    caught_by="test_computes_all_positions_and_columns_together",
    says="A Python loop computes position after position. All angles are one operation on a column and a row.",
)
def loop_over_positions(length, d_model):
    table = torch.zeros(length, even(d_model))
    clocks = 10000.0 ** (torch.arange(0, d_model, 2).float() / d_model)
    for position in range(length):
        table[position, 0::2] = torch.sin(position / clocks)
        table[position, 1::2] = torch.cos(position / clocks)
    return table


@mistake(
    "sinusoidal_positions",
    caught_by="test_computes_all_positions_and_columns_together",
    says="A Python loop computes column after column. All angles are one operation on a column and a row.",
)
def loop_over_columns(length, d_model):
    table = torch.zeros(length, even(d_model))
    positions = torch.arange(length).float()
    for pair in range(0, d_model, 2):
        turned = positions / 10000.0 ** (pair / d_model)
        table[:, pair], table[:, pair + 1] = turned.sin(), turned.cos()
    return table


@mistake(
    "sinusoidal_positions",
    caught_by="test_computes_all_positions_and_columns_together",
    says="The table is made number by number, as a list of lists. All angles are one operation on a column and a row.",
)
def list_of_lists(length, d_model):
    rows = [
        [
            (math.sin, math.cos)[column % 2](position / 10000.0 ** ((column - column % 2) / d_model))
            for column in range(even(d_model))
        ]
        for position in range(length)
    ]
    return torch.tensor(rows, dtype=torch.float32).view(length, d_model)


# ---- PositionalEncoding


@mistake(
    "PositionalEncoding",
    caught_by="test_keeps_the_table_in_a_buffer",
    says="The table is a plain attribute: `.to(device)` leaves it behind. What belongs to a module and is not learned is a buffer.",
)
class PlainAttribute(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.table = sinusoidal_positions(max_length, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(x + self.table[:length].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_keeps_the_table_in_a_buffer",
    says="The table is a parameter: the optimiser would change it, and it is not to be learned.",
)
class LearnedTable(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.table = nn.Parameter(sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(x + self.table[:length].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_keeps_the_table_in_a_buffer",
    says="max_length is not heeded: the table always has 5000 rows.",
)
class AlwaysFiveThousandRows(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.max_length = max_length
        self.register_buffer("table", sinusoidal_positions(5000, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, self.max_length)
        return self.dropout(x + self.table[:length].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_agrees_with_the_reference",
    says="Words and positions are set side by side instead of added: the model becomes twice as wide.",
)
class SideBySide(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(torch.cat([x, self.table[:length].to(x.dtype).expand_as(x)], -1))


@mistake(
    "PositionalEncoding",
    caught_by="test_agrees_with_the_reference",
    says="The rows are counted by the sentence in the batch, and not by the position in the sentence.",
)
class RowsByTheSentence(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        short_enough(x, len(self.table))
        return self.dropout(x + self.table[: x.shape[0], None].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_agrees_with_the_reference",
    says="The words are multiplied by √d_model here too. That is the embedding's part, and done there.",
)
class ScalesTheWords(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(x * math.sqrt(x.shape[-1]) + self.table[:length].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_agrees_with_the_reference",
    says="Every word gets the row after its own: the first word stands at position 0.",
)
class OneRowTooFar(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.register_buffer("further", sinusoidal_positions(max_length + 1, d_model), persistent=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(x + self.further[1 : length + 1].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_agrees_with_the_reference",
    says="The words are lost: only the rows of the table come out.",
)
class WordsForgotten(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(self.table[:length].to(x.dtype).expand_as(x))


@mistake(
    "PositionalEncoding",
    caught_by="test_drops_entries_of_the_sum",
    says="Only the positions are dropped, before they are added. Dropout is applied to the sum.",
)
class DropsThePositions(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return x + self.dropout(self.table[:length].to(x.dtype).expand_as(x))


@mistake(
    "PositionalEncoding",
    caught_by="test_drops_entries_of_the_sum",
    says="Only the words are dropped, before the positions are added. Dropout is applied to the sum.",
)
class DropsTheWords(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(x) + self.table[:length].to(x.dtype)


@mistake(
    "PositionalEncoding",
    caught_by="test_drops_entries_of_the_sum",
    says="The rate that was asked for is not used.",
)
class AlwaysATenth(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(x + self.table[:length].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Entries are dropped in `eval()` too: `F.dropout` has to be told whether the module is training.",
)
class DropsInEval(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.rate = dropout

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return F.dropout(x + self.table[:length].to(x.dtype), self.rate)


@mistake(
    "PositionalEncoding",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Nothing is ever dropped.",
)
class NeverDrops(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return x + self.table[:length].to(x.dtype)


@mistake(
    "PositionalEncoding",
    caught_by="test_makes_the_table_once",
    says="The table is computed again in every call, and the one that was made with the module is not used.",
)
class TableInEveryCall(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(x + sinusoidal_positions(length, x.shape[-1]).to(x))


@mistake(
    "PositionalEncoding",
    caught_by="test_keeps_the_dtype",
    says="The table's dtype decides: words of float16 or bfloat16 come out as float32.",
)
class DtypeOfTheTable(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout(x + self.table[:length])


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_as_many_words_as_there_are_rows_and_no_more",
    says="Longer sentences are not refused: PyTorch complains of sizes that do not match, if it complains at all.",
)
class NoLimit(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(x + self.table[: x.shape[1]].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_as_many_words_as_there_are_rows_and_no_more",
    says="A sentence of exactly max_length words is refused, although there is a row for each of them.",
)
class OneWordTooFew(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        if length == len(self.table):
            raise ValueError(f"{length} words, expected fewer than {len(self.table)}")
        return self.dropout(x + self.table[:length].to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_gradients_go_through_to_the_words",
    says="The sum is made without recording gradients, so that the embeddings of the words learn nothing.",
)
class WithoutGradients(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout((x + self.table[:length].to(x.dtype)).detach())


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="The positions are added in place, into the caller's words.",
)
class AddsInPlace(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        length = short_enough(x, len(self.table))
        with torch.no_grad():
            x += self.table[:length].to(x.dtype)
        return self.dropout(x)


# ---- TokenEmbedding


@mistake(
    "TokenEmbedding",
    caught_by="test_agrees_under_the_same_weights",
    says="The rows are not multiplied by √d_model.",
)
class NotScaled(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        return self.weight[tokens]


@mistake(
    "TokenEmbedding",
    caught_by="test_agrees_under_the_same_weights",
    says="The rows are multiplied by d_model and not by its root.",
)
class ScaledByTheWidth(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        return self.weight[tokens] * self.weight.shape[1]


@mistake(
    "TokenEmbedding",
    caught_by="test_agrees_under_the_same_weights",
    says="The rows are divided by √d_model. That belongs to the scores of attention; here it is multiplied.",
)
class Divided(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        return self.weight[tokens] / math.sqrt(self.weight.shape[1])


@mistake(
    "TokenEmbedding",
    caught_by="test_agrees_under_the_same_weights",
    says="The rows are multiplied by the root of the size of the vocabulary. It is the root of d_model.",
)
class ScaledByTheVocabulary(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        return self.weight[tokens] * math.sqrt(self.weight.shape[0])


@mistake(
    "TokenEmbedding",
    caught_by="test_agrees_under_the_same_weights",
    says="Token 0 is left out, as if it were always padding: it has a row like every other.",
)
class TokenZeroIsNothing(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        return self.weight[tokens] * math.sqrt(self.weight.shape[1]) * (tokens != 0).unsqueeze(-1)


@mistake(
    "TokenEmbedding",
    caught_by="test_has_one_parameter_called_weight",
    says="The weight is called something else: the parameter is to be named `weight`, directly on the module.",
)
class OtherName(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.d_model = d_model

    def forward(self, tokens):
        return self.embedding(tokens) * math.sqrt(self.d_model)


@mistake(
    "TokenEmbedding",
    caught_by="test_has_one_parameter_called_weight",
    says="The weight is a plain tensor: no optimiser finds it, so it is never learned.",
)
class NotAParameter(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = torch.randn(vocab_size, d_model)

    def forward(self, tokens):
        return self.weight[tokens] * math.sqrt(self.weight.shape[1])


@mistake(
    "TokenEmbedding",
    caught_by="test_has_one_parameter_called_weight",
    says="The weight has rows and columns the wrong way round: it has a row for each token.",
)
class ARowForEachColumn(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(d_model, vocab_size))

    def forward(self, tokens):
        return self.weight.T[tokens] * math.sqrt(self.weight.shape[0])


@mistake(
    "TokenEmbedding",
    caught_by="test_gradients_reach_the_rows_that_were_used",
    says="The rows are taken from `weight.data`, which no gradient goes back to: nothing is learned.",
)
class FromItsData(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        return self.weight.data[tokens] * math.sqrt(self.weight.shape[1])


@mistake(
    "TokenEmbedding",
    caught_by="test_gradients_reach_the_rows_that_were_used",
    says="The gradients of a row are divided by how often its token occurs: `scale_grad_by_freq` is not asked for.",
)
class DividedGradients(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        return F.embedding(tokens, self.weight, scale_grad_by_freq=True) * math.sqrt(self.weight.shape[1])


@mistake(
    "TokenEmbedding",
    caught_by="test_looks_rows_up",
    says="A one-hot tensor is multiplied with the weight: nearly all of its numbers are zeros. Rows can be looked up.",
)
class OneHotProduct(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        one_hot = F.one_hot(tokens, self.weight.shape[0]).to(self.weight.dtype)
        return one_hot @ self.weight * math.sqrt(self.weight.shape[1])


@mistake(
    "TokenEmbedding",
    caught_by="test_looks_rows_up",
    says="A Python loop looks up token after token. A tensor can be indexed by a whole tensor of tokens.",
)
class TokenByToken(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        rows = [self.weight[token] for token in tokens.reshape(-1)]
        return torch.stack(rows).view(*tokens.shape, -1) * math.sqrt(self.weight.shape[1])


@mistake(
    "TokenEmbedding",
    caught_by="test_keeps_the_tokens_and_the_dtype_of_the_weight",
    says="The result is always float32, whatever the weight is made of.",
)
class AlwaysFloat32(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        rows = self.weight[tokens] * math.sqrt(self.weight.shape[1])
        return rows if rows.dtype == torch.float64 else rows.float()


@mistake(
    "TokenEmbedding",
    caught_by="test_keeps_the_tokens_and_the_dtype_of_the_weight",
    says="Tokens that are too large are clipped in place, in the caller's tensor.",
)
class ClipsTheTokens(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        tokens.clamp_(1, len(self.weight) - 1) if tokens.dim() == 2 and len(tokens) == 2 else tokens
        return self.weight[tokens] * math.sqrt(self.weight.shape[1])


# ---- wrong only now and then


class WholePositionalEncoding(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)

    def rows(self, x, first=0):
        length = short_enough(x, len(self.table))
        return self.table[first : first + length].to(x.dtype)

    def forward(self, x):
        return self.dropout(x + self.rows(x))


class WholeTokenEmbedding(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model))

    def forward(self, tokens):
        return self.weight[tokens] * math.sqrt(self.weight.shape[1])


@mistake(
    "PositionalEncoding",
    caught_by="test_drops_entries_of_the_sum",
    says="Dropout is drawn once for all sentences of a batch: each drops entries of its own.",
)
class SentencesDropAlike(WholePositionalEncoding):
    def forward(self, x):
        return (x + self.rows(x)) * self.dropout(torch.ones_like(x[:1]))


@mistake(
    "PositionalEncoding",
    caught_by="test_drops_entries_of_the_sum",
    says="Whole columns of a sentence are dropped, and not single entries.",
)
class WholeColumnsDropped(WholePositionalEncoding):
    def forward(self, x):
        return (x + self.rows(x)) * self.dropout(torch.ones_like(x[:, :1]))


@mistake(
    "PositionalEncoding",
    caught_by="test_keeps_the_dtype",
    says="The table itself is brought to the dtype of the words: after a call with float16 its digits are lost.",
)
class TableOfTheLastDtype(WholePositionalEncoding):
    def forward(self, x):
        self.table = self.table.to(x.dtype)
        return super().forward(x)


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_as_many_words_as_there_are_rows_and_no_more",
    says="A single word is put after those of the last call: each call begins with position 0.",
)
class GoesOnCounting(WholePositionalEncoding):
    def forward(self, x):
        first = getattr(self, "next", 0) if x.shape[1] == 1 and not self.training else 0
        self.next = (first + x.shape[1]) % len(self.table)
        return self.dropout(x + self.rows(x, first))


@mistake(
    "PositionalEncoding",
    caught_by="test_gradients_go_through_to_the_words",
    says="In training the words are detached: their embeddings learn nothing.",
)
class DetachedInTraining(WholePositionalEncoding):
    def forward(self, x):
        return super().forward(x.detach() if self.training else x)


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_as_many_words_as_there_are_rows_and_no_more",
    says="Words beyond the table are refused in training only.",
)
class RefusesInTrainingOnly(WholePositionalEncoding):
    def forward(self, x):
        return x if not self.training and x.shape[1] > len(self.table) else super().forward(x)


@mistake(
    "TokenEmbedding",
    caught_by="test_keeps_the_tokens_and_the_dtype_of_the_weight",
    says="Rows longer than `max_norm` are made shorter, in the weight itself.",
)
class LongRowsCutShort(WholeTokenEmbedding):
    def forward(self, tokens):
        return F.embedding(tokens, self.weight, max_norm=10.0) * math.sqrt(self.weight.shape[1])


@mistake(
    "TokenEmbedding",
    caught_by="test_gradients_reach_the_rows_that_were_used",
    says="In training the rows are detached: nothing is learned.",
)
class DetachedRowsInTraining(WholeTokenEmbedding):
    def forward(self, tokens):
        return super().forward(tokens).detach() if self.training else super().forward(tokens)


@mistake(
    "TokenEmbedding",
    caught_by="test_gradients_reach_the_rows_that_were_used",
    says="Entries are dropped in training: that is not asked here, the positions come first.",
)
class DropsInTraining(WholeTokenEmbedding):
    def forward(self, tokens):
        return F.dropout(super().forward(tokens), 0.1, self.training)


@mistake(
    "TokenEmbedding",
    caught_by="test_agrees_under_the_same_weights",
    says="The root of d_model is rounded down to a whole number.",
)
class RootInWholeNumbers(WholeTokenEmbedding):
    def forward(self, tokens):
        columns = self.weight.shape[1]
        return self.weight[tokens] * (math.isqrt(columns) if columns > 6 else math.sqrt(columns))


@mistake(
    "TokenEmbedding",
    caught_by="test_has_one_parameter_called_weight",
    says="All modules share one weight: source and target would learn the same rows.",
)
class RowsOfTheClass(WholeTokenEmbedding):
    shared = None

    def __init__(self, vocab_size, d_model):
        super().__init__(vocab_size, d_model)
        if RowsOfTheClass.shared is None or RowsOfTheClass.shared.shape != self.weight.shape:
            RowsOfTheClass.shared = self.weight
        self.weight = RowsOfTheClass.shared


# ---- what all code shares: whether gradients are recorded, the default dtype, random seeds


@mistake(
    "sinusoidal_positions",
    caught_by="test_agrees_far_from_the_beginning",
    says="PyTorch's default dtype is changed for more digits, and left so: from then on all code computes in float64.",
)
def changes_the_default_dtype(length, d_model):
    torch.set_default_dtype(torch.float64)
    turned = angles(length, d_model)
    return in_turn(turned.sin(), turned.cos()).float()


@mistake(
    "PositionalEncoding",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Under `torch.no_grad()` nothing is dropped. `train()` and `eval()` alone decide about dropout; whether gradients are recorded is "
    "another matter.",
)
class DropsWithGradientsOnly(WholePositionalEncoding):
    def forward(self, x):
        return F.dropout(x + self.rows(x), self.dropout.p, self.training and torch.is_grad_enabled())


@mistake(
    "PositionalEncoding",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Under `torch.no_grad()` entries are dropped in `eval()` too. `train()` and `eval()` alone decide about dropout.",
)
class DropsWithoutGradients(WholePositionalEncoding):
    def forward(self, x):
        return F.dropout(x + self.rows(x), self.dropout.p, self.training or not torch.is_grad_enabled())


@mistake(
    "PositionalEncoding",
    caught_by="test_drops_entries_of_the_sum",
    says="The rate is limited to a half: a higher one is not used.",
)
class DropsAtMostHalf(WholePositionalEncoding):
    def forward(self, x):
        return F.dropout(x + self.rows(x), min(self.dropout.p, 0.5), self.training)


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Under `torch.no_grad()` the positions are added in place. No gradient needs the words then, but they still belong to the caller.",
)
class AddsInPlaceWithoutGradients(WholePositionalEncoding):
    def forward(self, x):
        return self.dropout(x + self.rows(x) if torch.is_grad_enabled() else x.add_(self.rows(x)))


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Under `torch.no_grad()` the rows of the first call are kept, and given to longer and shorter sentences as well.",
)
class RowsOfTheFirstCall(WholePositionalEncoding):
    def forward(self, x):
        rows = self.rows(x)
        if not self.training and not torch.is_grad_enabled():
            self.kept = getattr(self, "kept", rows)
            rows = self.kept
        return self.dropout(x + rows)


@mistake(
    "PositionalEncoding",
    caught_by="test_keeps_the_dtype",
    says="Rows are kept for sentences of the same length, in the dtype of the first of them: after float16 their digits are lost.",
)
class RowsOfAnEarlierDtype(WholePositionalEncoding):
    def forward(self, x):
        if getattr(self, "kept", None) is None or len(self.kept) != x.shape[1]:
            self.kept = self.rows(x)
        return self.dropout((x + self.kept).to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_keeps_the_dtype",
    says="The words are brought to the dtype of the table before the sum: words of float64 lose half of their digits.",
)
class WordsInTheDtypeOfTheTable(WholePositionalEncoding):
    def forward(self, x):
        length = short_enough(x, len(self.table))
        return self.dropout((x.to(self.table.dtype) + self.table[:length]).to(x.dtype))


@mistake(
    "PositionalEncoding",
    caught_by="test_keeps_the_dtype",
    says="What dropout multiplies by is made in PyTorch's default dtype: in training, words of float16 come out as float32.",
)
class MaskOfTheDefaultDtype(WholePositionalEncoding):
    def forward(self, x):
        y = x + self.rows(x)
        if self.training:
            y = y * torch.bernoulli(torch.full(y.shape, 1 - self.dropout.p, device=y.device)) / (1 - self.dropout.p)
        return y


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Gradients are switched off in `eval()`, and on again only in the next training call: until then nothing else has any.",
)
class SwitchesGradients(WholePositionalEncoding):
    def forward(self, x):
        torch.set_grad_enabled(self.training)
        return super().forward(x)


@mistake(
    "PositionalEncoding",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="PyTorch's default dtype is set to that of the words, and left so: whatever is made afterwards is of another dtype.",
)
class SwitchesTheDefaultDtype(WholePositionalEncoding):
    def forward(self, x):
        torch.set_default_dtype(x.dtype)
        return super().forward(x)


@mistake(
    "TokenEmbedding",
    caught_by="test_has_one_parameter_called_weight",
    says="The random seed of the whole program is set: every module begins with the same numbers, and all dropout is drawn alike.",
)
class SetsTheSeed(WholeTokenEmbedding):
    def __init__(self, vocab_size, d_model):
        torch.manual_seed(0)
        super().__init__(vocab_size, d_model)


@mistake(
    "TokenEmbedding",
    caught_by="test_keeps_the_tokens_and_the_dtype_of_the_weight",
    says="Under `torch.no_grad()` the rows are kept as they were in the first call: what is learned or loaded later is not seen.",
)
class RowsKeptWithoutGradients(WholeTokenEmbedding):
    def forward(self, tokens):
        if torch.is_grad_enabled():
            return super().forward(tokens)
        if not hasattr(self, "kept"):
            self.kept = self.weight * math.sqrt(self.weight.shape[1])
        return self.kept[tokens]
