"""What may cross between the grader and a worker, as a tree of small nodes; the bytes of its arrays travel beside it.

Whatever has no node here crosses as a description (`Opaque`) or stays where it is and is spoken of by its number (`Ref`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

MAX_NODES = 20_000
MAX_DEPTH = 24
MAX_DIMENSIONS = 16
MAX_TEXT = 1 << 14
MAX_EXTENT = 1 << 40


class ProtocolError(Exception):
    """The other side broke the rules of the wire."""


class Opaque(msgspec.Struct, frozen=True, array_like=True, tag="o"):
    """Stands for a value that cannot cross: only its type and a word about it are known."""

    type_name: str
    detail: str = ""

    def __repr__(self) -> str:
        return f"<{self.type_name}{': ' + self.detail if self.detail else ''}>"


class Ref(msgspec.Struct, frozen=True, array_like=True, tag="r"):
    """An object that stays in the worker (an instance of a student's class, a bound method), known by its number."""

    number: int
    type_name: str
    callable: bool


class Seeded(msgspec.Struct, frozen=True, array_like=True, tag="g"):
    """Stands for `np.random.default_rng(seed)`: a generator does not travel, but is made where the call is. Goes one way only."""

    seed: int

    def __repr__(self) -> str:
        return f"np.random.default_rng({self.seed})"


class ArrayNode(msgspec.Struct, array_like=True, tag="a"):
    kind: str  # one letter of KINDS
    dtype: str
    shape: list[int]
    layout: str  # C, F or S (strided): how the receiver lays it out
    requires_grad: bool


class SequenceNode(msgspec.Struct, array_like=True, tag="s"):
    kind: str
    items: list[Node]


class MappingNode(msgspec.Struct, array_like=True, tag="m"):
    items: list[tuple[Node, Node]]


class ComplexNode(msgspec.Struct, array_like=True, tag="c"):
    real: float
    imag: float


class BigIntegerNode(msgspec.Struct, array_like=True, tag="i"):
    digits: str


Node: TypeAlias = (
    bool
    | int
    | float
    | str
    | Opaque
    | Ref
    | Seeded
    | ArrayNode
    | SequenceNode
    | MappingNode
    | ComplexNode
    | BigIntegerNode
    | None
)

NDARRAY, SCALAR, TENSOR, PARAMETER = "n", "g", "t", "p"
KINDS = NDARRAY + SCALAR + TENSOR + PARAMETER
ITEM_BYTES = {
    "bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "float16": 2, "int32": 4, "uint32": 4, "float32": 4,
    "int64": 8, "uint64": 8, "float64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip
TORCH_ONLY = {"bfloat16": "int16"}  # NumPy has no bfloat16: its bytes travel as another type of the same width
PLAIN = frozenset({type(None), bool, float, Ref, Opaque, Seeded})
CONTAINERS = {"list": list, "tuple": tuple, "set": tuple, "Size": tuple}


def with_refs(node: Node, change: Callable[[Ref], Ref]) -> Node:
    """`node` with every reference to an object replaced."""
    match node:
        case Ref():
            return change(node)
        case SequenceNode():
            return SequenceNode(node.kind, [with_refs(item, change) for item in node.items])
        case MappingNode():
            return MappingNode([(with_refs(key, change), with_refs(value, change)) for key, value in node.items])
    return node
