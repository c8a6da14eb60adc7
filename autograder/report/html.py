"""The HTML forms: pages that stand alone (no scripts, nothing fetched) and a fragment for notebooks.

Jinja2 escapes every expression; the texts in them have been through `presentable` before. What the templates cannot
express comes in as plain functions, and the few that return markup escape their parts themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.quiz.table import with_quiz_in_one
from autograder.report import words
from autograder.report.classroom import internal_faults, to_settle, unconfined, unit_tables
from autograder.report.file_names import page_paths
from autograder.report.picture import picture_pair
from autograder.report.presentable import presentable_exercise, presentable_result
from autograder.report.telling import Piece, all_wait, assignments, faults, nothing, passed_tests, pieces, unverified
from autograder.results import ExerciseResult, Report, Result

_TEMPLATES = Path(__file__).parent / "templates"


def html_result(result: Result, references: Mapping[str, str] | None = None) -> str:
    """One self-contained page about `result`, in light and dark, for screen and paper.

    Args:
        references: the reference solutions to show, by exercise.
    """
    shown = presentable_result(result)
    return (
        _environment()
        .get_template("result.html")
        .render(result=shown, contents=_contents(shown.exercises), references=references or {})
    )


def html_exercise(exercise: ExerciseResult, reference: str = "") -> str:
    """A fragment about `exercise` with its own style under one root class: for a notebook or a feedback page.

    Args:
        reference: the reference solution to show below it, if any.
    """
    shown = presentable_exercise(exercise)
    return _environment().get_template("exercise.html").render(exercise=shown, reference=reference)


def html_class(report: Report) -> str:
    """The class page: what every submission got, with links to the pages that `write_reports` puts beside it."""
    results = [presentable_result(result) for result in report.results]
    links = [quote(str(path)) for path in page_paths(report.results)]
    return (
        _environment()
        .get_template("class.html")
        .render(
            results=results,
            tables=unit_tables(results, links),
            internal_faults=internal_faults(results),
            unconfined=unconfined(results),
            to_settle=to_settle(results),
        )
    )


def _contents(exercises: list[ExerciseResult]) -> list[tuple[ExerciseResult, int]]:
    """The lines of a page's contents, each with the number of the card that it leads to; the questions of a quiz share one."""
    lines = with_quiz_in_one(exercises)
    cards = {exercise.name: place for place, exercise in reversed([*enumerate(exercises, 1)])}
    questions = cards.keys() - {line.name for line in lines}
    return [(line, cards.get(line.name) or min(cards[name] for name in questions)) for line in lines]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        {
            "style": _style,
            "words": words,
            "all_wait": all_wait,
            "assignments": assignments,
            "faults": faults,
            "nothing": nothing,
            "passed_tests": passed_tests,
            "picture_pair": picture_pair,
            "pieces": pieces,
            "unverified": unverified,
        }
    )
    environment.filters.update({"prose": _prose, "marked": _marked, "percent": _percent, "breakable": _breakable})
    return environment


@cache
def _style(name: str) -> Markup:
    """A style sheet of ours, without its comments and line breaks: a notebook holds one copy for each check."""
    text = re.sub(r"/\*.*?\*/", "", (_TEMPLATES / name).read_text("utf-8"), flags=re.DOTALL)
    return Markup(re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", text)).strip())


def _prose(text: str) -> Markup:
    """A message with its `code` set as code."""
    parts = re.split(r"`([^`\n]+)`", text)
    return Markup("").join(
        Markup('<code class="ag-code">{}</code>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def _marked(parts: list[Piece]) -> Markup:
    """A value with the places marked where it differs from the one beside it."""
    return Markup("").join(
        Markup('<mark class="ag-differs">{}</mark>').format(part.text) if part.differs else escape(part.text)
        for part in parts
    )


def _breakable(name: str) -> Markup:
    """A long identifier that may break where its words meet."""
    return Markup("<wbr>").join(words.name_parts(name))


def _percent(part: float) -> str:
    return f"{100 * part:.4g}%"
