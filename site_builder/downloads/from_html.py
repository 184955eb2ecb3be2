"""Prose as rendered by the engine, read back into blocks: headings, paragraphs, lists, tables."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from site_builder.downloads.document import Block, Heading, Items, Paragraph, Table

_HEADINGS: Final = {"h2": 1, "h3": 2, "h4": 2, "h5": 2, "h6": 2}
_TEXTS: Final = frozenset({"p", "li", "th", "td", "dt", "dd", *_HEADINGS})


def blocks_of(html: str) -> tuple[Block, ...]:
    """Return the blocks of an HTML fragment; links and emphasis become plain text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.blocks)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._lists: list[tuple[str, list[str]]] = []
        self._rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in ("ul", "ol"):
            self._end_item()
            self._lists.append((tag, []))
        elif tag == "tr":
            self._rows.append([])
        elif tag in _TEXTS and not (tag == "p" and self._lists):
            self._text = []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "li":
            self._end_item()
        elif tag in ("ul", "ol"):
            self._end_list()
        elif tag in ("th", "td"):
            self._rows[-1].append(self._take())
        elif tag == "table":
            self._end_table()
        elif tag in _HEADINGS:
            self.blocks.append(Heading(self._take(), _HEADINGS[tag]))
        elif tag in ("p", "dt", "dd") and not self._lists and (text := self._take()):
            self.blocks.append(Paragraph(text))

    def _take(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text = []
        return text

    def _end_item(self) -> None:
        if self._lists and (text := self._take()):
            self._lists[-1][1].append(text)

    def _end_list(self) -> None:
        """End a list; an inner one's items join the list around it."""
        tag, items = self._lists.pop()
        if self._lists:
            self._lists[-1][1].extend(items)
        elif items:
            self.blocks.append(Items(tuple(items), "numbered" if tag == "ol" else "plain"))

    def _end_table(self) -> None:
        header, *rows = (tuple(row) for row in self._rows)
        self._rows = []
        self.blocks.append(Table(header, tuple(rows), (1,) * len(header)))
