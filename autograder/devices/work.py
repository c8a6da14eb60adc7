"""Which of PyTorch's operations are work: those that compute or copy. Views and fresh memory are none."""

from __future__ import annotations

from functools import cache
from typing import Any

_NO_WORK = frozenset(
    {
        "aten::_unsafe_view", "aten::_reshape_alias", "aten::detach", "aten::alias", "aten::lift_fresh", "aten::empty",
        "aten::empty_like", "aten::empty_strided", "aten::new_empty", "aten::new_empty_strided", "aten::_local_scalar_dense",
    }
)  # fmt: skip


@cache
def is_work(operation: Any) -> bool:
    return not operation.is_view and operation._schema.name not in _NO_WORK
