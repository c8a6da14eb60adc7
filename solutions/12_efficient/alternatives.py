"""Right solutions of unit 12, as differently written as students write them. Every test must accept them all."""

import heapq
import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.toolkit.variants import alternative

# ---- online_softmax


@alternative("online_softmax")
def with_numbers_of_the_rows_only(x, block_size):
    """No axis is kept: m and s are one number a row, and indices do the cutting."""
    if block_size <= 0:
        raise ValueError(f"block_size must be positive, got {block_size}")
    if x.dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool):
        x = x.float()
    n = x.size(-1)
    m = torch.full(x.shape[:-1], float("-inf"), dtype=x.dtype, device=x.device)
    s = torch.zeros(x.shape[:-1], dtype=x.dtype, device=x.device)
    for i in range(0, n, block_size):
        block = x[..., i : i + block_size]
        m_new = torch.maximum(m, block.max(dim=-1).values)
        safe = torch.where(torch.isinf(m_new), torch.zeros_like(m_new), m_new)
        s = s * torch.exp(m - safe) + torch.exp(block - safe.unsqueeze(-1)).sum(-1)
        m = m_new
    m = torch.where(torch.isinf(m), torch.zeros_like(m), m)
    s = torch.where(s == 0, torch.ones_like(s), s)
    out = torch.zeros_like(x)
    for i in range(0, n, block_size):
        out[..., i : i + block_size] = torch.exp(x[..., i : i + block_size] - m.unsqueeze(-1)) / s.unsqueeze(-1)
    return out


@alternative("online_softmax")
def in_logarithms(x, block_size):
    """One number a row is carried along, the logarithm of the sum."""
    if block_size < 1:
        raise ValueError(f"{block_size} is too small a block, 1 or more expected")
    x = x if x.is_floating_point() else x.to(torch.get_default_dtype())
    limits = torch.finfo(x.dtype)
    so_far = x.new_full((*x.shape[:-1], 1), limits.min)
    for block in torch.split(x, block_size, -1):
        top = block.detach().amax(-1, keepdim=True).clamp(min=limits.min)
        # A hidden block counts as next to nothing, so that there is a logarithm.
        here = (block - top).exp().sum(-1, keepdim=True).clamp(min=limits.tiny).log() + top
        high, low = torch.maximum(so_far, here), torch.minimum(so_far, here)
        so_far = high + torch.log1p((low - high).exp())
    result = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    for number, block in enumerate(x.split(block_size, -1)):
        result.narrow(-1, number * block_size, block.shape[-1]).copy_((block - so_far).exp())
    return result


@alternative("online_softmax")
def weights_put_right_later(x, block_size):
    """The first pass writes weights that belong to the maximum of its time; a second one multiplies each block by one factor."""
    if block_size < 1:
        raise ValueError("block_size " + str(block_size))
    if not torch.is_floating_point(x):
        x = x * 1.0
    starts = range(0, x.shape[-1], block_size)
    lowest = torch.finfo(x.dtype).min
    m = torch.full_like(x[..., 0], lowest)
    s = torch.zeros_like(m)
    out = x.new_empty(x.shape)
    used = []
    for a in starts:
        chunk = x[..., a : a + block_size]
        m, before = torch.maximum(m, chunk.amax(-1)), m
        e = torch.exp(chunk - m[..., None])
        s = s * torch.exp(before - m) + e.sum(-1)
        out[..., a : a + block_size] = e
        used.append(m)
    s = s + (s == 0)
    for a, then in zip(starts, used):
        factor = (torch.exp(then - m) / s)[..., None]
        out[..., a : a + block_size] = out[..., a : a + block_size].clone() * factor
    return out


@alternative("online_softmax")
def with_a_gradient_by_hand(x: Tensor, block_size: int) -> Tensor:
    """A function of its own for autograd, with the backward pass of unit 02."""
    if block_size < 1:
        raise ValueError(f"block_size: {block_size}")
    x = x if x.is_floating_point() else x.float()

    class Online(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            total, largest = 0.0, x.new_full((*x.shape[:-1], 1), -torch.inf)
            for block in x.split(block_size, -1):
                new = torch.maximum(largest, block.amax(-1, True))
                shift = torch.nan_to_num(new, neginf=0.0)
                total = total * (largest - shift).exp() + (block - shift).exp().sum(-1, keepdim=True)
                largest = new
            y, shift = torch.empty_like(x), torch.nan_to_num(largest, neginf=0.0)
            for into, block in zip(y.split(block_size, -1), x.split(block_size, -1)):
                torch.sub(block, shift, out=into)
                into.exp_().div_(total.clamp(min=torch.finfo(x.dtype).tiny))
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, dy):
            (y,) = ctx.saved_tensors
            return y * (dy - (dy * y).sum(-1, keepdim=True))

    return Online.apply(x)


