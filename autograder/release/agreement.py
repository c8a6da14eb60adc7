"""A unit's script, hidden grader and visible checks must speak of the same exercises, for the same points.

The graders are parsed and never imported: a build needs neither PyTorch nor a judge, and a broken grader cannot run.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError, Unit
from autograder.percent_script import Script, read_python


@dataclass(frozen=True)
class Declared:
    """One `@exercise("name", points=4)` over a test class. `points` is None where none are given.

    `tests` is what the `@points` of its tests add up to; None where that can only be known by running the file.
    """

    name: str
    points: int | float | None
    line: int
    tests: float | None = None


def check_agreement(unit: Unit, script: Script) -> None:
    """Raises CourseError where the three files of a unit disagree, with the file, the line and what to do."""
    checks = unit.secret / f"test_{unit.slug}.py"
    _check_names(script, unit.grader, declared_exercises(unit.grader))
    _check_names(script, checks, declared_exercises(checks))
    _check_points(script, unit.grader, declared_exercises(unit.grader))
    _check_tests(unit.grader, declared_exercises(unit.grader))


def declared_exercises(path: Path) -> list[Declared]:
    """The exercises that the test classes in the file at `path` say they test."""
    tree = ast.parse(read_python(path))
    return [
        _declared(path, decorator, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and _last_name(decorator.func) == "exercise"
    ]


def _declared(path: Path, call: ast.Call, tests: ast.ClassDef) -> Declared:
    name = call.args[0] if call.args else None
    if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
        raise CourseError(
            f'{path}:{call.lineno}: name the exercise with a literal string, @exercise("name", points=4).'
        )
    points = next((keyword.value for keyword in call.keywords if keyword.arg == "points"), None)
    if points is None:
        return Declared(name.value, None, call.lineno)
    if (
        not isinstance(points, ast.Constant)
        or isinstance(points.value, bool)
        or not isinstance(points.value, int | float)
    ):
        raise CourseError(f"{path}:{call.lineno}: write the points of {name.value} as a literal number, points=4.")
    return Declared(name.value, points.value, call.lineno, _points_of_tests(tests))


def _points_of_tests(tests: ast.ClassDef) -> float | None:
    if tests.bases:  # it may have inherited tests
        return None
    total = 0.0
    for node in tests.body:
        for mark in getattr(node, "decorator_list", []):
            if isinstance(mark, ast.Call) and _last_name(mark.func) == "points":
                value = mark.args[0] if mark.args else None
                if not (isinstance(value, ast.Constant) and isinstance(value.value, int | float)):
                    return None
                total += value.value
    return total


def _check_names(script: Script, path: Path, declared: list[Declared]) -> None:
    for declaration in declared:
        if declaration.name not in script.exercises:
            raise CourseError(
                f"{path}:{declaration.line}: there is no exercise {declaration.name} in {script.path.name}: "
                f"its exercises are {', '.join(script.exercises)}."
            )
    tested = {declaration.name for declaration in declared}
    for name, cell in script.exercises.items():
        if name not in tested:
            raise CourseError(
                f"{path}: no class for {name} ({script.path.name}:{cell.line}): "
                f'add one with @exercise("{name}", points={cell.points}).'
            )


def _check_points(script: Script, path: Path, declared: list[Declared]) -> None:
    for name, cell in script.exercises.items():
        classes = [declaration for declaration in declared if declaration.name == name]
        total = 0.0
        for declaration in classes:
            if declaration.points is None:
                raise CourseError(
                    f"{path}:{declaration.line}: @exercise of {name} has no points: write points={cell.points}."
                )
            total += declaration.points
        if total != cell.points:
            raise CourseError(
                f"{path}:{classes[0].line}: {name} is worth {total:g} here "
                f"and {cell.points:g} in {script.path.name}:{cell.line}: give both the same points."
            )


def _check_tests(path: Path, declared: list[Declared]) -> None:
    for one in declared:
        if one.points is not None and one.tests is not None and abs(one.tests - one.points) > 1e-9:
            raise CourseError(
                f"{path}:{one.line}: the tests of {one.name} are worth {one.tests:g} together, and their class "
                f"{one.points:g}: let the @points of its tests add up to the points of @exercise."
            )


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
