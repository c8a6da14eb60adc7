"""What a student sees while answering: the question, what cannot be read, what is open. Nothing that is written raises."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import quiz
from autograder.quiz import session
from autograder.quiz.settings import Mode

from .course import answered, drawn_for, questions, right_answer, write_course


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return write_course(tmp_path_factory.mktemp("quiz"), '\n[quiz]\nstudents = ["ada", "bela"]\n')


@pytest.fixture(autouse=True)
def in_the_unit(course, monkeypatch):
    """As in a kernel that has just started in the unit's folder."""
    monkeypatch.chdir(course.unit("steps").released)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setattr(session, "_sessions", {})


def test_before_there_is_a_name_no_question_is_shown():
    assert "Write your name" in repr(quiz.student(...))
    assert "Write your name" in repr(quiz.ask("largest"))
    assert "Your name is missing" in repr(quiz.answer("largest", "A"))


def test_on_a_hub_its_name_for_the_student_is_offered(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert 'quiz.student("ada")' in repr(quiz.student(...))


def test_a_name_that_is_not_in_the_class_is_told_at_once():
    assert "nobody called “adda”" in repr(quiz.student("adda"))
    assert "drawn for ada" in repr(quiz.student("ada"))


def test_a_course_without_a_list_of_names_takes_any(tmp_path, monkeypatch):
    other = write_course(tmp_path)
    monkeypatch.chdir(other.unit("steps").released)
    assert "drawn for adda" in repr(quiz.student("adda"))


def test_the_question_is_the_one_that_is_graded(course):
    quiz.student("ada")
    asked = repr(quiz.ask("total"))
    first, second = (int(word.strip("?")) for word in asked.split("\n")[0].split() if word.strip("?").isdecimal())
    assert drawn_for(course, "total", "ada").key.right == first + second


def test_options_have_letters_and_lines_have_numbers():
    quiz.student("ada")
    assert [line[:2] for line in repr(quiz.ask("largest")).split("\n")[1:5]] == ["A:", "B:", "C:", "D:"]
    assert "    2      total" in repr(quiz.ask("wrong_line"))
    assert "**A** · " in quiz.ask("largest")._repr_markdown_()


def test_an_answer_of_the_right_form_is_noted_and_the_open_ones_are_counted():
    quiz.student("ada")
    assert repr(quiz.answer("largest", "b")) == 'Noted: `"B"`. 7 of 8 questions are open: 2, 3, 4, 5, 6, 7, 8.'


def test_a_graded_quiz_does_not_tell_right_from_wrong():
    """Whatever is answered, what is said differs in the answer only."""
    quiz.student("ada")
    said = {repr(quiz.answer("largest", letter)).replace(f'"{letter}"', "") for letter in "ABCD"}
    assert len(said) == 1


@pytest.mark.parametrize("value", ["E", 3, "A B", object(), [[]], float("nan")])
def test_an_answer_of_another_form_is_told_what_to_write(value):
    quiz.student("ada")
    said = repr(quiz.answer("largest", value))
    assert said.startswith("This cannot be read as an answer.")
    assert "Write one letter from A to D" in said
    assert "8 of 8 questions are open" in repr(quiz.progress())


def test_two_answers_in_one_run_of_a_cell_are_told_and_a_later_one_is_not(monkeypatch):
    shell = SimpleNamespace(execution_count=3, user_ns={})
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    quiz.student("ada")
    assert "two answers" not in repr(quiz.answer("largest", "A"))
    assert 'This cell gives two answers: the last one counts, not `"A"`.' in repr(quiz.answer("largest", "B"))
    assert "two answers" not in repr(quiz.answer("largest", "B"))
    shell.execution_count = 4
    assert "two answers" not in repr(quiz.answer("largest", "C"))


def test_the_dots_are_no_answer():
    quiz.student("ada")
    assert repr(quiz.answer("largest", ...)).startswith("Not answered when this cell ran.")


@pytest.mark.parametrize("name", ["largst", 7, ...])
def test_a_question_that_does_not_exist_is_told_with_those_that_do(name):
    quiz.student("ada")
    assert "its questions are largest, rings" in repr(quiz.ask(name))
    assert "its questions are largest, rings" in repr(quiz.answer(name, "A"))


def test_after_a_restart_name_and_answers_come_from_the_saved_notebook(course):
    notebook = course.unit("steps").notebook
    before = notebook.read_bytes()
    notebook.write_text(json.dumps(answered(course, "ada", {"rings": 'quiz.answer("rings", ...)'})))
    try:
        assert repr(quiz.progress()).startswith("1 of 8 questions is open: 2. So it was when this cell ran")
        assert "Which of these planets" in repr(quiz.ask("largest"))
    finally:
        notebook.write_bytes(before)


def test_when_all_are_answered_it_says_so(course):
    quiz.student("ada")
    for name in questions(course):
        quiz.answer(name, eval(right_answer(course, name, "ada")))
    assert repr(quiz.progress()).startswith("All 8 questions are answered.")


@pytest.mark.parametrize("content", [None, "", "{}", '{"unit": 3}'])
def test_a_missing_or_damaged_file_is_told_with_what_to_do(course, content):
    file = course.unit("steps").released / "quiz.json"
    before = file.read_bytes()
    file.unlink() if content is None else file.write_text(content)
    try:
        for said in (quiz.student("ada"), quiz.ask("largest"), quiz.answer("largest", "A"), quiz.progress()):
            assert "fresh copy of the course" in repr(said)
    finally:
        file.write_bytes(before)


@pytest.fixture
def practice(tmp_path, monkeypatch):
    """A course whose quiz is for practice."""
    course = write_course(tmp_path, f'\n[quiz]\nmode = "{Mode.PRACTICE}"\n')
    monkeypatch.chdir(course.unit("steps").released)
    quiz.student("ada")
    return course


def test_in_practice_every_kind_of_right_answer_is_told_right(practice):
    for name in questions(practice):
        said = repr(quiz.answer(name, eval(right_answer(practice, name, "ada"))))
        assert said.startswith("Right:"), (name, said)


def test_in_practice_a_wrong_answer_is_told_why(practice):
    right = drawn_for(practice, "largest", "ada").key.right
    wrong = next(place for place in range(4) if place != right)
    option = drawn_for(practice, "largest", "ada").shown.options[wrong]
    said = repr(quiz.answer("largest", "ABCD"[wrong]))
    assert said.startswith("Not right:")
    assert {"Earth": "Eleven Earths", "Mars": "half as wide", "Venus": "nearly as large"}[option] in said
    assert "Jupiter" not in said


def test_in_practice_a_known_slip_is_told_and_an_unknown_number_is_only_wrong(practice):
    drawn = drawn_for(practice, "total", "ada")
    (product, _), _ = drawn.key.slips
    assert "You have multiplied" in repr(quiz.answer("total", int(product)))
    assert repr(quiz.answer("total", 100_000)).startswith("Not right: `100000`.")


def test_in_practice_what_is_marked_is_judged_one_by_one(practice):
    drawn = drawn_for(practice, "rings", "ada")
    first, _ = drawn.key.right
    wrong = next(place for place in range(4) if place not in drawn.key.right)
    said = repr(quiz.answer("rings", f"{'ABCD'[first]}, {'ABCD'[wrong]}"))
    assert f"{'ABCD'[first]} belongs to it" in said
    assert f"{'ABCD'[wrong]} does not" in said


def test_what_is_sealed_cannot_be_read_in_the_file(practice):
    text = (practice.unit("steps").released / "quiz.json").read_text("utf-8")
    assert "outweighs" not in text
    assert "multiplied" not in text
    assert '"sealed": [\n' in text


def test_no_part_of_the_package_takes_the_name_of_what_a_notebook_calls():
    """Importing a module sets it as an attribute of its package: `quiz.progress` has to stay a function."""
    modules = {path.stem for path in Path(quiz.__file__).parent.glob("*.py")}
    assert modules.isdisjoint(quiz.__all__)
