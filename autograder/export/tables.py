"""Many Results as one table: a row for each student, or for each unit of a student.

Cells that a spreadsheet would run as a formula are marked as text: student names and folders are not ours.
Source: Canvas' "How do I import grades in the Gradebook", Moodle's "Grade import": a header line, then a line a student.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from autograder.results import Report, Result

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet(report: Report) -> str:
    """CSV with a line for each exercise: student, unit, exercise, verdict, points, of how many; then a line for the unit."""
    rows: list[Sequence[object]] = [("student", "unit", "exercise", "verdict", "points", "max_points")]
    for result in report.results:
        for exercise in result.exercises:
            points = "" if result.internal else exercise.points
            rows.append((result.submission, result.unit, exercise.name, exercise.verdict, points, exercise.max_points))
        rows.append((result.submission, result.unit, "", "", _points(result), result.max_points))
    return _csv(rows)


def canvas_table(report: Report) -> str:
    """What Canvas' gradebook imports: a column for each unit, its maximum in the line "Points Possible".

    Students are named by their login (`SIS Login ID`); empty cells leave what the gradebook has.
    """
    units = _units(report)
    fixed = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    rows: list[Sequence[object]] = [(*fixed, *units)]
    rows.append(("    Points Possible", "", "", "", "", *units.values()))
    rows += [(student, "", "", student, "", *points) for student, points in _by_student(report, units)]
    return _csv(rows)


def moodle_table(report: Report) -> str:
    """What Moodle's grade import maps: the column `username`, then one for each unit."""
    units = _units(report)
    rows: list[Sequence[object]] = [("username", *units)]
    rows += [(student, *points) for student, points in _by_student(report, units)]
    return _csv(rows)


def _units(report: Report) -> dict[str, float]:
    """Every unit in the report with its maximum."""
    return dict(sorted({result.unit: result.max_points for result in report.results}.items()))


def _by_student(report: Report, units: Iterable[str]) -> list[tuple[str, list[object]]]:
    found = {(result.submission, result.unit): _points(result) for result in report.results}
    students = dict.fromkeys(result.submission for result in report.results)
    return [(student, [found.get((student, unit), "") for unit in units]) for student in students]


def _points(result: Result) -> object:
    return "" if result.internal else result.points


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:g}"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
