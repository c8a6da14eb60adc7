"""What can be said about looks without eyes: contrast, and that style sheets and templates speak of the same things."""

import re
from itertools import product
from pathlib import Path

import pytest

import autograder.report
from autograder.report import html_class, html_exercise, html_result
from autograder.report.words import Tone

from .page import Page
from .sample import sample_report

TEMPLATES = Path(autograder.report.__file__).parent / "templates"
STYLES = "".join((TEMPLATES / name).read_text("utf-8") for name in ("exercise.css", "page.css", "class.css"))
COLOURS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLES)
}
READABLE = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of normal size."""

Colour = tuple[float, float, float]


def colour(name: str, theme: str) -> Colour:
    code = COLOURS[name][theme]
    red, green, blue = (int(code[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def mixed(ink: Colour, part: float, paper: Colour) -> Colour:
    red, green, blue = (part * one + (1 - part) * other for one, other in zip(ink, paper, strict=True))
    return red, green, blue


def luminance(of: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in of)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("theme", "paper", "ink"), list(product(["light", "dark"], ["paper", "card", "well"], ["ink", "soft"]))
)
def test_text_is_readable_on_every_ground(theme, paper, ink):
    assert contrast(colour(ink, theme), colour(paper, theme)) >= READABLE


@pytest.mark.parametrize(("theme", "tone"), list(product(["light", "dark"], Tone)))
def test_every_tone_is_readable_on_its_own_tint(theme, tone):
    own = colour(str(tone), theme)
    for part, ground in [(0.0, "card"), (0.0, "paper"), (0.11, "card"), (0.14, "well")]:
        paper = colour(ground, theme)
        assert contrast(own, mixed(own, part, paper)) >= READABLE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_alarm_is_readable(theme):
    assert contrast(colour("on-internal", theme), colour("internal-fill", theme)) >= READABLE


def test_every_class_has_a_style_and_every_style_a_use():
    report = sample_report()
    fragments = [html_exercise(exercise) for result in report.results for exercise in result.exercises]
    pages = [html_class(report), *map(html_result, report.results), *fragments]
    used = set().union(*(Page(html).classes for html in pages))
    styled = set(re.findall(r"\.((?:ag-|autograder)[\w-]*)", STYLES))
    assert used - styled <= {"ag-chart-words"}
    assert styled - used == set()


def test_the_fragments_style_reaches_nothing_outside_it():
    css = re.sub(r"/\*.*?\*/|@media[^{]*", "", (TEMPLATES / "exercise.css").read_text("utf-8"), flags=re.DOTALL)
    selectors = [part.strip() for rule in re.findall(r"([^{}]+)\{", css) for part in rule.split(",")]
    assert [selector for selector in selectors if selector and ".autograder" not in selector] == []


def test_the_fragments_style_outweighs_the_notebooks_own():
    """JupyterLab styles `pre`, `ul` and `dl` in an output with selectors of two classes and an element."""
    css = re.sub(r"/\*.*?\*/|@media[^{]*", "", (TEMPLATES / "exercise.css").read_text("utf-8"), flags=re.DOTALL)
    selectors = [part.strip() for rule in re.findall(r"([^{}]+)\{", css) for part in rule.split(",")]
    assert [each for each in selectors if ".ag-" in each and len(re.findall(r"\.[a-z]", each)) < 3] == []


def test_a_list_of_clues_is_laid_out_by_us_alone():
    """JupyterLab floats `dt` and `dd` and gives them a fifth and four fifths of the width."""
    for name in ("ag-clue", "ag-clue-text"):
        rule = next(rule for rule in re.findall(r"[^{}]+\{[^}]*\}", STYLES) if re.search(rf"\.{name} \{{", rule))
        assert "float: none" in rule
        assert "width: auto" in rule


def test_a_fragment_follows_the_theme_of_the_notebook_around_it():
    html = html_exercise(sample_report().results[0].exercises[0])
    assert 'body[data-jp-theme-light="false"] .autograder' in html
    assert "prefers-color-scheme" in html or "color-scheme: light dark" in html
