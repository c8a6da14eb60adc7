"""nbgrader keeps the gradebook, the feedback and the formgrader; the judge grades. No kernel runs a student's code.

    config.py      what `nbgrader_config.py` sets
    register.py    the course's exercises and points, entered in a gradebook
    secrecy.py     what nbgrader must never copy
    exporters.py   how nbgrader reads: a submission rebuilt from the release, a release made from the percent script
    rebuild.py     a student's cells, put back where the release has them
    grade.py       in place of nbgrader's Execute: a Result, written as the scores of the check cells
    class_run.py   what a class has handed in, and what the gradebook has of it: any difference is told
    recording.py   Results recorded by one nbgrader process, while others are still being judged
    waiting.py     that process, started before it is needed
    ready.py       the Results on their way to it
    scores.py      a Result as outputs that nbgrader cannot misread
    confirm.py     the scores in the gradebook are those of the Result, or there are none

nbgrader fails open: a check cell without output, or with one that is no number, gets full marks. Here every doubt
raises, and a submission that could not be graded has no score and is marked for review.
"""

from autograder.gradebook.config import configure
from autograder.gradebook.register import register

__all__ = ["configure", "register"]
