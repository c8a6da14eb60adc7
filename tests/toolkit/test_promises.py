"""What is written about the toolkit's tests holds: each test that docs/toolkit.md names is there, and each line of a grader has one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import autograder.toolkit
from autograder.toolkit import tensors

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "toolkit.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)?::(test_\w+)`")


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_is_there():
    file, named = "", []
    for found in NAMED.finditer(TEXT):
        file = found[1] or file
        named.append((file, found[2]))
    assert len(named) > 50
    assert [f"{file}::{test}" for file, test in named if test not in functions(file)] == []


def test_every_assertion_of_the_toolkit_is_tried_in_a_test_of_its_own():
    tests = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("*.py")))
    lines = [name for part in (autograder.toolkit, tensors) for name in part.__all__ if name.startswith("assert_")]
    assert [name for name in lines if not re.search(rf"\b{name}\(", tests)] == []
