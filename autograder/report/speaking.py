"""Printing on a rich console without surprises: no markup, no text that its alphabet refuses."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from autograder.report.words import Tone

STYLES = {
    Tone.GOOD: "green",
    Tone.WRONG: "red",
    Tone.FORBIDDEN: "magenta",
    Tone.LIMIT: "yellow",
    Tone.MISSING: "bright_black",
    Tone.UNVERIFIED: "cyan",
    Tone.INTERNAL: "bold white on red",
}


def say(console: Console, text: str | Text = "") -> None:
    """Print one text as it is: no markup, no emoji codes, no line breaks of rich's (a copied value is the value)."""
    line = text if isinstance(text, Text) else Text(text)
    if not speaks(console, line.plain):
        line = Text(encodable(line.plain, console))
    console.print(line, soft_wrap=True, markup=False, emoji=False, highlight=False)


def speaks(console: Console, text: str) -> bool:
    """True when the console's alphabet has every character of `text`."""
    return encodable(text, console) == text


def encodable(text: str, console: Console) -> str:
    """`text` in the console's alphabet: what an old code page cannot write is spelled out rather than raised about."""
    return text.encode(console.encoding, "backslashreplace").decode(console.encoding)
