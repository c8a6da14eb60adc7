"""CUDA's rules on which tensors may meet in one operation, with CUDA's words when they may not.

All tensors of an operation live on one device, but for these, which are legal on CUDA and so here: a CPU tensor without dimensions as an
operand of an elementwise operation; CPU tensors as indices of a device tensor; copies, which exist to cross; and the few arguments
that PyTorch wants on the CPU whatever the rest. Source: `TensorIterator::compute_types`, `index` and `check_and_update_common_device`
in ATen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any

import torch

from autograder.devices.work import is_work

aten = torch.ops.aten

_COPIES = {aten.copy_, aten._to_copy, aten._copy_from, aten._copy_from_and_resize, aten.set_, aten.lift_fresh}
_COPIES |= {aten.slice_scatter, aten.select_scatter, aten.diagonal_scatter, aten.as_strided_scatter}
_INDEXING = {aten.index, aten.index_put, aten.index_put_, aten._index_put_impl_, aten._unsafe_index}
_INDEXING |= {aten._unsafe_index_put}
_SCALAR_OPERANDS = {aten.masked_fill, aten.masked_fill_, aten.fill, aten.fill_, aten.index_fill, aten.index_fill_}
_HOST_READS = {
    aten._local_scalar_dense: "a value is read (.item(), float(), bool(), or `if`)",
    aten.equal: "a comparison is read (torch.equal)",
    aten.nonzero: "the number of nonzero entries is needed",
    aten.masked_select: "the number of selected entries is needed",
    aten._unique2: "the number of unique entries is needed",
    aten.unique_consecutive: "the number of unique entries is needed",
    aten.unique_dim: "the number of unique entries is needed",
    aten.repeat_interleave: "the number of repetitions is needed",
}
_ON_THE_HOST = {("_pack_padded_sequence", "lengths"), ("tensor_split", "tensor_indices_or_sections")}


class Kind(Enum):
    ORDINARY = auto()
    """One device; a CPU operand without dimensions is refused too."""
    ELEMENTWISE = auto()
    """One device, but CPU operands without dimensions are taken as numbers."""
    INDEXING = auto()
    COPY = auto()


@dataclass(frozen=True)
class Rules:
    """What has to be known about an operation, read once from its schema.

    names: of the arguments, by position.
    written: the names of those that the operation changes.
    host_read: why the host has to wait for the device, empty where it need not.
    """

    kind: Kind
    names: tuple[str, ...]
    written: frozenset[str]
    is_work: bool
    changes_geometry: bool
    host_read: str


@cache
def rules_of(operation: Any) -> Rules:
    packet = operation.overloadpacket
    arguments = operation._schema.arguments
    return Rules(
        _kind(operation, packet),
        tuple(argument.name for argument in arguments),
        frozenset(a.name for a in arguments if a.alias_info is not None and a.alias_info.is_write),
        is_work(operation),
        torch.Tag.inplace_view in operation.tags,
        _HOST_READS.get(packet, ""),
    )


def require_one_device(operation: Any, arguments: list[tuple[str, Any]], device: torch.device) -> None:
    """Raises RuntimeError in CUDA's words when a tensor among `arguments` is in the wrong place."""
    rules = rules_of(operation)
    if rules.kind is Kind.COPY:
        return
    if rules.kind is Kind.INDEXING:
        _require_indexable([value for _, value in arguments], operation)
        return
    for name, value in arguments:
        for tensor in value if isinstance(value, (list, tuple)) else (value,):
            if not isinstance(tensor, torch.Tensor) or tensor.device == device:
                continue
            as_number = rules.kind is Kind.ELEMENTWISE and tensor.dim() == 0 and name not in rules.written
            if not as_number and (_base_name(operation), name) not in _ON_THE_HOST:
                raise _apart(device, tensor.device, name, operation)


def require_generator(generator: torch.Generator | None, device: torch.device) -> None:
    if generator is not None and generator.device != device:
        raise RuntimeError(f"Expected a '{device.type}' device type for generator but found '{generator.device.type}'")


def reads_a_mask(operation: Any, indices: Any) -> bool:
    """Indexing by a boolean tensor: the host waits to learn how many entries it selects. Writing a number needs no count."""
    if rules_of(operation).kind is not Kind.INDEXING:
        return False
    return any(isinstance(index, torch.Tensor) and index.dtype is torch.bool for index in indices)


def _kind(operation: Any, packet: Any) -> Kind:
    if packet in _COPIES:
        return Kind.COPY
    if packet in _INDEXING:
        return Kind.INDEXING
    name = _base_name(operation)
    elementwise = torch.Tag.pointwise in operation.tags or packet in _SCALAR_OPERANDS or name.startswith("_foreach")
    return Kind.ELEMENTWISE if elementwise else Kind.ORDINARY


def _base_name(operation: Any) -> str:
    return str(operation._schema.name).removeprefix("aten::")


def _require_indexable(values: list[Any], operation: Any) -> None:
    indexed, indices = values[0], [index for index in values[1] if isinstance(index, torch.Tensor)]
    for index in indices:
        if index.device != indexed.device and index.device.type != "cpu":
            raise RuntimeError(
                "indices should be either on cpu or on the same device as the indexed tensor "
                f"({_without_number(indexed.device)})"
            )
    written = values[2] if len(values) > 2 and isinstance(values[2], torch.Tensor) else None
    if written is not None and written.device != indexed.device:
        as_number = written.dim() == 0 and written.device.type == "cpu"
        if not as_number:
            raise _apart(indexed.device, written.device, "values", operation)


def _apart(first: torch.device, second: torch.device, argument: str, operation: Any) -> RuntimeError:
    where = f"(when checking argument for argument {argument} in method {_base_name(operation)})"
    return RuntimeError(
        f"Expected all tensors to be on the same device, but found at least two devices, {first} and {second}! {where}"
    )


def _without_number(device: torch.device) -> str:
    return "cpu" if device.type == "cpu" else str(device)
