"""What the parameters of a submission's functions are called, for messages."""

from __future__ import annotations

import inspect
from typing import Any


def signatures_of(namespace: dict[str, Any]) -> dict[str, inspect.Signature]:
    """Of every public function and class by its name, and of every class's own methods, as `Class.method`, without `self`."""
    signatures = {}
    for name, value in list(namespace.items()):
        if callable(value) and not name.startswith("_"):
            try:
                signatures[name] = inspect.signature(value)
            except (TypeError, ValueError):
                continue
            signatures.update(_methods(name, value))
    return signatures


def parameter_names(signature: inspect.Signature | None, count: int) -> list[str]:
    known = (
        [p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        if signature
        else []
    )
    return [known[index] if index < len(known) else f"argument_{index + 1}" for index in range(count)]


def _methods(name: str, value: Any) -> dict[str, inspect.Signature]:
    """The signatures of a class's own methods, without `self`."""
    found = {}
    for method, function in vars(value).items() if isinstance(value, type) else ():
        if inspect.isfunction(function) and not method.startswith("_"):
            signature = inspect.signature(function)
            found[f"{name}.{method}"] = signature.replace(parameters=list(signature.parameters.values())[1:])
    return found