# ---- chunked_attention


def checked(q, k, v, block_size, causal):
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"{k.shape[-2]} keys but {v.shape[-2]} values")
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"d_k is {q.shape[-1]} in q and {k.shape[-1]} in k")
    if causal and q.shape[-2] != k.shape[-2]:
        raise ValueError(f"{q.shape[-2]} queries, {k.shape[-2]} keys")
    if q.dtype.is_floating_point:
        return q, k, v
    return q.float(), k.float(), v.float()


@alternative("chunked_attention")
def all_queries_at_once(q, k, v, block_size, causal=False):
    """Only the keys come in blocks, as Rabe and Staats first describe it."""
    q, k, v = checked(q, k, v, block_size, causal)
    n = q.shape[-2]
    m = q.new_full((*q.shape[:-1], 1), -torch.inf)
    s = torch.zeros_like(m)
    a = q.new_zeros(*q.shape[:-1], v.shape[-1])
    query = torch.arange(n, device=q.device).unsqueeze(1)
    for start in range(0, k.shape[-2], block_size):
        kb, vb = k[..., start : start + block_size, :], v[..., start : start + block_size, :]
        x = torch.einsum("...id,...jd->...ij", q, kb) / math.sqrt(q.shape[-1])
        if causal:
            key = torch.arange(start, start + kb.shape[-2], device=q.device)
            x = torch.where(key <= query, x, -torch.inf)
        new = torch.maximum(m, x.max(-1, keepdim=True).values)
        p = torch.exp(x - new)
        a = a * torch.exp(m - new) + torch.einsum("...ij,...jd->...id", p, vb)
        s = s * torch.exp(m - new) + p.sum(-1, keepdim=True)
        m = new
    return a / s


@alternative("chunked_attention")
def all_keys_at_once(q, k, v, block_size, causal=False):
    """A few queries at a time see all keys: nothing has to be put right."""
    q, k, v = checked(q, k, v, block_size, causal)
    outputs = []
    for number, rows in enumerate(q.split(block_size, dim=-2)):
        scores = rows @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        if causal:
            first = number * block_size
            visible = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).tril(first)
            scores = scores.masked_fill(~visible, float("-inf"))
        outputs.append(F.softmax(scores, dim=-1) @ v)
    return torch.cat(outputs, -2)


@alternative("chunked_attention")
def with_the_logarithm_of_the_sum(q, k, v, block_size, causal=False):
    """Finished outputs of blocks are mixed, as between the computers of ring attention. Blocks from the last to the first."""
    q, k, v = checked(q, k, v, block_size, causal)
    root = math.sqrt(q.shape[-1])
    result = []
    for i in range(0, q.shape[-2], block_size):
        rows = q.narrow(-2, i, min(block_size, q.shape[-2] - i))
        mixed, lse = None, None
        last = i if causal else k.shape[-2] - 1
        for j in reversed(range(0, last + 1, block_size)):
            width = min(block_size, k.shape[-2] - j)
            scores = rows @ k.narrow(-2, j, width).mT / root
            if causal and i == j:
                above = torch.ones(width, width, device=q.device).triu(1).bool()
                scores = scores.masked_fill(above, -math.inf)
            here = scores.logsumexp(-1, keepdim=True)
            part = (scores - here).exp() @ v.narrow(-2, j, width)
            if mixed is None:
                mixed, lse = part, here
            else:
                both = torch.logaddexp(lse, here)
                mixed = mixed * (lse - both).exp() + part * (here - both).exp()
                lse = both
        result.append(mixed)
    return torch.cat(result, dim=-2)


