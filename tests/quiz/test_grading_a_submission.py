"""Answers in saved notebooks, graded without running anything: what counts, what is told, and that nothing else is lost."""

from __future__ import annotations

import ast

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.course import Course, find_course
from autograder.grading.kept import KeptResults
from autograder.judge.layers import Isolation
from autograder.results import Verdict
from autograder.submission import Found, read_submission

from .course import (
    SETTINGS,
    answered,
    drawn_for,
    graded,
    questions,
    released,
    result_of,
    right_answer,
    submitted,
    write_course,
)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    return write_course(tmp_path_factory.mktemp("quiz"))


@pytest.fixture
def grade(course, tmp_path):
    """Grades ada's notebook with the sources of some cells replaced, or whatever content is given."""

    def grade(answers=None, *, student="ada", content=None, edit=None):
        notebook = content if content is not None else answered(course, "ada", answers)
        if edit is not None:
            edit(notebook)
        return graded(course, submitted(course, student, notebook, tmp_path))

    return grade


def wrong_answer(course: Course, question: str, student: str = "ada") -> str:
    right = drawn_for(course, question, student).key.right
    return '"B"' if right == 0 else '"A"'


def points(quiz) -> dict[str, float]:
    return {each.name.removeprefix("quiz-"): each.points for each in quiz.exercises}


def full(course: Course) -> dict[str, float]:
    return {name: question.heading.points for name, question in questions(course).items()}


def test_right_answers_get_all_points(course, grade):
    quiz = grade()
    assert points(quiz) == full(course)
    assert {each.verdict for each in quiz.exercises} == {Verdict.PASSED}
    assert quiz.notices == []
    assert [each.notices for each in quiz.exercises] == [[]] * 8


def test_the_released_notebook_gets_nothing_and_every_question_is_open(course, grade):
    quiz = grade(content=released(course))
    assert {each.verdict for each in quiz.exercises} == {Verdict.UNANSWERED}
    assert set(points(quiz).values()) == {0.0}


def test_a_wrong_answer_costs_its_own_points_and_is_explained(course, grade):
    quiz = grade({"largest": f'quiz.answer("largest", {wrong_answer(course, "largest")})'})
    assert points(quiz) == {**full(course), "largest": 0.0}
    message = result_of(quiz, "largest").tests[0].message
    assert "Which of these planets is the largest?" in message
    assert "Jupiter" in message
    assert "outweighs all" in message


def test_some_of_several_earns_part_of_the_points(course, grade):
    first, _ = drawn_for(course, "rings", "ada").key.right
    quiz = grade({"rings": f'quiz.answer("rings", "{"ABCD"[first]}")'})
    assert result_of(quiz, "rings").points == 1.0
    assert result_of(quiz, "rings").verdict is Verdict.FAILED


@pytest.mark.parametrize("stub", ["...", "None", '""', "[]", "set()", "{}", "()"])
def test_an_empty_answer_earns_nothing(grade, stub):
    quiz = grade({"rings": f'quiz.answer("rings", {stub})'})
    assert result_of(quiz, "rings").points == 0.0


BAD = {
    "another kind": ('quiz.answer("largest", 3)', "3 is no answer to this question"),
    "two answers": ('quiz.answer("largest", "A, B")', "2 answers"),
    "code": ('quiz.answer("largest", open("stolen", "w"))', "is code, which is not run"),
    "a bare letter": ('quiz.answer("largest", B)', "`B` in cell"),
    "a computation": ('quiz.answer("largest", "A" if True else "B")', "is code, which is not run"),
    "no quote": ('quiz.answer("largest", "B)', ', `quiz.answer("largest", "B)`, cannot be read'),
    "a shell line": ("!cat /etc/passwd", ", `!cat /etc/passwd`, has no `quiz.answer"),
    "another language": ("%%bash\necho B", "starts with %%bash"),
    "a flood": ('quiz.answer("largest", "' + "A" * 5_000 + '")', "far more than"),
    "brackets without end": ('quiz.answer("largest", ' + "[" * 900 + "]" * 900 + ")", "cannot be read"),
    "many brackets": ('quiz.answer("largest", ' + "[" * 150 + "]" * 150 + ")", "is no answer"),
    "signs without end": ('quiz.answer("largest", ' + "-" * 1_800 + "1)", ""),
    "a tower of powers": ('quiz.answer("largest", 9**9**9**9)', "is code, which is not run"),
    "a number of thousands of digits": ('quiz.answer("largest", 0x' + "f" * 1_900 + ")", "has 2288 characters"),
    "a text of a million letters": ('quiz.answer("largest", "A" * 1_000_000)', "is code, which is not run"),
    "an unhashable key": ('quiz.answer("largest", {[]: 1})', "is code, which is not run"),
    "a formatted text": ('quiz.answer("largest", f"{open}")', "is code, which is not run"),
    "stars": ('quiz.answer("largest", *"AB")', "is code, which is not run"),
    "null bytes": ('quiz.answer("largest", "A\x00")', ""),
    "three values": ('quiz.answer("largest", "A", "B")', "several answers at once"),
}


