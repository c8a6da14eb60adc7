"""What may cross between the grader and a worker: exact, plain data.

A value becomes a tree of small nodes (the header) and the raw bytes of its arrays (the body). Decoding trusts nothing: every dtype is on a
list, every size is checked against bytes that have arrived before memory is asked for, and whatever is not plain data arrives as an
`Opaque` description. Subclasses do not survive: a value is what its bytes say.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.judge.nodes import (
    CONTAINERS,
    ITEM_BYTES,
    KINDS,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_EXTENT,
    MAX_NODES,
    MAX_TEXT,
    NDARRAY,
    PARAMETER,
    PLAIN,
    SCALAR,
    TENSOR,
    TORCH_ONLY,
    ArrayNode,
    BigIntegerNode,
    ComplexNode,
    MappingNode,
    Node,
    Opaque,
    ProtocolError,
    Ref,
    Seeded,
    SequenceNode,
)

NAMES = {np.dtype(name): name for name in ITEM_BYTES}  # a dtype puts its name together every time it is asked


def encode(value: object, keep: Callable[[object], Ref | Opaque]) -> tuple[Node, list[memoryview]]:
    """The header node and the body buffers of `value`. `keep` decides what becomes of objects that are not plain data."""
    return _Encoder(keep).run(value)


def decode(node: Node, body: bytearray | memoryview, resolve: Callable[[Ref | Seeded], object]) -> Any:
    """The value that `node` and `body` describe; `resolve` gives what a reference or a generator stands for.

    Raises ProtocolError when they do not fit each other or exceed a limit.
    """
    decoder = _Decoder(body, resolve)
    value = decoder.value(node, 0)
    if decoder.offset != len(body):
        raise ProtocolError("bytes left over after the value")
    return value


class _Encoder:
    def __init__(self, keep: Callable[[object], Ref | Opaque]) -> None:
        self.keep = keep
        self.buffers: list[memoryview] = []
        self.nodes = 0

    def run(self, value: object) -> tuple[Node, list[memoryview]]:
        return self.node(value, 0), self.buffers

    def node(self, value: Any, depth: int) -> Node:
        self.nodes += 1
        kind = type(value)
        if kind in PLAIN:
            return value  # type: ignore[no-any-return]
        if kind is np.ndarray:
            return self.array(value)
        if kind is list or kind is tuple:
            return self.sequence(value, depth)
        if kind is dict:
            return self.mapping(value, depth)
        if kind is int:
            return _integer(value)
        if kind is str:
            return _text(value)
        return self.rarer(value, kind, depth)

    def rarer(self, value: Any, kind: type, depth: int) -> Node:
        if kind is bytes:
            return Opaque("bytes", f"{len(value)} bytes")
        if kind is complex:
            return ComplexNode(value.real, value.imag)
        if isinstance(value, np.generic):
            return self.array(value)
        torch = sys.modules.get("torch")
        if torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
            return self.tensor(value)
        if isinstance(value, (list, tuple)) or kind is set:
            return self.sequence(value, depth)
        if isinstance(value, dict):
            return self.mapping(value, depth)
        return self.keep(value)

    def sequence(self, value: Any, depth: int) -> Node:
        # A named tuple is a tuple to us; iteration through the base class cannot be overridden.
        base: Any = list if isinstance(value, list) else tuple if isinstance(value, tuple) else set
        size = base.__len__(value)
        if depth >= MAX_DEPTH or self.nodes + size > MAX_NODES:
            return Opaque(base.__name__, f"{size} items, too many or nested too deeply")
        name = "Size" if type(value).__name__ == "Size" else base.__name__
        return SequenceNode(name, [self.node(item, depth + 1) for item in base.__iter__(value)])

    def mapping(self, value: dict[object, object], depth: int) -> Node:
        size = dict.__len__(value)
        if depth >= MAX_DEPTH or self.nodes + 2 * size > MAX_NODES:
            return Opaque("dict", f"{size} items, too many or nested too deeply")
        return MappingNode([(self.node(k, depth + 1), self.node(v, depth + 1)) for k, v in dict.items(value)])

    def array(self, value: Any) -> Node:
        array = np.asarray(value)
        name = NAMES.get(array.dtype) or array.dtype.name
        if name not in ITEM_BYTES or array.ndim > MAX_DIMENSIONS:
            return Opaque(f"numpy.{type(value).__name__}", f"dtype {array.dtype}, shape {array.shape}")
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        kind = NDARRAY if type(value) is np.ndarray else SCALAR
        self.buffers.append(_bytes_of(array))
        return ArrayNode(kind, name, list(array.shape), _layout(array), False)

    def tensor(self, value: Any) -> Node:
        import torch

        name = str(value.dtype).removeprefix("torch.")
        known = name in ITEM_BYTES or name in TORCH_ONLY
        if value.layout is not torch.strided or not known or value.is_meta or value.dim() > MAX_DIMENSIONS:
            return Opaque("torch.Tensor", f"{value.layout}, {value.dtype}, {value.device}")
        plain = value.detach().resolve_conj().resolve_neg().cpu()
        layout = "C" if plain.is_contiguous() else "S"
        plain = plain.contiguous()
        array = (plain.view(torch.int16) if name in TORCH_ONLY else plain).numpy()
        self.buffers.append(_bytes_of(array))
        kind = PARAMETER if type(value) is torch.nn.Parameter else TENSOR
        return ArrayNode(kind, name, list(value.shape), layout, value.requires_grad)


class _Decoder:
    def __init__(self, body: bytearray | memoryview, resolve: Callable[[Ref | Seeded], object]) -> None:
        self.body = body
        self.resolve = resolve
        self.offset = 0
        self.nodes = 0

    def value(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise ProtocolError("too many values, or nested too deeply")
        kind = type(node)
        if kind is ArrayNode:
            return self.array(node)
        if kind is SequenceNode:
            return self.sequence(node, depth)
        if kind is MappingNode:
            return self.mapping(node.items, depth)
        if kind is Ref or kind is Seeded:
            return self.resolve(node)
        if kind is ComplexNode:
            return complex(node.real, node.imag)
        if kind is BigIntegerNode:
            return _from_digits(node.digits)
        return node

    def sequence(self, node: SequenceNode, depth: int) -> Any:
        make = CONTAINERS.get(node.kind)
        if make is None:
            raise ProtocolError("unknown container")
        return make([self.value(item, depth + 1) for item in node.items])

    def mapping(self, items: Iterable[tuple[Node, Node]], depth: int) -> dict[object, object]:
        found: dict[object, object] = {}
        for key_node, value_node in items:
            key = _key(self.value(key_node, depth + 1))
            found[key] = self.value(value_node, depth + 1)
        return found

    def array(self, node: ArrayNode) -> Any:
        torch_kind = node.kind in (TENSOR, PARAMETER)
        carrier = TORCH_ONLY.get(node.dtype, node.dtype) if torch_kind else node.dtype
        item = ITEM_BYTES.get(carrier)
        extents_ok = len(node.shape) <= MAX_DIMENSIONS and all(0 <= extent <= MAX_EXTENT for extent in node.shape)
        if (
            len(node.kind) != 1
            or node.kind not in KINDS
            or node.layout not in ("C", "F", "S")
            or item is None
            or not extents_ok
        ):
            raise ProtocolError("an array's header is not valid")
        count = math.prod(node.shape)
        if self.offset + count * item > len(self.body):
            raise ProtocolError("an array claims more bytes than were sent")
        array: Any = np.frombuffer(self.body, carrier, count, self.offset).reshape(node.shape)
        self.offset += count * item
        if node.kind == SCALAR:
            if node.shape:
                raise ProtocolError("a scalar with dimensions")
            return array[()]
        array = _laid_out(array, node.layout)
        return array if node.kind == NDARRAY else _tensor(array, node)


def _key(key: Any) -> Any:
    """`key`, or a text that stands for it: nothing that is dear to describe, and no long integers, whose hashes can be made to collide."""
    if isinstance(key, (str, float, bool, type(None))) or (type(key) is int and key.bit_length() < 64):
        return key
    if type(key) is tuple:
        return repr(tuple(_key(item) for item in key))
    if isinstance(key, (int, complex, np.generic, Opaque, Ref)):
        return repr(key)
    return f"<{type(key).__name__}>"


def _tensor(array: Any, node: ArrayNode) -> Any:
    import torch

    tensor = torch.from_numpy(array)
    if node.dtype in TORCH_ONLY:
        tensor = tensor.view(getattr(torch, node.dtype))
    with_gradient = node.requires_grad and (tensor.is_floating_point() or tensor.is_complex())
    if node.kind == PARAMETER:
        return torch.nn.Parameter(tensor, with_gradient)
    return tensor.requires_grad_() if with_gradient else tensor


def _layout(array: Any) -> str:
    return "C" if array.flags.c_contiguous else "F" if array.flags.f_contiguous else "S"


def _laid_out(array: Any, layout: str) -> Any:
    """The array with the memory layout it had at the sender's: in C order, in Fortran order, or with gaps."""
    if layout == "C" or not array.size:  # an empty one has no gaps, but may claim long axes beside the one of length 0
        return array
    if layout == "F":
        return np.asfortranarray(array)
    # The first axis fastest, in steps of two: no axis is contiguous, nor can two neighbours be taken for one (`view(-1, d)`).
    first, *others = array.shape or (1,)
    spaced = np.zeros((2 * first + 1, *others), array.dtype, order="F")
    view = spaced[: 2 * first : 2] if array.ndim else spaced[0, ...]
    view[...] = array
    return view


def _bytes_of(array: Any) -> memoryview:
    if array.nbytes < 4096:
        return memoryview(array.tobytes())
    flat: Any = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return memoryview(flat)


def _integer(value: int) -> Node:
    if -(2**63) <= value < 2**63:
        return value
    return BigIntegerNode(hex(value)) if value.bit_length() < 4096 else Opaque("int", f"{value.bit_length()} bits")


def _from_digits(digits: str) -> int:
    if len(digits) > 1100:
        raise ProtocolError("an integer is too long")
    try:
        return int(digits, 16)
    except ValueError:
        raise ProtocolError("an integer is not valid") from None


def _text(value: str) -> Node:
    if len(value) > MAX_TEXT:
        return Opaque("str", f"{len(value)} characters")
    return value.encode("utf-8", "backslashreplace").decode()  # lone surrogates cannot be sent