@alternative("chunked_attention")
def all_queries_mixed_by_logaddexp(q, k, v, block_size, causal=False):
    """A block of keys for all queries that see any of it: a dozen tensors of that size at a time, and none grows faster than the text."""
    q, k, v = checked(q, k, v, block_size, causal)
    out, sums = None, None
    for start in range(0, k.size(-2), block_size):
        kb, vb = k[..., start : start + block_size, :], v[..., start : start + block_size, :]
        first = start if causal else 0
        queries = q[..., first:, :] / q.size(-1) ** 0.5
        x = queries @ kb.mT
        if causal:
            numbers = torch.arange(q.size(-2), device=q.device)
            hidden = numbers[start : start + block_size] > numbers[first:, None]
            x = torch.where(hidden, torch.full_like(x, -torch.inf), x)
        part = torch.logsumexp(x, -1, keepdim=True)
        share = torch.exp(x - part)
        mine = share @ vb
        if out is None:
            out, sums = mine, part
            continue
        total = torch.logaddexp(sums[..., first:, :], part)
        share_before, share_now = torch.exp(sums[..., first:, :] - total), torch.exp(part - total)
        before, now = out[..., first:, :] * share_before, mine * share_now
        out = torch.cat([out[..., :first, :], before + now], -2)
        sums = torch.cat([sums[..., :first, :], total], -2)
    return out


@alternative("chunked_attention")
def row_after_row(q, k, v, block_size, causal=False):
    """A result that was made before is filled, one query at a time, and the scores in blocks of their own."""
    q, k, v = checked(q, k, v, block_size, causal)
    out = torch.empty(*q.shape[:-1], v.size(-1), dtype=v.dtype, device=v.device)
    for i in range(q.size(-2)):
        end = i + 1 if causal else k.size(-2)
        keys, values, m, s, a = k[..., :end, :], v[..., :end, :], None, 0, 0
        for kb, vb in zip(keys.split(block_size, -2), values.split(block_size, -2)):
            x = (kb * q[..., i : i + 1, :]).sum(-1, keepdim=True) / q.size(-1) ** 0.5
            top = x.detach().amax(-2, keepdim=True)
            new = top if m is None else torch.maximum(m, top)
            old = 0 if m is None else torch.exp(m - new).squeeze(-1)
            p = torch.exp(x - new)
            s, a, m = s * old + p.sum(-2), a * old + (p * vb).sum(-2), new
        out[..., i, :] = a / s
    return out


@alternative("chunked_attention")
def sums_put_right_in_place(q, k, v, block_size, causal=False):
    """`*=` and `+=` on what is carried along; the values have a column of ones, whose weighted sum is the sum of the weights."""
    q, k, v = checked(q, k, v, block_size, causal)
    v = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)
    outputs = []
    for i, rows in enumerate(torch.split(q * q.shape[-1] ** -0.5, block_size, dim=-2)):
        m = torch.full_like(rows[..., 0], -torch.inf).detach()
        a = torch.zeros(*rows.shape[:-1], v.shape[-1], dtype=q.dtype, device=q.device)
        for j, (keys, values) in enumerate(zip(k.split(block_size, -2), v.split(block_size, -2))):
            if causal and j > i:
                break
            scores = torch.matmul(rows, keys.transpose(-2, -1))
            if causal and i == j:
                scores += torch.full(scores.shape[-2:], -torch.inf, dtype=q.dtype, device=q.device).triu(1)
            before, m = m, torch.maximum(m, scores.detach().amax(-1))
            a *= torch.exp(before - m)[..., None]
            a += torch.exp(scores - m[..., None]) @ values
        outputs.append(a[..., :-1] / a[..., -1:])
    return torch.cat(outputs, dim=-2)


# ---- CachedSelfAttention


class Linears(nn.Module):
    """What the alternatives below have in common: the four layers."""

    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"d_model={d_model}, num_heads={num_heads}")
        self.h, self.d_k = num_heads, d_model // num_heads
        self.w_o, self.w_v, self.w_k, self.w_q = (nn.Linear(d_model, d_model) for _ in range(4))

    def heads(self, x):
        return x.view(x.size(0), x.size(1), self.h, self.d_k).transpose(1, 2)


class Memory(NamedTuple):
    keys: Tensor
    values: Tensor


