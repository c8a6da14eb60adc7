"""Wrong solutions of unit 12 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import math
from itertools import chain

import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import mistake

# What the mistakes below do right: they are about something else.


def floats(block_size, *tensors):
    """The tensors as floats, once the size of the blocks was seen to be right."""
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}, expected 1 or more")
    return [x if x.is_floating_point() else x.to(torch.get_default_dtype()) for x in tensors]


def finite(maximum):
    return maximum.masked_fill(maximum == -torch.inf, 0)


def statistics(x, block_size):
    """Maximum and sum of every row, from blocks."""
    m, s = torch.full_like(x[..., :1], -torch.inf), torch.zeros_like(x[..., :1])
    for block in x.split(block_size, -1):
        new = torch.maximum(m, block.detach().amax(-1, keepdim=True))
        s = s * torch.exp(m - finite(new)) + torch.exp(block - finite(new)).sum(-1, keepdim=True)
        m = new
    return finite(m), s.masked_fill(s == 0, 1)


def written(x, block_size, m, s):
    """The weights, block by block."""
    y = torch.empty_like(x)
    for start in range(0, x.shape[-1], block_size):
        end = start + block_size
        y[..., start:end] = torch.exp(x[..., start:end] - m) / s
    return y


def fitting(q, k, v, block_size, causal):
    """The three as floats, once their sizes were seen to be right."""
    q, k, v = floats(block_size, q, k, v)
    pairs = [(k.shape[-2], v.shape[-2]), (q.shape[-1], k.shape[-1])]
    for found, expected in [*pairs, (q.shape[-2], k.shape[-2])] if causal else pairs:
        if found != expected:
            raise ValueError(f"found {found} and {expected}, expected the same")
    return q, k, v


def hidden(scores, first_query, first_key):
    """Scores with -inf for the future, in the block that begins there."""
    rows = torch.arange(first_query, first_query + scores.shape[-2], device=scores.device)
    columns = torch.arange(first_key, first_key + scores.shape[-1], device=scores.device)
    return scores.masked_fill(columns > rows[:, None], -torch.inf)


# ---- online_softmax


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="When a larger maximum arrives, the sum so far is left as it was: it still belongs to the old maximum.",
)
def sum_not_put_right(x, block_size):
    (x,) = floats(block_size, x)
    m, s = torch.full_like(x[..., :1], -torch.inf), 0
    for block in x.split(block_size, -1):
        m = torch.maximum(m, block.amax(-1, keepdim=True))
        s = s + torch.exp(block - finite(m)).sum(-1, keepdim=True)
    return written(x, block_size, finite(m), s.masked_fill(s == 0, 1))


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="The factor for the old sum is the wrong way round: with a larger maximum the old sum has to become smaller.",
)
def factor_upside_down(x, block_size):
    (x,) = floats(block_size, x)
    m, s = x[..., :block_size].amax(-1, keepdim=True), 0
    for block in x.split(block_size, -1):
        new = torch.maximum(m, block.amax(-1, keepdim=True))
        s = s * torch.exp(finite(new) - finite(m)) + torch.exp(block - finite(new)).sum(-1, keepdim=True)
        m = new
    return written(x, block_size, finite(m), s.masked_fill(s == 0, 1))


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="The block's own sum is multiplied by the factor as well, although it already belongs to the new maximum.",
)
def factor_on_the_new_block(x, block_size):
    (x,) = floats(block_size, x)
    m, s = torch.full_like(x[..., :1], -torch.inf), 0
    for block in x.split(block_size, -1):
        top = block.amax(-1, keepdim=True)
        new = torch.maximum(m, top)
        s = s * torch.exp(m - finite(new)) + torch.exp(block - finite(top)).sum(-1, keepdim=True)
        m = new
    return written(x, block_size, finite(m), s.masked_fill(s == 0, 1))


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="Each block has a softmax of its own: its weights add up to 1 by themselves, and not those of the row.",
)
def softmax_of_each_block(x, block_size):
    (x,) = floats(block_size, x)
    y = torch.empty_like(x)
    for start in range(0, x.shape[-1], block_size):
        block = x[..., start : start + block_size]
        m, s = statistics(block, block_size)
        y[..., start : start + block_size] = torch.exp(block - m) / s
    return y


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="The last block is left out where it is shorter than the others.",
)
def short_block_left_out(x, block_size):
    (x,) = floats(block_size, x)
    whole = max(1, x.shape[-1] // block_size) * block_size
    m, s = statistics(x[..., :whole], block_size)
    return written(x, block_size, m, s)


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="The maximum is that of all rows of a block together. It should be each row's own: where rows differ much, one has nothing left.",
)
def axis_counted_from_the_front(x, block_size):
    (x,) = floats(block_size, x)
    if x.dim() == 1:
        return written(x, block_size, *statistics(x, block_size))
    m, s = statistics(x.transpose(0, -1), block_size)
    return torch.exp(x - m.transpose(0, -1)) / s.transpose(0, -1)


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="m and s are made on the CPU, whatever device x is on: on a GPU they cannot meet the blocks.",
)
def statistics_on_the_cpu(x, block_size):
    (x,) = floats(block_size, x)
    m, s = torch.full((*x.shape[:-1], 1), -torch.inf, dtype=x.dtype), torch.zeros((*x.shape[:-1], 1), dtype=x.dtype)
    for block in x.split(block_size, -1):
        new = torch.maximum(m, block.detach().amax(-1, keepdim=True))
        s = s * torch.exp(m - finite(new)) + torch.exp(block - finite(new)).sum(-1, keepdim=True)
        m = new
    return written(x, block_size, finite(m), s.masked_fill(s == 0, 1))


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="The result is written into a tensor of the default dtype: what was float64 is rounded to float32.",
)
def into_the_default_dtype(x, block_size):
    (x,) = floats(block_size, x)
    m, s = statistics(x, block_size)
    y = torch.empty(x.shape, device=x.device)
    for start in range(0, x.shape[-1], block_size):
        y[..., start : start + block_size] = torch.exp(x[..., start : start + block_size] - m) / s
    return y


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="The maximum begins with 0: in a row of scores far below 0 everything vanishes.",
)
def maximum_begins_with_zero(x, block_size):
    (x,) = floats(block_size, x)
    m, s = torch.zeros_like(x[..., :1]), torch.zeros_like(x[..., :1])
    for block in x.split(block_size, -1):
        new = torch.maximum(m, block.detach().amax(-1, keepdim=True))
        s = s * torch.exp(m - new) + torch.exp(block - new).sum(-1, keepdim=True)
        m = new
    # eps keeps the division alive, as the author has noticed that something is amiss
    return written(x, block_size, m, s + 1e-9)


@mistake(
    "online_softmax",
    caught_by="test_hidden_scores_get_nothing",
    says="Where a row begins with a block of nothing but -inf, -inf is taken away from -inf: that is NaN, and the sum stays NaN.",
)
def nothing_seen_yet(x, block_size):
    (x,) = floats(block_size, x)
    m, s = torch.full_like(x[..., :1], -torch.inf), torch.zeros_like(x[..., :1])
    for block in x.split(block_size, -1):
        new = torch.maximum(m, block.detach().amax(-1, keepdim=True))
        s = s * torch.exp(m - new) + torch.exp(block - new).sum(-1, keepdim=True)
        m = new
    return written(x, block_size, m, s)


@mistake(
    "online_softmax",
    caught_by="test_hidden_scores_get_nothing",
    says="The NaN of a hidden block is replaced after it has come about. The value is right then, but not its gradient.",
)
def nan_replaced_too_late(x, block_size):
    (x,) = floats(block_size, x)
    m, s = torch.full_like(x[..., :1], -torch.inf), torch.zeros_like(x[..., :1])
    for block in x.split(block_size, -1):
        new = torch.maximum(m, block.detach().amax(-1, keepdim=True))
        s = torch.nan_to_num(s * torch.exp(m - new) + torch.exp(block - new).sum(-1, keepdim=True))
        m = new
    y = torch.empty_like(x)
    for start in range(0, x.shape[-1], block_size):
        y[..., start : start + block_size] = torch.nan_to_num(torch.exp(x[..., start : start + block_size] - m) / s)
    return y


@mistake(
    "online_softmax",
    caught_by="test_hidden_scores_get_nothing",
    says="The logarithm of the sum of a hidden block is -inf, and PyTorch's gradient of it NaN: the value is right, but not its gradient.",
)
def logarithm_of_nothing(x, block_size):
    (x,) = floats(block_size, x)
    total = torch.full_like(x[..., :1], -torch.inf)
    for block in x.split(block_size, -1):
        total = torch.logaddexp(total, block.logsumexp(-1, keepdim=True))
    return written(x, block_size, finite(total), 1)


@mistake(
    "online_softmax",
    caught_by="test_survives_large_scores",
    says="The maximum begins with a large negative number: where all scores lie below it, every weight becomes 0.",
)
def begins_at_minus_a_billion(x, block_size):
    (x,) = floats(block_size, x)
    m, s = torch.full_like(x[..., :1], -1e9 if x.dtype != torch.float16 else -6e4), torch.zeros_like(x[..., :1])
    for block in x.split(block_size, -1):
        new = torch.maximum(m, block.detach().amax(-1, keepdim=True))
        s = s * torch.exp(m - new) + torch.exp(block - new).sum(-1, keepdim=True)
        m = new
    return written(x, block_size, m, s.masked_fill(s == 0, 1))


@mistake(
    "online_softmax",
    caught_by="test_hidden_scores_get_nothing",
    says="The maximum begins with a large negative number, and a row of nothing but -inf is divided by a sum of 0.",
)
def hidden_rows_divided_by_zero(x, block_size):
    (x,) = floats(block_size, x)
    m, s = torch.full_like(x[..., :1], torch.finfo(x.dtype).min), torch.zeros_like(x[..., :1])
    for block in x.split(block_size, -1):
        new = torch.maximum(m, block.detach().amax(-1, keepdim=True))
        s = s * torch.exp(m - new) + torch.exp(block - new).sum(-1, keepdim=True)
        m = new
    return written(x, block_size, m, s)


@mistake(
    "online_softmax",
    caught_by="test_hidden_scores_get_nothing",
    says="A row of nothing but -inf gets equal weights, where it should get zeros.",
)
def hidden_rows_shared_equally(x, block_size):
    (x,) = floats(block_size, x)
    x = x.masked_fill(x.isneginf().all(-1, keepdim=True), 0)
    return written(x, block_size, *statistics(x, block_size))


@mistake(
    "online_softmax",
    caught_by="test_survives_large_scores",
    says="Sums are carried along without a maximum: exp of a large score is infinite.",
)
def sums_without_a_maximum(x, block_size):
    (x,) = floats(block_size, x)
    s = 0
    for block in x.split(block_size, -1):
        s = s + torch.exp(block).sum(-1, keepdim=True)
    return written(x, block_size, 0, s.masked_fill(s == 0, 1))


@mistake(
    "online_softmax",
    caught_by="test_survives_large_scores",
    says="The maximum is that of the first block, for good: a much larger score in a later block makes exp overflow.",
)
def maximum_of_the_first_block(x, block_size):
    (x,) = floats(block_size, x)
    m, s = finite(x[..., :block_size].detach().amax(-1, keepdim=True)), 0
    for block in x.split(block_size, -1):
        s = s + torch.exp(block - m).sum(-1, keepdim=True)
    return written(x, block_size, m, s.masked_fill(s == 0, 1))


@mistake(
    "online_softmax",
    caught_by="test_gradients_are_right",
    says="The sum is detached with the maximum: the values are right, but each weight seems to depend on its own score alone.",
)
def sum_detached(x, block_size):
    (x,) = floats(block_size, x)
    m, s = statistics(x, block_size)
    return written(x, block_size, m, s.detach())


@mistake(
    "online_softmax",
    caught_by="test_gradients_are_right",
    says="The work is done without recording (`torch.no_grad`, `.data`), so no gradient finds its way back.",
)
def without_gradients(x, block_size):
    (x,) = floats(block_size, x)
    with torch.no_grad():
        return written(x, block_size, *statistics(x, block_size))


@mistake(
    "online_softmax",
    caught_by="test_needs_a_few_blocks_of_memory_besides_the_result",
    says="The last step is done on all of x at once: `x - m` and its exponentials are as long as x, besides the result.",
)
def last_step_in_one_piece(x, block_size):
    (x,) = floats(block_size, x)
    m, s = statistics(x, block_size)
    return torch.exp(x - m) / s


@mistake(
    "online_softmax",
    caught_by="test_needs_a_few_blocks_of_memory_besides_the_result",
    says="The blocks of the result are collected and put together at the end: then all of it is there twice.",
)
def blocks_in_a_list(x, block_size):
    (x,) = floats(block_size, x)
    m, s = statistics(x, block_size)
    return torch.cat([torch.exp(block - m) / s for block in x.split(block_size, -1)], -1)


@mistake(
    "online_softmax",
    caught_by="test_needs_a_few_blocks_of_memory_besides_the_result",
    says="There are no blocks: all of a row is worked on at once.",
)
def without_blocks(x, block_size):
    (x,) = floats(block_size, x)
    e = torch.exp(x - finite(x.amax(-1, keepdim=True)))
    s = e.sum(-1, keepdim=True)
    return e / s.masked_fill(s == 0, 1)


@mistake(
    "online_softmax",
    caught_by="test_keeps_dtype_and_input",
    says="The weights are written into x itself: the caller's scores are gone.",
)
def written_into_the_input(x, block_size):
    (x,) = floats(block_size, x)
    m, s = statistics(x.clone(), block_size)
    y = x.detach() if not x.requires_grad else x * 1
    for start in range(0, x.shape[-1], block_size):
        y[..., start : start + block_size] = torch.exp(y[..., start : start + block_size].clone() - m) / s
    return y


@mistake(
    "online_softmax",
    caught_by="test_keeps_dtype_and_input",
    says="The result is always float32 or wider: the half types are not given back as they came.",
)
def half_types_become_float32(x, block_size):
    (x,) = floats(block_size, x)
    x = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return written(x, block_size, *statistics(x, block_size))


@mistake(
    "online_softmax",
    caught_by="test_keeps_dtype_and_input",
    says="Whole numbers are computed in float64, where PyTorch's default dtype is asked for.",
)
def whole_numbers_in_float64(x, block_size):
    x = x if x.is_floating_point() else x.double()
    (x,) = floats(block_size, x)
    return written(x, block_size, *statistics(x, block_size))


@mistake(
    "online_softmax",
    caught_by="test_keeps_dtype_and_input",
    says="`view` refuses a tensor whose rows do not lie one after the other in memory; `reshape` takes any.",
)
def viewed_as_rows(x, block_size):
    (x,) = floats(block_size, x)
    rows = x.view(-1, x.shape[-1])
    return written(rows, block_size, *statistics(rows, block_size)).view(x.shape)


@mistake(
    "online_softmax",
    caught_by="test_refuses_blocks_of_nothing",
    says="The size of the blocks is not looked at: 0 and less are left to PyTorch, whose error is another, or do nothing at all.",
)
def block_size_unchecked(x, block_size):
    (x,) = floats(1, x)
    return written(x, block_size, *statistics(x, block_size))


@mistake(
    "online_softmax",
    caught_by="test_refuses_blocks_of_nothing",
    says="Only a block size of 0 is refused: there are numbers below it.",
)
def zero_alone_refused(x, block_size):
    if not block_size:
        raise ValueError("block_size is 0")
    (x,) = floats(1, x)
    return written(x, abs(block_size), *statistics(x, abs(block_size)))


@mistake(
    "online_softmax",
    caught_by="test_equals_the_softmax",
    says="The library's softmax is called, which is what this exercise is about.",
)
def by_the_librarys_softmax(x, block_size):
    (x,) = floats(block_size, x)
    return F.softmax(x, dim=-1).nan_to_num()


# ---- chunked_attention


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="When a larger maximum arrives, the sum is put right and the weighted sum of the values is not.",
)
def weighted_sum_not_put_right(q, k, v, block_size, causal=False):
    return blockwise(q, k, v, block_size, causal, correct_values=False)


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="When a larger maximum arrives, the weighted sum of the values is put right and the sum of the weights is not.",
)
def only_the_values_put_right(q, k, v, block_size, causal=False):
    return blockwise(q, k, v, block_size, causal, correct_total=False)


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The scores are not divided by the root of d_k.",
)
def not_scaled(q, k, v, block_size, causal=False):
    return blockwise(q, k, v, block_size, causal, scale=lambda d_k: 1.0)


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The scores are divided by d_k, and not by its root.",
)
def scaled_twice(q, k, v, block_size, causal=False):
    return blockwise(q, k, v, block_size, causal, scale=lambda d_k: 1 / d_k)


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The softmax is taken in each block of keys by itself, and the outputs of the blocks are averaged: blocks with large scores "
    "should count for more.",
)
def outputs_of_blocks_averaged(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    outputs = []
    for number, (keys, values) in enumerate(zip(k.split(block_size, -2), v.split(block_size, -2))):
        scores = q @ keys.mT / math.sqrt(q.shape[-1])
        scores = hidden(scores, 0, number * block_size) if causal else scores
        outputs.append(torch.softmax(scores, -1).nan_to_num() @ values)
    return sum(outputs) / len(outputs)


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="Each block of queries is compared with the block of keys at the same place only: that is local attention, not all of it.",
)
def same_block_only(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    outputs = []
    for start in range(0, q.shape[-2], block_size):
        rows, keys, values = (x[..., start : start + block_size, :] for x in (q, k, v))
        if keys.shape[-2] == 0:
            keys, values = k[..., :1, :], v[..., :1, :]
        scores = rows @ keys.mT / math.sqrt(q.shape[-1])
        scores = hidden(scores, start, start) if causal else scores
        outputs.append(torch.softmax(scores, -1) @ values)
    return torch.cat(outputs, -2)


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The last keys are left out where they do not fill a block.",
)
def short_block_of_keys_left_out(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    whole = max(1, k.shape[-2] // block_size) * block_size
    return blockwise(q, k[..., :whole, :], v[..., :whole, :], block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The last queries are left out where they do not fill a block.",
)
def short_block_of_queries_left_out(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    whole = max(1, q.shape[-2] // block_size) * block_size
    return blockwise(q, k, v, block_size, causal)[..., :whole, :]


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The keys are taken to be as many as the queries: those behind are never looked at.",
)
def as_many_keys_as_queries(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    n = q.shape[-2]
    return blockwise(q, k[..., :n, :], v[..., :n, :], block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="What is carried along is made on the CPU or in the default dtype, whatever q is.",
)
def carried_in_the_default_dtype(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    out = torch.zeros(*q.shape[:-1], v.shape[-1], device=q.device)
    out[...] = blockwise(q, k, v, block_size, causal)
    return out


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The numbers of the keys or the maximum are made on the CPU, whatever device q is on.",
)
def maximum_on_the_cpu(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    m = torch.full((*q.shape[:-1], 1), -torch.inf, dtype=q.dtype)
    s = a = 0
    for number, (keys, values) in enumerate(zip(k.split(block_size, -2), v.split(block_size, -2))):
        scores = q @ keys.mT / math.sqrt(q.shape[-1])
        scores = hidden(scores, 0, number * block_size) if causal else scores
        new = torch.maximum(m, scores.amax(-1, keepdim=True).detach())
        w = torch.exp(scores - new)
        s, a, m = s * torch.exp(m - new) + w.sum(-1, keepdim=True), a * torch.exp(m - new) + w @ values, new
    return a / s


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The sum of the weights is never divided by.",
)
def never_divided(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    total = blockwise(q, k, torch.ones_like(v[..., :1]), block_size, causal, divide=False)
    return blockwise(q, k, v, block_size, causal) * total


@mistake(
    "chunked_attention",
    caught_by="test_equals_attention",
    says="The library's attention is called, which is what this exercise is about.",
)
def by_the_librarys_attention(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal)


@mistake(
    "chunked_attention",
    caught_by="test_causal_attention_sees_no_future",
    says="`causal` is not looked at: the future is seen.",
)
def causal_ignored(q, k, v, block_size, causal=False):
    fitting(q, k, v, block_size, causal)
    return blockwise(q, k, v, block_size, False)


@mistake(
    "chunked_attention",
    caught_by="test_causal_attention_sees_no_future",
    says="Keys are numbered from the beginning of their block, and not of the text: in each block the future begins anew.",
)
def keys_numbered_by_block(q, k, v, block_size, causal=False):
    return blockwise(q, k, v, block_size, causal, hide=lambda scores, i, j: hidden(scores, 0, 0), skip=True)


@mistake(
    "chunked_attention",
    caught_by="test_causal_attention_sees_no_future",
    says="Off by one: a query does not see its own key (the first still does, as somebody must be seen).",
)
def itself_not_seen(q, k, v, block_size, causal=False):
    def hide(scores, i, j):
        kept = hidden(scores, i - 1, j)
        if i == j == 0:
            kept = torch.cat([scores[..., :1, :1], kept[..., :1, 1:]], -1) if kept.shape[-2] == 1 else kept
            first = torch.zeros_like(kept, dtype=torch.bool)
            first[..., 0, 0] = True
            kept = torch.where(first, scores, kept)
        return kept

    return blockwise(q, k, v, block_size, causal, hide=hide)


@mistake(
    "chunked_attention",
    caught_by="test_causal_attention_sees_no_future",
    says="Off by one: a query sees the key after its own.",
)
def next_one_seen(q, k, v, block_size, causal=False):
    return blockwise(q, k, v, block_size, causal, hide=lambda scores, i, j: hidden(scores, i + 1, j))


@mistake(
    "chunked_attention",
    caught_by="test_causal_attention_sees_no_future",
    says="Whole blocks are left out above the diagonal, but those on the diagonal are not masked: a query sees the rest of its block.",
)
def diagonal_not_masked(q, k, v, block_size, causal=False):
    return blockwise(q, k, v, block_size, causal, hide=lambda scores, i, j: scores, skip=True)


@mistake(
    "chunked_attention",
    caught_by="test_causal_attention_sees_no_future",
    says="The block on the diagonal is left out with those above it (but for the first): a query does not see its neighbours nor itself.",
)
def diagonal_left_out(q, k, v, block_size, causal=False):
    def hide(scores, i, j):
        return torch.full_like(scores, -torch.inf) if i == j > 0 else hidden(scores, i, j)

    return blockwise(q, k, v, block_size, causal, hide=hide)


@mistake(
    "chunked_attention",
    caught_by="test_causal_attention_sees_no_future",
    says="The mask on the diagonal has a row and a column for every place of a whole block: it does not fit a last block that is shorter.",
)
def mask_of_a_whole_block(q, k, v, block_size, causal=False):
    def hide(scores, i, j):
        future = torch.ones(block_size, block_size, dtype=torch.bool, device=scores.device).triu(1)
        return scores.masked_fill(future, -torch.inf) if i == j else scores

    return blockwise(q, k, v, block_size, causal, hide=hide)


@mistake(
    "chunked_attention",
    caught_by="test_survives_large_scores",
    says="No maximum is taken away: exp of a large score is infinite.",
)
def without_a_maximum(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    s = a = 0
    for number, (keys, values) in enumerate(zip(k.split(block_size, -2), v.split(block_size, -2))):
        scores = q @ keys.mT / math.sqrt(q.shape[-1])
        w = torch.exp(hidden(scores, 0, number * block_size) if causal else scores)
        s, a = s + w.sum(-1, keepdim=True), a + w @ values
    return a / s


@mistake(
    "chunked_attention",
    caught_by="test_survives_large_scores",
    says="The future is hidden by a large negative number, such as -10000: where real scores lie below it, the future is what is seen.",
)
def hidden_by_a_number(q, k, v, block_size, causal=False):
    def hide(scores, i, j):
        return hidden(scores, i, j).clamp(min=-1e4).where(hidden(scores, i, j).isneginf(), scores)

    return blockwise(q, k, v, block_size, causal, hide=hide)


@mistake(
    "chunked_attention",
    caught_by="test_survives_large_scores",
    says="The future is hidden by -1e9: where all real scores lie below it, the future is what is seen.",
)
def hidden_by_a_larger_number(q, k, v, block_size, causal=False):
    def hide(scores, i, j):
        low = -6e4 if scores.dtype == torch.float16 else -1e9
        return scores.masked_fill(hidden(scores, i, j).isneginf(), low)

    return blockwise(q, k, v, block_size, causal, hide=hide)


@mistake(
    "chunked_attention",
    caught_by="test_gradients_are_right",
    says="The factor that puts the old sums right is taken as a constant, together with more than the maximum: the gradient is lost.",
)
def weights_detached(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    return blockwise(q.detach(), k.detach(), v, block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_gradients_are_right",
    says="The blocks are gone through under `torch.no_grad`, to save memory: no gradient finds its way back.",
)
@torch.no_grad()
def blocks_without_gradients(q, k, v, block_size, causal=False):
    return blockwise(q, k, v, block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_gradients_are_right",
    says="The weights are overwritten in place, where `exp` keeps its result for the gradient.",
)
def overwritten_in_place(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    m = torch.full_like(q[..., :1], -torch.inf)
    s, a = torch.zeros_like(m), q.new_zeros(*q.shape[:-1], v.shape[-1])
    for number, (keys, values) in enumerate(zip(k.split(block_size, -2), v.split(block_size, -2))):
        scores = q @ keys.mT / math.sqrt(q.shape[-1])
        seen = hidden(scores, 0, number * block_size) if causal else scores
        new = torch.maximum(m, seen.detach().amax(-1, keepdim=True))
        w, factor = torch.exp((scores - new).clamp(max=0)), torch.exp(m - new)
        w *= ~seen.isneginf()
        s, a, m = s * factor + w.sum(-1, keepdim=True), a * factor + w @ values, new
    return a / s


@mistake(
    "chunked_attention",
    caught_by="test_needs_no_table_of_all_pairs",
    says="The scores of all pairs are there at once, and only then is anything cut into blocks.",
)
def scores_of_all_pairs(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    scores = hidden(scores, 0, 0) if causal else scores
    return torch.cat([torch.softmax(rows, -1) @ v for rows in scores.split(block_size, -2)], -2)


@mistake(
    "chunked_attention",
    caught_by="test_needs_no_table_of_all_pairs",
    says="The blocks of scores are collected in a list: all of them together are as large as the table.",
)
def scores_collected(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    blocks = [q @ keys.mT / math.sqrt(q.shape[-1]) for keys in k.split(block_size, -2)]
    if causal:
        blocks = [hidden(block, 0, number * block_size) for number, block in enumerate(blocks)]
    m = torch.stack([block.amax(-1, keepdim=True) for block in blocks]).amax(0)
    weights = [torch.exp(block - m) for block in blocks]
    total = sum(w.sum(-1, keepdim=True) for w in weights)
    return sum(w @ values for w, values in zip(weights, v.split(block_size, -2))) / total


@mistake(
    "chunked_attention",
    caught_by="test_needs_no_table_for_the_causal_mask",
    says="A mask for all pairs of words is made before the loop: a table of booleans is a table too.",
)
def mask_of_all_pairs(q, k, v, block_size, causal=False):
    visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=q.device).tril() if causal else None

    def hide(scores, i, j):
        return scores.masked_fill(~visible[i : i + scores.shape[-2], j : j + scores.shape[-1]], -torch.inf)

    return blockwise(q, k, v, block_size, causal, hide=hide)


@mistake(
    "chunked_attention",
    caught_by="test_keeps_the_dtype",
    says="The output is float32 for the half types: what is wider inside has to be given back as it came.",
)
def half_types_widened(q, k, v, block_size, causal=False):
    half = (torch.float16, torch.bfloat16)
    q, k, v = (x.float() if x.dtype in half else x for x in fitting(q, k, v, block_size, causal))
    return blockwise(q, k, v, block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers are refused: they have to be made into floats first.",
)
def whole_numbers_refused(q, k, v, block_size, causal=False):
    fitting(q, k, v, block_size, causal)
    if not q.is_floating_point():
        raise TypeError("floating-point tensors only")
    return blockwise(q, k, v, block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_takes_any_batch_and_changes_nothing",
    says="q is scaled in place: the caller's queries are changed.",
)
def queries_scaled_in_place(q, k, v, block_size, causal=False):
    q, k, v = fitting(q, k, v, block_size, causal)
    with torch.no_grad():
        q.div_(math.sqrt(q.shape[-1]))
    return blockwise(q, k, v, block_size, causal, scale=lambda d_k: 1.0)


@mistake(
    "chunked_attention",
    caught_by="test_takes_any_batch_and_changes_nothing",
    says="Exactly two leading axes are expected, batch and heads: there may be any number of them, also none.",
)
def batch_and_heads_expected(q, k, v, block_size, causal=False):
    fitting(q, k, v, block_size, causal)
    batch, heads, n, _ = q.shape if q.dim() == 4 else (1, 1, *q.shape[-2:])
    out = blockwise(q, k, v, block_size, causal)
    return out.reshape(batch, heads, n, -1) if q.dim() != 3 else out


@mistake(
    "chunked_attention",
    caught_by="test_refuses_what_does_not_fit",
    says="Keys and values of different lengths are cut in step until the shorter one ends: the rest is dropped without a word.",
)
def values_unchecked(q, k, v, block_size, causal=False):
    common = min(k.shape[-2], v.shape[-2])
    return blockwise(q, k[..., :common, :], v[..., :common, :], block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_refuses_what_does_not_fit",
    says="With `causal`, texts of different lengths are accepted.",
)
def causal_lengths_unchecked(q, k, v, block_size, causal=False):
    fitting(q, k, v, block_size, False)
    if causal and q.shape[-2] != k.shape[-2]:
        return q.new_zeros(*q.shape[:-1], v.shape[-1])
    return blockwise(q, k, v, block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_refuses_what_does_not_fit",
    says="The columns of q and k are left to PyTorch: its error is no ValueError.",
)
def columns_unchecked(q, k, v, block_size, causal=False):
    if q.shape[-1] != k.shape[-1]:
        return q @ k.mT
    return blockwise(q, k, v, block_size, causal)


@mistake(
    "chunked_attention",
    caught_by="test_refuses_what_does_not_fit",
    says="The ValueError does not say which sizes met: whoever reads it cannot tell what to change.",
)
def sizes_unnamed(q, k, v, block_size, causal=False):
    try:
        fitting(q, k, v, block_size, causal)
    except ValueError:
        raise ValueError("q, k, v or block_size do not fit") from None
    return blockwise(q, k, v, block_size, causal)


def blockwise(
    q,
    k,
    v,
    block_size,
    causal,
    *,
    correct_values=True,
    correct_total=True,
    divide=True,
    hide=hidden,
    skip=True,
    scale=None,
):
    """Attention in blocks, with one thing or another gone wrong."""
    q, k, v = fitting(q, k, v, block_size, causal)
    factor = scale(q.shape[-1]) if scale else 1 / math.sqrt(q.shape[-1])
    outputs = []
    for i in range(0, q.shape[-2], block_size):
        rows = q[..., i : i + block_size, :] * factor
        m, s, a = torch.full_like(rows[..., :1], -torch.inf), 0, 0
        for j in range(0, k.shape[-2], block_size):
            if causal and skip and j >= i + rows.shape[-2]:
                break
            scores = rows @ k[..., j : j + block_size, :].mT
            scores = hide(scores, i, j) if causal else scores
            new = torch.maximum(m, scores.amax(-1, keepdim=True).detach())
            w, correction = torch.exp(scores - new), torch.exp(m - new)
            s = s * (correction if correct_total else 1) + w.sum(-1, keepdim=True)
            a = a * (correction if correct_values else 1) + w @ v[..., j : j + block_size, :]
            m = new
        outputs.append(a / s if divide else a)
    return torch.cat(outputs, -2)


# ---- CachedSelfAttention


class Linears(nn.Module):
    """What the mistakes below do right: the four layers, the heads, and attention with a mask."""

    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"d_model is {d_model}, expected a multiple of the {num_heads} heads")
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def split(self, x):
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def projected(self, x):
        return self.split(self.w_q(x)), self.split(self.w_k(x)), self.split(self.w_v(x))

    def attend(self, q, k, v, visible=None):
        if visible is None:
            visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=q.device)
            visible = visible.tril(k.shape[-2] - q.shape[-2])
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~visible, -torch.inf)
        return self.w_o((torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2))


def behind(cache, k, v):
    """Old keys and values, then new ones."""
    if cache is None:
        return k, v
    return torch.cat([cache[0], k], -2), torch.cat([cache[1], v], -2)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_one_piece",
    says="The future is not hidden: each word sees all that are given with it.",
)
class FutureSeen(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device)
        return self.attend(q, k, v, visible), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_one_piece",
    says="The scores are divided by the root of d_model: a head has d_k columns.",
)
class ScaledByTheModel(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        return self.attend(q / math.sqrt(self.num_heads), k, v), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_one_piece",
    says="Words and heads are mixed up: the columns are cut by `reshape` alone, without moving the axis of the heads.",
)
class HeadsMixedUp(Linears):
    def split(self, x):
        return x.reshape(x.shape[0], self.num_heads, x.shape[1], -1)

    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device).tril(
            k.shape[-2] - q.shape[-2]
        )
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~visible, -torch.inf)
        return self.w_o((torch.softmax(scores, -1) @ v).reshape(x.shape)), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_one_piece",
    says="The output does not go through w_o.",
)
class WithoutTheLastLayer(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device).tril(
            k.shape[-2] - q.shape[-2]
        )
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~visible, -torch.inf)
        return (torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_one_piece",
    says="The mask is made on the CPU, whatever device x is on.",
)
class MaskOnTheCpu(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril(k.shape[-2] - q.shape[-2])
        return self.attend(q, k, v, visible), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_one_piece",
    says="The library's module is called, which does all of this but the cache.",
)
class ByTheLibrary(Linears):
    def forward(self, x, cache=None):
        x = x if cache is None else torch.cat([cache, x], 1)
        module = nn.MultiheadAttention(x.shape[-1], self.num_heads, batch_first=True)
        return module(x, x, x)[0], x


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="The cache is never looked at: each piece is a text of its own.",
)
class CacheIgnored(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        return self.attend(q, k, v), behind(cache, k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="Only the latest words are kept, so that a long text forgets how it began: that is another attention, not the same for less.",
)
class SlidingWindow(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        kept = 100 + x.shape[1]
        k, v = k[..., -kept:, :], v[..., -kept:, :]
        return self.attend(q, k, v), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="The cache holds the keys and values of the last call only: what was before is forgotten from the third call on.",
)
class LastPieceOnly(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        return self.attend(q, *behind(cache, k, v)), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="New keys are put before the old ones: the mask then hides old words instead of later ones.",
)
class NewOnesFirst(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        if cache is not None:
            k, v = torch.cat([k, cache[0]], -2), torch.cat([v, cache[1]], -2)
        return self.attend(q, k, v), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="The staircase of the mask begins at the left edge, although there are old words: the first new word sees one key only.",
)
class StaircaseAtTheLeft(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        return self.attend(q, k, v, torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device).tril()), (
            k,
            v,
        )


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="The mask is square, a row and a column for each new word: with a cache there are more keys than that.",
)
class SquareMask(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        new = x.shape[1]
        return self.attend(q, k, v, torch.ones(new, new, dtype=torch.bool, device=x.device).tril()), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="The mask is cut out of one for 512 words: a longer text has none that fits.",
)
class MaskFor512(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        visible = torch.ones(512, 512, dtype=torch.bool, device=x.device).tril()
        return self.attend(q, k, v, visible[k.shape[-2] - q.shape[-2] : k.shape[-2], : k.shape[-2]]), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="With a cache there is no mask at all: right for a single new word, but of several each sees those after it.",
)
class NoMaskWithACache(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device)
        return self.attend(q, k, v, visible.tril() if cache is None else visible), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="Old words are seen by all new ones, but a new word does not see the new ones before it, only itself.",
)
class NewOnesApart(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        n_new, n_all = q.shape[-2], k.shape[-2]
        visible = torch.ones(n_new, n_all, dtype=torch.bool, device=x.device).tril(n_all - n_new)
        if cache is not None:
            visible[:, n_all - n_new :] = torch.eye(n_new, dtype=torch.bool, device=x.device)
        return self.attend(q, k, v, visible), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="Keys and values are put together along the wrong axis: as more columns or more heads, not as more words.",
)
class AlongTheHeads(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        if cache is not None:
            k, v = torch.cat([cache[0], k], 1), torch.cat([cache[1], v], 1)
            q = q.repeat(1, k.shape[1] // q.shape[1], 1, 1)
        output = self.attend(q[:, : self.num_heads], k[:, : self.num_heads], v[:, : self.num_heads])
        return output, (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_agrees_in_pieces",
    says="The output has a row for every word, old and new: only the new ones are asked for.",
)
class OldOutputsToo(Linears):
    def forward(self, x, cache=None):
        x = x if cache is None else torch.cat([cache, x], 1)
        return self.attend(*self.projected(x)), x


@mistake(
    "CachedSelfAttention",
    caught_by="test_no_call_changes_a_cache",
    says="New words are appended to the list that the caller still has: a second sentence from there finds the first one's words.",
)
class AppendedToAList(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        cache = [] if cache is None else cache
        cache.append((k, v))
        return self.attend(q, *(torch.cat(each, -2) for each in zip(*cache))), cache


@mistake(
    "CachedSelfAttention",
    caught_by="test_no_call_changes_a_cache",
    says="The cache is a dictionary that each call changes and hands on: there is only one of it, whoever goes on from there.",
)
class SameDictionary(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        cache = {} if cache is None else cache
        cache["k"], cache["v"] = behind((cache["k"], cache["v"]) if cache else None, k, v)
        return self.attend(q, cache["k"], cache["v"]), cache


@mistake(
    "CachedSelfAttention",
    caught_by="test_no_call_changes_a_cache",
    says="New keys and values are written into room that was made in advance, and that all sentences from there share.",
)
class WrittenIntoTheRoom(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        if cache is None:
            room, used = k.new_zeros(2, *k.shape[:2], 300, k.shape[-1]), 0
        else:
            room, used = cache
        end = used + k.shape[-2]
        room = room.clone() if torch.is_grad_enabled() and cache is None else room
        room.data[:, :, :, used:end] = torch.stack([k, v]).detach()
        old_k, old_v = room[..., :used, :]
        return self.attend(q, torch.cat([old_k, k], -2), torch.cat([old_v, v], -2)), (room, end)


@mistake(
    "CachedSelfAttention",
    caught_by="test_no_call_changes_a_cache",
    says="Keys and values are kept in the module: a second text overwrites those of the first.",
)
class KeptInTheModule(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        self.kept = behind(None if cache is None else self.kept, k, v)
        return self.attend(q, *self.kept), True


@mistake(
    "CachedSelfAttention",
    caught_by="test_projects_no_old_word_again",
    says="The cache holds the words themselves: their keys and values are computed anew in every step.",
)
class WordsInTheCache(Linears):
    def forward(self, x, cache=None):
        words = x if cache is None else torch.cat([cache, x], 1)
        return self.attend(self.split(self.w_q(x)), self.split(self.w_k(words)), self.split(self.w_v(words))), words


@mistake(
    "CachedSelfAttention",
    caught_by="test_projects_no_old_word_again",
    says="Only the keys are kept; the values of the old words are computed again from the words.",
)
class ValuesComputedAgain(Linears):
    def forward(self, x, cache=None):
        q, k, _ = self.projected(x)
        old_k, words = (None, x) if cache is None else (cache[0], torch.cat([cache[1], x], 1))
        k = k if old_k is None else torch.cat([old_k, k], -2)
        return self.attend(q, k, self.split(self.w_v(words))), (k, words)


@mistake(
    "CachedSelfAttention",
    caught_by="test_a_step_costs_what_the_length_so_far_costs",
    says="Everything is computed again for all words so far, and all but the last rows are thrown away.",
)
class EverythingAgain(Linears):
    def forward(self, x, cache=None):
        words = x if cache is None else torch.cat([cache, x], 1)
        return self.attend(*self.projected(words))[:, -x.shape[1] :], words


@mistake(
    "CachedSelfAttention",
    caught_by="test_a_step_costs_what_the_length_so_far_costs",
    says="The mask is made for all pairs of words, and only its last rows are used: a new word needs no row for an old one.",
)
class MaskOfAllPairs(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        n = k.shape[-2]
        return self.attend(q, k, v, torch.ones(n, n, dtype=torch.bool, device=x.device).tril()[-x.shape[1] :]), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_a_step_costs_what_the_length_so_far_costs",
    says="Old queries are kept too, and attention is computed for them in every step although nobody asks.",
)
class QueriesInTheCache(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        if cache is not None:
            q = torch.cat([cache[2], q], -2)
        k, v = behind(cache, k, v)
        return self.attend(q, k, v)[:, -x.shape[1] :], (k, v, q)


@mistake(
    "CachedSelfAttention",
    caught_by="test_registers_four_linear_layers",
    says="The linear layers have no bias.",
)
class WithoutBias(Linears):
    def __init__(self, d_model, num_heads):
        super().__init__(d_model, num_heads)
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model, bias=False) for _ in range(4))

    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        return self.attend(q, k, v), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_registers_four_linear_layers",
    says="The layers are in a plain list, where PyTorch does not find them.",
)
class LayersInAList(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"d_model is {d_model}, expected a multiple of the {num_heads} heads")
        self.num_heads = num_heads
        self.layers = [nn.Linear(d_model, d_model) for _ in range(4)]

    def forward(self, x, cache=None):
        q, k, v = (w(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for w in self.layers[:3])
        k, v = behind(cache, k, v)
        visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device).tril(
            k.shape[-2] - q.shape[-2]
        )
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~visible, -torch.inf)
        return self.layers[3]((torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2)), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_registers_four_linear_layers",
    says="The last layer has another name than `w_o`: weights that were saved under the name asked for are not found.",
)
class LastLayerRenamed(Linears):
    def __init__(self, d_model, num_heads):
        super().__init__(d_model, num_heads)
        self.w_out = self.w_o
        del self.w_o

    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device)
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        scores = scores.masked_fill(~visible.tril(k.shape[-2] - q.shape[-2]), -torch.inf)
        return self.w_out((torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2)), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_gradients_reach_every_parameter",
    says="Keys and values are detached before they are used, not only in the cache: w_k and w_v never learn.",
)
class KeysDetached(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k.detach(), v.detach())
        return self.attend(q, k, v), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_gradients_reach_every_parameter",
    says="With a cache the work is done under `torch.no_grad`: a step looks like use, but gradients are asked for there too.",
)
class StepsWithoutGradients(Linears):
    def forward(self, x, cache=None):
        with torch.set_grad_enabled(cache is None and torch.is_grad_enabled()):
            q, k, v = self.projected(x)
            k, v = behind(cache, k, v)
            return self.attend(q, k, v), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_keeps_dtype_and_input",
    says="The mask is a float32 tensor that is added to the scores: in float16 the result is no float16 any more.",
)
class MaskOfFloat32(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        future = torch.full((q.shape[-2], k.shape[-2]), -torch.inf, device=x.device).triu(k.shape[-2] - q.shape[-2] + 1)
        heads = torch.softmax(q @ k.mT / math.sqrt(q.shape[-1]) + future, -1)
        return self.w_o((heads @ v.to(heads.dtype)).transpose(1, 2).flatten(2).to(self.w_o.weight.dtype)).float(), (
            k,
            v,
        )


@mistake(
    "CachedSelfAttention",
    caught_by="test_keeps_dtype_and_input",
    says="The future is hidden by a large negative number, such as -10000: where real scores lie below it, the future is what is seen.",
)
class HiddenByANumber(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        future = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device)
        future = future.triu(1 + k.shape[-2] - q.shape[-2])
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(future, -1e4)
        return self.w_o((torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2)), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_keeps_dtype_and_input",
    says="x is changed in place on the way.",
)
class InputChanged(Linears):
    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        output = self.attend(q, k, v)
        x.data.copy_(output.detach())
        return output, (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_refuses_heads_that_do_not_fit",
    says="Heads that do not share the columns equally are accepted, and found out by an error of PyTorch's, if at all.",
)
class HeadsUnchecked(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, x, cache=None):
        q, k, v = (w(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for w in (self.w_q, self.w_k, self.w_v))
        k, v = behind(cache, k, v)
        visible = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device).tril(
            k.shape[-2] - q.shape[-2]
        )
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~visible, -torch.inf)
        return self.w_o((torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2)), (k, v)


@mistake(
    "CachedSelfAttention",
    caught_by="test_refuses_heads_that_do_not_fit",
    says="The ValueError does not name the two numbers that do not fit.",
)
class HeadsUnnamed(Linears):
    def __init__(self, d_model, num_heads):
        if d_model % num_heads:
            raise ValueError("the heads do not divide d_model")
        super().__init__(d_model, num_heads)

    def forward(self, x, cache=None):
        q, k, v = self.projected(x)
        k, v = behind(cache, k, v)
        return self.attend(q, k, v), (k, v)


# ---- beam_search


def penalised(total, n, alpha):
    return total / ((5 + n) / 6) ** alpha


def search(
    log_probs, bos, eos, beam, max_length, alpha, *, choose=None, count=0, penalise=penalised, final=None, start=None
):
    """Beam search with one thing or another gone wrong. `choose` takes (sums, tokens) of all continuations, by beginning."""
    if beam < 1:
        raise ValueError(f"beam is {beam}, expected 1 or more")
    running, ended = [(0.0, [])], []
    for _ in range(max_length):
        prefixes = [([bos] if start is None else start) + tokens for _, tokens in running]
        answers = log_probs(torch.tensor(prefixes)).tolist()
        options = [
            [(total + value, [*tokens, token]) for token, value in enumerate(answer)]
            for (total, tokens), answer in zip(running, answers)
        ]
        if choose is not None:
            best = choose(options, beam)
        else:
            best = sorted(chain.from_iterable(options), reverse=True)[: beam - len(ended)]
        ended += [option for option in best if option[1][-1] == eos]
        running = [option for option in best if option[1][-1] != eos]
        if len(ended) >= beam or not running:
            break
    found = ended or running
    if final is not None:
        total, tokens = final(found)
    else:
        total, tokens = max(found, key=lambda each: penalise(each[0], len(each[1]) + count, alpha))
    return tokens, penalise(total, len(tokens) + count, alpha)


@mistake(
    "beam_search",
    caught_by="test_gets_out_of_a_garden_path",
    says="Only one beginning is followed, whatever `beam` says: that is greedy decoding.",
)
def always_greedy(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, min(beam, 1), max_length, length_penalty)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="The prefixes do not begin with bos after the first step, or begin with another token.",
)
def bos_lost(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, beam, max_length, length_penalty, start=[bos, bos])


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="Token 0 is always taken for bos and token 1 for eos, as in the lesson: both are arguments.",
)
def tokens_of_the_lesson(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, 0, 1, beam, max_length, length_penalty)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_ends_with_its_eos",
    says="The place of a sentence that has ended is given to the next best beginning, also where only one is to be followed.",
)
def never_out_of_places(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    if beam < 1:
        raise ValueError(f"beam is {beam}, expected 1 or more")
    running, ended = [(0.0, [])], []
    for _ in range(max_length):
        answers = log_probs(torch.tensor([[bos, *tokens] for _, tokens in running])).tolist()
        ranked = sorted(
            (
                (total + value, [*tokens, token])
                for (total, tokens), answer in zip(running, answers)
                for token, value in enumerate(answer)
            ),
            reverse=True,
        )
        ended += [each for each in ranked[:beam] if each[1][-1] == eos]
        running = [each for each in ranked if each[1][-1] != eos][:beam]
    best = max(ended or running, key=lambda each: penalised(each[0], len(each[1]), length_penalty))
    return best[1], penalised(best[0], len(best[1]), length_penalty)


@mistake(
    "beam_search",
    caught_by="test_a_long_sentence_keeps_its_score",
    says="Probabilities are multiplied: after some hundred tokens the product is rounded to 0, and its logarithm is lost.",
)
def products_of_probabilities(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    if beam < 1:
        raise ValueError(f"beam is {beam}, expected 1 or more")
    running, ended = [(1.0, [bos])], []
    for _ in range(max_length):
        answers = log_probs(torch.tensor([tokens for _, tokens in running])).exp().tolist()
        options = [
            (share * factor, [*tokens, token])
            for (share, tokens), answer in zip(running, answers)
            for token, factor in enumerate(answer)
        ]
        best = sorted(options, key=lambda each: each[0], reverse=True)[:beam]
        ended += [each for each in best if each[1][-1] == eos]
        running = [each for each in best if each[1][-1] != eos]
        if not running:
            break
    score = lambda each: penalised(math.log(each[0]), len(each[1]) - 1, length_penalty)  # noqa: E731
    best = max(ended or running, key=score)
    return best[1][1:], score(best)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="Only the last token is given to the model: it may need the whole prefix.",
)
def last_token_only(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(lambda prefixes: log_probs(prefixes[:, -1:]), bos, eos, beam, max_length, length_penalty)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="bos is among the tokens that are returned.",
)
def bos_returned(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, score = search(log_probs, bos, eos, beam, max_length, length_penalty)
    return [bos, *tokens], score


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="eos is missing from the tokens that are returned.",
)
def eos_missing(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, score = search(log_probs, bos, eos, beam, max_length, length_penalty)
    return tokens[:-1] if tokens[-1] == eos else tokens, score


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="The length in the penalty leaves eos out.",
)
def eos_not_counted(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, beam, max_length, length_penalty, count=-1)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="The length in the penalty counts bos.",
)
def bos_counted(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, beam, max_length, length_penalty, count=1)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="The sum is divided by the length to the power α, where (5 + n) / 6 is asked for.",
)
def divided_by_the_length(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(
        log_probs, bos, eos, beam, max_length, length_penalty, penalise=lambda total, n, alpha: total / n**alpha
    )


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="The log-probability is multiplied by the penalty, where it should be divided: long sentences suffer twice.",
)
def multiplied_by_the_penalty(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, beam, max_length, -length_penalty)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="The score that is returned is the log-probability itself, not divided by the penalty.",
)
def score_not_divided(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, score = search(log_probs, bos, eos, beam, max_length, length_penalty)
    return tokens, score * ((5 + len(tokens)) / 6) ** length_penalty


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="The score is a probability: the logarithm is missing.",
)
def probability_returned(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, score = search(log_probs, bos, eos, beam, max_length, length_penalty)
    return tokens, math.exp(score)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="Tokens and score are tensors, where a list of ints and a float are asked for.",
)
def tensors_returned(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, score = search(log_probs, bos, eos, beam, max_length, length_penalty)
    return torch.tensor(tokens), torch.tensor(score)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="A sentence is one token shorter than it may be: max_length counts the tokens without bos.",
)
def one_token_short(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, beam, max(1, max_length - 1), length_penalty)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="A sentence is one token longer than it may be: eos counts as one of max_length tokens.",
)
def one_token_more(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, beam, max_length + 1, length_penalty)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="A sentence goes on after eos.",
)
def goes_on_after_eos(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, score = search(log_probs, bos, -1, beam, max_length, length_penalty)
    return tokens, score


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="A sum of log-probabilities counts the last step only.",
)
def last_step_only(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, _ = search(log_probs, bos, eos, beam, max_length, length_penalty)
    last = log_probs(torch.tensor([[bos, *tokens[:-1]]]))[0, tokens[-1]].item()
    return tokens, penalised(last, len(tokens), length_penalty)


@mistake(
    "beam_search",
    caught_by="test_one_beginning_is_greedy_decoding",
    says="Tokens are drawn at random, where the likeliest ones are asked for.",
)
def drawn_at_random(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    if beam < 1:
        raise ValueError(f"beam is {beam}")
    generator, tokens, total = torch.Generator().manual_seed(0), [], 0.0
    while len(tokens) < max_length and eos not in tokens:
        answers = log_probs(torch.tensor([[bos, *tokens]]))[0]
        tokens.append(torch.multinomial(answers.exp(), 1, generator=generator).item())
        total += answers[tokens[-1]].item()
    return tokens, penalised(total, len(tokens), length_penalty)


@mistake(
    "beam_search",
    caught_by="test_gets_out_of_a_garden_path",
    says="Of each beginning the best `beam` continuations go on, and they are never cut back: the beam grows from step to step.",
)
def never_cut_back(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    def choose(options, beam):
        return [option for each in options for option in sorted(each, reverse=True)[:beam]]

    return search(log_probs, bos, eos, beam, max_length, length_penalty, choose=choose)


@mistake(
    "beam_search",
    caught_by="test_gets_out_of_a_garden_path",
    says="Each beginning keeps its own best continuation: the places are never given to two continuations of one beginning.",
)
def one_of_each(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    def choose(options, beam):
        if len(options) == 1:
            return sorted(options[0], reverse=True)[:beam]
        return [max(each) for each in options]

    return search(log_probs, bos, eos, beam, max_length, length_penalty, choose=choose)


@mistake(
    "beam_search",
    caught_by="test_gets_out_of_a_garden_path",
    says="The sums of the beginnings are not added to the continuations when these are compared.",
)
def compared_by_the_last_step(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    if beam < 1:
        raise ValueError(f"beam is {beam}")
    running, ended = [(0.0, [])], []
    for _ in range(max_length):
        answers = log_probs(torch.tensor([[bos, *tokens] for _, tokens in running])).tolist()
        options = [
            (value, total + value, [*tokens, token])
            for (total, tokens), answer in zip(running, answers)
            for token, value in enumerate(answer)
        ]
        best = [(total, tokens) for _, total, tokens in sorted(options, reverse=True)[: beam - len(ended)]]
        ended += [each for each in best if each[1][-1] == eos]
        running = [each for each in best if each[1][-1] != eos]
        if not running or len(ended) >= beam:
            break
    total, tokens = max(ended or running, key=lambda each: penalised(each[0], len(each[1]), length_penalty))
    return tokens, penalised(total, len(tokens), length_penalty)


@mistake(
    "beam_search",
    caught_by="test_gets_out_of_a_garden_path",
    says="The chosen tokens are put behind the beginnings in their old order, not behind those that they continue.",
)
def parents_forgotten(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    if beam < 1:
        raise ValueError(f"beam is {beam}")
    running, sums, ended = torch.tensor([[bos]]), torch.zeros(1).double(), []
    for n in range(1, max_length + 1):
        continued = sums[:, None] + log_probs(running)
        sums, chosen = continued.flatten().topk(min(beam - len(ended), continued.numel()))
        tokens = chosen % continued.shape[1]
        rows = torch.arange(len(tokens)).clamp(max=len(running) - 1)
        running = torch.cat([running[rows], tokens[:, None]], 1)
        ends = tokens == eos
        ended += [(penalised(s.item(), n, length_penalty), r[1:].tolist()) for r, s in zip(running[ends], sums[ends])]
        running, sums = running[~ends], sums[~ends]
        if len(ended) >= beam or not len(running):
            break
    if not ended:
        ended = [(penalised(sums[0].item(), max_length, length_penalty), running[0, 1:].tolist())]
    return max(ended)[1], max(ended)[0]


@mistake(
    "beam_search",
    caught_by="test_all_beginnings_find_the_best_sentence",
    says="The search stops with the first sentence that ends: one that is still running may have a better score in the end.",
)
def first_end_wins(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    def choose(options, beam):
        best = sorted(chain.from_iterable(options), reverse=True)[:beam]
        ends = [each for each in best if each[1][-1] == eos]
        return ends or best

    return search(log_probs, bos, eos, beam, max_length, length_penalty, choose=choose)


@mistake(
    "beam_search",
    caught_by="test_a_longer_sentence_may_overtake",
    says="The search stops as soon as a sentence that has ended is ahead of all that still run: a longer one may have a better score.",
)
def stops_when_ahead(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    best = (-math.inf, [])

    def choose(options, beam):
        nonlocal best
        ranked = sorted(chain.from_iterable(options), reverse=True)[:beam]
        ends = [
            (penalised(total, len(tokens), length_penalty), total, tokens)
            for total, tokens in ranked
            if tokens[-1] == eos
        ]
        best = max([best, *ends], key=lambda each: each[0])
        return [
            each for each in ranked if each[1][-1] == eos or penalised(each[0], len(each[1]), length_penalty) > best[0]
        ]

    return search(log_probs, bos, eos, beam, max_length, length_penalty, choose=choose)


@mistake(
    "beam_search",
    caught_by="test_all_beginnings_find_the_best_sentence",
    says="The sentences that have ended are compared by their log-probability alone, so short ones win: their scores are to be compared.",
)
def compared_without_the_penalty(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, beam, max_length, length_penalty, final=max)


@mistake(
    "beam_search",
    caught_by="test_all_beginnings_find_the_best_sentence",
    says="A sentence that ends is thrown away unless it ends last.",
)
def ended_ones_forgotten(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(
        log_probs, bos, eos, beam, max_length, length_penalty,
        final=lambda found: max((each for each in found if len(each[1]) == max(len(e[1]) for e in found)), key=lambda e: e[0]),
    )  # fmt: skip


@mistake(
    "beam_search",
    caught_by="test_all_beginnings_find_the_best_sentence",
    says="`topk` is asked for more continuations than there are.",
)
def more_than_there_are(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    if beam < 1:
        raise ValueError(f"beam is {beam}")
    log_probs(torch.tensor([[bos]])).flatten().topk(beam)
    return search(log_probs, bos, eos, beam, max_length, length_penalty)


@mistake(
    "beam_search",
    caught_by="test_gets_out_of_a_garden_path",
    says="No more beginnings are followed than there are tokens: after two steps there are many more of them.",
)
def no_more_than_tokens(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    vocab = log_probs(torch.tensor([[bos]])).shape[-1]
    return search(log_probs, bos, eos, min(beam, vocab) if beam > 0 else beam, max_length, length_penalty)


@mistake(
    "beam_search",
    caught_by="test_gets_out_of_a_garden_path",
    says="Of each beginning only the best few continuations are looked at, fewer than `beam`.",
)
def two_continuations_each(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    def choose(options, beam):
        return sorted((one for each in options for one in sorted(each, reverse=True)[:2]), reverse=True)[:beam]

    return search(log_probs, bos, eos, beam, max_length, length_penalty, choose=choose)


@mistake(
    "beam_search",
    caught_by="test_the_penalty_favours_longer_sentences",
    says="The argument length_penalty is never used: a number of your own stands in its place.",
)
def penalty_of_its_own(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, beam, max_length, 0.6)


@mistake(
    "beam_search",
    caught_by="test_without_an_end_the_best_beginning_is_returned",
    says="If no sentence has ended, nothing is found, or an error is raised: the best beginning is asked for then.",
)
def nothing_without_an_end(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, score = search(log_probs, bos, eos, beam, max_length, length_penalty)
    return (tokens, score) if eos in tokens else ([], float("-inf"))


@mistake(
    "beam_search",
    caught_by="test_without_an_end_the_best_beginning_is_returned",
    says="eos is put at the end of a sentence that has not ended.",
)
def eos_made_up(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    tokens, score = search(log_probs, bos, eos, beam, max_length, length_penalty)
    return (tokens, score) if eos in tokens else ([*tokens, eos], score)


@mistake(
    "beam_search",
    caught_by="test_refuses_to_follow_nothing",
    says="A beam of 0 or less is not refused.",
)
def beam_unchecked(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    return search(log_probs, bos, eos, max(beam, 1), max_length, length_penalty)


@mistake(
    "beam_search",
    caught_by="test_refuses_to_follow_nothing",
    says="The ValueError does not say what the beam was.",
)
def beam_unnamed(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    if beam < 1:
        raise ValueError("the beam is too small")
    return search(log_probs, bos, eos, beam, max_length, length_penalty)
