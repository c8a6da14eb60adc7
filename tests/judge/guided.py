"""Changes bytes, keeps what reached a new step of the code under test, and goes on from there: coverage-guided fuzzing, in one page.

Coverage is the instructions executed in the functions of given files, seen with `sys.settrace`, so that both halves of an `or` count;
what a run finds is the same on every machine. An answer is changed as bytes, and as the tree that its header is: few changes of bytes
survive the first check.
"""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Callable

import msgspec

WORDS = ["a", "s", "m", "o", "r", "c", "i", "list", "tuple", "set", "Size"]
KINDS, LAYOUTS = ["n", "g", "t", "p"], ["C", "F", "S"]
DTYPES = ["bool", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "bfloat16", "object"]
NUMBERS = [0, 1, 2, 3, -1, 15, 255, 1 << 22, 1 << 33, 1 << 41, (1 << 63) - 1]
DEEP = functools.reduce(lambda inner, _: ["s", "list", [inner]], range(40), None)
ODD = [None, True, False, 0.0, float("nan"), "0x1f", "0x" + 2_000 * "1", "", [], {}, DEEP]


class Reached:
    """The instructions executed so far in the functions of `files`, and how many lines the latest run took."""

    def __init__(self, files: set[str]) -> None:
        self.files = files
        self.steps: set[tuple[str, int]] = set()
        self.lines = 0

    def run(self, function: Callable[[], object]) -> bool:
        """Did it execute one that none before has executed? Raises what the function raises."""
        found: set[tuple[str, int]] = set()
        self.lines = 0

        def on_step(frame, event, _):
            if event == "opcode":
                found.add((frame.f_code.co_qualname, frame.f_lasti))
            self.lines += event == "line"
            return on_step

        def on_call(frame, event, _):
            if frame.f_code.co_filename not in self.files:
                return None
            frame.f_trace_opcodes = True
            return on_step

        previous = sys.gettrace()
        sys.settrace(on_call)
        try:
            function()
        finally:
            sys.settrace(previous)
            new = not found <= self.steps
            self.steps |= found
        return new

    def lines_missed(self, function: Callable[..., object]) -> set[str]:
        """The lines of a function that were never executed."""
        code = function.__code__  # type: ignore[attr-defined]
        spans = [span for span in code.co_lines() if span[2] not in (None, code.co_firstlineno)]
        steps = [at for name, at in self.steps if name == code.co_qualname]
        seen = {line for start, end, line in spans if any(start <= at < end for at in steps)}
        return {f"{code.co_qualname}, line {line}" for _, _, line in spans if line not in seen}


def search(seeds, run, reached, rounds, dice):
    """Runs `run(header, body)` on `rounds` changed answers; yields each answer and what it raised, if it raised anything."""
    pool = list(seeds)
    for header, body in pool:
        reached.run(lambda header=header, body=body: run(header, body))
    for _ in range(rounds):
        header, body = dice.choice(pool)
        for _ in range(dice.choice([1, 1, 1, 2, 3])):
            other = dice.choice(pool)[0]
            header = changed_tree(header, other, dice) if dice.random() < 0.85 else changed_bytes(header, dice)
        if dice.random() < 0.25:
            body = dice.choice([b"", body[:-1], body + body, changed_bytes(body, dice)])
        error = None
        new = False
        try:
            new = reached.run(lambda header=header, body=body: run(header, body))
        except Exception as raised:
            error = raised
        if new:
            pool.append((header, body))
        yield header, body, error


def changed_bytes(data: bytes, dice: random.Random) -> bytes:
    if not data:
        return dice.randbytes(dice.randint(0, 9))
    at = dice.randrange(len(data))
    return data[:at] + dice.choice([b"", dice.randbytes(1), data[at : at + 9] * 2]) + data[at + 1 :]


def changed_tree(header: bytes, donor: bytes, dice: random.Random) -> bytes:
    """One place of the tree gets another value: a likely word or number, or a copy of a place of this tree or of the donor's."""
    try:
        tree = msgspec.msgpack.decode(header)
        holder, key = dice.choice(list(_places(tree)))
        old = holder[key]
        others = (
            NUMBERS
            if type(old) is int
            else next((words for words in (DTYPES, KINDS, LAYOUTS, WORDS) if old in words), ODD)
        )
        match dice.randrange(8):
            case 0 if type(old) is list:
                holder[key] = dice.choice([[*old, *old[:2]], old[:-1]])
            case 1:
                holder[key] = ["s", "list", [old]]
            case 2 | 3:
                given = msgspec.msgpack.decode(dice.choice([header, donor]))
                other, place = dice.choice(list(_places(given)))
                holder[key] = other[place]
            case 4:
                holder[key] = dice.choice(ODD)
            case _:
                holder[key] = dice.choice(others)
        return msgspec.msgpack.encode(tree)
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError, TypeError, IndexError):
        return changed_bytes(header, dice)


def _places(tree):
    if isinstance(tree, (list, dict)):
        for key in range(len(tree)) if isinstance(tree, list) else list(tree):
            yield tree, key
            yield from _places(tree[key])
