"""Reading submissions: from files to the code of each exercise, without running any of it.

    find.py        paths on the command line -> one `Found` per student and unit
    read.py        a `Found` -> a `Submission`
      notebook.py    bytes of a notebook -> cells
      script.py      text of a .py file -> cells
      ipython.py     a cell's text -> plain Python, line for line
      statements.py  a cell -> its top-level statements and the names they bind and use
      choice.py      cells -> which one is an exercise's
      program.py     an exercise's own statements, and what they need of the rest
      answers.py     cells -> the literals written to the questions of the quiz

Whatever a student's file holds, each exercise asked for gets a `Program`: something to run, or the reason why there is
nothing.
"""

from autograder.submission.find import find_submissions
from autograder.submission.model import Found, Fragment, Program, Submission
from autograder.submission.read import program_from_source, read_submission

__all__ = [
    "Found",
    "Fragment",
    "Program",
    "Submission",
    "find_submissions",
    "program_from_source",
    "read_submission",
]
