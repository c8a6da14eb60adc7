"""Telling: from a `Result` to what a person reads, in a terminal, a notebook or a browser.

    safe_text.py    hostile text -> text that only says what it says
    presentable.py  Result -> the same Result with every text made safe and short; all renderers begin here
    words.py        the words, tones and numbers used everywhere
    telling.py      tests -> what to tell about them, in order
    picture.py      two small arrays -> two pictures on one scale
    feedback.py     Result -> as much of it as its student may see
    references.py   Result -> the reference solutions that its student may see
    classroom.py    many Results -> table, distributions, mistakes
    file_names.py   names of students -> names of files
    text.py, html.py, files.py, terminal.py (with class_table.py and speaking.py)    the forms

Names, messages and values come from students' programs: nothing here interprets them as markup.
Marks are shown as they come, never computed.
"""

from __future__ import annotations

from autograder.report.feedback import FEEDBACK_HELP, Feedback, feedback_of, limited, limited_exercise
from autograder.report.files import write_reports
from autograder.report.html import html_class, html_exercise, html_result
from autograder.report.references import References, references_of
from autograder.report.terminal import print_report
from autograder.report.text import text_exercise

__all__ = [
    "FEEDBACK_HELP",
    "Feedback",
    "References",
    "feedback_of",
    "html_class",
    "html_exercise",
    "html_result",
    "limited",
    "limited_exercise",
    "print_report",
    "references_of",
    "text_exercise",
    "write_reports",
]