OF_ANOTHER_KIND = {
    "largest": ("(2, 3)", "3.5", '"Jupiter"'),
    "rings": ("3", '"A, Z"', "True"),
    "total": ('"seven"', "(1, 2)", '"3 apples"', "1j"),
    "shape": ('"A"', "3.5", '"2 by 3"', "(2, 'x')"),
    "outwards": ('"A"', "1234", '"A, A, B, C"', "{'A', 'B', 'C', 'D'}"),
    "moons": ('"A"', "{1: 'A'}", "7"),
    "wrong_line": ('"A"', "0", "99", "2.5"),
    "printed": ("b'ab'",),
}


@pytest.mark.parametrize(
    ("question", "value"), [(question, value) for question, values in OF_ANOTHER_KIND.items() for value in values]
)
def test_an_answer_of_another_kind_is_told_what_to_write_and_the_others_count(course, grade, question, value):
    quiz = grade({question: f'quiz.answer("{question}", {value})'})
    assert points(quiz) == {**full(course), question: 0.0}
    result = result_of(quiz, question)
    assert result.verdict is Verdict.FAILED
    assert "Write " in result.tests[0].message


@pytest.mark.parametrize(("source", "told"), BAD.values(), ids=BAD)
def test_a_bad_answer_is_told_and_costs_only_itself(course, grade, source, told):
    quiz = grade({"largest": source})
    assert points(quiz) == {**full(course), "largest": 0.0}
    result = result_of(quiz, "largest")
    assert result.verdict is Verdict.FAILED
    assert told in result.tests[0].message
    assert "Write one letter from A to D" in result.tests[0].message
    assert not result.tests[0].message[0].islower()
    assert "?." not in result.tests[0].message
    assert result.tests[0].next.startswith("Run the answer's cell")


def test_code_beside_an_answer_is_not_run_and_the_answer_counts(course, grade, tmp_path):
    trace = tmp_path / "ran"
    right = right_answer(course, "largest", "ada")
    source = f'open({str(trace)!r}, "w")\nquiz.answer("largest", {right})\nquiz = None'
    quiz = grade({"largest": source})
    assert not trace.exists()
    assert points(quiz) == full(course)
    (notice,) = result_of(quiz, "largest").notices
    assert "was not run" in notice


def test_a_cell_that_changes_the_names_of_the_quiz_changes_nothing(course, grade):
    def edit(notebook):
        cell = next(cell for cell in notebook.cells if cell.id == "quiz-its-import")
        cell.source = "class quiz:\n    answer = student = ask = lambda *_: 1"

    assert points(grade(edit=edit)) == full(course)


@pytest.mark.parametrize("source", ['quiz.ask("rings")', 'print("Which is the smallest?")', "", "def broken(:"])
def test_an_edited_question_is_told_and_graded_as_it_was_released(course, grade, source):
    def edit(notebook):
        cell = next(cell for cell in notebook.cells if cell.id == "check-quiz-largest")
        cell.source = source
        cell.metadata.nbgrader.update(points=100, locked=False, grade=False)

    quiz = grade(edit=edit)
    assert points(quiz) == full(course)
    (notice,) = result_of(quiz, "largest").notices
    assert "was changed. Graded is the question as it was released" in notice
    assert [each.notices for each in quiz.exercises].count([]) == len(questions(course)) - 1


