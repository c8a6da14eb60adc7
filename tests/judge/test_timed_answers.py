"""What is timed has to be right: code that is quick because it does no work any more gains nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.judge.proxy import Student
from autograder.toolkit.compare import Disagreement
from autograder.toolkit.performance import assert_at_most_times_the_reference

RIGHT = "import numpy as np\ndef squared(x): return x * x"
SLOW = "import numpy as np\ndef squared(x): return np.array([v * v for v in x.tolist()])"
QUICK_AND_WRONG_LATER = """
    import numpy as np
    calls = []
    def squared(x):
        calls.append(1)
        return np.array([v * v for v in x.tolist()]) if len(calls) == 1 else x
"""
RIGHT_ONLY_ONCE = """
    import numpy as np
    answers = []
    def squared(x):
        if not answers:
            answers.append(np.array([v * v for v in x.tolist()]))
        return answers[0]
"""
X = np.arange(1.0, 200_001.0)


def student(judge, source):
    def renew():
        return judge.worker(pieces(source))

    return Student(renew(), renew=renew)


def compare(judge, source):
    assert_at_most_times_the_reference(4, student(judge, source), student(judge, RIGHT), "squared", [X])


def test_code_that_is_as_quick_as_the_reference_is_spared(judge):
    compare(judge, RIGHT)


def test_a_loop_is_too_slow(judge):
    with pytest.raises(Disagreement, match="takes more than 4 times"):
        compare(judge, SLOW)


@pytest.mark.parametrize("source", [QUICK_AND_WRONG_LATER, RIGHT_ONLY_ONCE])
def test_the_answer_of_every_timed_call_counts(judge, source):
    with pytest.raises(Disagreement) as caught:
        compare(judge, source)
    assert "takes more than" not in str(caught.value)
