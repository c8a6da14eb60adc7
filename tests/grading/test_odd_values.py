"""Whatever a function returns, it is a wrong answer: the batch goes on, and the fault is not ours."""

from __future__ import annotations

import pytest

from autograder.results import Verdict
from autograder.submission import Submission, program_from_source

ODD = {
    "nothing": "None",
    "a text": "'0.5'",
    "a list": "[0.5, 0.5]",
    "an array of texts": "np.array(['0.5', '0.5'])",
    "an array of objects": "np.array([None, 1])",
    "a complex number": "1j",
    "an object": "type('Thing', (), dict())()",
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_a_value_of_no_use_is_a_wrong_answer(grader, course, value):
    names = ("softmax", "log_softmax", "softmax_with_temperature", "softmax_backward", "check_softmax")
    source = "import numpy as np\n\ndef {}(*arguments, **named):\n    return " + value
    programs = {name: program_from_source(name, source.format(name), "cell 1") for name in names}
    result = grader.grade(Submission("odd", "02_softmax", "odd.py", programs))
    assert result.points == 0
    assert {exercise.verdict for exercise in result.exercises if exercise.name in names} == {Verdict.FAILED}
