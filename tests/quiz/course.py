"""A course of one unit with a quiz that has a question of each kind, built in a moment; and students who answer it."""

from __future__ import annotations

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from autograder.course import Course, find_course
from autograder.quiz.bank import variant_of
from autograder.quiz.drawn import Drawn
from autograder.quiz.forms import literal
from autograder.quiz.grading import GradedQuiz, QuizGrader
from autograder.quiz.secret import VARIANTS, Question, quiz_of
from autograder.quiz.writing import public_salt
from autograder.release import build
from autograder.results import ExerciseResult
from autograder.submission import Found, Submission, read_submission

SCRIPT = '''\
# %% [markdown]
# # 01 · Steps
# %%
from autograder import check
# %% solution="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION
# %% check="double" points=4
check(double)
'''

GRADER = """\
from autograder.toolkit import exercise, points


@exercise("double", points=4)
class TestDouble:
    @points(4)
    def test_doubles(self, student, reference):
        assert student.double(3.0) == reference.double(3.0)
"""

CHECKS = """\
from autograder.toolkit import exercise


@exercise("double")
class TestDouble:
    def test_worked_example(self, student):
        assert student.double(2.0) == 4.0
"""

QUIZ = '''\
from autograder.quiz.authoring import (
    Choice, Line, Listing, Matching, Number, Option, Ordering, Output, Pair, Several, Shape, Slip, question,
)


@question("The largest", about="double")
def largest():
    """Which of these planets is the largest?"""
    return Choice(
        right=Option("Jupiter", because="It outweighs all the other planets together."),
        wrong=[
            Option("Earth", because="Eleven Earths would fit side by side across the largest."),
            Option("Mars", because="Mars is about half as wide as our own planet."),
            Option("Venus", because="Venus is nearly as large as our own planet."),
        ],
    )


@question("Rings", about="double", points=2)
def rings():
    """Which of these planets have rings?"""
    return Several(
        right=[
            Option("Saturn", because="Its rings are seen with a small telescope."),
            Option("Uranus", because="Its rings were found when it passed before a star."),
        ],
        wrong=[
            Option("Mercury", because="Nothing has been found around the innermost planet."),
            Option("Venus", because="Venus has neither rings nor moons around it."),
        ],
    )


@question("A sum", about="double", points=3)
def total(draw):
    """What is $<a> + <b>$?"""
    a, b = draw.integer(2, 40), draw.integer(2, 40)
    return Number(
        a + b,
        because="The two numbers are put together here.",
        slips=[Slip(a * b, "You have multiplied the numbers here."), Slip(abs(a - b), "You have subtracted the numbers here.")],
        given={"a": a, "b": b},
        units=["stones"],
    )


@question("A shape", about="double")
def shape(draw):
    """What is the shape of `np.zeros((<n>, <m>)).T`?"""
    n, m = draw.sample(range(2, 30), 2)
    before = [Slip((n, m), "That is the shape before.")]
    return Shape((m, n), because="A transposed array swaps its axes.", slips=before, given={"n": n, "m": m})


@question("From the sun outwards", about="double")
def outwards():
    """In which order do the planets follow each other, from the sun outwards?"""
    names = ["Mercury", "Venus", "Earth", "Mars"]
    return Ordering([Option(name, because=f"Number {place} as one counts from the sun.") for place, name in enumerate(names, 1)])


@question("Planets and moons", about="double")
def moons():
    """Which moon belongs to which planet?"""
    return Matching(
        pairs=[
            Pair("Earth", "Luna", because="It is the one that we see at night."),
            Pair("Mars", "Phobos", because="It rises in the west, twice a day there."),
            Pair("Saturn", "Titan", because="It is the one with a thick atmosphere."),
        ],
        extra=[Option("Charon", because="It belongs to Pluto, which is no planet.")],
    )


@question("A wrong line", about="double")
def wrong_line():
    """The function should return the mean of `numbers`. Which line is wrong?"""
    return Listing(
        [
            Line("def mean(numbers):", because="The head of it is right as it is."),
            Line("    total = 0.0", "The sum begins with nothing.", "    total = 1.0", "The sum begins with one too many."),
            Line("    for number in numbers:", because="Each of the numbers comes once."),
            Line("        total += number", "It is added.", "        total -= number", "This takes each number away instead."),
            Line("    return total / len(numbers)", because="The sum by how many there are."),
        ]
    )


@question("What is printed", about="double")
def printed(draw):
    """What does this print?"""
    n = draw.integer(2, 9)
    return Output("print(<n> * 'ab')", "ab" * n, because="A text times a number is repeated.", given={"n": n})
'''

SETTINGS = 'title = "Steps"\nseed = "a-seed-for-the-tests"\n'
FILES = {
    "course.toml": SETTINGS,
    "01_steps/steps.py": SCRIPT,
    "01_steps/grade_steps.py": GRADER,
    "01_steps/test_steps.py": CHECKS,
    "01_steps/mistakes.py": "",
    "01_steps/quiz.py": QUIZ,
}


def write_course(root: Path, settings: str = "") -> Course:
    """The course in the folder `root`, built; `settings` are added to course.toml."""
    shutil.copytree(_built(settings).name, root, dirs_exist_ok=True)
    return find_course(root)


@cache
def _built(settings: str) -> tempfile.TemporaryDirectory[str]:
    """Built once for all tests: a build takes a second."""
    folder = tempfile.TemporaryDirectory(prefix="quiz-course-")
    for name, text in FILES.items():
        path = Path(folder.name, "solutions", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + settings if name == "course.toml" else text, "utf-8")
    build(find_course(Path(folder.name)))
    return folder


def questions(course: Course) -> dict[str, Question]:
    quiz = quiz_of(course, course.unit("steps"))
    assert quiz is not None
    return quiz.questions


def drawn_for(course: Course, question: str, student: str) -> Drawn:
    """The variant that `student` gets, with its key."""
    number = variant_of(student, public_salt(course.secret_seed), "01_steps", question, VARIANTS)
    return questions(course)[question].variant(number)


def right_answer(course: Course, question: str, student: str) -> str:
    """The literal of the right answer of `student`."""
    drawn = drawn_for(course, question, student)
    return literal(drawn.kind, drawn.key.right)


def released(course: Course) -> Any:
    return nbformat.read(course.unit("steps").notebook, as_version=4)


def answered(course: Course, student: str, answers: dict[str, str] | None = None) -> Any:
    """The released notebook with the name of `student` and right answers, but for the sources in `answers`.

    Args:
        answers: a question, or "" for the name, to the whole source of its cell.
    """
    notebook = released(course)
    sources = {name: f'quiz.answer("{name}", {right_answer(course, name, student)})' for name in questions(course)}
    sources |= {"": f"quiz.student({student!r})", **(answers or {})}
    for cell in notebook.cells:
        name = "" if cell.id == "quiz-your-name" else cell.id.removeprefix("quiz-")
        if cell.id != name and name in sources:
            cell.source = sources[name]
    return notebook


def submitted(course: Course, student: str, content: Any, folder: Path) -> Submission:
    """A notebook, or the text of a .py file, as `student` hands it in."""
    is_text = isinstance(content, str)
    path = folder / student / ("steps.py" if is_text else "steps.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if is_text else json.dumps(content), "utf-8")
    return read_submission(Found(student, "01_steps", str(path)), ["double"])


def graded(course: Course, submission: Submission) -> GradedQuiz:
    return QuizGrader(course, course.unit("steps")).grade(submission)


def result_of(quiz: GradedQuiz, question: str) -> ExerciseResult:
    (found,) = [each for each in quiz.exercises if each.name == f"quiz-{question}"]
    return found
