"""Right solutions of unit 08, as differently written as students write them. Every test must accept them all."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.toolkit.variants import alternative

# ---- layer_norm


@alternative("layer_norm")
def with_the_librarys_variance(x, weight, bias, eps=1e-5):
    if [*weight.size()] != [x.size(-1)] or [*bias.size()] != [x.size(-1)]:
        raise ValueError(f"expected {x.size(-1)} weights and biases, found {weight.size()} and {bias.size()}")
    if not torch.is_floating_point(x):
        x = x.float()
    var, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    return (x - mean) * torch.rsqrt(var + eps) * weight + bias


@alternative("layer_norm")
def as_the_length_of_the_deviation(x, weight, bias, eps=1e-5):
    """The variance is the squared length over the number of columns."""
    d = x.shape[-1]
    for what, given in {"weight": weight, "bias": bias}.items():
        if given.dim() != 1 or given.numel() != d:
            raise ValueError(what + str(tuple(given.shape)) + " expected " + str(d))
    x = x if x.is_floating_point() else x.type(torch.get_default_dtype())
    x = x - torch.mean(x, -1, True)
    spread = torch.linalg.vector_norm(x, dim=-1, keepdim=True) / d**0.5
    return torch.addcmul(bias, weight, x / (spread**2 + eps) ** 0.5)


@alternative("layer_norm")
def with_a_standard_deviation(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    n = x.shape[-1]
    if weight.shape != bias.shape or weight.shape[-1] != n:
        raise ValueError(f"x has {n} columns, but the shapes are {list(weight.shape)} and {list(bias.shape)}")
    x = x.to(dtype=x.dtype if x.dtype.is_floating_point else torch.float32)
    std = x.std(dim=-1, unbiased=False, keepdim=True)
    return weight * ((x - x.mean(dim=-1, keepdim=True)) / (std.pow(2) + eps).sqrt()) + bias


@alternative("layer_norm")
def row_after_row(x, weight, bias, eps=1e-5):
    """A loop: nothing was asked about that here."""
    for given in (weight, bias):
        if given.ndim != 1 or given.shape[0] != x.shape[-1]:
            raise ValueError(f"found {tuple(given.shape)}, expected {tuple(x.shape[-1:])}")
    rows = x.reshape(-1, x.shape[-1])
    if rows.dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
        rows = rows.float()
    done = []
    for row in rows:
        centred = row - row.sum() / row.numel()
        done.append(centred / (centred.pow(2).sum() / row.numel() + eps).sqrt() * weight + bias)
    return torch.stack(done).reshape(x.shape)


@alternative("layer_norm")
def with_products(x, weight, bias, eps=1e-5):
    """Means are products with a vector of shares; the stretching and the shifting are put together."""
    d = x.shape[-1]
    wrong = [len(p) for p in (weight, bias) if p.shape != (d,)]
    if wrong:
        raise ValueError(f"{d} columns expected, found {wrong[0]}")
    x = x + 0.0
    shares = x.new_full((d,), 1 / d)
    x = x - (x @ shares)[..., None]
    return torch.einsum("...i,i,...->...i", x, weight, 1 / torch.sqrt(x * x @ shares + eps)) + bias


@alternative("layer_norm")
def in_twice_the_digits(x, weight, bias, eps=1e-5):
    """As mixed-precision code does: reckoned in float64, given back in the type that came."""
    if tuple(weight.shape) != (x.shape[-1],) or tuple(bias.shape) != (x.shape[-1],):
        raise ValueError(f"{tuple(weight.shape)} and {tuple(bias.shape)} found, {(x.shape[-1],)} expected")
    kept = x.dtype if x.is_floating_point() else torch.get_default_dtype()
    wide = x.double()
    normed = (wide - wide.mean(-1, keepdim=True)) / torch.sqrt(wide.var(-1, correction=0, keepdim=True) + eps)
    return (normed * weight.double() + bias.double()).to(kept)


# ---- batch_norm


@alternative("batch_norm")
def layer_norm_of_the_transpose(x, weight, bias, eps=1e-5):
    features = x.shape[1]
    if weight.shape != (features,) or bias.shape != (features,):
        raise ValueError(f"expected ({features},), found {tuple(weight.shape)} and {tuple(bias.shape)}")
    x = x if x.is_floating_point() else x.float()
    ones, zeros = x.new_ones(len(x)), x.new_zeros(len(x))
    return layer_norm(x.T, ones, zeros, eps).T * weight + bias


@alternative("batch_norm")
def by_the_librarys_variance(x, weight, bias, eps=1e-5):
    if weight.size() != x.size()[1:] or bias.size() != x.size()[1:]:
        raise ValueError(f"x has {x.size(1)} columns, weight {weight.size()} and bias {bias.size()}")
    x = x.to(weight.dtype)
    mu = x.mean(0, keepdim=True)
    var = torch.var(x, 0, unbiased=False, keepdim=True)
    return weight * (x - mu) * (var + eps).pow(-0.5) + bias


@alternative("batch_norm")
def column_after_column(x, weight, bias, eps=1e-5):
    if weight.shape != x.shape[1:] or bias.shape != x.shape[1:]:
        raise ValueError(f"{x.shape[1]} features, {weight.shape[0]} weights, {bias.shape[0]} biases")

    def normalise(column):
        deviation = column - column.mean()
        return deviation / math.e ** (0.5 * torch.log((deviation**2).mean() + eps))

    x = x if x.is_floating_point() else x.to(torch.get_default_dtype())
    columns = [w * normalise(column) + b for column, w, b in zip(x.unbind(1), weight, bias)]
    return torch.stack(columns, dim=1)


@alternative("batch_norm")
def by_sums(x, weight, bias, eps=1e-5):
    batch, features = x.shape
    for parameter in [weight, bias]:
        if parameter.shape != torch.Size([features]):
            raise ValueError(f"shape {tuple(parameter.shape)} instead of {(features,)}")
    x = 1.0 * x
    x = x - x.sum(dim=0) / batch
    return bias + x * (weight / torch.sqrt((x * x).sum(dim=0) / batch + eps))


@alternative("batch_norm")
def through_the_librarys_layer_norm(x, weight, bias, eps=1e-5):
    """What was forbidden is batch normalisation; this is the other one."""
    if {weight.shape, bias.shape} != {x.shape[1:]}:
        raise ValueError(f"expected {tuple(x.shape[1:])}: {tuple(weight.shape)}, {tuple(bias.shape)}")
    x = x if x.is_floating_point() else x.float()
    return torch.addcmul(bias, F.layer_norm(x.t(), (x.shape[0],), eps=eps).t(), weight)


# ---- LayerNorm


@alternative("LayerNorm")
class WithRegisteredParameters(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.d_model, self.eps = d_model, eps
        self.register_parameter("bias", nn.Parameter(torch.zeros(d_model)))
        self.register_parameter("weight", nn.Parameter(torch.ones(d_model)))

    def forward(self, x):
        if x.shape[-1] != self.d_model:
            raise ValueError(f"expected {self.d_model} columns, got {x.shape[-1]}")
        mean = x.mean(-1, keepdim=True)
        var = ((x - mean) ** 2).mean(-1, keepdim=True)
        return (x - mean) / (var + self.eps).sqrt() * self.weight + self.bias


@alternative("LayerNorm")
class WithEpsInABuffer(nn.Module):
    """Saved with the rest, and it follows the module to its device."""

    def __init__(self, d_model, eps=1e-5):
        nn.Module.__init__(self)
        self.weight = nn.Parameter(torch.empty(d_model))
        self.bias = nn.Parameter(torch.empty(d_model))
        self.register_buffer("eps", torch.tensor(eps, dtype=torch.float64))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.ones_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias, float(self.eps))


@alternative("LayerNorm")
class WithItsArguments(nn.Module):
    def __init__(self, d_model: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.normalise = lambda x, weight, bias: layer_norm(x, weight, bias, eps=eps)
        self.weight = nn.parameter.Parameter(torch.full((d_model,), 1.0), requires_grad=True)
        self.bias = nn.parameter.Parameter(torch.full((d_model,), 0.0), requires_grad=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.normalise(x, self.weight, self.bias)


@alternative("LayerNorm")
class WithDimsInATuple(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.shape = (d_model,)
        self.weight, self.bias = (nn.Parameter(fill(self.shape)) for fill in (torch.ones, torch.zeros))
        self.eps = eps

    def extra_repr(self):
        return f"{self.shape}, eps={self.eps}"

    def forward(self, x):
        if tuple(x.shape[-1:]) != self.shape:
            raise ValueError(f"columns: found {tuple(x.shape[-1:])}, expected {self.shape}")
        var, mean = torch.var_mean(x, -1, unbiased=False, keepdim=True)
        return torch.addcmul(self.bias, (x - mean) / torch.sqrt(var + self.eps), self.weight)


# ---- AddNorm


@alternative("AddNorm")
class WithTheLibrarysNorm(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        self.norm = nn.LayerNorm(d_model)

    def forward(self, x, sublayer_output):
        if x.size() != sublayer_output.size():
            raise ValueError(f"{list(x.size())} and {list(sublayer_output.size())} should be the same")
        return self.norm(self.dropout(sublayer_output) + x)


@alternative("AddNorm")
class WithTheFunctionalDropout(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm = LayerNorm(d_model, eps=1e-5)
        self.p = dropout

    def forward(self, x, sublayer_output):
        if tuple(x.shape) != tuple(sublayer_output.shape):
            raise ValueError(f"shapes {tuple(x.shape)} and {tuple(sublayer_output.shape)} differ")
        dropped = F.dropout(sublayer_output, p=self.p, training=self.training)
        return self.norm(torch.add(x, dropped))


@alternative("AddNorm")
class WithAMaskOfItsOwn(nn.Module):
    """Dropout by hand: a mask drawn on the device and in the dtype of what it drops."""

    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.keep = 1 - dropout

    def forward(self, x, sublayer_output):
        if sublayer_output.shape != x.shape:
            raise ValueError(f"found {sublayer_output.shape}, expected {x.shape}")
        if self.training and self.keep < 1:
            mask = torch.bernoulli(torch.full_like(sublayer_output, self.keep))
            sublayer_output = sublayer_output * mask / self.keep
        return self.norm(x + sublayer_output)


@alternative("AddNorm")
class WithResidualAndNormApart(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm = nn.LayerNorm((d_model,), 1e-5, True)
        self.drop = nn.Sequential(nn.Identity(), nn.Dropout(dropout))

    def residual(self, x, sublayer_output):
        if x.dim() != sublayer_output.dim() or any(a != b for a, b in zip(x.shape, sublayer_output.shape)):
            raise ValueError(f"x is {tuple(x.shape)}, sublayer_output is {tuple(sublayer_output.shape)}")
        return x.clone().add_(self.drop(sublayer_output))

    def forward(self, x, sublayer_output):
        return self.norm(self.residual(x, sublayer_output))


# ---- FeedForward


@alternative("FeedForward")
class WithFunctions(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.p = dropout
        self.linear2 = nn.Linear(d_ff, d_model)
        self.linear1 = nn.Linear(d_model, d_ff)

    def forward(self, x):
        return self.linear2(F.dropout(F.relu(self.linear1(x)), self.p, self.training))


@alternative("FeedForward")
class WithAClampedInside(nn.Module):
    """A ReLU is a clamp; dropout and ReLU may change places, as a kept number keeps its sign."""

    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1 = nn.Linear(d_model, d_ff, bias=True)
        self.linear2 = nn.Linear(d_ff, d_model, bias=True)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        inside = self.drop(self.linear1(x)).clamp(min=0)
        return self.linear2(inside)


@alternative("FeedForward")
class AsASequence(nn.Sequential):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        for name, module in (
            ("linear1", nn.Linear(d_model, d_ff)),
            ("activation", nn.ReLU(inplace=True)),
            ("dropout", nn.Dropout(dropout, inplace=True)),
            ("linear2", nn.Linear(d_ff, d_model)),
        ):
            setattr(self, name, module)


@alternative("FeedForward")
class WithMatrices(nn.Module):
    """The two products written out; the modules only keep the numbers."""

    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        for linear in (self.linear1, self.linear2):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        inside = x @ self.linear1.weight.T + self.linear1.bias
        inside = self.dropout(torch.where(inside > 0, inside, torch.zeros_like(inside)))
        return inside @ self.linear2.weight.T + self.linear2.bias


@alternative("FeedForward")
class WordAfterWord(nn.Module):
    """“Position-wise” taken at its word: a loop, about which nothing was said."""

    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.inner = nn.Sequential(nn.ReLU(), nn.Dropout(dropout))

    def forward(self, x):
        words = x.reshape(-1, x.shape[-1])
        return torch.stack([self.linear2(self.inner(self.linear1(word))) for word in words]).reshape(x.shape)
