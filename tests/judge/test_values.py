"""What crosses the wire arrives exactly as it was, or as a description, and hostile bytes are refused before memory is asked for."""

from __future__ import annotations

import collections

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.judge import nodes
from autograder.judge.frames import FrameReader
from autograder.judge.nodes import ITEM_BYTES, Opaque, ProtocolError, Ref
from autograder.judge.protocol import MAX_BODY, MAX_HEADER, PREFIX, Reply, reply_decoder
from autograder.judge.values import decode, encode


def there_and_back(value):
    node, buffers = encode(value, lambda thing: Opaque(type(thing).__name__))
    wire = msgspec.msgpack.encode(Reply(1, node))
    return decode(reply_decoder.decode(wire).value, bytearray(b"".join(buffers)), lambda ref: ref)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(plain)
def test_plain_data_comes_back_equal_and_of_the_same_types(value):
    back = there_and_back(value)
    assert back == value
    assert repr(back) == repr(value)


numeric = st.sampled_from([name for name in ITEM_BYTES if not name.startswith("complex")])


@given(numeric.flatmap(lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))))
def test_arrays_come_back_bit_for_bit(array):
    back = there_and_back(array)
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16, torch.int64, torch.bool])
def test_tensors_keep_dtype_and_bits(dtype):
    tensor = torch.arange(6).reshape(2, 3).to(dtype)
    back = there_and_back(tensor)
    assert back.dtype is dtype
    assert torch.equal(back, tensor)


def test_a_tensor_that_requires_gradients_still_does():
    assert there_and_back(torch.ones(2, requires_grad=True)).requires_grad


@pytest.mark.parametrize(
    "view",
    [np.arange(24.0).reshape(4, 6)[:, ::2], np.arange(12.0).reshape(3, 4).T, np.broadcast_to(np.arange(3.0), (2, 3))],
    ids=["strided", "transposed", "expanded"],
)
def test_an_array_with_gaps_still_has_gaps(view):
    back = there_and_back(view)
    assert np.array_equal(back, view)
    assert not back.flags.c_contiguous


@pytest.mark.parametrize(
    "gaps",
    [torch.zeros(2, 3, 9)[..., :8:2], torch.zeros(3, 2, 4).transpose(0, 1), torch.zeros(1, 3, 2, 4).mT],
    ids=["strided", "transposed", "with axes of one"],
)
def test_no_two_axes_of_a_tensor_with_gaps_can_be_taken_for_one(gaps):
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        there_and_back(gaps).view(-1, gaps.shape[-1])


def test_a_numpy_scalar_is_no_array_and_no_python_float():
    assert type(there_and_back(np.float64(0.5))) is np.float64
    assert type(there_and_back(np.array(0.5))) is np.ndarray
    assert type(there_and_back(0.5)) is float


class Agreeable(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Disguised(np.ndarray):
    pass


@pytest.mark.parametrize(
    "value", [Agreeable(1.0), np.zeros(2).view(Disguised), object(), {1}.__contains__, np.array(["a"])]
)
def test_a_subclass_or_an_object_arrives_as_a_description_only(value):
    assert isinstance(there_and_back(value), Opaque)


def test_a_named_tuple_arrives_as_the_tuple_it_is():
    pair = collections.namedtuple("pair", "output weights")(1, 2)
    assert there_and_back(pair) == (1, 2)
    assert type(there_and_back(pair)) is tuple


def test_endless_nesting_ends():
    loop: list[object] = []
    loop.append(loop)
    node, _ = encode(loop, lambda thing: Opaque("thing"))
    assert len(msgspec.msgpack.encode(node)) < 10_000


def test_too_many_items_are_described_instead_of_sent():
    assert isinstance(there_and_back(list(range(100_000))), Opaque)


def array_node(**changes):
    honest = {"kind": "n", "dtype": "float64", "shape": [2, 2], "layout": "C", "requires_grad": False}
    return nodes.ArrayNode(**{**honest, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [1 << 62, 4]},
        {"shape": [-1, -4]},
        {"shape": [3, 2]},
        {"shape": [1] * 40},
        {"dtype": "object"},
        {"dtype": "O"},
        {"dtype": "datetime64"},
        {"kind": "x"},
        {"kind": "np"},
        {"kind": ""},
        {"layout": "Z"},
        {"kind": "g"},
        {"shape": [1]},
    ],
)
def test_a_forged_array_header_is_refused(changes):
    with pytest.raises(ProtocolError):
        decode(array_node(**changes), bytearray(32), lambda ref: ref)


def test_the_honest_header_is_accepted():
    assert decode(array_node(), bytearray(32), lambda ref: ref).shape == (2, 2)


@given(st.binary(max_size=200), st.binary(max_size=64))
def test_no_bytes_make_the_decoder_do_anything_but_refuse_or_decode(header, body):
    try:
        reply = reply_decoder.decode(header)
        decode(reply.value, bytearray(body), lambda ref: ref)
    except (msgspec.MsgspecError, ProtocolError, RecursionError, UnicodeDecodeError):
        pass


def fed(data, piece=1 << 20):
    """A reader of frames that gets `data`, `piece` bytes at a time, and what it has asked for beyond that."""
    rest = [memoryview(data)]

    def fill(room):
        if not rest[0]:
            raise EOFError
        count = min(len(room), len(rest[0]), piece)
        room[:count] = rest[0][:count]
        rest[0] = rest[0][count:]
        return count

    return FrameReader(fill)


@pytest.mark.parametrize(("header", "body"), [(MAX_HEADER + 1, 0), (0, MAX_BODY + 1), (2**32 - 1, 2**63)])
def test_a_frame_that_claims_too_much_is_refused_before_it_is_read(header, body):
    with pytest.raises(ProtocolError):
        fed(PREFIX.pack(header, body)).frame()


@pytest.mark.parametrize("piece", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize(
    "sizes", [[(3, 0)], [(5, 70_000), (2, 9)], [(65_536, 65_537), (0, 0), (1, 1)], [(200_000, 200_000)]]
)
def test_frames_come_out_as_they_went_in_however_they_arrive(sizes, piece):
    frames = [
        (bytes([number + 1]) * header, bytes([number + 101]) * body) for number, (header, body) in enumerate(sizes)
    ]
    reader = fed(b"".join(PREFIX.pack(len(header), len(body)) + header + body for header, body in frames), piece)
    assert [tuple(map(bytes, reader.frame())) for _ in frames] == frames
    assert reader.empty


def test_half_a_frame_is_none():
    with pytest.raises(EOFError):
        fed(PREFIX.pack(10, 0) + b"half").frame()


def test_a_ref_is_resolved_by_the_receiver():
    assert decode(Ref(7, "Vector", False), bytearray(), lambda ref: ref.number) == 7


def test_a_forged_layout_of_an_array_without_axes_does_no_harm():
    node, buffers = encode(np.array(2.5), keep=None)
    node.layout = "S"
    assert decode(node, bytearray(b"".join(buffers)), None) == 2.5
