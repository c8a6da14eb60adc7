"""How far a quiz is, in the summary of `pytest exercises`: by the saved notebook."""

from __future__ import annotations

import msgspec

from autograder.course import Unit
from autograder.quiz.bank import FILE, decode
from autograder.quiz.session import Session


def quiz_part(unit: Unit) -> str:
    """`, quiz 5 of 9 answered`; nothing for a unit without a quiz."""
    try:
        bank = decode((unit.released / FILE).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return ""
    session = Session(unit.released, bank)
    session.take_saved_name()
    return f", quiz {len(bank.questions) - len(session.open_questions())} of {len(bank.questions)} answered"
