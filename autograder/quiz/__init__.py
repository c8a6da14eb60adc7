r"""Quizzes: questions that close a unit, drawn for each student, answered in the notebook, graded with the code.

In a notebook: `from autograder import quiz`; then `quiz.student("ada")`, `quiz.ask("question")`,
`quiz.answer("question", "B")` and `quiz.progress()`.

    authoring.py        what a quiz.py is written with                     secret side
    secret.py           quiz.py -> questions -> variants with their keys
    drawn.py, draw.py   one variant: options shuffled, numbers drawn
    writing.py          quiz.json: all variants without their keys
    cells.py            the cells at the end of the notebook
    marking.py          an answer -> its share of the points, and why
    grading.py          a submission -> a result for each question
    kinds.py, bank.py   questions as students see them; which one a name picks       public side
    forms.py            the literal a student wrote -> an answer
    showing.py, texts.py  a question as Markdown or plain text
    session.py, notebook.py, clicks.py  what runs in the student's notebook; saved.py: how far a saved one is
    sealed.py           practice mode: right or wrong at once

How a student gets a question
    A release is the same for everybody, and it must work without a server. So each question is drawn in a fixed number of
    variants; `quiz.json` has them all, without answers, and the student's name picks one (a keyed hash). The grader knows the
    seed of the course, draws the same variant again, and with it the key. What a student wrote is a literal in the saved
    notebook, `quiz.answer("why", "B")`: it is read by Python's parser, never run. Whoever hands in under one name and
    answers under another gets the marks for the questions of the name that was written, and both names are told to the
    instructor.

Writing a quiz
    A file `solutions/<unit>/quiz.py`, at least eight functions in it; nothing else has to be registered. A question is a function
    whose docstring is what is asked, in Markdown with formulas between dollar signs, and which returns the answer:

        from autograder.quiz.authoring import Choice, Draw, Number, Option, Slip, question

        @question("Why the scores are divided", about="attention_scores")
        def why_scaled():
            r'''Why are the scores divided by $\sqrt{d_k}$?'''
            return Choice(
                right=Option("Without it softmax saturates.", because="The variance of a score grows with d_k …"),
                wrong=[Option("It makes the weights add up to 1.", because="That is softmax's own doing …"), …],
            )

        @question("A dot product by hand", about="dot", points=1)
        def by_hand(draw: Draw):
            r'''Let $a = <a>$ and $b = <b>$. What is $a \cdot b$?'''
            a, b = draw.vector(3), draw.vector(3)
            return Number(
                sum(x * y for x, y in zip(a, b)),
                because="Multiply number by number, then add: …",
                slips=[Slip(sum(a) * sum(b), "The sums were multiplied; it is the products that are added.")],
                given={"a": a, "b": b},
            )

    - The function's name is the question's for ever: students' answers name it. The title stands above the question and must not
      give it away. `about` is the exercise, or the heading of the section, to read again.
    - A question with numbers takes `draw` and draws them from it, from nothing else; `<name>` in any text is then that name's value
      in `given`. One without numbers takes nothing; its options are shuffled all the same.
    - Each option has its `because`: for a wrong one, the misconception that somebody who chose it has, and why it is one. Each slip
      is a wrong value computed as a misconception would compute it. A draw in which two options, or a slip and the answer, are the
      same is thrown away and drawn again, so a question always has exactly one right answer.
    - Explanations are for reports, which show formulas in plain signs: keep them simple there (`texts.plain` knows the usual ones).
    - Kinds: Choice (four options or more), Several, Number (`places` for decimals, `units` for words that may follow), Shape, Ordering
      (four steps or more), Matching (three pairs or more, and `extra` options), Listing (five lines or more, each with why it is right;
      two or more with a `wrong` form, one of which is drawn), Output (what `code` prints). What each earns: `marking.py`.
    - `tests/quiz/` draws a thousand variants of each question and looks at every text. For each question with drawn numbers it
      wants a function in `tests/quiz/recomputed/<unit>.py` that computes the answer again, from the text that the student sees.
    - `autograder build` writes it into the release. `[quiz]` in solutions/course.toml sets practice or graded mode (`settings.py`).

What is not promised
    A friend can look at your screen; two of a class may get the same variant of a question (one in 24), though seldom of all.
    In practice mode everything is sealed with the answers themselves, and four choices are soon tried: practice gives no marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.quiz.notebook import answer, ask, progress, student

__all__ = ["answer", "ask", "progress", "student"]


def __getattr__(name: str) -> Any:
    """What runs in a notebook brings NumPy with it, and who only looks for submissions needs none of it."""
    if name in __all__:
        from autograder.quiz import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'autograder.quiz' has no attribute {name!r}")