@alternative("CachedSelfAttention")
class WithANamedTuple(Linears):
    """A cache with named parts, and the library's attention."""

    def forward(self, x, cache=None):
        q, k, v = self.heads(self.w_q(x)), self.heads(self.w_k(x)), self.heads(self.w_v(x))
        if cache:
            k = torch.cat((cache.keys, k), dim=2)
            v = torch.cat((cache.values, v), dim=2)
        mask = torch.ones(q.size(2), k.size(2), device=x.device, dtype=torch.bool).tril(k.size(2) - q.size(2))
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        out = out.transpose(1, 2).contiguous().view(x.shape)
        return self.w_o(out), Memory(k, v)


@alternative("CachedSelfAttention")
class WithADictionary(nn.Module):
    """A new dictionary for every call; einsum; the mask from numbers of places."""

    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{d_model} is no multiple of {num_heads}")
        self.num_heads = num_heads
        for name in ["w_q", "w_k", "w_v", "w_o"]:
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, x, cache=None):
        batch, new, d_model = x.shape
        q, k, v = (w(x).reshape(batch, new, self.num_heads, -1) for w in (self.w_q, self.w_k, self.w_v))
        old = cache["k"].shape[1] if cache is not None else 0
        if cache is not None:
            k, v = torch.cat([cache["k"], k], 1), torch.cat([cache["v"], v], 1)
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(q.shape[-1])
        places = torch.arange(old + new, device=x.device)
        scores = scores.masked_fill(places[None, :] > places[old:, None], -torch.inf)
        mixed = torch.einsum("bhij,bjhd->bihd", scores.softmax(-1), v)
        return self.w_o(mixed.reshape(batch, new, d_model)), {"k": k, "v": v, "words": old + new}


@alternative("CachedSelfAttention")
class WithAListOfBlocks(Linears):
    """The cache is an object with a list of what every call has added; the list is copied, the tensors are shared."""

    @dataclass
    class Cache:
        pieces: list

    def forward(self, x, cache=None):
        pieces = list(cache.pieces) if cache is not None else []
        pieces.append(torch.stack([self.heads(self.w_k(x)), self.heads(self.w_v(x))]))
        k, v = torch.cat(pieces, dim=-2)
        q = self.heads(self.w_q(x)) * self.d_k**-0.5
        n_new, n_all = q.shape[2], k.shape[2]
        hidden = x.new_full((n_new, n_all), -torch.inf).triu(n_all - n_new + 1)
        output = torch.softmax(q @ k.transpose(2, 3) + hidden, -1) @ v
        return self.w_o(output.transpose(1, 2).flatten(start_dim=2)), self.Cache(pieces)


@alternative("CachedSelfAttention")
class WithAChain(Linears):
    """A cache is a link: what the call has added, and the cache before it. Nothing is copied until it is looked at."""

    def forward(self, x, cache=None):
        link = (cache, self.heads(self.w_k(x)), self.heads(self.w_v(x)))
        keys, values, at = [], [], link
        while at is not None:
            at, k, v = at
            keys, values = [k, *keys], [v, *values]
        k, v = torch.cat(keys, 2), torch.cat(values, 2)
        place = torch.arange(k.size(2), device=x.device)
        seen = place <= place[-x.size(1) :, None]
        found = F.scaled_dot_product_attention(self.heads(self.w_q(x)), k, v, attn_mask=seen)
        return self.w_o(torch.cat(found.unbind(1), -1)), link


@alternative("CachedSelfAttention")
class WithOneTensor(Linears):
    """The cache is one tensor: keys and values side by side. New words one after the other, without a mask."""

    def forward(self, x, cache=None):
        new = torch.cat([self.w_k(x), self.w_v(x)], dim=-1)
        cache = new if cache is None else torch.cat([cache, new], dim=1)
        outputs = []
        for place in range(x.shape[1]):
            end = cache.shape[1] - x.shape[1] + place + 1
            k, v = (self.heads(part) for part in cache[:, :end].chunk(2, dim=-1))
            q = self.heads(self.w_q(x[:, place : place + 1]))
            weights = torch.softmax(q @ k.mT / math.sqrt(self.d_k), dim=-1)
            outputs.append((weights @ v).transpose(1, 2).flatten(2))
        return self.w_o(torch.cat(outputs, dim=1)), cache


