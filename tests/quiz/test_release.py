"""What a release has of a quiz: every question, no answer; and the proof that an answer would be found."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import nbformat
import pytest

from autograder.course import Course, CourseError
from autograder.quiz.bank import decode
from autograder.quiz.sealed import _derived
from autograder.quiz.secret import VARIANTS, variants
from autograder.quiz.settings import Mode
from autograder.quiz.writing import encode, made_bank
from autograder.release import build, leaks, stale

from .course import questions, released, write_course


@pytest.fixture
def course(tmp_path) -> Course:
    return write_course(tmp_path / "course")


@pytest.fixture
def bank_file(course) -> Path:
    return course.unit("steps").released / "quiz.json"


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_every_variant_of_every_question_is_in_it_as_it_was_drawn(course, bank_file):
    bank = decode(bank_file.read_bytes())
    assert bank.headings == {name: question.heading for name, question in questions(course).items()}
    names = [f"student {number}" for number in range(200)]
    for name, question in questions(course).items():
        drawn = {each.shown.text + repr(each.shown.options) + each.shown.code for each in variants(question)}
        seen = {(one := bank.shown(name, student)).text + repr(one.options) + one.code for student in names}
        assert seen == drawn


def test_a_question_has_as_many_variants_as_are_drawn(bank_file):
    assert {len(entry.variants) for entry in decode(bank_file.read_bytes()).questions} == {VARIANTS}


def test_a_clean_release_has_no_leaks(course):
    assert leaks(course, course.root / "exercises") == []
    assert stale(course) == []


@pytest.mark.parametrize("mode", [Mode.GRADED, Mode.PRACTICE])
def test_a_build_is_the_same_to_the_byte_each_time(tmp_path, mode):
    course = write_course(tmp_path / "course", f'\n[quiz]\nmode = "{mode}"\n')
    bank_file = course.unit("steps").released / "quiz.json"
    before = bank_file.read_bytes()
    _derived.cache_clear()
    build(course)
    assert bank_file.read_bytes() == before == encode(made_bank(course, course.unit("steps")))


@pytest.mark.parametrize(
    "secret",
    [
        "It outweighs all the other planets together.",
        "Eleven Earths would fit side by side across the largest.",
        "You have multiplied the numbers here.",
        "The two numbers are put together here.",
        "The sum begins with one too many.",
        "It is the one that we see at night.",
        "It belongs to Pluto, which is no planet.",
    ],
)
def test_every_kind_of_explanation_is_found(course, secret):
    (course.root / "exercises" / "01_steps" / "more.html").write_text(f"<p>{secret}</p>")
    (leak,) = leaks(course, course.root / "exercises")
    assert "more.html has text of" in leak
    assert "solutions/01_steps/quiz.py" in leak


def test_a_key_in_the_file_of_the_quiz_is_found(course, bank_file):
    replace_in(bank_file, '"mode": "graded"', '"mode": "graded",\n "keys": [2, 0, 1]')
    (leak,) = leaks(course, course.root / "exercises")
    assert "quiz.json holds something else than the questions" in leak


def test_a_key_beside_a_variant_is_found(course, bank_file):
    data = json.loads(bank_file.read_bytes())
    data["questions"][0]["variants"][0].append(3)
    bank_file.write_text(json.dumps(data))
    assert "quiz.json holds" in leaks(course, course.root / "exercises")[0]


def test_sealed_answers_in_a_graded_quiz_are_found(course, bank_file):
    data = msgspec.json.decode(bank_file.read_bytes())
    data["questions"][0]["sealed"] = ["QUJD"]
    bank_file.write_bytes(encode(decode(msgspec.json.encode(data))))
    assert leaks(course, course.root / "exercises") == ["01_steps/quiz.json holds more than the questions of a quiz."]


def test_an_answer_in_the_notebook_is_found(course):
    notebook = released(course)
    cell = next(cell for cell in notebook.cells if cell.id == "quiz-largest")
    assert cell.source == 'quiz.answer("largest", ...)'
    cell.source = 'quiz.answer("largest", "C")'
    nbformat.write(notebook, course.unit("steps").notebook)
    (leak,) = leaks(course, course.root / "exercises")
    assert "has an answer in the cell quiz-largest" in leak


def test_the_generator_of_a_question_is_found(course):
    (course.root / "exercises" / "01_steps" / "more.txt").write_text("a, b = draw.integer(2, 40), draw.integer(2, 40)")
    assert "text of solutions/01_steps/quiz.py" in leaks(course, course.root / "exercises")[0]


def test_the_order_in_which_an_author_writes_options_is_not_in_the_file(course, bank_file):
    """The texts are sorted; and over the variants each place holds the right option about as often."""
    bank = decode(bank_file.read_bytes())
    assert bank.texts == sorted(bank.texts)
    places = [drawn.key.right for drawn in variants(questions(course)["largest"], 400)]
    assert all(70 <= places.count(place) <= 130 for place in range(4))


def test_a_released_answer_cell_is_the_students_and_its_question_is_locked_with_the_points(course):
    marks = {cell.id: cell.metadata.nbgrader for cell in released(course).cells}
    assert (marks["quiz-rings"].solution, marks["quiz-rings"].locked, marks["quiz-rings"].grade) == (True, False, False)
    question = marks["check-quiz-rings"]
    assert (question.solution, question.locked, question.grade, question.points) == (False, True, True, 2)


def test_the_source_notebook_has_the_answers_between_markers(course):
    source = nbformat.read(course.unit("steps").script.with_suffix(".ipynb"), as_version=4)
    cells = {cell.id: cell.source for cell in source.cells}
    assert cells["quiz-your-name"] == '### BEGIN SOLUTION\nquiz.student("reference")\n### END SOLUTION'
    assert 'quiz.answer("largest", "' in cells["quiz-largest"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"""Which of these planets is the largest?"""', "", "has no docstring"),
        (
            'Option("Venus", because="Venus is nearly',
            'Option("Mars", because="Venus is nearly',
            "two options are the same",
        ),
        ("a, b = draw.integer(2, 40), draw.integer(2, 40)", "a, b = 1 / 0, 2", "ZeroDivisionError"),
        ('given={"n": n, "m": m}', 'given={"n": n, "m": m, "k": 3}', "no text has <k>"),
        ("Slip(a * b, ", "Slip(a + b, ", "two values are the same"),
        ("def rings():", "def rings(:", "not valid Python"),
    ],
)
def test_an_authors_slip_stops_the_build_with_the_place(course, old, new, told):
    path = course.unit("steps").secret / "quiz.py"
    replace_in(path, old, new)
    with pytest.raises(CourseError) as refused:
        build(course)
    assert told in str(refused.value)
    assert "quiz.py:" in str(refused.value)


def test_modes_are_set_for_all_quizzes_or_for_one(tmp_path):
    course = write_course(tmp_path / "all", '\n[quiz]\nmode = "practice"\n')
    assert decode((course.unit("steps").released / "quiz.json").read_bytes()).mode is Mode.PRACTICE
    course = write_course(tmp_path / "one", '\n[quiz]\nmode = "practice"\n[quiz.modes]\n01_steps = "graded"\n')
    assert decode((course.unit("steps").released / "quiz.json").read_bytes()).mode is Mode.GRADED


def test_a_word_that_is_no_mode_is_refused(tmp_path):
    with pytest.raises(CourseError, match="is no mode"):
        write_course(tmp_path / "course", '\n[quiz]\nmode = "exam"\n')
