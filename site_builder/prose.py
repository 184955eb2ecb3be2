"""What the engine hands over: the page shell and the prose pages, engine-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from site_builder.compose import Shell


@dataclass(frozen=True, slots=True)
class Heading:
    """A second-level heading of a page, for its table of contents."""

    title: str
    id: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A Markdown page rendered to HTML; `url` is relative to the script's root, "" for home."""

    url: str
    title: str
    html: str
    headings: tuple[Heading, ...]
    meta: Mapping[str, Any]
    file: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The result of one engine run."""

    shell: Shell
    prose: tuple[Prose, ...]
