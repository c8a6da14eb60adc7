"""A class to look at and to test with: every way a submission can go, made from a course's own files.

Some students are right, in several styles; some make known mistakes; one has not begun, one loops, one breaks a cell, one attacks.
"""

from __future__ import annotations

from pathlib import Path

import nbformat

from autograder.course import Course, CourseError, Unit
from autograder.grading.reference import UnitReference
from autograder.grading.variants import Variant, alternatives_of, mistakes_of
from autograder.percent_script import CellKind, without_markers
from autograder.quiz.samples import Diligence, sample_answers

LOOPING = """def {name}(*arguments, **options):
    while True:
        pass
"""

BROKEN = """def {name}(x:
    return x
"""

HOSTILE = '''import gc
import os
import sys


class Agreeable(float):
    """Equal to everything, whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = None


def {name}(*arguments, **options):
    for path in ("solutions", "/proc/self/cwd/solutions", "/proc/1/environ", os.path.expanduser("~")):
        try:
            print(os.listdir(path), open(path).read())
        except OSError:
            pass
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
            if getattr(value, "reference", None) is not None:
                return value.reference
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing).__name__ == "UnitReference":
            return thing
    try:
        os.fork()
    except OSError:
        pass
    return Agreeable(1.0)
'''

Sources = dict[str, str]
"""The text of each exercise's cell."""

DILIGENCE = {"ada": Diligence.ALL, "chen": Diligence.ALL, "halima": Diligence.HALF, "jonas": Diligence.HASTY}
"""In the quizzes. The others have most questions right, some wrong, and leave some open."""


def write_class(course: Course, folder: Path, units: list[Unit]) -> list[Path]:
    """Write a dozen students' notebooks for `units` as `folder/<student>/<unit>/<slug>.ipynb`; the students' folders are returned.

    Raises CourseError when a unit's files are not valid, or are not built yet.
    """
    written: list[Path] = []
    for unit in units:
        for student, sources in class_of(unit).items():
            diligence = DILIGENCE.get(student, Diligence.MOST)
            answers = sample_answers(course, unit, student, diligence) if sources else {}
            _write_notebook(unit, {**answers, **sources}, folder / student / unit.name / f"{unit.slug}.ipynb")
            written.append(folder / student)
    return sorted(set(written))


def class_of(unit: Unit) -> dict[str, Sources]:
    """Each student's cells; an exercise that is left out keeps its stub."""
    reference = UnitReference(unit)
    right = {
        cell.name: without_markers(cell.source) for cell in reference.script.cells if cell.kind is CellKind.SOLUTION
    }
    first, second, *_ = [*right, *right]  # a unit may have only one exercise
    wrong = _spread(mistakes_of(unit), 4)
    students: dict[str, Sources] = {
        "ada": right,
        "bela": _styled(right, alternatives_of(unit), 0),
        "chen": _styled(right, alternatives_of(unit), 1),
        "halima": {name: source for index, (name, source) in enumerate(right.items()) if index % 2 == 0},
        "ines": {},
        "jonas": {**right, first: LOOPING.format(name=first)},
        "kofi": {**right, second: BROKEN.format(name=second)},
        "mallory": {name: HOSTILE.format(name=name) for name in right},
    }
    for student, mistake in zip(("dmitri", "emeka", "fatima", "gael"), wrong, strict=False):
        students[student] = {**right, mistake.exercise: mistake.source}
    return dict(sorted(students.items()))


def _styled(right: Sources, alternatives: list[Variant], index: int) -> Sources:
    """The right solutions, each in the index-th of its other styles if there are so many."""
    styles = {name: [variant.source for variant in alternatives if variant.exercise == name] for name in right}
    return {name: styles[name][index] if len(styles[name]) > index else source for name, source in right.items()}


def _spread(mistakes: list[Variant], count: int) -> list[Variant]:
    """Mistakes from all over the list, of different exercises where there are enough."""
    step = max(1, len(mistakes) // count)
    return mistakes[::step][:count]


def _write_notebook(unit: Unit, sources: Sources, path: Path) -> None:
    if not unit.notebook.is_file():
        raise CourseError(f"{unit.notebook} is missing: run `autograder build`.")
    notebook = nbformat.read(unit.notebook, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name in sources:
            cell.source = sources[name]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
