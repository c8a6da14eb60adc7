"""Ready-made versions of the unit's functions and classes, for exercises that use one which is not right yet. PyTorch does the work."""

import torch
from torch import nn


def _fitting(columns, **parameters):
    for name, parameter in parameters.items():
        if parameter.shape != (columns,):
            raise ValueError(f"{name}: found {tuple(parameter.shape)}, expected {(columns,)}")


def layer_norm(x, weight, bias, eps=1e-5):
    _fitting(x.shape[-1], weight=weight, bias=bias)
    floating = x if x.is_floating_point() else x.to(weight.dtype)
    return nn.functional.layer_norm(floating, weight.shape, weight, bias, eps)


def batch_norm(x, weight, bias, eps=1e-5):
    _fitting(x.shape[-1], weight=weight, bias=bias)
    floating = x if x.is_floating_point() else x.to(weight.dtype)
    return nn.functional.batch_norm(floating, None, None, weight, bias, training=True, eps=eps)


class LayerNorm(nn.LayerNorm):
    def __init__(self, d_model, eps=1e-5):
        super().__init__(d_model, eps=eps)

    def forward(self, x):
        if x.shape[-1:] != self.normalized_shape:
            raise ValueError(f"found {x.shape[-1]} columns, expected {self.normalized_shape[0]}")
        return super().forward(x)


class AddNorm(nn.Module):
    def __init__(self, d_model, dropout=0.1):
        super().__init__()
        self.norm = nn.LayerNorm(d_model)
        self.rate = dropout

    def forward(self, x, sublayer_output):
        if x.shape != sublayer_output.shape:
            raise ValueError(
                f"found {tuple(x.shape)} and {tuple(sublayer_output.shape)}, expected the same shape twice"
            )
        return self.norm(torch.add(x, nn.functional.dropout(sublayer_output, self.rate, self.training)))


class FeedForward(nn.Sequential):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.add_module("linear1", nn.Linear(d_model, d_ff))
        self.add_module("relu", nn.ReLU())
        self.add_module("dropout", nn.Dropout(dropout))
        self.add_module("linear2", nn.Linear(d_ff, d_model))

    def forward(self, x):
        return super().forward(x)
