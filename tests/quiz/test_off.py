"""A quiz that is switched off is neither released nor graded."""

from __future__ import annotations

import pytest

from autograder.course import find_course
from autograder.quiz.secret import quiz_of


@pytest.mark.parametrize("mode", ["off", "practice"])
def test_only_a_mode_that_gives_quizzes_reads_them(tmp_path, mode):
    unit = tmp_path / "solutions" / "01_a"
    unit.mkdir(parents=True)
    (unit / "quiz.py").write_text("raise RuntimeError('read')\n")
    (tmp_path / "solutions" / "course.toml").write_text(f'[quiz]\nmode = "{mode}"\n')
    course = find_course(tmp_path)
    if mode == "off":
        assert quiz_of(course, course.unit("01")) is None
    else:
        with pytest.raises(Exception, match=r"quiz\.py"):
            quiz_of(course, course.unit("01"))