def test_a_question_that_was_edited_and_not_answered_stays_open(course, grade):
    def edit(notebook):
        for cell in notebook.cells:
            if cell.id in ("quiz-largest", "check-quiz-largest"):
                cell.source = ""

    quiz = grade(edit=edit)
    assert points(quiz) == {**full(course), "largest": 0.0}
    assert result_of(quiz, "largest").verdict is Verdict.UNANSWERED
    assert "was changed" in result_of(quiz, "largest").notices[0]


def test_a_title_or_a_text_that_was_rewritten_changes_nothing(course, grade):
    def edit(notebook):
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = "### Question 1 · 100 points"

    assert points(grade(edit=edit)) == full(course)


def test_of_two_answers_in_a_cell_the_last_counts_and_both_are_told(course, grade):
    right, wrong = right_answer(course, "largest", "ada"), wrong_answer(course, "largest")
    quiz = grade({"largest": f'quiz.answer("largest", {wrong})\nquiz.answer("largest", {right})'})
    assert result_of(quiz, "largest").points == 1.0
    (notice,) = result_of(quiz, "largest").notices
    assert notice.startswith("There are two answers")
    assert ast.literal_eval(wrong) in notice


def test_the_original_cell_counts_and_not_a_pasted_copy(course, grade):
    def edit(notebook):
        original = next(cell for cell in notebook.cells if cell.id == "quiz-largest")
        copy = new_code_cell(f'quiz.answer("largest", {wrong_answer(course, "largest")})', metadata=original.metadata)
        notebook.cells.append(copy)

    quiz = grade(edit=edit)
    assert result_of(quiz, "largest").points == 1.0
    assert "There are two answers" in result_of(quiz, "largest").notices[0]


def test_an_answer_in_another_cell_counts_where_its_own_is_open(course, grade):
    right = right_answer(course, "largest", "ada")

    def edit(notebook):
        notebook.cells.append(new_code_cell(f'quiz.answer("largest", {right})'))

    quiz = grade({"largest": 'quiz.answer("largest", ...)'}, edit=edit)
    assert result_of(quiz, "largest").points == 1.0
    (notice,) = result_of(quiz, "largest").notices
    assert f'`quiz.answer("largest", {right})`, not in its own cell' in notice, "Jupyter shows no numbers of cells"


def test_a_literal_alone_in_the_cell_of_an_answer_counts(course, grade):
    quiz = grade({"largest": right_answer(course, "largest", "ada")})
    assert points(quiz) == full(course)


def test_a_cell_that_became_text_is_still_read(course, grade):
    def edit(notebook):
        place = next(place for place, cell in enumerate(notebook.cells) if cell.id == "quiz-largest")
        old = notebook.cells[place]
        notebook.cells[place] = new_markdown_cell(old.source, id=old.id, metadata=old.metadata)

    assert points(grade(edit=edit)) == full(course)


def test_cells_without_their_ids_are_known_by_what_they_call(course, grade):
    def edit(notebook):
        for number, cell in enumerate(notebook.cells):
            cell.id = f"new-{number}"
            cell.metadata = {}

    assert points(grade(edit=edit)) == full(course)


def test_a_script_with_the_same_lines_counts(course, grade):
    notebook = answered(course, "ada")
    script = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert points(grade(content=script)) == full(course)


def test_a_deleted_cell_costs_its_own_question(course, grade):
    def edit(notebook):
        notebook.cells = [cell for cell in notebook.cells if cell.id != "quiz-largest"]

    quiz = grade(edit=edit)
    assert points(quiz) == {**full(course), "largest": 0.0}
    assert result_of(quiz, "largest").verdict is Verdict.UNANSWERED


def test_the_questions_of_the_name_that_was_written_are_graded_and_both_names_are_told(course, grade):
    quiz = grade(student="bela")
    assert points(quiz) == full(course)
    (notice,) = quiz.notices
    assert quiz.exercises[0].notices == [notice]
    assert "answered as `ada`" in notice
    assert "handed in as `bela`" in notice


@pytest.mark.parametrize("written", ["ADA", " ada ", "Ada"])
def test_capitals_and_spaces_make_no_other_student(course, grade, written):
    quiz = grade({"": f"quiz.student({written!r})"})
    assert points(quiz) == full(course)
    assert quiz.notices == []


