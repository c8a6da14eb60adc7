"""What is ready-made takes its arguments as the contract names them: a right solution may call it by any of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.grading.reference import UnitReference

UNITS = [unit for unit in find_course(Path(__file__)).units.values() if unit.stand_ins.is_file()]


def signatures(source: str) -> Iterator[tuple[str, str]]:
    """(name, arguments) of each function, and of each method that is not private."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, ast.unparse(node.args)
        for method in node.body if isinstance(node, ast.ClassDef) else []:
            if isinstance(method, ast.FunctionDef) and (method.name == "__init__" or not method.name.startswith("_")):
                yield f"{node.name}.{method.name}", ast.unparse(method.args)


@pytest.mark.parametrize("unit", UNITS, ids=[unit.slug for unit in UNITS])
def test_ready_made_and_reference_have_the_same_arguments(unit):
    reference = UnitReference(unit)
    ready_made = dict(signatures(reference.stand_ins))
    made = {name.split(".")[0] for name in ready_made}
    expected = {
        name: arguments
        for piece in reference.pieces
        for name, arguments in signatures(piece.source)
        if name.split(".")[0] in made.intersection(exercise_names(unit))
    }
    assert {name: ready_made.get(name) for name in expected} == expected
