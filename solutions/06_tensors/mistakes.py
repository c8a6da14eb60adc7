"""Wrong solutions of unit 06 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import mistake

# What the mistakes below do right: they are about something else.


def real(x):
    return x if x.is_floating_point() else x.to(torch.get_default_dtype())


def safe_root(squares):
    zero = squares == 0
    return squares.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


def equally_long(x, y, dim):
    if x.shape[dim] != y.shape[dim]:
        raise ValueError(f"{x.shape[dim]} and {y.shape[dim]} components")
    return real(x), real(y)


def fitting(q, k, v, mask):
    """The arguments of attention, once their sizes were seen to fit, and the mask in the shape of the scores."""
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(f"{q.shape[-1]} and {k.shape[-1]} columns, {k.shape[-2]} keys and {v.shape[-2]} values")
    q, k, v = real(q), real(k), real(v)
    if mask is None:
        return q, k, v, None
    shape = (*torch.broadcast_shapes(q.shape[:-2], k.shape[:-2]), q.shape[-2], k.shape[-2])
    try:
        return q, k, v, mask.expand(shape)
    except RuntimeError:
        raise ValueError(f"a mask of {tuple(mask.shape)} for scores of {shape}") from None


def seen(v, mask):
    return v if mask is None else v.masked_fill(~mask.any(-2).unsqueeze(-1), 0.0)


def layers(module, d_model, num_heads):
    if d_model % num_heads:
        raise ValueError(f"d_model {d_model}, {num_heads} heads")
    module.num_heads = num_heads
    module.w_q, module.w_k, module.w_v, module.w_o = (nn.Linear(d_model, d_model) for _ in range(4))


def split(module, x):
    return x.unflatten(-1, (module.num_heads, -1)).transpose(1, 2)


def attend(module, query, key, value, mask, drop):
    q, k, v = split(module, module.w_q(query)), split(module, module.w_k(key)), split(module, module.w_v(value))
    weights = scaled_dot_product_attention(q, k, v, mask)[1]
    return module.w_o((drop(weights) @ v).transpose(1, 2).flatten(2)), weights


# ---- norm


@mistake(
    "norm",
    caught_by="test_agrees_with_the_reference",
    says="The root is missing: this is the square of the length.",
)
def no_root(x, dim=-1):
    x = real(x)
    return (x * x).sum(dim)


@mistake(
    "norm",
    caught_by="test_agrees_with_the_reference",
    says="The absolute values are added up: that is another norm.",
)
def sum_of_absolutes(x, dim=-1):
    return real(x).abs().sum(dim)


@mistake(
    "norm",
    caught_by="test_agrees_with_the_reference",
    says="The averaged axis is kept: the result has an axis of length 1 too many.",
)
def keeps_the_axis(x, dim=-1):
    x = real(x)
    return safe_root((x * x).sum(dim, keepdim=True))


@mistake(
    "norm",
    caught_by="test_agrees_with_the_reference",
    says="The axis that was asked for is not used: it is always the last one.",
)
def always_the_last_axis(x, dim=-1):
    x = real(x)
    return safe_root((x * x).sum(-1))


@mistake(
    "norm",
    caught_by="test_agrees_with_the_reference",
    says="A small number is added under the root: it is not small beside tiny vectors.",
)
def small_number_under_the_root(x, dim=-1):
    x = real(x)
    return ((x * x).sum(dim) + 1e-12).sqrt()


@mistake(
    "norm",
    caught_by="test_agrees_with_the_reference",
    says="The mean of the squares is taken where it should be their sum.",
)
def mean_of_squares(x, dim=-1):
    x = real(x)
    return safe_root((x * x).mean(dim))


@mistake(
    "norm",
    caught_by="test_the_gradient_at_a_vector_of_zeros_is_finite",
    says="The root is taken of 0, where its slope is infinite: the gradient is NaN.",
)
def root_of_zero(x, dim=-1):
    x = real(x)
    return (x * x).sum(dim).sqrt()


@mistake(
    "norm",
    caught_by="test_the_gradient_at_a_vector_of_zeros_is_finite",
    says="The result is repaired after the root: backwards, NaN comes through the side that was not chosen.",
)
def repaired_afterwards(x, dim=-1):
    x = real(x)
    squares = (x * x).sum(dim)
    return torch.where(squares == 0, torch.zeros_like(squares), squares.sqrt())


@mistake(
    "norm",
    caught_by="test_gradients_are_right",
    says="The tensor is cut off with `detach`: no gradient comes back.",
)
def detached(x, dim=-1):
    x = real(x).detach()
    return safe_root((x * x).sum(dim))


@mistake(
    "norm",
    caught_by="test_keeps_the_dtype",
    says="Everything is computed and returned in float64.",
)
def always_float64(x, dim=-1):
    return safe_root((x.double() * x.double()).sum(dim))


@mistake(
    "norm",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers are squared before they become floating-point numbers: the square has no room in a small integer.",
)
def squares_whole_numbers(x, dim=-1):
    return safe_root(real((x * x).sum(dim)))


@mistake(
    "norm",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="The squares are written into the caller's tensor.",
)
def squares_in_place(x, dim=-1):
    x = real(x)
    length = safe_root((x * x).sum(dim))
    x.data.mul_(x.data)
    return length


@mistake(
    "norm",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's own norm is called; the exercise is to write it.",
)
def library_norm(x, dim=-1):
    return torch.linalg.vector_norm(real(x), dim=dim)


@mistake(
    "norm",
    caught_by="test_the_gradient_at_a_vector_of_zeros_is_finite",
    says="One vector of zeros takes the gradient from all the others in the tensor.",
)
def one_zero_silences_all(x, dim=-1):
    x = real(x)
    squares = (x * x).sum(dim)
    return safe_root(squares).detach() + 0 * squares if (squares == 0).any() else squares.sqrt()


@mistake(
    "norm",
    caught_by="test_agrees_with_the_reference",
    says="The axis that was asked for is not used in tensors of four axes.",
)
def last_axis_of_images(x, dim=-1):
    x = real(x)
    return safe_root((x * x).sum(-1 if x.dim() == 4 else dim))


@mistake(
    "norm",
    caught_by="test_keeps_the_dtype",
    says="Some integer dtypes are squared before they become floating-point numbers: the squares have no room there.",
)
def squares_short_integers(x, dim=-1):
    if x.dtype in (torch.int16, torch.int32):
        return safe_root((x * x).sum(dim).to(torch.get_default_dtype()))
    return safe_root((real(x) ** 2).sum(dim))


@mistake(
    "norm",
    caught_by="test_takes_the_last_axis_unless_told_otherwise",
    says="Where no axis is named, the whole tensor is taken for one vector.",
)
def whole_tensor_by_default(x, dim=None):
    x = real(x)
    return safe_root((x * x).sum(dim))


@mistake(
    "norm",
    caught_by="test_takes_the_last_axis_unless_told_otherwise",
    says="The axis has NumPy's name for it, `axis`: here it is called `dim`.",
)
def called_axis(x, axis=-1):
    x = real(x)
    return safe_root((x * x).sum(axis))


# ---- cosine_similarity


@mistake(
    "cosine_similarity",
    caught_by="test_agrees_with_the_reference",
    says="The dot product is not divided by the lengths.",
)
def dot_product(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    return (x * y).sum(dim).clamp(-1, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_agrees_with_the_reference",
    says="The dot product is divided by one of the two lengths only.",
)
def one_length(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    length = norm(x, dim)
    return ((x * y).sum(dim) / length.masked_fill(length == 0, 1.0)).clamp(-1, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_does_not_depend_on_the_lengths",
    says="A small number is added to the denominator: beside short vectors it is not small.",
)
def small_number_below(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    return ((x * y).sum(dim) / (norm(x, dim) * norm(y, dim) + 1e-8)).clamp(-1, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_never_exceeds_one",
    says="Rounding carries the cosine beyond 1: the result is not limited.",
)
def not_limited(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    lengths = norm(x, dim) * norm(y, dim)
    return (x * y).sum(dim) / lengths.masked_fill(lengths == 0, 1.0)


@mistake(
    "cosine_similarity",
    caught_by="test_agrees_with_the_reference",
    says="The value is cut off below 0: opposite vectors have the cosine -1.",
)
def never_negative(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    lengths = norm(x, dim) * norm(y, dim)
    return ((x * y).sum(dim) / lengths.masked_fill(lengths == 0, 1.0)).clamp(0, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_gradients_are_right_and_finite_at_zeros",
    says="0 / 0 is repaired afterwards with `nan_to_num`: the gradient stays NaN.",
)
def repaired_quotient(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    return ((x * y).sum(dim) / (norm(x, dim) * norm(y, dim))).nan_to_num(0.0).clamp(-1, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_refuses_vectors_of_different_lengths",
    says="Vectors of different lengths are accepted where PyTorch can repeat a number.",
)
def repeats_single_numbers(x, y, dim=-1):
    x, y = real(x), real(y)
    lengths = norm(x, dim) * norm(y, dim)
    return ((x * y).sum(dim) / lengths.masked_fill(lengths == 0, 1.0)).clamp(-1, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_keeps_the_dtype",
    says="A tensor of the default dtype is mixed in: float16 becomes float32.",
)
def default_dtype_mixed_in(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    lengths = norm(x, dim) * norm(y, dim)
    return (
        (x * y).sum(dim) / lengths.masked_fill(lengths == 0, 1.0) * torch.ones(1, device=x.device).expand_as(lengths)
    ).clamp(-1, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="The vectors are brought to length 1 in place, in the caller's tensor.",
)
def normalises_in_place(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    lengths = norm(x, dim) * norm(y, dim)
    cosine = (x * y).sum(dim) / lengths.masked_fill(lengths == 0, 1.0)
    x.data.div_(norm(x, dim).unsqueeze(dim).clamp(min=1.0).data)
    return cosine.clamp(-1, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's own function is called; the exercise is to write it.",
)
def library_cosine(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    return F.cosine_similarity(x, y, dim, eps=1e-300)


@mistake(
    "cosine_similarity",
    caught_by="test_does_not_depend_on_the_lengths",
    says="The product of the lengths is kept above a small number: tiny vectors lose their direction.",
)
def smallest_denominator(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    lengths = (norm(x, dim) * norm(y, dim)).clamp(min=1e-150 if x.dtype == torch.float64 else 1e-8)
    return ((x * y).sum(dim) / lengths).clamp(-1, 1)


@mistake(
    "cosine_similarity",
    caught_by="test_gradients_are_right_and_finite_at_zeros",
    says="Two vectors of zeros are taken for parallel: their cosine is 0 here.",
)
def zeros_are_alike(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    one, other = norm(x, dim), norm(y, dim)
    lengths = one * other
    cosine = ((x * y).sum(dim) / lengths.masked_fill(lengths == 0, 1.0)).clamp(-1, 1)
    return torch.where((one == 0) & (other == 0), 1.0, cosine)


@mistake(
    "cosine_similarity",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Zeros are replaced by a small number, in the caller's second tensor.",
)
def fills_the_second(x, y, dim=-1):
    x, y = equally_long(x, y, dim)
    with torch.no_grad():
        y[y == 0] = 1e-300 if y.dtype == torch.float64 else 0.0
    lengths = norm(x, dim) * norm(y, dim)
    return ((x * y).sum(dim) / lengths.masked_fill(lengths == 0, 1.0)).clamp(-1, 1)


# ---- softmax


@mistake(
    "softmax",
    caught_by="test_survives_scores_of_any_size",
    says="The maximum is not subtracted before the exponential, which is infinite for large scores.",
)
def no_maximum(x, dim=-1):
    powers = torch.exp(real(x))
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_survives_scores_of_any_size",
    says="The maximum of the whole tensor is subtracted: a slice far below it has only zeros left.",
)
def maximum_of_everything(x, dim=-1):
    x = real(x)
    powers = torch.exp(x - x.max().clamp(min=torch.finfo(x.dtype).min))
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_survives_scores_of_any_size",
    says="What stands in for a maximum of -inf is not low enough: scores that lie far below it get nothing either.",
)
def maximum_from_minus_30000_on(x, dim=-1):
    x = real(x)
    powers = torch.exp(x - x.detach().amax(dim, keepdim=True).clamp(min=-3e4))
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_hidden_scores_get_nothing",
    says="A score that is alone in its slice has the share 1 without being looked at: -inf has none there either.",
)
def alone_gets_everything(x, dim=-1):
    x = real(x)
    if x.shape[dim] == 1:
        return torch.ones_like(x) + (x - x.detach()).nan_to_num()
    powers = torch.exp(x - x.detach().amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min))
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="The shares add up to 1 over the whole tensor, not in each slice.",
)
def over_everything(x, dim=-1):
    x = real(x)
    powers = torch.exp(x - x.max().clamp(min=torch.finfo(x.dtype).min))
    total = powers.sum()
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="The axis that was asked for is not used: it is always the last one.",
)
def softmax_of_the_last_axis(x, dim=-1):
    x = real(x)
    powers = torch.exp(x - x.amax(-1, keepdim=True).clamp(min=torch.finfo(x.dtype).min))
    total = powers.sum(-1, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_hidden_scores_get_nothing",
    says="-inf minus -inf is NaN: a slice of nothing but -inf is not cared for.",
)
def nan_for_hidden_slices(x, dim=-1):
    x = real(x)
    powers = torch.exp(x - x.amax(dim, keepdim=True))
    return powers / powers.sum(dim, keepdim=True)


@mistake(
    "softmax",
    caught_by="test_half_precision_is_finite_and_exact",
    says="The result is computed and returned in float32, whatever the scores are.",
)
def returns_float32(x, dim=-1):
    y = x if x.dtype == torch.float64 else x.float()
    powers = torch.exp(y - y.amax(dim, keepdim=True).clamp(min=-1e30))
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_half_precision_is_finite_and_exact",
    says="A small number is added to the sum: in float16 it is lost or too large, and shares do not add up to 1.",
)
def small_number_in_the_sum(x, dim=-1):
    x = real(x)
    powers = torch.exp(x - x.amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min))
    return powers / (powers.sum(dim, keepdim=True) + (0.0 if x.dtype == torch.float64 else 0.2))


@mistake(
    "softmax",
    caught_by="test_gradients_are_right",
    says="The scores are detached: no gradient comes back.",
)
def without_gradient(x, dim=-1):
    x = real(x).detach()
    powers = torch.exp(x - x.amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min))
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="The maximum is subtracted in place, from the caller's scores.",
)
def subtracts_in_place(x, dim=-1):
    x = real(x)
    largest = x.detach().amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min)
    powers = torch.exp(x - largest)
    total = powers.sum(dim, keepdim=True)
    x.data.sub_(largest)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_works_on_whole_tensors",
    says="A Python loop computes slice after slice.",
)
def slice_by_slice(x, dim=-1):
    moved = real(x).movedim(dim, -1)
    rows = []
    for row in moved.reshape(-1, moved.shape[-1]):
        powers = torch.exp(row - row.amax().clamp(min=torch.finfo(row.dtype).min))
        total = powers.sum()
        rows.append(powers / total.masked_fill(total == 0, 1.0))
    return torch.stack(rows).reshape(moved.shape).movedim(-1, dim)


@mistake(
    "softmax",
    caught_by="test_never_waits_for_the_device",
    says="An `if` asks a tensor for its numbers: the program waits for the GPU.",
)
def asks_first(x, dim=-1):
    x = real(x)
    largest = x.detach().amax(dim, keepdim=True)
    if largest.isinf().any():
        largest = largest.clamp(min=torch.finfo(x.dtype).min)
    powers = torch.exp(x - largest)
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's own softmax is called; the exercise is to write it.",
)
def library_softmax(x, dim=-1):
    return torch.softmax(real(x), dim).nan_to_num(0.0)


@mistake(
    "softmax",
    caught_by="test_hidden_scores_get_nothing",
    says="A small number is added to the sum: in float16 it is nothing, and a slice of nothing but -inf gives NaN.",
)
def smaller_number_in_the_sum(x, dim=-1):
    x = real(x)
    powers = torch.exp(x - x.detach().amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min))
    return powers / (powers.sum(dim, keepdim=True) + 1e-12)


@mistake(
    "softmax",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="The maximum is subtracted in place, from the caller's scores, where they are a single row.",
)
def subtracts_in_place_from_a_row(x, dim=-1):
    x = real(x)
    largest = x.detach().amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min)
    shifted = x.sub_(largest) if x.dim() == 1 and not x.requires_grad else x - largest
    powers = shifted.exp()
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)


@mistake(
    "softmax",
    caught_by="test_takes_no_more_than_three_times_the_time",
    says="Every score is compared with every other score of its slice: for 512 scores that is 262144 numbers a slice.",
)
def every_score_with_every_other(x, dim=-1):
    x = real(x).movedim(dim, -1)
    ratios = torch.exp(x.unsqueeze(-2) - x.unsqueeze(-1))
    return torch.where(x == -math.inf, 0.0, 1 / ratios.sum(-1)).movedim(-1, dim)


# ---- causal_mask


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The upper triangle is True: each position would see what comes after it.",
)
def upper_triangle(n, device=None):
    return torch.ones(n, n, dtype=torch.bool, device=device).triu()


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The diagonal is False: each position sees itself too.",
)
def without_the_diagonal(n, device=None):
    return torch.ones(n, n, dtype=torch.bool, device=device).tril(-1)


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="One position of the future is visible.",
)
def one_too_far(n, device=None):
    return torch.ones(n, n, dtype=torch.bool, device=device).tril(1)


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="True stands for hidden here. In this course True means: may be looked at.",
)
def true_is_hidden(n, device=None):
    return ~torch.ones(n, n, dtype=torch.bool, device=device).tril()


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask is of numbers, 0 and 1, and not of booleans: `~` means something else for them.",
)
def of_numbers(n, device=None):
    return torch.ones(n, n, device=device).tril()


@mistake(
    "causal_mask",
    caught_by="test_lies_on_the_device_that_was_asked_for",
    says="The device that was asked for is not used: the mask lies on the CPU, or where an earlier call has left it.",
)
def on_the_cpu(n, device=None):
    return torch.ones(n, n, dtype=torch.bool).tril()


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The mask is cut out of one of a fixed size: longer sentences get one that is too small.",
)
def cut_out(n, device=None):
    return torch.ones(512, 512, dtype=torch.bool, device=device).tril()[:n, :n]


@mistake(
    "causal_mask",
    caught_by="test_lies_on_the_device_that_was_asked_for",
    says="The device that was asked for is not used: the mask lies on the CPU, or where an earlier call has left it.",
)
def kept_from_before(n, device=None):
    kept = causal_mask.__dict__.setdefault("kept", {})
    if n not in kept:
        kept[n] = torch.ones(n, n, dtype=torch.bool, device=device).tril()
    return kept[n]


@mistake(
    "causal_mask",
    caught_by="test_agrees_with_the_reference",
    says="The positions are counted in bfloat16, which has no odd numbers above 256: beyond that, some positions see the next one.",
)
def positions_in_bfloat16(n, device=None):
    positions = torch.arange(n, dtype=torch.bfloat16, device=device)
    return positions[:, None] >= positions


# ---- padding_mask


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="True stands for padding here. In this course True means: may be looked at.",
)
def true_is_padding(tokens, pad=0):
    return (tokens == pad)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="The axes for heads and queries are missing: the mask does not fit the scores of several heads.",
)
def two_axes(tokens, pad=0):
    return tokens != pad


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="The new axes stand at the end: the mask belongs to the keys, which are the last axis of the scores.",
)
def axes_at_the_end(tokens, pad=0):
    return (tokens != pad)[:, :, None, None]


@mistake(
    "padding_mask",
    caught_by="test_takes_the_padding_that_it_is_given",
    says="`pad` is not used: only 0 is taken for padding.",
)
def always_zero(tokens, pad=0):
    return (tokens != 0)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_takes_the_padding_that_it_is_given",
    says="Tokens above pad are taken for words: a pad that is not the smallest number hides words.",
)
def above_the_padding(tokens, pad=0):
    return (tokens > pad)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="Everything after the first padding is hidden, and everything before it seen: padding may stand anywhere in a row.",
)
def until_the_first(tokens, pad=0):
    return ((tokens == pad).cumsum(-1) == 0)[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_agrees_with_the_reference",
    says="The tokens are compared with a tensor that was made on the CPU. A plain number fits everywhere.",
)
def compares_with_a_tensor(tokens, pad=0):
    return (tokens != torch.full((1,), pad))[:, None, None, :]


@mistake(
    "padding_mask",
    caught_by="test_takes_the_padding_that_it_is_given",
    says="The tokens are brought to a dtype that large ids have no room in.",
)
def ids_cut_short(tokens, pad=0):
    return (tokens.to(torch.int16) != pad)[:, None, None]


@mistake(
    "padding_mask",
    caught_by="test_takes_the_padding_that_it_is_given",
    says="Ids are compared as float32, where large ones are no longer told apart.",
)
def ids_as_float32(tokens, pad=0):
    return (tokens.float() != float(pad))[:, None, None]


@mistake(
    "padding_mask",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Zeros and ones are written into the caller's tokens.",
)
def written_into_the_tokens(tokens, pad=0):
    padding = tokens == pad
    tokens[padding], tokens[~padding] = 0, 1
    return tokens.bool()[:, None, None]


# ---- scaled_dot_product_attention


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The scores are not divided by the root of d_k.",
)
def not_scaled(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The scores are divided by d_k and not by its root.",
)
def scaled_by_d_k(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / q.shape[-1]
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The softmax runs over the queries: the weights of a query should add up to 1 over the keys.",
)
def over_the_queries(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf), -2)
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The mask is used the wrong way round: True means that a key may be looked at.",
)
def mask_turned_round(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(mask, -math.inf))
    return weights @ seen(v, None if mask is None else ~mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The mask is not used.",
)
def mask_forgotten(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    weights = softmax(q @ k.mT / math.sqrt(q.shape[-1]))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The weights are masked after the softmax, so that they do not add up to 1 any more.",
)
def masked_afterwards(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    weights = softmax(q @ k.mT / math.sqrt(q.shape[-1]))
    weights = weights if mask is None else weights.masked_fill(~mask, 0.0)
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="Output and weights have changed places.",
)
def weights_first(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights, weights @ seen(v, mask)


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_a_hidden_key_has_no_weight_however_low_the_others_are",
    says="Hidden scores are filled with -1e9: where the visible ones are lower, the hidden keys win.",
)
def filled_with_a_large_number(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is None:
        weights = softmax(scores)
    else:
        low = -1e9 if scores.dtype in (torch.float32, torch.float64, torch.bfloat16) else -6e4
        weights = softmax(scores.masked_fill(~mask, low)).masked_fill(~mask.any(-1, keepdim=True), 0.0)
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_a_hidden_key_has_no_weight_however_low_the_others_are",
    says="In half precision hidden scores are filled with -1e4: where the visible ones are lower, the hidden keys win.",
)
def filled_with_a_number_in_half_precision(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is None:
        weights = softmax(scores)
    else:
        low = -1e4 if scores.dtype in (torch.float16, torch.bfloat16) else -math.inf
        weights = softmax(scores.masked_fill(~mask, low)).masked_fill(~mask.any(-1, keepdim=True), 0.0)
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_a_query_that_sees_nothing_gets_nothing",
    says="A query that sees nothing looks at everything alike: hidden scores are filled with the lowest "
    "number, and all are equal then.",
)
def blind_queries_see_all(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, torch.finfo(scores.dtype).min))
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_gradients_are_right_and_finite",
    says="NaN is replaced after the softmax: in the gradient it is still there.",
)
def repaired_weights(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + torch.zeros_like(scores).masked_fill(~mask, -math.inf)
    powers = torch.exp(scores - scores.amax(-1, keepdim=True))
    weights = (powers / powers.sum(-1, keepdim=True)).nan_to_num(0.0)
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_values_that_nobody_sees_do_not_reach_the_output",
    says="Values that no query may see are multiplied by 0: NaN stays NaN.",
)
def unseen_values_multiplied(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_values_that_nobody_sees_do_not_reach_the_output",
    says="The output is repaired with `nan_to_num`: infinite values come through, and NaN stays in the gradient.",
)
def repaired_output(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return (weights @ v).nan_to_num(0.0), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_half_precision_is_finite_and_exact",
    says="Everything is computed and returned in float32.",
)
def always_float32(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    if q.dtype != torch.float64:
        q, k, v = q.float(), k.float(), v.float()
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_refuses_sizes_that_do_not_fit",
    says="Sizes that do not fit are left to PyTorch, whose errors are of another kind, if there is one at all.",
)
def sizes_not_compared(q, k, v, mask=None):
    q, k, v = real(q), real(k), real(v)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    mask = mask if mask is None else mask.expand(scores.shape)
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_refuses_sizes_that_do_not_fit",
    says="A mask that is larger than the scores stretches them: it has to broadcast to the scores, and they never to the mask.",
)
def stretched_by_the_mask(q, k, v, mask=None):
    q, k, v, _ = fitting(q, k, v, None)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is not None:
        try:
            scores = scores.masked_fill(~mask, -math.inf)
        except RuntimeError as error:
            raise ValueError(f"a mask of {tuple(mask.shape)} for scores of {tuple(scores.shape)}") from error
        mask = mask.expand(scores.shape)
    weights = softmax(scores)
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Unseen values are set to 0 in the caller's tensor.",
)
def erases_unseen_values(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    output = weights @ seen(v, mask)
    if mask is not None and mask.shape[:-2] == v.shape[:-2]:
        v.data.masked_fill_(~mask.any(-2).unsqueeze(-1), 0.0)
    return output, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_works_on_whole_tensors",
    says="A Python loop computes query after query.",
)
def query_by_query(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    rows = []
    for number in range(q.shape[-2]):
        scores = q[..., number : number + 1, :] @ k.mT / math.sqrt(q.shape[-1])
        rows.append(
            softmax(scores if mask is None else scores.masked_fill(~mask[..., number : number + 1, :], -math.inf))
        )
    weights = torch.cat(rows, -2)
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_never_waits_for_the_device",
    says="An `if` asks the mask for its values: the program waits for the GPU.",
)
def asks_the_mask(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is not None and not mask.all():
        scores, v = scores.masked_fill(~mask, -math.inf), seen(v, mask)
    weights = softmax(scores)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's own attention is called; the exercise is to write it.",
)
def library_attention(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return F.scaled_dot_product_attention(q, k, seen(v, mask), attn_mask=mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_masks_of_every_shape_are_laid_over_the_scores_from_the_right",
    says="A mask with a single axis is taken for one of the queries: its last axis belongs to the keys.",
)
def single_axis_for_queries(q, k, v, mask=None):
    if mask is not None and mask.dim() == 1 and q.shape[-2] == k.shape[-2]:
        mask = mask[:, None]
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_masks_of_every_shape_are_laid_over_the_scores_from_the_right",
    says="A mask with three axes is taken for one of the sentences: its first axis belongs to the heads.",
)
def three_axes_for_sentences(q, k, v, mask=None):
    if mask is not None and mask.dim() == 3 and q.dim() == 4:
        mask = mask.unsqueeze(1)
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_masks_of_every_shape_are_laid_over_the_scores_from_the_right",
    says="Leading axes beyond batch and heads are flattened, and do not come back.",
)
def at_most_four_axes(q, k, v, mask=None):
    if q.dim() > 4:
        q, k, v = q.flatten(0, -4), k.flatten(0, -4), v.flatten(0, -4)
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return weights @ seen(v, mask), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_values_that_nobody_sees_do_not_reach_the_output",
    says="A value is taken out only where it is unseen in every sentence and head, and not where it is unseen in its own.",
)
def unseen_in_all_sentences(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    if mask is not None:
        v = v.masked_fill(~mask.flatten(0, -2).any(0).unsqueeze(-1), 0.0)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_half_precision_is_finite_and_exact",
    says="The weights are float32 where no mask is given, whatever the inputs are.",
)
def float32_weights_without_mask(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    output = weights @ seen(v, mask)
    return output, weights.float() if mask is None and output.dtype != torch.float64 else weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_takes_no_more_than_three_times_the_time",
    says="The products of every query with every key are written down before they are added up: a matrix product never needs them all.",
)
def products_of_every_pair(q, k, v, mask=None):
    q, k, v, mask = fitting(q, k, v, mask)
    scores = (q.unsqueeze(-2) * k.unsqueeze(-3)).sum(-1) / math.sqrt(q.shape[-1])
    weights = softmax(scores if mask is None else scores.masked_fill(~mask, -math.inf))
    return (weights.unsqueeze(-1) * seen(v, mask).unsqueeze(-3)).sum(-2), weights


# ---- MultiHeadAttention


@mistake(
    "MultiHeadAttention",
    caught_by="test_agrees_under_the_same_weights",
    says="The scores are divided by the root of d_model: each head has d_k columns.",
)
class ScaledByTheModel(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        q, k, v = split(self, self.w_q(query)), split(self, self.w_k(key)), split(self, self.w_v(value))
        weights = scaled_dot_product_attention(q / math.sqrt(self.num_heads), k, v, mask)[1]
        return self.w_o((self.dropout(weights) @ v).transpose(1, 2).flatten(2)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_agrees_under_the_same_weights",
    says="Heads are cut with `reshape` alone: words are mixed with each other.",
)
class ReshapedOnly(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        q, k, v = (
            w(x).reshape(len(x), self.num_heads, x.shape[1], -1)
            for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value))
        )
        weights = scaled_dot_product_attention(q, k, v, mask)[1]
        return self.w_o((self.dropout(weights) @ v).reshape(query.shape)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_agrees_under_the_same_weights",
    says="Neighbouring columns go to different heads: head h owns the columns h·d_k to (h+1)·d_k - 1.",
)
class HeadsTakeTurns(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        q, k, v = (
            w(x).unflatten(-1, (-1, self.num_heads)).permute(0, 3, 1, 2)
            for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value))
        )
        weights = scaled_dot_product_attention(q, k, v, mask)[1]
        return self.w_o((self.dropout(weights) @ v).permute(0, 2, 3, 1).flatten(2)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_agrees_under_the_same_weights",
    says="The output layer `w_o` is never used.",
)
class WithoutOutputLayer(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        q, k, v = split(self, self.w_q(query)), split(self, self.w_k(key)), split(self, self.w_v(value))
        weights = scaled_dot_product_attention(q, k, v, mask)[1]
        return (self.dropout(weights) @ v).transpose(1, 2).flatten(2), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_agrees_under_the_same_weights",
    says="The mask is not handed on to the attention.",
)
class MaskForgotten(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, None, self.dropout)


@mistake(
    "MultiHeadAttention",
    caught_by="test_agrees_under_the_same_weights",
    says="The values are made from the keys: `value` is never used.",
)
class ValuesFromKeys(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, key, mask, self.dropout)


@mistake(
    "MultiHeadAttention",
    caught_by="test_agrees_under_the_same_weights",
    says="The weights are averaged over the heads: those of every head are asked for.",
)
class AveragedWeights(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        output, weights = attend(self, query, key, value, mask, self.dropout)
        return output, weights.mean(1)


@mistake(
    "MultiHeadAttention",
    caught_by="test_registers_four_layers",
    says="The layers have no biases.",
)
class WithoutBiases(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model, bias=False) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, self.dropout)


@mistake(
    "MultiHeadAttention",
    caught_by="test_registers_four_layers",
    says="The layers are in a plain dictionary, which PyTorch does not look into.",
)
class LayersInADictionary(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"d_model {d_model}, {num_heads} heads")
        self.num_heads = num_heads
        self.linear = {name: nn.Linear(d_model, d_model) for name in "qkvo"}
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        q, k, v = (split(self, self.linear[n](x)) for n, x in zip("qkv", (query, key, value), strict=True))
        weights = scaled_dot_product_attention(q, k, v, mask)[1]
        return self.linear["o"]((self.dropout(weights) @ v).transpose(1, 2).flatten(2)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_registers_four_layers",
    says="Keys and values share one layer.",
)
class SharedLayer(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.w_v = self.w_k
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, self.dropout)


@mistake(
    "MultiHeadAttention",
    caught_by="test_gradients_reach_every_parameter",
    says="The weights are detached before they are used: queries and keys learn nothing.",
)
class WeightsDetached(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, lambda weights: self.dropout(weights.detach()))


@mistake(
    "MultiHeadAttention",
    caught_by="test_drops_attention_weights_and_nothing_else",
    says="The output is dropped and not the attention weights.",
)
class DropsTheOutput(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        output, weights = attend(self, query, key, value, mask, lambda weights: weights)
        return self.dropout(output), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_drops_attention_weights_and_nothing_else",
    says="The rate that was asked for is not used: a tenth is always dropped.",
)
class AlwaysATenth(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(0.1)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, self.dropout)


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Weights are dropped in `eval()` too: `F.dropout` has to be told whether the module is training.",
)
class DropsInEval(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.rate = dropout

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, lambda weights: F.dropout(weights, self.rate))


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Nothing is ever dropped.",
)
class NeverDrops(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, lambda weights: weights)


@mistake(
    "MultiHeadAttention",
    caught_by="test_refuses_what_does_not_fit",
    says="A d_model that the heads cannot share is not refused when the module is made.",
)
class AnyNumberOfHeads(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, self.dropout)


@mistake(
    "MultiHeadAttention",
    caught_by="test_refuses_what_does_not_fit",
    says="A mask that is larger than the weights stretches them: there are more of them afterwards than sentences and heads.",
)
class StretchedByTheMask(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        q, k, v = split(self, self.w_q(query)), split(self, self.w_k(key)), split(self, self.w_v(value))
        if mask is not None:
            try:
                shape = torch.broadcast_shapes(mask.shape, (*q.shape[:-1], k.shape[-2]))
            except RuntimeError as error:
                raise ValueError(f"mask {tuple(mask.shape)}, {q.shape[-2]} queries, {k.shape[-2]} keys") from error
            q, k, v = (each.expand(*shape[:2], *each.shape[2:]) for each in (q, k, v))
        weights = scaled_dot_product_attention(q, k, v, mask)[1]
        return self.w_o((self.dropout(weights) @ v).transpose(1, 2).flatten(2)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_works_on_all_heads_at_once",
    says="A Python loop computes head after head.",
)
class HeadByHead(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        q, k, v = split(self, self.w_q(query)), split(self, self.w_k(key)), split(self, self.w_v(value))
        if mask is not None and mask.dim() == 4:
            mask = mask.expand(len(q), self.num_heads, q.shape[2], k.shape[2])
        weights = torch.stack(
            [
                scaled_dot_product_attention(
                    q[:, h], k[:, h], v[:, h], mask[:, h] if mask is not None and mask.dim() == 4 else mask
                )[1]
                for h in range(self.num_heads)
            ],
            1,
        )
        return self.w_o((self.dropout(weights) @ v).transpose(1, 2).flatten(2)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_agrees_under_the_same_weights",
    says="PyTorch's own multi-head attention is made and used; the exercise is to write it.",
)
class LibraryHeads(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.made = [nn.MultiheadAttention(d_model, num_heads, dropout, batch_first=True)]
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, self.dropout)


class Whole(nn.Module):
    """What the mistakes below have in common, and is right."""

    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        layers(self, d_model, num_heads)
        self.drop = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, self.drop)


@mistake(
    "MultiHeadAttention",
    caught_by="test_masks_of_every_shape_are_laid_over_the_weights_from_the_right",
    says="A mask with three axes is taken for one of the sentences: its first axis belongs to the heads.",
)
class AxisForHeadsAdded(Whole):
    def forward(self, query, key, value, mask=None):
        mask = mask.unsqueeze(1) if mask is not None and mask.dim() == 3 else mask
        return super().forward(query, key, value, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_masks_of_every_shape_are_laid_over_the_weights_from_the_right",
    says="A mask with two axes is taken for one of sentences and keys: its first axis belongs to the queries.",
)
class TwoAxesForPadding(Whole):
    def forward(self, query, key, value, mask=None):
        if mask is not None and mask.dim() == 2 and len(mask) == len(query):
            mask = mask[:, None, None]
        return super().forward(query, key, value, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_masks_of_every_shape_are_laid_over_the_weights_from_the_right",
    says="The mask of the first call is kept and used for later ones.",
)
class FirstMaskKept(Whole):
    def forward(self, query, key, value, mask=None):
        if mask is not None:
            self.masks = getattr(self, "masks", {})
            mask = self.masks.setdefault(mask.shape, mask)
        return super().forward(query, key, value, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_masks_of_every_shape_are_laid_over_the_weights_from_the_right",
    says="Keys of the same shape as the queries are taken for the queries themselves.",
)
class TakenForSelfAttention(Whole):
    def forward(self, query, key, value, mask=None):
        return super().forward(query, query if query.shape == key.shape else key, value, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_registers_four_layers",
    says="A buffer is saved besides the four layers: what others saved can no longer be loaded.",
)
class BufferSaved(Whole):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__(d_model, num_heads, dropout)
        self.register_buffer("scale", torch.tensor(math.sqrt(d_model // num_heads)))


@mistake(
    "MultiHeadAttention",
    caught_by="test_registers_four_layers",
    says="All modules share one layer: what one of them learns changes the others.",
)
class LayerOfTheClass(Whole):
    shared = None

    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__(d_model, num_heads, dropout)
        if LayerOfTheClass.shared is None or LayerOfTheClass.shared.in_features != d_model:
            LayerOfTheClass.shared = self.w_o
        self.w_o = LayerOfTheClass.shared


@mistake(
    "MultiHeadAttention",
    caught_by="test_drops_attention_weights_and_nothing_else",
    says="Dropout is drawn once for all heads: each head drops weights of its own.",
)
class HeadsDropAlike(Whole):
    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, lambda w: w * self.drop(torch.ones_like(w[:, :1])))


@mistake(
    "MultiHeadAttention",
    caught_by="test_drops_attention_weights_and_nothing_else",
    says="Dropout is drawn once for all sentences: in each of them other weights are dropped.",
)
class SentencesDropAlike(Whole):
    def forward(self, query, key, value, mask=None):
        return attend(self, query, key, value, mask, lambda w: w * self.drop(torch.ones_like(w[:1])))


@mistake(
    "MultiHeadAttention",
    caught_by="test_keeps_the_dtype",
    says="The weights are returned as float32, whatever the module's dtype is.",
)
class WeightsAsFloat32(Whole):
    def forward(self, query, key, value, mask=None):
        output, weights = super().forward(query, key, value, mask)
        return output, weights if query.dtype == torch.float64 else weights.float()


@mistake(
    "MultiHeadAttention",
    caught_by="test_gradients_reach_every_parameter",
    says="Gradients are switched off in training, where they are needed.",
)
class NoGradientsInTraining(Whole):
    def forward(self, query, key, value, mask=None):
        with torch.set_grad_enabled(not self.training):
            return super().forward(query, key, value, mask)


@mistake(
    "MultiHeadAttention",
    caught_by="test_saves_and_loads",
    says="What is made of the weights at the first call is kept: weights that are loaded or learnt later have no say.",
)
class FirstWeightsKept(Whole):
    def forward(self, query, key, value, mask=None):
        self.merged = getattr(self, "merged", {})
        weights = self.merged.setdefault(
            query.dtype, torch.cat([each.weight for each in (self.w_q, self.w_k, self.w_v)])
        )
        q, k, v = (
            split(self, F.linear(x, weight, layer.bias))
            for x, weight, layer in zip(
                (query, key, value), weights.chunk(3), (self.w_q, self.w_k, self.w_v), strict=True
            )
        )
        weights = scaled_dot_product_attention(q, k, v, mask)[1]
        return self.w_o((self.drop(weights) @ v).transpose(1, 2).flatten(2)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_hidden_words_and_other_sentences_do_not_matter",
    says="A low number is added to hidden scores: where a hidden score is high enough, that key is still seen.",
)
class LowNumberAdded(Whole):
    def forward(self, query, key, value, mask=None):
        if mask is None:
            return super().forward(query, key, value)
        q, k, v = split(self, self.w_q(query)), split(self, self.w_k(key)), split(self, self.w_v(value))
        mask = fitting(q, k, v, mask)[3]
        low = torch.zeros_like(mask, dtype=q.dtype).masked_fill(~mask, -1e4)
        weights = softmax(q @ k.mT / math.sqrt(q.shape[-1]) + low)
        weights = weights.masked_fill(~mask.any(-1, keepdim=True), 0.0)
        return self.w_o((self.drop(weights) @ v).transpose(1, 2).flatten(2)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="`view` lays the words of all sentences below each other, which it cannot do with a transposed tensor.",
)
class WordsViewedBelowEachOther(Whole):
    def forward(self, query, key, value, mask=None):
        q, k, v = (
            split(self, layer(x.view(-1, x.shape[-1])).view(x.shape))
            for layer, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value))
        )
        weights = scaled_dot_product_attention(q, k, v, mask)[1]
        return self.w_o((self.drop(weights) @ v).transpose(1, 2).flatten(2)), weights


@mistake(
    "MultiHeadAttention",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Under `torch.no_grad()` no weight is dropped. `train()` and `eval()` alone decide about dropout; gradients are "
    "another matter.",
)
class DropsWithGradientsOnly(Whole):
    def forward(self, query, key, value, mask=None):
        def drop(weights):
            return F.dropout(weights, self.drop.p, self.training and torch.is_grad_enabled())

        return attend(self, query, key, value, mask, drop)
