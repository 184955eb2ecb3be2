"""A paper to hand out, neither Word nor PDF yet: a title and blocks of plain text.

As JSON it goes through three hands: conversion to 繁体 (only Han characters change), the cache (its
digest says whether a file is still good) and the two writers.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from site_builder.render import HANS


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a part of the paper, one below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `quiet` ones are small print."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list: `plain`, `numbered`, or `tick` for boxes to be ticked with a pen."""

    items: tuple[str, ...]
    style: str = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header row; `widths` are the columns' shares of the line."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to be filled in with a pen, one a label."""

    labels: tuple[str, ...]


Block = Heading | Paragraph | Items | Table | Blanks
_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind for kind in (Heading, Paragraph, Items, Table, Blanks)
}


@dataclass(frozen=True)
class Document:
    """A paper, with its page below the site's address and the day it was last checked.

    What the writers add themselves is here too, so that it is converted with the rest.
    """

    title: str
    subtitle: str
    author: str
    date: str
    site: str
    url: str
    blocks: tuple[Block, ...]
    language: str = HANS
    newest: str = "最新内容看网页："
    page_number: tuple[str, str, str] = ("第 ", " 页，共 ", " 页")
    footer: str = ""

    @property
    def address(self) -> str:
        """Where its page is on the web, in its own script."""
        script = "" if self.language == HANS else "hant/"
        return f"{self.site}{script}{self.url}"

    def to_json(self) -> str:
        """Return the document as JSON, with its address and every block's kind."""
        value = {field.name: getattr(self, field.name) for field in fields(self)}
        value["address"] = self.address
        value["blocks"] = [{"kind": type(b).__name__.lower(), **asdict(b)} for b in self.blocks]
        return json.dumps(value, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Document:
        """Return the document that `to_json` wrote (tuples come back as lists)."""
        value = json.loads(text)
        del value["address"]
        blocks = tuple(_KINDS[block.pop("kind")](**block) for block in value.pop("blocks"))
        return cls(**value, blocks=blocks)
