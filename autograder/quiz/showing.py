"""A question as text: Markdown for a notebook, plain lines for a terminal or a report."""

from __future__ import annotations

from autograder.quiz.forms import expected_form
from autograder.quiz.kinds import LETTERS, Heading, Kind, Shown
from autograder.quiz.texts import plain


def markdown(heading: Heading, shown: Shown) -> str:
    """The whole question, with formulas between dollar signs, and at its end how to answer it."""
    parts = [shown.text]
    if shown.code:
        language, code = (
            ("text", "\n".join(numbered(shown))) if heading.kind is Kind.LISTING else ("python", shown.code)
        )
        parts.append(f"```{language}\n{code}\n```")
    if shown.items:
        parts.append("\n".join(f"- **{number}** · {item}" for number, item in enumerate(shown.items, 1)))
        parts.append("To choose from:")  # also keeps Markdown from making one list of the two
    if shown.options:
        parts.append(
            "\n".join(f"- **{letter}** · {text}" for letter, text in zip(LETTERS, shown.options, strict=False))
        )
    parts.append(f"*{expected_form(heading, shown)}*")
    return "\n\n".join(parts)


def text(heading: Heading, shown: Shown) -> str:
    """The same for where nothing is rendered."""
    return "\n".join([plain(shown.text), *lettered(heading.kind, shown), "", expected_form(heading, shown)])


def lettered(kind: Kind, shown: Shown) -> list[str]:
    """What belongs to the question's text, in plain lines: code, numbered items, lettered options."""
    code = numbered(shown) if kind is Kind.LISTING else shown.lines
    return [
        *(f"    {line}" for line in code),
        *(f"{number}: {plain(item)}" for number, item in enumerate(shown.items, 1)),
        *(f"{letter}: {plain(option)}" for letter, option in zip(LETTERS, shown.options, strict=False)),
    ]


def numbered(shown: Shown) -> list[str]:
    width = len(str(len(shown.lines)))
    return [f"{number:{width}}  {line}".rstrip() for number, line in enumerate(shown.lines, 1)]
