"""Wrong solutions of unit 08 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import mistake

# What the mistakes below do right: they are about something else.


def fitting(x, weight, bias):
    """x as floats, once weight and bias were seen to fit."""
    for parameter in (weight, bias):
        if parameter.shape != x.shape[-1:]:
            raise ValueError(f"found {tuple(parameter.shape)}, expected {tuple(x.shape[-1:])}")
    return x if x.is_floating_point() else x.to(torch.get_default_dtype())


def same_shape(x, sublayer_output):
    if x.shape != sublayer_output.shape:
        raise ValueError(f"found {tuple(sublayer_output.shape)}, expected {tuple(x.shape)}")


# ---- layer_norm


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="Mean and variance are those of the columns, over all rows: that is batch normalisation. Here each row has its own.",
)
def norm_of_the_columns(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(0, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(0, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="Mean and variance are those of all numbers together, where each row should have its own.",
)
def norm_of_everything(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean()
    return weight * deviation / torch.sqrt(deviation.square().mean() + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The axis is counted from the front: it is the last one for matrices, and another one for a batch of them.",
)
def norm_along_axis_1(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    axis = min(1, x.dim() - 1)
    deviation = x - x.mean(axis, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(axis, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="Mean and variance are taken over the last two axes: the words of a sentence are normalised together.",
)
def norm_of_a_sentence(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    axes = tuple(range(x.dim()))[-2:]
    deviation = x - x.mean(axes, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(axes, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The averaged axis is gone from the mean, so the mean of a row does not meet its row: it is refused, or, in a square tensor, "
    "taken away from a column.",
)
def mean_without_its_axis(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    mean, variance = x.mean(-1), x.var(-1, correction=0)
    return weight * (x - mean) / torch.sqrt(variance + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The variance is divided by one less than the number of columns, as `var` does unless it is told otherwise.",
)
def sample_variance(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    if x.shape[-1] == 1:
        return torch.zeros_like(x) * weight + bias
    return weight * (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="eps is added to the standard deviation, after the root: it belongs to the variance, under the root.",
)
def eps_outside_the_root(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * (x - x.mean(-1, keepdim=True)) / (x.std(-1, correction=0, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The divisor is that of a well-known tutorial: a standard deviation over one column less, and eps outside the root.",
)
def as_in_a_tutorial(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    if x.shape[-1] == 1:
        return torch.zeros_like(x) * weight + bias
    return weight * (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="eps is left out: where all numbers of a row are the same, 0 is divided by 0.",
)
def without_eps(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, correction=0, keepdim=True)) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="eps is a lower limit for the variance, where it should be added to it.",
)
def eps_as_a_limit(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True).clamp(min=eps)) + bias


@mistake(
    "layer_norm",
    caught_by="test_takes_the_eps_that_it_is_given",
    says="The argument eps is never used: a number of your own stands in its place.",
)
def eps_of_its_own(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + 1e-5) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The deviation is divided by the variance: its root is missing.",
)
def divided_by_the_variance(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * (x - x.mean(-1, keepdim=True)) / (x.var(-1, correction=0, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The variance is measured from 0 and not from the row's mean.",
)
def mean_square(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The mean is not taken away from x: the row has the right spread, around the wrong middle.",
)
def mean_left_in(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * x / torch.sqrt(x.var(-1, correction=0, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="Squares are added up and not averaged: the length of the deviation stands where its standard deviation should.",
)
def divided_by_the_length(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().sum(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The weight multiplies the bias as well: the bias comes last.",
)
def bias_before_the_weight(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * (deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias)


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="Weight and bias have no part in the result.",
)
def normalised_only(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    return deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps)


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="Something is made on the CPU, whatever device x is on: on a GPU the two cannot meet.",
)
def shares_on_the_cpu(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    shares = torch.full((x.shape[-1],), 1 / x.shape[-1], dtype=x.dtype)
    deviation = x - (x * shares).sum(-1, keepdim=True)
    return weight * deviation / torch.sqrt((deviation.square() * shares).sum(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The result is written into a tensor of the default dtype: what was float64 is rounded to float32.",
)
def into_the_default_dtype(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    result = torch.empty(x.shape, device=x.device)
    deviation = x - x.mean(-1, keepdim=True)
    result[...] = weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias
    return result


@mistake(
    "layer_norm",
    caught_by="test_keeps_the_dtype",
    says="The result is always float64: a wider type is right inside, but not for what is given back.",
)
def always_float64(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias).double()
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers are refused: PyTorch takes no mean of them before they are floats.",
)
def whole_numbers_refused(x, weight, bias, eps=1e-5):
    if x.is_floating_point():
        fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_keeps_the_dtype",
    says="The deviation of whole numbers is rounded to whole numbers: they have to become floats before anything else.",
)
def rounded_whole_numbers(x, weight, bias, eps=1e-5):
    fitting(x, weight, bias)
    deviation = x - x.to(weight.dtype).mean(-1, keepdim=True).to(x.dtype)
    spread = torch.sqrt(x.to(weight.dtype).var(-1, correction=0, keepdim=True) + eps)
    return weight * deviation / spread + bias


@mistake(
    "layer_norm",
    caught_by="test_a_large_offset_costs_no_digits",
    says="The variance is the mean of the squares minus the square of the mean. On paper that is the same; far from 0 the two are large, "
    "almost equal numbers, and their difference is nothing but rounding.",
)
def difference_of_large_squares(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    mean = x.mean(-1, keepdim=True)
    variance = (x.square().mean(-1, keepdim=True) - mean.square()).clamp(min=0)
    return weight * (x - mean) / torch.sqrt(variance + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_gradients_are_right",
    says="Mean and variance are detached, as if they did not depend on x: the values are right, the gradient of x is not.",
)
def statistics_detached(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    mean, variance = x.mean(-1, keepdim=True).detach(), x.var(-1, correction=0, keepdim=True).detach()
    return weight * (x - mean) / torch.sqrt(variance + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_gradients_are_right",
    says="The result is made anew from numbers (`.data`, `.tolist()`, `torch.tensor`), so no gradient finds its way back.",
)
def without_gradients(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias).data
    deviation = x - x.mean(-1, keepdim=True)
    return weight.data * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias.data


@mistake(
    "layer_norm",
    caught_by="test_gradients_stay_finite_where_all_numbers_of_a_row_are_equal",
    says="A root is taken of a variance that can be 0 and squared again: the value is right, but the root has no slope at 0, and the "
    "gradient is NaN.",
)
def root_of_zero(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    std = torch.sqrt(deviation.square().mean(-1, keepdim=True))
    return weight * deviation / torch.sqrt(std**2 + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="The mean is taken away in place: the caller's x is changed.",
)
def in_place(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    with torch.no_grad():
        x.sub_(x.mean(-1, keepdim=True))
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="`view` refuses a tensor whose rows do not lie one after the other in memory; `reshape` takes any.",
)
def viewed_as_rows(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    rows = x.view(-1, x.shape[-1])
    deviation = rows - rows.mean(-1, keepdim=True)
    normed = weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias
    return normed.view(x.shape)


@mistake(
    "layer_norm",
    caught_by="test_refuses_weights_that_do_not_fit",
    says="The sizes are left to PyTorch: its error is no ValueError, and a weight of one entry is repeated without a word.",
)
def sizes_unchecked(x, weight, bias, eps=1e-5):
    x = x if x.is_floating_point() else x.to(weight.dtype)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_refuses_weights_that_do_not_fit",
    says="The size of the weight is checked and that of the bias is not.",
)
def bias_unchecked(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, weight)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_refuses_weights_that_do_not_fit",
    says="The ValueError does not say which sizes met: whoever reads it cannot tell what to change.",
)
def sizes_unnamed(x, weight, bias, eps=1e-5):
    try:
        x = fitting(x, weight, bias)
    except ValueError:
        raise ValueError("weight and bias do not fit x") from None
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="The library's layer normalisation is called, which is what this exercise is about.",
)
def by_the_library(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return F.layer_norm(x, weight.shape, weight, bias, eps)


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="Group normalisation with a single group is the library's layer normalisation by another name.",
)
def as_a_single_group(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    rows = x.reshape(-1, x.shape[-1])
    return torch.group_norm(rows, 1, weight, bias, eps).reshape(x.shape)


# ---- batch_norm


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="Mean and variance are those of the rows: that is layer normalisation. Here each column has its own, over the batch.",
)
def norm_of_the_rows(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="Mean and variance are those of all numbers together, where each column should have its own.",
)
def norm_of_the_whole_batch(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean()
    return weight * deviation / torch.sqrt(deviation.square().mean() + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="The variance is divided by one less than the number of rows, as `var` does unless it is told otherwise. (The library does so "
    "for its running average only.)",
)
def sample_variance_of_the_batch(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * (x - x.mean(0)) / torch.sqrt(x.var(0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="eps is added to the standard deviation, after the root: it belongs to the variance, under the root.",
)
def eps_after_the_root(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * (x - x.mean(0)) / (x.std(0, correction=0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="eps is left out: a column that is the same in every row is divided by 0.",
)
def batch_without_eps(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0)) + bias


@mistake(
    "batch_norm",
    caught_by="test_takes_the_eps_that_it_is_given",
    says="The argument eps is never used: a number of your own stands in its place.",
)
def batch_with_an_eps_of_its_own(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + 1e-5) + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="The mean comes from the columns and the variance from all numbers together.",
)
def one_variance_for_all_columns(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(0)
    return weight * deviation / torch.sqrt(deviation.square().mean() + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="The columns are brought to variance 1, but their mean is not taken away.",
)
def columns_not_centred(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return weight * x / torch.sqrt(x.var(0, correction=0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="Weight and bias have no part in the result.",
)
def batch_normalised_only(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps)


@mistake(
    "batch_norm",
    caught_by="test_a_large_offset_costs_no_digits",
    says="The variance is the mean of the squares minus the square of the mean: far from 0 two large, almost equal numbers, whose "
    "difference is nothing but rounding.",
)
def batch_of_large_squares(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    mean = x.mean(0)
    variance = (x.square().mean(0) - mean.square()).clamp(min=0)
    return weight * (x - mean) / torch.sqrt(variance + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_gradients_are_right",
    says="The statistics are computed without gradients, as is right for a running average: here the result depends on x through them.",
)
def batch_statistics_without_gradients(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    with torch.no_grad():
        mean, variance = x.mean(0), x.var(0, correction=0)
    return weight * (x - mean) / torch.sqrt(variance + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_gradients_are_right",
    says="A root is taken of a variance that can be 0 and squared again: the gradient of a column of equal numbers is NaN.",
)
def batch_with_a_root_of_zero(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(0)
    std = deviation.square().mean(0) ** 0.5
    return weight * deviation / (std**2 + eps) ** 0.5 + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="Sums are collected in a tensor on the CPU, whatever device x is on: on a GPU the two cannot meet.",
)
def batch_sums_on_the_cpu(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    total = torch.zeros(x.shape[-1], dtype=x.dtype)
    for row in x:
        total = total + row
    mean = total / len(x)
    return weight * (x - mean) / torch.sqrt((x - mean).square().mean(0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_keeps_the_dtype",
    says="The result is always float32: what was float16 or bfloat16 should stay so.",
)
def halves_to_float32(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    x = x if x.dtype == torch.float64 else x.float()
    deviation = x - x.mean(0)
    return weight * deviation / torch.sqrt(deviation.square().mean(0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers are refused: PyTorch takes no mean of them before they are floats.",
)
def batch_of_whole_numbers_refused(x, weight, bias, eps=1e-5):
    if x.is_floating_point():
        fitting(x, weight, bias)
    return weight * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="The mean is taken away in place: the caller's x is changed.",
)
def batch_in_place(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    x.data -= x.data.mean(0)
    return weight * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_refuses_weights_that_do_not_fit",
    says="The sizes are left to PyTorch: its error is no ValueError, and a weight of one entry is repeated without a word.",
)
def batch_sizes_unchecked(x, weight, bias, eps=1e-5):
    x = x if x.is_floating_point() else x.to(weight.dtype)
    return weight * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_refuses_weights_that_do_not_fit",
    says="Weight and bias are compared with the number of rows: they belong to the columns.",
)
def compared_with_the_rows(x, weight, bias, eps=1e-5):
    if len(weight) != x.shape[-1] and len(weight) != len(x):
        raise ValueError(f"found {len(weight)}, expected {x.shape[-1]}")
    if len(bias) != x.shape[-1] and len(bias) != len(x):
        raise ValueError(f"found {len(bias)}, expected {x.shape[-1]}")
    x = x if x.is_floating_point() else x.to(weight.dtype)
    return weight * (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_agrees_with_the_reference",
    says="The library's batch normalisation is called, which is what this exercise is about.",
)
def batch_by_the_library(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


# ---- LayerNorm


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="Weight and bias are plain tensors: no optimiser finds them, and nothing takes them along to another device.",
)
class PlainTensors(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias, self.eps = torch.ones(d_model), torch.zeros(d_model), eps

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="Weight and bias are buffers: they are saved and moved, but never learned.",
)
class OnlyBuffers(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.register_buffer("weight", torch.ones(d_model))
        self.register_buffer("bias", torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="The parameters have names of their own: weights that were saved under `weight` and `bias` do not find them.",
)
class OtherNames(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="The weight begins with zeros: whatever x is, nothing but the bias comes out at first.",
)
class BeginsWithZeros(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.zeros(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="The weight begins with random numbers: a new module should only normalise.",
)
class BeginsAtRandom(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="The parameters are asked not to take part in training (`requires_grad=False`).",
)
class Frozen(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model), requires_grad=False)
        self.bias = nn.Parameter(torch.zeros(d_model), requires_grad=False)
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="The parameters are float64: the default dtype is what the rest of a model has.",
)
class InFloat64(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(d_model, dtype=torch.float64))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x.to(self.weight.dtype), self.weight, self.bias, self.eps).to(x.dtype)


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="eps is a parameter too: training would change it, even below 0.",
)
class LearnsEps(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = nn.Parameter(torch.tensor(eps))

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="New ones and zeros are made in every `forward`: what is learned has no effect.",
)
class NewWeightsEachTime(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        ones, zeros = torch.ones_like(self.weight), torch.zeros_like(self.bias)
        return layer_norm(x, ones, zeros, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="Weight and bias are given in the wrong order.",
)
class WeightAndBiasSwapped(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.bias, self.weight, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="The words of a batch share their statistics: this is batch normalisation as a module.",
)
class BatchNormalised(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        fitting(x, self.weight, self.bias)
        return batch_norm(x.reshape(-1, x.shape[-1]), self.weight, self.bias, self.eps).reshape(x.shape)


@mistake(
    "LayerNorm",
    caught_by="test_takes_the_eps_that_it_is_given",
    says="The module does not pass its eps on: `layer_norm` uses its own.",
)
class ForgetsEps(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias)


@mistake(
    "LayerNorm",
    caught_by="test_gradients_reach_the_parameters",
    says="`.data` and `.detach()` take the parameters out of the computation: no gradient arrives at them.",
)
class UsesTheirData(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.weight.data, self.bias.detach(), self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_keeps_the_dtype_of_the_module",
    says="Half-precision words come out as float32: a module gives the type that it was given.",
)
class GivesFloat32ForHalves(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        wide = torch.promote_types(x.dtype, torch.float32)
        return layer_norm(x.to(wide), self.weight.to(wide), self.bias.to(wide), self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_keeps_the_dtype_of_the_module",
    says="In training the module does something else than in `eval()`: layer normalisation has no running averages and no modes.",
)
class WithRunningAverages(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        fitting(x, self.weight, self.bias)
        if self.training:
            return batch_norm(x.reshape(-1, x.shape[-1]), self.weight, self.bias, self.eps).reshape(x.shape)
        return layer_norm(x, self.weight, self.bias, self.eps)


@mistake(
    "LayerNorm",
    caught_by="test_refuses_columns_that_do_not_fit",
    says="The size of the words is not checked: with d_model = 1 words of any size go through.",
)
class TakesAnyColumns(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        deviation = x - x.mean(-1, keepdim=True)
        return self.weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + self.eps) + self.bias


@mistake(
    "LayerNorm",
    caught_by="test_refuses_columns_that_do_not_fit",
    says="The words are normalised in place: the caller's x is changed.",
)
class ChangesTheWords(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        result = layer_norm(x, self.weight, self.bias, self.eps)
        x.data.copy_(result.data)
        return result


@mistake(
    "LayerNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="The class inherits the library's layer normalisation, which is what this exercise is about.",
)
class InheritsTheLibrarys(nn.LayerNorm):
    def __init__(self, d_model, eps=1e-5):
        super().__init__(d_model, eps=eps)

    def forward(self, x):
        fitting(x, self.weight, self.bias)
        return super().forward(x)


@mistake(
    "LayerNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="`forward` calls the library's layer normalisation, which is what this exercise is about.",
)
class CallsTheLibrarys(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        fitting(x, self.weight, self.bias)
        return torch.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


# ---- AddNorm


@mistake(
    "AddNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="The residual is missing: x itself is never added.",
)
class WithoutResidual(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="Only the sub-layer's output is normalised, and x added afterwards: the norm is that of the sum.",
)
class NormBeforeTheSum(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return x + self.dropout(self.norm(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="x is normalised and the sub-layer's output added: that belongs to pre-norm, where the sub-layer has seen the normalised x.",
)
class PreNorm(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x) + self.dropout(sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="The norm is left out: only the sum comes back.",
)
class WithoutNorm(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return x + self.dropout(sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="x is added once more after the norm: the residual leads around the sub-layer only.",
)
class ResidualAroundTheNorm(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return x + self.norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="The two are averaged, so that eps weighs more than it should: they are added.",
)
class Averaged(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm((x + self.dropout(sublayer_output)) / 2)


@mistake(
    "AddNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="The norm has another eps than 1e-5.",
)
class AnotherEps(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = nn.LayerNorm(d_model, eps=1e-6), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_agrees_under_the_same_weights",
    says="The norm is made anew in `forward`, so what the module's own has learned is not used.",
)
class NewNormEachTime(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        norm = nn.LayerNorm(x.shape[-1], device=x.device, dtype=x.dtype)
        return norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_has_the_norm_as_its_only_parameters",
    says="The norm is kept under another name than `norm`.",
)
class NormUnderAnotherName(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.layer_norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.layer_norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_has_the_norm_as_its_only_parameters",
    says="There is a second norm that no call ever uses: its parameters are dead weight.",
)
class TwoNorms(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.norm2 = LayerNorm(d_model), LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_never_drops_the_residual",
    says="Dropout is applied to the sum: parts of x are lost as well, and with them the way around the sub-layer.",
)
class DropsTheSum(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(self.dropout(x + sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_never_drops_the_residual",
    says="Dropout comes last, after the norm: it belongs to the sub-layer's output, before the sum.",
)
class DropsTheResult(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.dropout(self.norm(x + sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_never_drops_the_residual",
    says="x is dropped, and the sub-layer's output is not: it should be the other way round.",
)
class DropsX(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(self.dropout(x) + sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="Nothing is dropped at all.",
)
class WithoutDropout(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="The rate is not passed on: `nn.Dropout()` drops a half.",
)
class DropsHalf(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout() if dropout else nn.Identity()

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="The rate is what is kept, and not what is dropped.",
)
class KeepsTheRate(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(1 - dropout if dropout else 0)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="Entries that are kept are not divided by 1 - dropout: in `eval()` the sub-layer speaks louder than it did in training.",
)
class KeptAsTheyAre(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.rate = LayerNorm(d_model), dropout

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        if self.training:
            sublayer_output = sublayer_output * (torch.rand_like(sublayer_output) >= self.rate)
        return self.norm(x + sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="The random mask is made on the CPU, whatever device x is on: on a GPU the two cannot meet.",
)
class MaskOnTheCpu(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.rate = LayerNorm(d_model), dropout

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        if self.training:
            kept = torch.rand(sublayer_output.shape) >= self.rate
            sublayer_output = sublayer_output * kept / (1 - self.rate)
        return self.norm(x + sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="Whole words are dropped: each entry is dropped or kept by itself.",
)
class DropsWholeWords(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.rate = LayerNorm(d_model), dropout

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        if self.training:
            kept = torch.rand_like(sublayer_output[..., :1]) >= self.rate
            sublayer_output = sublayer_output * kept / (1 - self.rate)
        return self.norm(x + sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="The functional dropout is not told whether the module is in training: it drops in `eval()` too.",
)
class DropsAlways(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.rate = LayerNorm(d_model), dropout

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + F.dropout(sublayer_output, self.rate))


@mistake(
    "AddNorm",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="The random mask is drawn once and kept: each call has to draw anew.",
)
class OneMaskForEver(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.rate, self.mask = LayerNorm(d_model), dropout, None

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        if self.training:
            if self.mask is None or self.mask.shape != x.shape:
                self.mask = torch.rand_like(x) >= self.rate
            sublayer_output = sublayer_output * self.mask / (1 - self.rate)
        return self.norm(x + sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_gradients_reach_both_inputs",
    says="The residual is detached: the gradient's way around the sub-layer, for which the residual is there, is closed.",
)
class ResidualDetached(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x.detach() + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="The sub-layer's output is added to x in place: the caller's x is changed, and the layer below needed it.",
)
class AddsInPlace(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        total = x + self.dropout(sublayer_output)
        x.data.copy_(total.data)
        return self.norm(total)


@mistake(
    "AddNorm",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="Dropout works in place (`inplace=True`): the sub-layer's output is changed for whoever else uses it.",
)
class DropsInPlace(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout, inplace=True)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_refuses_an_output_of_another_shape",
    says="The shapes are not compared: PyTorch repeats a single row or sentence without a word.",
)
class Broadcasts(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        return self.norm(x + self.dropout(sublayer_output))


@mistake(
    "AddNorm",
    caught_by="test_refuses_an_output_of_another_shape",
    says="Only the last axes are compared: a batch of another size, or none at all, still goes through.",
)
class ComparesTheColumnsOnly(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x[..., :1, :], sublayer_output[..., :1, :]) if x.dim() == sublayer_output.dim() == 2 else None
        if x.shape[-2:] != sublayer_output.shape[-2:]:
            raise ValueError(f"found {tuple(sublayer_output.shape)}, expected {tuple(x.shape)}")
        return self.norm(x + self.dropout(sublayer_output))


# ---- FeedForward


@mistake(
    "FeedForward",
    caught_by="test_agrees_under_the_same_weights",
    says="The ReLU is missing: two linear layers without anything between them are a single one.",
)
class WithoutRelu(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(self.linear1(x)))


@mistake(
    "FeedForward",
    caught_by="test_agrees_under_the_same_weights",
    says="The activation is a GELU, as in later models: the paper has a ReLU.",
)
class WithGelu(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.gelu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_agrees_under_the_same_weights",
    says="Negative numbers are made small and not 0: that is a leaky ReLU.",
)
class WithLeakyRelu(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.leaky_relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_agrees_under_the_same_weights",
    says="Large numbers are cut off as well as negative ones: the ReLU has no upper limit.",
)
class WithRelu6(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.relu6(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_agrees_under_the_same_weights",
    says="There is a ReLU after the second layer too: the output could never be negative.",
)
class ReluAtTheEnd(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return F.relu(self.linear2(self.dropout(F.relu(self.linear1(x)))))


@mistake(
    "FeedForward",
    caught_by="test_agrees_under_the_same_weights",
    says="The ReLU comes before the first layer: it cuts x off, and not what the layer makes of it.",
)
class ReluAtTheBeginning(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(self.linear1(F.relu(x))))


@mistake(
    "FeedForward",
    caught_by="test_agrees_under_the_same_weights",
    says="x is added to the result: the residual is AddNorm's task, and would be there twice.",
)
class WithAResidual(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return x + self.linear2(self.dropout(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_agrees_under_the_same_weights",
    says="The products are written out and the second bias is forgotten.",
)
class SecondBiasForgotten(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        inside = self.dropout(F.relu(x @ self.linear1.weight.T + self.linear1.bias))
        return inside @ self.linear2.weight.T


@mistake(
    "FeedForward",
    caught_by="test_registers_two_linear_layers",
    says="The layers have no bias.",
)
class WithoutBias(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff, bias=False), nn.Linear(d_ff, d_model, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_registers_two_linear_layers",
    says="The layers lie in an unnamed sequence: they have to be found as `linear1` and `linear2`.",
)
class UnnamedSequence(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Dropout(dropout), nn.Linear(d_ff, d_model))

    def forward(self, x):
        return self.net(x)


@mistake(
    "FeedForward",
    caught_by="test_registers_two_linear_layers",
    says="d_model and d_ff have changed places in both layers.",
)
class SizesSwapped(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_ff, d_model), nn.Linear(d_model, d_ff)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_registers_two_linear_layers",
    says="d_ff is always four times d_model, whatever was asked for.",
)
class AlwaysFourTimes(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, 4 * d_model), nn.Linear(4 * d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_registers_two_linear_layers",
    says="There is a layer that no call ever uses: its parameters are dead weight.",
)
class ThirdLayer(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.linear3 = nn.Linear(d_ff, d_ff)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_registers_two_linear_layers",
    says="The layers are kept in a plain list: PyTorch does not look into it, so their parameters are not found.",
)
class InAPlainList(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.layers = [nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)]
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.layers[1](self.dropout(F.relu(self.layers[0](x))))


@mistake(
    "FeedForward",
    caught_by="test_drops_what_comes_out_of_the_relu",
    says="Nothing is dropped at all.",
)
class FeedsWithoutDropout(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.linear2(F.relu(self.linear1(x)))


@mistake(
    "FeedForward",
    caught_by="test_drops_what_comes_out_of_the_relu",
    says="Dropout is applied to the output: it belongs between the ReLU and the second layer.",
)
class DropsTheOutput(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(self.linear2(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_drops_what_comes_out_of_the_relu",
    says="Dropout is applied to x: it belongs between the ReLU and the second layer.",
)
class DropsTheInput(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(F.relu(self.linear1(self.dropout(x))))


@mistake(
    "FeedForward",
    caught_by="test_drops_what_comes_out_of_the_relu",
    says="The output is dropped as well, after the second layer: that is done once, in AddNorm.",
)
class DropsTwice(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(self.linear2(self.dropout(F.relu(self.linear1(x)))))


@mistake(
    "FeedForward",
    caught_by="test_drops_what_comes_out_of_the_relu",
    says="Without a rate a half is dropped: the default is a tenth.",
)
class HalfByDefault(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.5):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_drops_what_comes_out_of_the_relu",
    says="The random mask is made on the CPU, whatever device x is on: on a GPU the two cannot meet.",
)
class InnerMaskOnTheCpu(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2, self.rate = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model), dropout

    def forward(self, x):
        inside = F.relu(self.linear1(x))
        if self.training:
            inside = inside * (torch.rand(inside.shape) >= self.rate) / (1 - self.rate)
        return self.linear2(inside)


@mistake(
    "FeedForward",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="A new nn.Dropout is made in every `forward`: `eval()` never reaches it, so it always drops.",
)
class NewDropoutEachTime(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2, self.rate = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model), dropout

    def forward(self, x):
        return self.linear2(nn.Dropout(self.rate)(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="A dropout of 0 is taken for no answer, and replaced by the default.",
)
class ZeroIsNoAnswer(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout or 0.1)

    def forward(self, x):
        return self.linear2(self.dropout(F.relu(self.linear1(x))))


@mistake(
    "FeedForward",
    caught_by="test_gradients_reach_every_parameter",
    says="What comes out of the first layer is detached: only the second layer would learn.",
)
class FirstLayerDetached(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(F.relu(self.linear1(x)).detach()))


@mistake(
    "FeedForward",
    caught_by="test_every_word_goes_through_by_itself",
    says="All words are put into one long row: the input has to be a batch of sentences, contiguous in memory.",
)
class ViewedAsRows(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        rows = x.view(-1, x.size(-1))
        return self.linear2(self.dropout(F.relu(self.linear1(rows)))).view(x.shape)


@mistake(
    "FeedForward",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="The words are normalised or cut off in place: the caller's x is changed.",
)
class ChangesX(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        result = self.linear2(self.dropout(F.relu(self.linear1(x))))
        x.data.copy_(result.data)
        return result


@mistake(
    "FeedForward",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="A model in half precision gets float32 back: the result should be of the type of x.",
)
class GivesFloat32(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        result = self.linear2(self.dropout(F.relu(self.linear1(x))))
        return result if x.dtype == torch.float64 else result.float()


# ---- wrong only now and then


def layer_norm_of(x, weight, bias, eps):
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


class WholeLayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.weight, self.bias, self.eps = nn.Parameter(torch.ones(d_model)), nn.Parameter(torch.zeros(d_model)), eps

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, self.eps)


class WholeAddNorm(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm, self.dropout = LayerNorm(d_model), nn.Dropout(dropout)

    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + self.dropout(sublayer_output))


class WholeFeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.linear2(self.dropout(torch.relu(self.linear1(x))))


@mistake(
    "layer_norm",
    caught_by="test_agrees_with_the_reference",
    says="In a tensor of four axes the words of a sentence are normalised together: each row has its own mean and variance.",
)
def two_axes_of_four(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    axes = (-1, -2) if x.dim() == 4 else (-1,)
    deviation = x - x.mean(axes, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(axes, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_refuses_weights_that_do_not_fit",
    says="The entries of weight and bias are counted, and not their axes: a column of numbers goes through, and changes the shape.",
)
def numbers_counted_only(x, weight, bias, eps=1e-5):
    for parameter in (weight, bias):
        if parameter.numel() != x.shape[-1]:
            raise ValueError(f"found {parameter.numel()} entries, expected {x.shape[-1]}")
    return layer_norm_of(x if x.is_floating_point() else x.to(torch.get_default_dtype()), weight, bias, eps)


@mistake(
    "layer_norm",
    caught_by="test_refuses_weights_that_do_not_fit",
    says="Only the last axis of weight and bias is looked at: a whole table of weights goes through.",
)
def last_axis_looked_at(x, weight, bias, eps=1e-5):
    for parameter in (weight, bias):
        if parameter.shape[-1] != x.shape[-1]:
            raise ValueError(f"found {parameter.shape[-1]} entries, expected {x.shape[-1]}")
    return layer_norm_of(x if x.is_floating_point() else x.to(torch.get_default_dtype()), weight, bias, eps)


@mistake(
    "layer_norm",
    caught_by="test_keeps_the_dtype",
    says="Some integer dtypes are computed in float64: it should be the default dtype for all of them.",
)
def float64_for_short_integers(x, weight, bias, eps=1e-5):
    if x.dtype in (torch.int16, torch.int32):
        x = x.double()
    return layer_norm_of(fitting(x, weight, bias), weight, bias, eps)


@mistake(
    "batch_norm",
    caught_by="test_refuses_weights_that_do_not_fit",
    says="The entries of weight and bias are counted, and not their axes.",
)
def batch_numbers_counted_only(x, weight, bias, eps=1e-5):
    for parameter in (weight, bias):
        if parameter.numel() != x.shape[-1]:
            raise ValueError(f"found {parameter.numel()} entries, expected {x.shape[-1]}")
    x = x if x.is_floating_point() else x.to(torch.get_default_dtype())
    return layer_norm_of(x.T, 1.0, 0.0, eps).T * weight + bias


@mistake(
    "LayerNorm",
    caught_by="test_registers_weight_and_bias",
    says="All modules share one weight: what one of them learns changes the others.",
)
class WeightOfTheClass(WholeLayerNorm):
    shared = None

    def __init__(self, d_model, eps=1e-5):
        super().__init__(d_model, eps)
        if WeightOfTheClass.shared is None or len(WeightOfTheClass.shared) != d_model:
            WeightOfTheClass.shared = self.weight
        self.weight = WeightOfTheClass.shared


@mistake(
    "LayerNorm",
    caught_by="test_takes_the_eps_that_it_is_given",
    says="eps is kept for the class and not for the module: the last one that was made decides for all.",
)
class EpsOfTheClass(WholeLayerNorm):
    def __init__(self, d_model, eps=1e-5):
        super().__init__(d_model, eps)
        EpsOfTheClass.last = eps

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, EpsOfTheClass.last)


@mistake(
    "LayerNorm",
    caught_by="test_gradients_reach_the_parameters",
    says="Gradients are switched off in training, where they are needed.",
)
class NoGradientsInTraining(WholeLayerNorm):
    def forward(self, x):
        with torch.set_grad_enabled(not self.training):
            return super().forward(x)


@mistake(
    "LayerNorm",
    caught_by="test_gradients_reach_the_parameters",
    says="In training the variance is another one than in eval mode: a layer norm is the same in both.",
)
class OtherNumbersInTraining(WholeLayerNorm):
    def forward(self, x):
        y = super().forward(x)
        return y * (1 - 1 / x.shape[-1]) ** 0.5 if self.training and x.dtype == torch.float64 else y


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="Dropout is drawn once for all sentences of a batch: each drops entries of its own.",
)
class SentencesDropAlike(WholeAddNorm):
    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        drawn = sublayer_output[:1] if x.dim() == 3 else sublayer_output
        return self.norm(x + sublayer_output * self.dropout(torch.ones_like(drawn)))


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="In a batch whole words are dropped, and not single entries.",
)
class WholeWordsDropped(WholeAddNorm):
    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        drop = F.dropout1d if x.dim() == 3 else F.dropout
        return self.norm(x + drop(sublayer_output, self.dropout.p, self.training))


@mistake(
    "AddNorm",
    caught_by="test_gradients_reach_both_inputs",
    says="In training x is detached: no gradient goes around the sub-layer.",
)
class ResidualDetachedInTraining(WholeAddNorm):
    def forward(self, x, sublayer_output):
        return super().forward(x.detach() if self.training else x, sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_has_the_norm_as_its_only_parameters",
    says="All modules share one norm: what one of them learns changes the others.",
)
class NormOfTheClass(WholeAddNorm):
    shared = None

    def __init__(self, d_model, dropout=0.1):
        super().__init__(d_model, dropout)
        if NormOfTheClass.shared is None or len(NormOfTheClass.shared.weight) != d_model:
            NormOfTheClass.shared = self.norm
        self.norm = NormOfTheClass.shared


@mistake(
    "AddNorm",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="Dropout is done in place, in the caller's tensor, where it is a batch.",
)
class DropsInPlaceInABatch(WholeAddNorm):
    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        in_place = x.dim() == 3 and not sublayer_output.requires_grad
        return self.norm(x + F.dropout(sublayer_output, self.dropout.p, self.training, inplace=in_place))


@mistake(
    "FeedForward",
    caught_by="test_gradients_reach_every_parameter",
    says="In training x is added to the result: the residual belongs to AddNorm.",
)
class ResidualInTraining(WholeFeedForward):
    def forward(self, x):
        y = super().forward(x)
        return y + x if self.training and x.dim() == 3 else y


@mistake(
    "FeedForward",
    caught_by="test_drops_what_comes_out_of_the_relu",
    says="Dropout is drawn once for all sentences of a batch: each drops entries of its own.",
)
class InnerSentencesDropAlike(WholeFeedForward):
    def forward(self, x):
        inner = torch.relu(self.linear1(x))
        return self.linear2(inner * self.dropout(torch.ones_like(inner[:1] if x.dim() == 3 else inner)))


@mistake(
    "FeedForward",
    caught_by="test_gradients_reach_every_parameter",
    says="In training the inner columns are detached: the first layer learns nothing.",
)
class FirstLayerLearnsNothing(WholeFeedForward):
    def forward(self, x):
        inner = torch.relu(self.linear1(x))
        return self.linear2(self.dropout(inner.detach() if self.training else inner))


@mistake(
    "FeedForward",
    caught_by="test_registers_two_linear_layers",
    says="All modules share their second layer: what one of them learns changes the others.",
)
class SecondLayerOfTheClass(WholeFeedForward):
    shared = None

    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__(d_model, d_ff, dropout)
        kept = SecondLayerOfTheClass.shared
        if kept is None or kept.weight.shape != self.linear2.weight.shape:
            SecondLayerOfTheClass.shared = self.linear2
        self.linear2 = SecondLayerOfTheClass.shared


# ---- what all code shares: whether gradients are recorded, the default dtype


@mistake(
    "layer_norm",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Under `torch.no_grad()` the mean is taken away in place. No gradient needs x then, but it still belongs to the caller.",
)
def in_place_without_gradients(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    mean = x.mean(-1, keepdim=True)
    deviation = x - mean if torch.is_grad_enabled() else x.sub_(mean)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "layer_norm",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Gradients are switched off for the statistics and never on again: nothing that runs afterwards has any.",
)
def gradients_left_off(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    normed = weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias
    torch.set_grad_enabled(False)
    return normed


@mistake(
    "layer_norm",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="PyTorch's default dtype is set to that of the weight, and left so: whatever is made afterwards is of another dtype.",
)
def sets_the_default_dtype(x, weight, bias, eps=1e-5):
    torch.set_default_dtype(weight.dtype)
    x = fitting(x, weight, bias)
    deviation = x - x.mean(-1, keepdim=True)
    return weight * deviation / torch.sqrt(deviation.square().mean(-1, keepdim=True) + eps) + bias


@mistake(
    "batch_norm",
    caught_by="test_takes_any_layout_and_changes_nothing",
    says="Under `torch.no_grad()` the columns are taken for normalised already. Their mean and variance are those of the batch, whether "
    "gradients are recorded or not.",
)
def no_statistics_without_gradients(x, weight, bias, eps=1e-5):
    x = fitting(x, weight, bias)
    mean, variance = (x.mean(0), x.var(0, correction=0)) if torch.is_grad_enabled() else (0, x.new_ones(()))
    return weight * (x - mean) / torch.sqrt(variance + eps) + bias


@mistake(
    "LayerNorm",
    caught_by="test_keeps_the_dtype_of_the_module",
    says="In `eval()` under `torch.no_grad()`, mean and variance of the first call are kept. Each row has its own, always.",
)
class StatisticsOfTheFirstCall(WholeLayerNorm):
    def forward(self, x):
        normed = layer_norm(x, self.weight, self.bias, self.eps)
        if self.training or torch.is_grad_enabled():
            return normed
        if not hasattr(self, "kept"):
            self.kept = x.mean(), x.var(correction=0)
        return self.weight * (x - self.kept[0]) / torch.sqrt(self.kept[1] + self.eps) + self.bias


@mistake(
    "AddNorm",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Under `torch.no_grad()` nothing is dropped. `train()` and `eval()` alone decide about dropout; whether gradients are recorded is "
    "another matter.",
)
class DropsWithGradientsOnly(WholeAddNorm):
    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        training = self.training and torch.is_grad_enabled()
        return self.norm(x + F.dropout(sublayer_output, self.dropout.p, training))


@mistake(
    "AddNorm",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="Under `torch.no_grad()` the output is added in place. No gradient needs x then, but it still belongs to the caller.",
)
class AddsInPlaceWithoutGradients(WholeAddNorm):
    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        dropped = self.dropout(sublayer_output)
        return self.norm(x + dropped if torch.is_grad_enabled() else x.add_(dropped))


@mistake(
    "AddNorm",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="What dropout multiplies by is made in PyTorch's default dtype: in training, words of bfloat16 come out as float32.",
)
class MaskOfTheDefaultDtype(WholeAddNorm):
    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        if self.training:
            kept = torch.full(x.shape, 1 - self.dropout.p, device=x.device)
            sublayer_output = sublayer_output * torch.bernoulli(kept) / (1 - self.dropout.p)
        return self.norm(x + sublayer_output)


@mistake(
    "AddNorm",
    caught_by="test_drops_the_share_that_was_asked_for",
    says="The rate is limited to a half: a higher one is not used.",
)
class DropsAtMostHalf(WholeAddNorm):
    def forward(self, x, sublayer_output):
        same_shape(x, sublayer_output)
        return self.norm(x + F.dropout(sublayer_output, min(self.dropout.p, 0.5), self.training))


@mistake(
    "FeedForward",
    caught_by="test_draws_anew_in_training_and_never_in_eval",
    says="Under `torch.no_grad()` nothing is dropped. `train()` and `eval()` alone decide about dropout; whether gradients are recorded is "
    "another matter.",
)
class InnerDropsWithGradientsOnly(WholeFeedForward):
    def forward(self, x):
        inner = torch.relu(self.linear1(x))
        return self.linear2(F.dropout(inner, self.dropout.p, self.training and inner.requires_grad))


@mistake(
    "FeedForward",
    caught_by="test_keeps_the_dtype_and_changes_nothing",
    says="What dropout multiplies by is made in PyTorch's default dtype: in training, linear2 refuses it or gives float32.",
)
class InnerMaskOfTheDefaultDtype(WholeFeedForward):
    def forward(self, x):
        inner = torch.relu(self.linear1(x))
        if self.training:
            kept = torch.full(inner.shape, 1 - self.dropout.p, device=inner.device)
            inner = inner * torch.bernoulli(kept) / (1 - self.dropout.p)
        return self.linear2(inner)


@mistake(
    "FeedForward",
    caught_by="test_drops_what_comes_out_of_the_relu",
    says="The rate is limited to a half: a higher one is not used.",
)
class InnerDropsAtMostHalf(WholeFeedForward):
    def forward(self, x):
        return self.linear2(F.dropout(torch.relu(self.linear1(x)), min(self.dropout.p, 0.5), self.training))
