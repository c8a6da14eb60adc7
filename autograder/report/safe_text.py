"""Text from strangers, made harmless: it can neither steer a terminal, nor reorder a line, nor flood a page.

What cannot be seen is shown as what it is, `␛` for an escape and `⟨U+202E⟩` for a right-to-left override, so that a
reader notices. Escaping for HTML is not done here: the templates do it, always.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_VALUE = 2_000
LONGEST_NAME = 80
MOST_LINES = 40
MOST_MARKS = 3
"""Accents on one letter: written languages need up to three; hundreds of them paint over the lines above and below."""

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories without a shape: controls, formats (bidi, zero width, tags), surrogates, separators."""
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks by category, but blank on the screen: two names that differ by one of these look the same."""
_JOINER_IN_WORD = re.compile("(?<=[\u0590-\u0dff])[\u200c\u200d](?=[\u0590-\u0dff])")
"""Persian and the scripts of India spell with joiners; between two of their letters one is spelling, not disguise."""


def visible(text: str) -> str:
    """`text` with every character that has no shape replaced by a visible sign; line feeds and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    spelling = {match.start() for match in _JOINER_IN_WORD.finditer(text)}
    shown: list[str] = []
    marks = 0
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MOST_MARKS:
            continue
        unseen = (category in _UNSEEN or character in _FILLERS) and character not in "\n\t"
        shown.append(_sign(character) if unseen and place not in spelling else character)
    return "".join(shown)


def one_line(text: str, limit: int = LONGEST_NAME) -> str:
    """A name or title: one line, at most about `limit` characters, its middle left out if longer."""
    if len(text) > limit:
        tail = limit // 4
        text = f"{text[: limit - tail]} … {text[-tail:]}"
    return " ".join(visible(text.replace("\r\n", "\n").replace("\n", "⏎")).split())


def block(text: str, limit: int = LONGEST_VALUE) -> str:
    """A value or message: its lines as they are; of more than `limit` characters or 40 lines, the head and the tail."""
    text = text.replace("\r\n", "\n")
    if len(text) > limit:
        tail = limit // 4
        left_out = len(text) - limit
        text = f"{text[: limit - tail]}\n… {left_out:,} characters left out …\n{text[-tail:]}"
    lines = text.expandtabs(4).split("\n")
    if len(lines) > MOST_LINES:
        tail = MOST_LINES // 4
        left_out = len(lines) - MOST_LINES
        lines = [*lines[: MOST_LINES - tail], f"… {left_out:,} lines left out …", *lines[-tail:]]
    return visible("\n".join(line.rstrip(" ") for line in lines)).strip("\n")


def _sign(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"⟨U+{code:04X}⟩"
