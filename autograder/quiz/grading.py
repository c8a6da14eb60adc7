"""The quiz of a submission, graded: a result for each question, from the literals that were written. No code is run.

The grader draws what the student was shown again, by the same rule: from the name in the notebook, or, where there is none,
from the name that the work was handed in under.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from autograder.course import Course, CourseError, Unit
from autograder.quiz.bank import FILE, same_name, variant_of
from autograder.quiz.drawn import Drawn
from autograder.quiz.forms import FormError, expected_form, is_open, understood
from autograder.quiz.marking import marked
from autograder.quiz.names import result_name
from autograder.quiz.secret import VARIANTS, Question, quiz_of, quiz_path
from autograder.quiz.settings import Mode, class_of
from autograder.quiz.texts import plain
from autograder.quiz.writing import encode, make_bank, public_salt
from autograder.results import ExerciseResult, TestResult, Verdict
from autograder.submission.model import Submission, Written
from autograder.submission.names import NOBODY


@dataclass(frozen=True)
class GradedQuiz:
    """`notices` are about the quiz as a whole; the student finds them at its first question."""

    exercises: list[ExerciseResult]
    notices: list[str]


class QuizGrader:
    """Grades the quiz of one unit. A practice quiz has no results: its marks would be worth nothing.

    `version` is what a Result says of the quiz it was graded with.
    """

    def __init__(self, course: Course, unit: Unit) -> None:
        self._unit = unit
        self._secret = course.secret_seed
        self._fault = ""
        path = quiz_path(unit)
        self.version = {"quiz": hashlib.sha256(path.read_bytes()).hexdigest()[:16]} if path.is_file() else {}
        self._questions: dict[str, Question] = {}
        try:
            quiz = quiz_of(course, unit)
            if quiz is not None and quiz.mode is Mode.GRADED:
                self._questions = quiz.questions
                released = unit.released / FILE
                if released.is_file() and released.read_bytes() != encode(
                    make_bank(quiz, self._secret, class_of(course))
                ):
                    self._fault = (
                        f"{released} is not the quiz that {quiz_path(unit)} and the course's seed make: students see other "
                        "questions than are graded. Put the seed and the questions back, or run `autograder build`."
                    )
        except CourseError as error:
            self._fault = str(error)

    def grade(self, submission: Submission) -> GradedQuiz:
        """Never raises for what a student wrote. A fault of the quiz itself leaves its questions without a verdict."""
        if self._fault:
            names = [result_name(name) for name in self._questions] or ["quiz"]
            return GradedQuiz([_internal(name, self._fault) for name in names], [])
        if not self._questions:
            return GradedQuiz([], [])
        name, notices = _name_of(submission)
        why_open = _why_open(submission)
        exercises = []
        for question in self._questions.values():
            number = variant_of(name, public_salt(self._secret), self._unit.name, question.heading.name, VARIANTS)
            exercises.append(_graded(question, question.variant(number), submission.quiz, why_open))
        exercises[0] = replace(exercises[0], notices=[*notices, *exercises[0].notices])
        return GradedQuiz(exercises, notices)


def _why_open(submission: Submission) -> str:
    """What to say to a question without an answer: where nothing was there to be answered, that."""
    if submission.quiz:
        return "This question is not answered yet."
    if submission.source.lower().endswith(".py"):
        return "There is no quiz in a .py file: answer it in the unit's notebook, and hand that in."
    faults = {program.fault for program in submission.programs.values()}
    if len(faults) == 1 and (fault := faults.pop()):
        return f"No answer could be read. {fault}"
    return "The cells of the quiz are not in this notebook: answer it in a fresh copy of the unit's, and hand that in."


def _graded(question: Question, drawn: Drawn, written: Sequence[Written], why_open: str) -> ExerciseResult:
    heading = question.heading
    answer, notices = _chosen(heading.name, written)
    asked = "\n".join(filter(None, [plain(drawn.shown.text), *_options(drawn)]))
    value = _value(answer)
    if answer.problem:
        form = expected_form(heading, drawn.shown)
        problem = f"{answer.problem[:1].upper()}{answer.problem[1:]}"
        return _result(question, Verdict.FAILED, 0.0, f"{problem} {form}", notices, _UNREAD)
    if is_open(value):
        return _result(question, Verdict.UNANSWERED, 0.0, why_open, notices)
    try:
        understood_answer = understood(heading, drawn.shown, value)
    except FormError as error:
        return _result(question, Verdict.FAILED, 0.0, f"{answer.origin.capitalize()}: {error}", notices, _UNREAD)
    mark = marked(drawn, understood_answer)
    verdict = Verdict.PASSED if mark.share == 1.0 else Verdict.FAILED
    return _result(question, verdict, mark.share, f"{asked}\n\n{mark.message}", notices)


def _options(drawn: Drawn) -> list[str]:
    """What there was to choose from, with its letters and numbers; code as it was shown."""
    from autograder.quiz.showing import lettered

    return lettered(drawn.kind, drawn.shown)


def _chosen(question: str, written: Sequence[Written]) -> tuple[Written, list[str]]:
    """The answer that counts, and what the student should know about it.

    The best place that has one counts, the last answer there, as when a notebook is run from top to bottom.
    """
    mine = sorted((each for each in written if each.question == question), key=lambda each: each.rank)
    given = [each for each in mine if each.problem or not is_open(_value(each))]
    readable = [each for each in given if not each.problem]
    best = [each for each in readable or given if each.rank == (readable or given)[0].rank]
    if not best:
        return (mine[0] if mine else Written(question, "", 2)), [note for each in mine for note in each.notices]
    chosen = best[-1]
    notices = list(dict.fromkeys(note for each in mine for note in each.notices))
    different = [each for each in readable if each.literal != chosen.literal]
    if different:
        others = ", ".join(f"{each.literal} in {each.origin}" for each in different)
        notices.append(f"There are two answers: {chosen.literal} in {chosen.origin} counted, not {others}.")
    notices += [each.problem for each in given if each.problem and each is not chosen]
    if not different and chosen.rank == 2:
        notices.append(f"The answer was found in {chosen.place}, not in its own cell: it counted.")
    return chosen, notices


def _name_of(submission: Submission) -> tuple[str, list[str]]:
    """Whose variants the answers belong to, and what student and instructor have to know about it."""
    written, _ = _chosen("", submission.quiz)
    name = _value(written)
    handed_in = submission.student
    if not isinstance(name, str) or not name.strip():
        answered = any(each.question and not is_open(_value(each)) for each in submission.quiz)
        told = f"No name in the quiz (`quiz.student(…)`): graded as the questions of {handed_in}. If the marks look wrong, ask."
        return handed_in, [told] if answered else []
    if same_name(name) != same_name(handed_in) and handed_in != NOBODY:
        shown = name if len(name) <= 60 else f"{name[:50]} …"
        return name, [
            f"The quiz was answered as `{shown}`, and handed in as `{handed_in}`: the questions of `{shown}` were graded. "
            "To the instructor: see whether both are one person."
        ]
    return name, []


def _value(written: Written) -> object:
    try:
        return ast.literal_eval(written.literal)
    except (
        ValueError,
        SyntaxError,
        TypeError,
        RecursionError,
        MemoryError,
    ):  # kept as it was read, so this does not happen
        return ...


def _result(
    question: Question, verdict: Verdict, share: float, message: str, notices: list[str], advice: str = ""
) -> ExerciseResult:
    heading = question.heading
    points = heading.points * share
    test = TestResult(
        name=heading.name,
        title=heading.title,
        verdict=verdict,
        points=points,
        max_points=heading.points,
        message=message,
        next=advice or _NEXT[verdict].format(about=heading.about),
    )
    return ExerciseResult(result_name(heading.name), verdict, points, heading.points, [test], notices)


_NEXT = {
    Verdict.PASSED: "",
    Verdict.FAILED: "Read again: {about}.",
    Verdict.UNANSWERED: "Run the question's cell, then write your answer in the cell below it. It belongs to: {about}.",
}
_UNREAD = "Run the answer's cell after you have written in it: it says whether the answer can be read."


def _internal(name: str, fault: str) -> ExerciseResult:
    test = TestResult(name, "The quiz", Verdict.INTERNAL, 0.0, 0.0, fault)
    return ExerciseResult(name, Verdict.INTERNAL, 0.0, 0.0, [test])
