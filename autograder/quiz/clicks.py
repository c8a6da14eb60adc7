"""Answers by mouse, where ipywidgets is installed: a click writes the literal into the answer's cell.

JupyterLab gives a kernel no way to write into another cell, so the page does it: the click sends it a line of JavaScript, which
finds the cell that begins with `quiz.answer("question",` and gives its editor the new text, as typing would. The record is
the same as that of a typed answer. Where the page refuses, it shows the line to write.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets
from IPython.display import Javascript, display

from autograder.quiz.forms import FormError, is_open, literal, understood
from autograder.quiz.kinds import LETTERS, Heading, Kind, Shown
from autograder.quiz.session import Session

_SCRIPT = Path(__file__).with_name("write_answer.js")
_CHOSEN, _PLAIN = "primary", ""


def clickable(session: Session, heading: Heading, shown: Shown) -> widgets.Widget:
    """Buttons or a field for one question; what is answered already is marked."""
    return _Clicks(session, heading, shown).box


class _Clicks:
    def __init__(self, session: Session, heading: Heading, shown: Shown) -> None:
        self.session = session
        self.heading = heading
        self.shown = shown
        self.picked: list[int] = []
        self.says = widgets.Label(layout=widgets.Layout(display="none"))
        self.page = widgets.Output()
        answer = session.answer(heading.name)
        match heading.kind:
            case Kind.CHOICE | Kind.LISTING:
                self.picked = [answer] if isinstance(answer, int) else []
                row = self._buttons(self._one)
            case Kind.SEVERAL:
                self.picked = list(answer) if isinstance(answer, tuple) else []
                row = self._buttons(self._toggle)
            case Kind.ORDERING:
                self.picked = list(answer) if isinstance(answer, tuple) else []
                row = self._buttons(self._append)
            case Kind.MATCHING:
                row = self._menus(answer if isinstance(answer, tuple) else ())
            case _:
                row = self._field()
        self.box = widgets.VBox([row, self.says, self.page])

    def _buttons(self, clicked: Callable[[int], None]) -> widgets.Widget:
        """A button for each option or line."""
        is_listing = self.heading.kind is Kind.LISTING
        count = len(self.shown.lines) if is_listing else len(self.shown.options)
        self.buttons = [
            widgets.Button(
                description=str(place + 1) if is_listing else LETTERS[place],
                layout=widgets.Layout(width="3em"),
                tooltip=f"{'line' if is_listing else 'option'} {place + 1 if is_listing else LETTERS[place]}",
            )
            for place in range(count)
        ]
        for place, button in enumerate(self.buttons):
            button.on_click(lambda _, place=place: clicked(place))
        self._colour()
        return widgets.HBox(self.buttons, layout=widgets.Layout(flex_flow="row wrap"))

    def _one(self, place: int) -> None:
        self.picked = [place]
        self._write(place + 1 if self.heading.kind is Kind.LISTING else LETTERS[place])

    def _toggle(self, place: int) -> None:
        self.picked = sorted(set(self.picked) ^ {place})
        self._write(self._letters() or ...)

    def _append(self, place: int) -> None:
        """The order of the clicks; a click on a letter that is there takes it, and what follows, back."""
        where = self.picked.index(place) if place in self.picked else len(self.picked)
        self.picked = [*self.picked[:where], place] if where == len(self.picked) else self.picked[:where]
        if len(self.picked) == len(self.shown.options):
            self._write(self._letters())
        else:
            self._write(...)
            self._say(
                f"So far: {self._letters() or 'nothing'}. Click the letters in their order; one that is clicked again is "
                "taken back, with those behind it."
            )

    def _menus(self, answer: tuple[int, ...]) -> widgets.Widget:
        letters = list(LETTERS[: len(self.shown.options)])
        menus = [
            widgets.Dropdown(
                options=["", *letters],
                value=letters[answer[place]] if answer else "",
                description=str(place + 1),
                layout=widgets.Layout(width="8em"),
                style={"description_width": "2em"},
            )
            for place in range(len(self.shown.items))
        ]

        def chosen(_: object) -> None:
            given = [menu.value for menu in menus]
            self._write(", ".join(given) if all(given) else ...)

        for menu in menus:
            menu.observe(chosen, "value")
        return widgets.HBox(menus, layout=widgets.Layout(flex_flow="row wrap"))

    def _field(self) -> widgets.Widget:
        """A field for a number, a shape or a line of output, and a button that takes it over."""
        value = self.session.value(self.heading.name)
        shown = "" if is_open(value) else str(value)
        field = widgets.Text(value=shown, placeholder="your answer", layout=widgets.Layout(width="18em"))
        button = widgets.Button(description="Write it", layout=widgets.Layout(width="6em"))
        button.on_click(lambda _: self._write(_unquoted(field.value)))
        return widgets.HBox([field, button])

    def _letters(self) -> str:
        return ", ".join(LETTERS[place] for place in self.picked)

    def _write(self, value: object) -> None:
        self._colour()
        name = self.heading.name
        source = "..."
        self._say("")
        if not is_open(value):
            try:
                source = literal(self.heading.kind, understood(self.heading, self.shown, value))
            except FormError as error:
                self._say(str(error))
                return
        self.session.given[name] = ... if is_open(value) else value
        start = f'quiz.answer("{name}",'
        values = {
            "start": start,
            "source": f"{start} {source})",
            "sent": int(time.time() * 1000),
            "done": "No whole answer yet; below stands: "
            if is_open(value)
            else "Written below; save the notebook to keep it: ",
            "left": self.session.what_is_open(),
        }
        with self.page:
            self.page.clear_output()
            display(Javascript(f"({_SCRIPT.read_text('utf-8').strip()})(element, {json.dumps(values)});"))

    def _say(self, text: str) -> None:
        self.says.value = text
        self.says.layout.display = "" if text else "none"

    def _colour(self) -> None:
        for place, button in enumerate(getattr(self, "buttons", [])):
            button.button_style = _CHOSEN if place in self.picked else _PLAIN


def _unquoted(text: str) -> str:
    """What was written into a field, without the quotes that the cell needs and the field does not."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
