"""What the engine hands over: the page shell and the prose pages, engine-free."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from site_builder.compose import Shell


def slug(title: str, separator: str) -> str:
    """Return a heading's anchor: its pinyin, because addresses stay ASCII in both scripts."""
    from pypinyin import lazy_pinyin  # its dictionary takes longer to load than a small build

    words = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(title)).lower())
    return separator.join(words) or "section"


def widen_lone_links(html: str) -> str:
    """Mark the list items that are nothing but a link: they are buttons to a finger."""
    return re.sub(r"<li>(<a [^>]*>[^<]*</a></li>)", r'<li class="way">\1', html)


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
