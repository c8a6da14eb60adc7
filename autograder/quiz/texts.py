"""Texts of questions: values set into them, what went wrong when they were drawn, and formulas as plain text for reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_PLACE = re.compile(r"<([a-z_][a-z0-9_]*)>")
_LAID_OUT = re.compile(r"^(?:[|>#]|[-*] |\d+\. |```| {4})", re.MULTILINE)
_CODE = re.compile(r"(`+)(?:.|\n)*?\1")

_ARTEFACTS = {
    r"[+\-−] ?[+\-−] ?\d": "two signs in a row: draw the sign, or write the term in brackets",
    r"(?<![\w.,\[(-])1 ?[xyz]\b": "a factor of 1 that nobody would write",
    r"\{\}|\(\)|\[\]": "empty brackets",
    r"\bNone\b|\bnan\b|\binf\b|np\.\w+\(|0x[0-9a-f]+|<function|<class": "a value that is not for people",
    r"\d\.\d{7}": "a number with too many digits: round it",
    r"  +\S": "two spaces",
}
_IN_CODE = {r"np\.(?:float|int|bool)\w*\(", r"0x[0-9a-f]{6}|<function|<class"}


def filled(text: str, given: Mapping[str, object]) -> str:
    """`text` with each `<name>` replaced by its value in `given`; other angle brackets stay."""
    return _PLACE.sub(lambda found: value_text(given[found[1]]) if found[1] in given else found[0], text)


def unwrapped(text: str) -> str:
    """A docstring's text with each paragraph in one line; lists, tables and code keep theirs."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(each if _LAID_OUT.search(each) else " ".join(each.split()) for each in paragraphs)


def names_in(text: str) -> set[str]:
    return set(_PLACE.findall(text))


def value_text(value: object) -> str:
    """A drawn value as a person would write it: `[1, -2]`, `0.25`, `(2, 3)`."""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return f"({', '.join(map(value_text, value))}{',' * (len(value) == 1)})"
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, value))}]"
    return str(value)


def artefacts(text: str) -> Iterator[str]:
    """What is wrong with a text that was drawn, a sentence each: what no person would have written."""
    prose = _CODE.sub("code", text)
    for pattern, what in _ARTEFACTS.items():
        if found := re.search(pattern, prose):
            yield f"{what}: {_around(prose, found)}"
    for pattern in _IN_CODE:
        if found := re.search(pattern, text):
            yield f"a value that is not for people: {_around(text, found)}"
    if re.search(r"<\w", prose):
        yield "an angle bracket before a word, which Markdown takes for HTML: write it in `backticks`, or give its value"
    if prose.count("$") % 2 or "`" in prose:
        yield "a $ or ` without its partner"


def _around(text: str, found: re.Match[str]) -> str:
    return repr(text[max(0, found.start() - 15) : found.end() + 15])


_SYMBOLS = {
    "cdot": "·", "times": "×", "top": "ᵀ", "le": "≤", "ge": "≥", "leq": "≤", "geq": "≥", "neq": "≠", "ne": "≠",
    "approx": "≈", "infty": "∞", "sum": "Σ", "sqrt": "√", "pm": "±", "to": "→", "in": "∈", "dots": "…", "ldots": "…",
    "cdots": "⋯", "lVert": "‖", "rVert": "‖", "|": "‖", "alpha": "α", "beta": "β", "gamma": "γ", "epsilon": "ε",
    "varepsilon": "ε", "theta": "θ", "mu": "μ", "sigma": "σ", "tau": "τ", "pi": "π", "lambda": "λ", "delta": "δ",
    "partial": "∂", "quad": " ", "left": "", "right": "", "mathrm": "", "text": "", "mathbf": "", "operatorname": "",
    "max": "max", "log": "log", "exp": "exp", "cos": "cos", "sin": "sin", "min": "min", "arg": "arg", "frac": "",
    "tfrac": "", "dfrac": "", ",": " ", ";": " ", "!": "", " ": " ", "{": "{", "}": "}", "_": "_", "%": "%",
    "mid": "|", "odot": "⊙", "in ": "∈", "ell": "ℓ", "hat": "",
}  # fmt: skip
_FRACTION = re.compile(r"\\[td]?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)")


def plain(text: str) -> str:
    """`text` with its formulas in ordinary signs, `√(d_k)` for `$\\sqrt{d_k}$`: for where no formulas are rendered.

    Code in backticks stays as it is. A command that is not known stays too, with its backslash.
    """
    parts = []
    start = 0
    for code in _CODE.finditer(text):
        parts += [_without_formulas(text[start : code.start()]), code[0]]
        start = code.end()
    return "".join([*parts, _without_formulas(text[start:])])


def _without_formulas(text: str) -> str:
    return re.sub(r"\$\$?([^$]+)\$\$?", lambda found: _signs(found[1]), text).replace("**", "")


def _signs(formula: str) -> str:
    while (replaced := _FRACTION.sub(lambda found: f"{_term(found[1])} / {_term(found[2])}", formula)) != formula:
        formula = replaced
    formula = _COMMAND.sub(lambda found: _SYMBOLS.get(found[1], found[0]), formula)
    formula = re.sub(r"√\{(\w)\}", r"√\1", formula)
    formula = re.sub(r"√\{([^{}]*)\}", r"√(\1)", formula)
    formula = re.sub(r"([_^])\{(\w+)\}", r"\1\2", formula)
    formula = re.sub(r"([_^])\{([^{}]*)\}", r"\1(\2)", formula)
    formula = re.sub(r"\^ᵀ|\^\(ᵀ\)", "ᵀ", formula)
    formula = re.sub(r"‖\s*(\w+)\s*‖", r"‖\1‖", formula)
    return " ".join(re.sub(r"[{}]", "", formula).split())


def _term(text: str) -> str:
    """A numerator or denominator: in brackets where it has more than one part."""
    return text if re.fullmatch(r"\\?\w+|\\sqrt\{[^{}]*\}|\w+_\{?\w+\}?", text.strip()) else f"({text})"