@pytest.mark.parametrize(
    "source", ["quiz.student(...)", "quiz.student(input())", "quiz.student(7)", "", "quiz.student(ada)"]
)
def test_without_a_readable_name_the_one_of_the_submission_is_taken(course, grade, source):
    quiz = grade({"": source})
    assert points(quiz) == full(course)
    assert "No name in the quiz" in quiz.notices[0]


def test_an_unreadable_file_leaves_every_question_open(course, grade, tmp_path):
    quiz = grade(content="def broken(:\n")
    assert {each.verdict for each in quiz.exercises} == {Verdict.UNANSWERED}


@pytest.mark.parametrize("content", ["def double(x):\n    return x + x\n", "def broken(:\n"], ids=["code", "broken"])
def test_a_file_of_code_is_told_that_it_has_no_quiz_and_its_points_stay_open(course, grade, content):
    quiz = grade(content=content)
    assert points(quiz) == dict.fromkeys(questions(course), 0.0)
    assert {each.verdict for each in quiz.exercises} == {Verdict.UNANSWERED}
    told = {test.message for each in quiz.exercises for test in each.tests}
    assert told == {"There is no quiz in a .py file: answer it in the unit's notebook, and hand that in."}


def test_a_notebook_that_is_damaged_or_without_the_quiz_is_told_so(course, tmp_path):
    notebook = released(course)
    notebook.cells = [cell for cell in notebook.cells if "quiz" not in cell.id]
    whole = submitted(course, "ada", notebook, tmp_path)
    path = tmp_path / "ada" / "steps.ipynb"
    path.write_text(path.read_text("utf-8")[:-40], "utf-8")
    cut = read_submission(Found("ada", "01_steps", str(path)), ["double"])
    for submission, told in ((whole, "not in this notebook"), (cut, "No answer could be read. ")):
        quiz = graded(course, submission)
        assert {each.verdict for each in quiz.exercises} == {Verdict.UNANSWERED}
        assert all(told in test.message for each in quiz.exercises for test in each.tests)


def test_other_names_get_other_questions(course):
    texts = {drawn_for(course, "total", f"student {number}").shown.text for number in range(30)}
    assert len(texts) > 10


def test_the_same_name_always_gets_the_same_question(course):
    assert drawn_for(course, "total", "ada") == drawn_for(course, "total", " ADA")


def test_a_release_that_is_not_what_is_graded_gives_no_marks(tmp_path):
    course = write_course(tmp_path / "course")
    right = answered(course, "ada")
    settings = course.root / "solutions" / "course.toml"
    settings.write_text(settings.read_text().replace("a-seed", "another-seed"))
    changed = type(course)(course.root, course.units)
    quiz = graded(changed, submitted(changed, "ada", right, tmp_path))
    assert {each.verdict for each in quiz.exercises} == {Verdict.INTERNAL}
    assert "autograder build" in quiz.exercises[0].tests[0].message


def test_a_broken_quiz_is_our_fault_and_no_zero(tmp_path):
    course = write_course(tmp_path / "course")
    notebook = answered(course, "ada")
    (course.unit("steps").secret / "quiz.py").write_text("import a_module_that_is_not_there")
    quiz = graded(course, submitted(course, "ada", notebook, tmp_path))
    assert [each.verdict for each in quiz.exercises] == [Verdict.INTERNAL]
    assert "a_module_that_is_not_there" in quiz.exercises[0].tests[0].message


def test_a_practice_quiz_has_no_results(tmp_path):
    course = write_course(tmp_path / "course", '\n[quiz]\nmode = "practice"\n')
    quiz = graded(course, submitted(course, "ada", answered(course, "ada"), tmp_path))
    assert quiz.exercises == []
    assert not any(cell.metadata.nbgrader.get("grade") for cell in released(course).cells if "quiz" in cell.id)


def test_a_result_that_was_kept_is_not_taken_where_the_quiz_is_given_otherwise(tmp_path):
    course = write_course(tmp_path / "course")
    found = Found("ada", "01_steps", str(course.unit("steps").notebook))
    before = KeptResults(course, Isolation.CONFINED, print).file_of(found)
    (course.root / "solutions" / "course.toml").write_text(SETTINGS + '[quiz]\nmode = "practice"\n')
    after = KeptResults(find_course(course.root), Isolation.CONFINED, print).file_of(found)
    assert before != after
