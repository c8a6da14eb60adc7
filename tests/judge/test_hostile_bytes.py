"""Bytes that a worker could send, made by changing valid ones: decoded or refused, in bounded memory and bounded work."""

from __future__ import annotations

import random
import sys
import time
import tracemalloc

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judge.nodes import ArrayNode, BigIntegerNode, MappingNode, Opaque, ProtocolError, SequenceNode
from autograder.judge.protocol import MAX_HEADER, Failure, Loaded, Reply, loaded_decoder, reply_decoder
from autograder.judge.remote_worker import UNREADABLE, bounded
from autograder.judge.values import decode, encode

VALUES = [
    None,
    [1, 2.5, "text", True, 2**80, 1 + 2j],
    {"a": np.arange(6.0).reshape(2, 3), 3: (np.float32(0.5), np.array(True))},
    [torch.arange(4).reshape(2, 2), torch.nn.Parameter(torch.ones(3)), torch.zeros(2, dtype=torch.bfloat16)],
    np.arange(24, dtype=np.int16).reshape(2, 3, 4)[:, ::2].T,
    [[[[]]], {}, (), {"x": {"y": [None]}}],
    object(),
]


def sent(value):
    node, buffers = encode(value, lambda thing: Opaque(type(thing).__name__))
    return msgspec.msgpack.encode(Reply(1, node, devices=["cpu"])), b"".join(buffers)


SEEDS = [sent(value) for value in VALUES] + [
    (msgspec.msgpack.encode(Reply(2, failure=Failure("E", "ValueError", "text", "cell 1"))), b""),
    (msgspec.msgpack.encode(Loaded(0, ["f", "g"], {1: Failure("E", "ValueError", "text", "")})), b""),
]


def received(header, body):
    """What the grader does with an answer. True when it was taken for one."""
    taken = False
    for decoder in (reply_decoder, loaded_decoder):
        try:
            message = decoder.decode(header)
            if isinstance(message, Reply):
                decode(message.value, bytearray(body), lambda ref: ref)
            else:
                bounded(message, 3)
            taken = True
        except (ProtocolError, *UNREADABLE):
            pass
    return taken


def changed(data, dice):
    """One to four changes: a byte, a run of bytes, a piece doubled or moved, a large number, another end."""
    data = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        if not data:
            break
        at = dice.randrange(len(data))
        match dice.randrange(6):
            case 0:
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                data[at] = dice.choice([0x00, 0x7F, 0x80, 0x90, 0xA0, 0xC0, 0xC1, 0xC6, 0xCF, 0xDB, 0xDD, 0xDF, 0xFF])
            case 2:
                del data[at : at + dice.randint(1, 8)]
            case 3:
                data[at:at] = data[at : at + dice.randint(1, 40)]
            case 4:
                data[at:at] = b"\xcf" + dice.randbytes(8)
            case 5:
                data[at:] = dice.randbytes(dice.randint(0, 20))
    return bytes(data)


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_every_seed_is_taken_as_it_is(number):
    assert received(*SEEDS[number])


def test_changed_answers_are_taken_or_refused_and_nothing_else():
    dice = random.Random(1)
    pool = list(SEEDS)
    taken = 0
    for _ in range(6_000):
        header, body = dice.choice(pool)
        header = changed(header, dice)[:MAX_HEADER]
        body = changed(body, dice) if dice.random() < 0.3 else body
        if received(header, body):
            taken += 1
            if len(pool) < 500:  # what still passes is the best beginning for the next change
                pool.append((header, body))
    assert 100 < taken < 5_900


@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
@settings(max_examples=150)
def test_no_change_takes_more_memory_than_a_header_can_ask_for(seed, number):
    dice = random.Random(number)
    header, body = changed(seed[0], dice), changed(seed[1], dice)
    tracemalloc.start()
    try:
        received(header, body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (1 << 20) + 40 * len(header) + 8 * len(body)


def decoded(node, body=b""):
    header = msgspec.msgpack.encode(Reply(1, node))
    assert len(header) <= MAX_HEADER
    return decode(reply_decoder.decode(header).value, bytearray(body), lambda ref: ref)


def test_numbers_that_no_gradient_can_be_asked_of_are_taken_without():
    parameter = decoded(ArrayNode("p", "int64", [1], "C", True), bytes(8))
    assert type(parameter) is torch.nn.Parameter
    assert not parameter.requires_grad


def test_an_empty_array_takes_no_memory_for_the_axes_it_claims():
    tracemalloc.start()
    try:
        array = decoded(ArrayNode("n", "float64", [0, 1 << 24], "S", False))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert array.shape == (0, 1 << 24)
    assert peak < 1 << 20


def test_no_key_of_a_mapping_is_dear_to_describe_or_to_find():
    """Whole arrays as keys, and integers whose hashes are all the same."""
    array = ArrayNode("t", "int8", [900], "C", False)
    assert decoded(MappingNode([(SequenceNode("tuple", [1, array]), 2)]), bytes(900)) == {"(1, '<Tensor>')": 2}
    modulus = sys.hash_info.modulus
    same = decoded(MappingNode([(BigIntegerNode(hex(modulus * factor)), None) for factor in range(8, 5_000)]))
    assert len(same) == 4_992
    assert len({hash(key) for key in same}) > 4_900


WORST = {
    "empty maps": b"\xdd\x00\x03\xff\x00" + b"\x80" * 0x3FF00,
    "empty lists in lists": b"\x91" * 0x3FFFF + b"\xc0",
    "the smallest arrays": b"\xdd\x00\x00\x3f\x00" + b"\x96\xa1a\xa1n\xa4bool\x91\x00\xa1C\xc2" * 0x3F00,
    "one long text": b"\xdb\x00\x03\xff\x00" + b"x" * 0x3FF00,
    "nothing but numbers": b"\xdd\x00\x03\xff\x00" + b"\x01" * 0x3FF00,
}


@pytest.mark.parametrize("value", WORST.values(), ids=WORST.keys())
def test_the_worst_header_costs_little_memory_and_little_work(value):
    sequence = b"\x93\xa1s\xa4list" if value[:1] == b"\xdd" else b""
    header = (b"\x95\x01" + (b"\x93" + sequence[1:] + value if sequence else value) + b"\xc0\xa0\x90")[:MAX_HEADER]
    start = time.process_time()
    tracemalloc.start()
    try:
        received(header, b"")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 << 20
    assert time.process_time() - start < 10
