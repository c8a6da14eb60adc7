"""Ready-made versions of the unit's functions, for exercises that use one which is not right yet. PyTorch does the work."""

import numpy as np
import torch


def _tensor(array):
    return torch.from_numpy(array.astype(np.float64))


def _like(array, tensor):
    return tensor.numpy().astype(array.dtype if array.dtype.kind == "f" else np.float64)


def softmax(x, axis=-1):
    return _like(x, torch.nan_to_num(torch.softmax(_tensor(x), axis)))


def log_softmax(x, axis=-1):
    return _like(x, torch.nan_to_num(torch.log_softmax(_tensor(x), axis), nan=-torch.inf, neginf=-torch.inf))


def softmax_with_temperature(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature {temperature} is not above 0")
    return _like(x, torch.nan_to_num(torch.softmax(_tensor(x) / temperature, axis)))


def softmax_backward(y, dy, axis=-1):
    return _like(y, torch.ops.aten._softmax_backward_data(_tensor(dy), _tensor(y), axis, torch.float64))
