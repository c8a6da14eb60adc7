"""A unit's `quiz.py`, loaded: its questions, and every variant of them with its key. For builds and grading only."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.course import Course, CourseError, Unit
from autograder.quiz.authoring import MARK, Mark, Number, Posed
from autograder.quiz.draw import Draw, seed_from
from autograder.quiz.drawn import Drawn, UnfitError, drawn
from autograder.quiz.kinds import Heading
from autograder.quiz.settings import Mode, mode_of

VARIANTS = 24
"""Of each question. A name picks one: with more, the release grows; with fewer, neighbours have the same more often."""
MAX_DRAWS = 200
LONGEST_NAME = 48
"""A cell's id has 64 characters at most, and holds more than the name."""


@dataclass(frozen=True)
class Question:
    """One question: what its variants share, and the function that poses it."""

    heading: Heading
    where: str
    text: str
    pose: Callable[..., Posed]
    seed: tuple[str, ...]

    def variant(self, number: int) -> Drawn:
        """Variant `number`, the same for ever. Raises CourseError where the question cannot be drawn."""
        secret, *names = self.seed
        for attempt in range(MAX_DRAWS):
            draw = Draw(seed_from(secret, *names, number, attempt))
            try:
                return drawn(self.text, _posed(self.pose, draw), draw)
            except UnfitError as unfit:
                reason = str(unfit)
            except Exception as error:  # an author's own code: whatever it raises is theirs to see, in one line
                raise CourseError(f"{self.where}: {self.heading.name} cannot be drawn ({_told(error)}).") from None
        raise CourseError(f"{self.where}: {self.heading.name} found no fit draw in {MAX_DRAWS} ({reason}).")


@dataclass(frozen=True)
class Quiz:
    unit: str
    mode: Mode
    questions: dict[str, Question]


def quiz_path(unit: Unit) -> Path:
    return unit.secret / "quiz.py"


def quiz_of(course: Course, unit: Unit) -> Quiz | None:
    """The quiz of a unit; None where it has none, or where it is not given.

    Raises CourseError for a file that cannot be run, or whose questions break the conventions.
    """
    path, mode = quiz_path(unit), mode_of(course, unit.name)
    if mode is Mode.OFF or not path.is_file():
        return None
    return load_quiz(path, unit.name, course.secret_seed, mode)


def load_quiz(path: Path, unit: str, secret: str, mode: Mode = Mode.GRADED) -> Quiz:
    """Raises CourseError for a file that cannot be run, or whose questions break the conventions."""
    questions = {}
    for name, function in _functions(path, path.read_bytes()):
        questions[name] = _question(path, unit, secret, name, function)
    if not questions:
        raise CourseError(f"{path}: no question in it: write a function under @question, or remove the file.")
    return Quiz(unit, mode, questions)


@cache
def _functions(path: Path, content: bytes) -> tuple[tuple[str, Callable[..., Posed]], ...]:
    """The marked functions of the file in its order; run again only when its content changes."""
    module = types.ModuleType(f"quiz_of_{path.parent.name}")
    module.__file__ = str(path)
    try:
        exec(compile(content, str(path), "exec"), vars(module))
    except SyntaxError as error:  # of a file with null bytes Python names no line
        raise CourseError(f"{path}:{error.lineno or 1}: not valid Python ({error.msg}): mend that line.") from None
    except Exception as error:  # an author's own code
        raise CourseError(f"{path} cannot be run ({_told(error)}): mend it.") from None
    return tuple((name, value) for name, value in vars(module).items() if hasattr(value, MARK))


def _question(path: Path, unit: str, secret: str, name: str, function: Callable[..., Posed]) -> Question:
    mark: Mark = getattr(function, MARK)
    where = f"{path}:{function.__code__.co_firstlineno}"
    text = inspect.getdoc(function) or ""
    if not text:
        raise CourseError(f"{where}: {name} has no docstring: write there what is asked.")
    if len(name) > LONGEST_NAME or not mark.points > 0:
        raise CourseError(f"{where}: {name} needs a name of at most {LONGEST_NAME} letters and points above 0.")
    try:
        posed = _posed(function, Draw(seed_from(secret, unit, name, 0, 0)))
    except Exception as error:  # an author's own code
        raise CourseError(f"{where}: {name} cannot be drawn ({_told(error)}).") from None
    units = list(posed.units) if isinstance(posed, Number) else []
    places = posed.places if isinstance(posed, Number) else None
    heading = Heading(name, posed.kind, mark.title, mark.about, float(mark.points), units, places)
    return Question(heading, where, text, function, (secret, unit, name))


def _posed(function: Callable[..., Posed], draw: Draw) -> Posed:
    """A question without drawn numbers takes no argument."""
    return function(draw) if inspect.signature(function).parameters else function()


def variants(question: Question, count: int = VARIANTS) -> Iterator[Drawn]:
    return (question.variant(number) for number in range(count))


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