@alternative("CachedSelfAttention")
class WithRoomToSpare(Linears):
    """The cache has room for more words than there are. Whoever finds the room taken makes a copy."""

    class Cache:
        def __init__(self, room, used, owner):
            self.room, self.used, self.owner = room, used, owner

    def forward(self, x, cache=None):
        new = torch.stack([self.heads(self.w_k(x)), self.heads(self.w_v(x))])
        used = 0 if cache is None else cache.used
        end = used + new.shape[-2]
        if cache is None or end > cache.room.shape[-2] or cache.owner[0] != used or torch.is_grad_enabled():
            room = new.new_zeros(*new.shape[:-2], 2 * end, self.d_k)
            if cache is not None:
                room[..., :used, :] = cache.room[..., :used, :]
            owner = [end]
        else:
            room, owner = cache.room, cache.owner
            owner[0] = end
        room[..., used:end, :] = new
        k, v = room[..., :end, :].unbind()
        q = self.heads(self.w_q(x))
        scores = q @ k.mT / self.d_k**0.5
        visible = torch.arange(end, device=x.device) <= torch.arange(used, end, device=x.device)[:, None]
        heads = scores.masked_fill(~visible, -torch.inf).softmax(-1) @ v
        return self.w_o(heads.transpose(1, 2).flatten(2)), self.Cache(room, end, owner)


# ---- beam_search. They differ in what the contract leaves to the student.


def penalised(log_probability, n, alpha):
    return log_probability / ((5 + n) / 6) ** alpha


