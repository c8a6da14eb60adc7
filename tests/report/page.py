"""Reading our pages as a browser does, to see what they hold."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "wbr", "br", "hr", "img", "input", "link"}
_TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "div", "header", "footer", "section", "article", "figure",
    "figcaption", "h1", "h2", "h3", "p", "span", "a", "bdi", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead",
    "tbody", "tr", "th", "td", "details", "summary", "pre", "code", "mark", "wbr", "svg", "rect", "text", "line",
}  # fmt: skip
_INLINE = {"span", "a", "bdi", "code", "mark", "wbr"}


class Page(HTMLParser):
    """The text, classes and links of a page. Raises AssertionError for a tag that is none of ours, or left open."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.identifiers: list[str] = []
        self.classes: set[str] = set()
        self.feed(html)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    @property
    def text(self) -> str:
        """What can be read on the page; runs of white space count as one space, as they do in most of it."""
        return " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, f"<{tag}> is none of ours"
        for name, value in attributes:
            assert not name.startswith("on"), f"{name}= is a script"
            assert name not in ("src", "srcset", "action", "background", "data"), f"{name}= fetches something"
            self.links += [value or ""] if name == "href" else []
            self.identifiers += [value or ""] if name == "id" else []
            self.classes |= set((value or "").split()) if name == "class" else set()
        if tag not in _INLINE:
            self.words.append(" ")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)
