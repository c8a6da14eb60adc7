"""`weighted(MultiHeadAttention(4, 2), seed=7)`: a module with the weights that a test gave it, to make the test's call again."""

from __future__ import annotations

from typing import Any


def weighted(module: Any, seed: int) -> Any:
    """Your module with float64 weights drawn from `seed`, in `eval()`, as the tests of the modules put them there.

    Args:
        module: an `nn.Module`; its parameters are replaced.
        seed: the number that a report names.
    """
    from autograder.judge import tensor_operations
    from autograder.toolkit.tensors.strategies import weights_like

    tensor_operations.load_state(module, weights_like(dict(module.named_parameters()), seed))
    tensor_operations.set_mode(module, False)
    return module