@alternative("beam_search")
def places_filled_up_again(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    """What has ended goes aside and takes up no place from the next step on."""
    if beam < 1:
        raise ValueError(f"beam={beam}")
    hypotheses, done = [(0.0, [bos])], []
    for _ in range(max_length):
        answers = log_probs(torch.tensor([tokens for _, tokens in hypotheses], dtype=torch.long))
        options = []
        for (total, tokens), row in zip(hypotheses, answers.tolist()):
            options += [(total + value, [*tokens, token]) for token, value in enumerate(row)]
        options = heapq.nlargest(beam, options)
        done += [option for option in options if option[1][-1] == eos]
        hypotheses = [option for option in options if option[1][-1] != eos]
        if not hypotheses:
            break
    total, tokens = max(done or hypotheses, key=lambda h: penalised(h[0], len(h[1]) - 1, length_penalty))
    return tokens[1:], penalised(total, len(tokens) - 1, length_penalty)


@alternative("beam_search")
def all_in_one_beam(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    """What has ended stays in the beam and competes, by its score, with what has not; so it does at the end."""
    if not beam >= 1:
        raise ValueError("beam is " + str(beam))

    def score(hypothesis):
        return penalised(hypothesis[1], max(1, len(hypothesis[0]) - 1), length_penalty)

    pool = [((bos,), 0.0)]
    for _ in range(max_length):
        candidates = [each for each in pool if each[0][-1] == eos and len(each[0]) > 1]
        going_on = [each for each in pool if each not in candidates]
        if not going_on:
            break
        for tokens, total in going_on:
            row = log_probs(torch.tensor([tokens]))[0]
            candidates.extend(((*tokens, token), total + float(value)) for token, value in enumerate(row))
        pool = sorted(candidates, key=score, reverse=True)[:beam]
    best = max(pool, key=score)
    return list(best[0][1:]), score(best)


@alternative("beam_search")
def as_translators_do(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    """Twice as many candidates as places: enough to go on even if `beam` of them end. It stops when `beam` have ended."""
    if beam < 1:
        raise ValueError(f"expected a beam of 1 or more, not {beam}")
    alive = torch.full((1, 1), bos, dtype=torch.int64)
    totals = torch.zeros(1)
    ended = []
    for length in range(1, max_length + 1):
        table = totals.unsqueeze(1) + log_probs(alive)
        values, flat = table.reshape(-1).topk(min(2 * beam, table.numel()))
        parents = torch.div(flat, table.size(1), rounding_mode="floor")
        tokens = flat.remainder(table.size(1))
        keep = []
        for rank in range(len(flat)):
            if tokens[rank] == eos:
                if rank < beam:
                    sentence = [*alive[parents[rank], 1:].tolist(), eos]
                    ended.append((penalised(float(values[rank]), length, length_penalty), sentence))
            elif len(keep) < beam:
                keep.append(rank)
        if len(ended) >= beam or not keep:
            break
        alive = torch.cat((alive.index_select(0, parents[keep]), tokens[keep].unsqueeze(1)), 1)
        totals = values[keep]
    if ended:
        score, sentence = max(ended)
        return sentence, score
    return alive[0, 1:].tolist(), penalised(float(totals[0]), max_length, length_penalty)


@alternative("beam_search")
def ended_rows_only_repeat(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    """One tensor of the same rows all along: those that have ended go on with `eos` at no cost, which is not counted."""
    if beam < 1:
        raise ValueError(f"beam {beam}")
    tokens, total = torch.tensor([[bos]]), torch.zeros(1, dtype=torch.float64)
    ended, length = torch.zeros(1, dtype=torch.bool), torch.zeros(1, dtype=torch.int64)
    for _ in range(max_length):
        step = log_probs(tokens).double().clone()
        step[ended] = -torch.inf
        step[ended, eos] = 0.0
        table = total[:, None] + step
        total, chosen = table.flatten().topk(min(beam, int(table.isfinite().sum())))
        row, token = chosen // table.shape[1], chosen % table.shape[1]
        length = length[row] + ~ended[row]
        ended = ended[row] | (token == eos)
        tokens = torch.cat([tokens[row], token[:, None]], 1)
        if ended.all():
            break
    score = penalised(total, length, length_penalty)
    if ended.any():
        score = score.masked_fill(~ended, -torch.inf)
    best = int(score.argmax())
    return tokens[best, 1 : 1 + int(length[best])].tolist(), float(score[best])


@alternative("beam_search")
def until_nothing_can_win(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    """Stops when no beginning can overtake the best sentence any more: a sum only falls, and the divisor has a limit."""
    if beam < 1:
        raise ValueError(f"{beam} beginnings cannot be followed")

    @torch.no_grad()
    def continuations(prefixes, sums):
        table = log_probs(prefixes).double() + sums.view(-1, 1)
        order = table.flatten().argsort(descending=True)[:beam]
        return [(table.flatten()[i].item(), (i // table.shape[1]).item(), (i % table.shape[1]).item()) for i in order]

    prefixes, sums = torch.tensor([bos]).view(1, 1), torch.zeros(1).double()
    best = None
    for n in range(1, max_length + 1):
        rows = []
        for total, parent, token in continuations(prefixes, sums):
            row = (total, [*prefixes[parent].tolist(), token])
            if token != eos:
                rows.append(row)
            elif best is None or penalised(total, n, length_penalty) > best[0]:
                best = (penalised(total, n, length_penalty), row[1])
        if not rows:
            break
        hope = max(penalised(rows[0][0], length, length_penalty) for length in (n, max_length))
        if n == max_length or (best is not None and best[0] >= hope):
            break
        prefixes, sums = torch.tensor([row[1] for row in rows]), torch.tensor([row[0] for row in rows]).double()
    if best is None:
        best = (penalised(rows[0][0], max_length, length_penalty), rows[0][1])
    return best[1][1:], best[0]


@alternative("beam_search")
def the_unended_may_win(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    """Recursive; at max_length what has not ended is as good as what has, if its score is."""
    if beam < 1:
        raise ValueError(f"beam: {beam}")

    def search(prefixes, totals, ended, left):
        if left == 0 or not prefixes:
            return ended + list(zip(totals, prefixes))
        table = log_probs(torch.as_tensor(prefixes)).add(torch.tensor(totals, dtype=torch.float64)[:, None])
        width = table.shape[1]
        values, places = torch.topk(table.ravel(), min(beam - len(ended), table.numel()))
        fresh = [
            (value, prefixes[place // width] + [place % width])
            for value, place in zip(values.tolist(), places.tolist())
        ]
        ended = ended + [pair for pair in fresh if pair[1][-1] == eos]
        going = [pair for pair in fresh if pair[1][-1] != eos]
        if len(ended) >= beam:
            going = []
        return search([pair[1] for pair in going], [pair[0] for pair in going], ended, left - 1)

    found = search([[bos]], [0.0], [], max_length)
    score, tokens = max((penalised(total, len(tokens) - 1, length_penalty), tokens[1:]) for total, tokens in found)
    return tokens, score
