"""The programs of the toy unit, graded. Five at a time, one for each exercise: what one does is none of the others' business."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

import pytest

from autograder.grading import Grader
from autograder.grading.reference import UnitReference
from autograder.grading.variants import Variant, submission_of
from autograder.results import ExerciseResult

from .course import write_course

Program = tuple[str, str]  # exercise and what is special about it
Graded = Callable[[dict[Program, str]], dict[Program, ExerciseResult]]


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """`graded(programs)`: the result of each; the reference stands wherever there is no source."""
    course = write_course(tmp_path_factory.mktemp("tensors"))
    reference = UnitReference(course.unit("tensors"))
    with Grader(course) as grader:

        def grade(programs: dict[Program, str]) -> dict[Program, ExerciseResult]:
            results = {}
            for batch in _batches(list(programs)):
                sources = {program[0]: programs[program].strip() for program in batch}
                variants = [Variant("theirs", name, source) for name, source in sources.items() if source]
                result = grader.grade(submission_of(reference, variants, "somebody"))
                by_name = {exercise.name: exercise for exercise in result.exercises}
                results.update({program: by_name[program[0]] for program in batch})
            return results

        yield grade


def _batches(programs: list[Program]) -> Iterator[list[Program]]:
    by_exercise: dict[str, list[Program]] = {}
    for program in programs:
        by_exercise.setdefault(program[0], []).append(program)
    for batch in zip_longest(*by_exercise.values()):
        yield [program for program in batch if program is not None]
