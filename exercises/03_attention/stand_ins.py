"""Ready-made versions of the unit's functions, for exercises that use one which is not right yet. Library calls do the work."""

import numpy as np
import torch


def project(x, w_q, w_k, w_v):
    for w in (w_q, w_k, w_v):
        _refuse_unless_equal(x.shape[-1], w.shape[0])
    return tuple(_like(x, torch.nn.functional.linear(_tensor(x), _tensor(w.T))) for w in (w_q, w_k, w_v))


def attention_scores(q, k, scaled=True):
    _refuse_unless_equal(q.shape[-1], k.shape[-1])
    products = torch.matmul(_tensor(q), _tensor(k).mT)
    return _like(q, products * (k.shape[-1] ** -0.5 if scaled else 1.0))


def weighted_values(weights, v):
    _refuse_unless_equal(weights.shape[-1], v.shape[-2])
    return _like(weights, torch.matmul(torch.diag_embed(_tensor(weights)), _tensor(v).unsqueeze(-3)))


def scaled_dot_product_attention(q, k, v):
    _refuse_unless_equal(q.shape[-1], k.shape[-1])
    _refuse_unless_equal(k.shape[-2], v.shape[-2])
    # Where every key says only who it is, what is heard is who was listened to: the weights.
    names = torch.eye(k.shape[-2], dtype=torch.float64).expand(*k.shape[:-2], -1, -1)
    attend = torch.nn.functional.scaled_dot_product_attention
    return tuple(_like(q, attend(_tensor(q), _tensor(k), said)) for said in (_tensor(v), names))


def self_attention(x, w_q, w_k, w_v):
    return scaled_dot_product_attention(*project(x, w_q, w_k, w_v))


def _tensor(array):
    return torch.tensor(array.astype(np.float64))


def _like(array, tensor):
    return tensor.numpy().astype(array.dtype if array.dtype.kind == "f" else np.float64)


def _refuse_unless_equal(found, expected):
    if found != expected:
        raise ValueError(f"found {found}, expected {expected}")
