"""Start a new content file, with every element named and explained, for a colleague to fill in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pypinyin import lazy_pinyin

from site_builder.errors import Finding, SiteError
from site_builder.load import read_data
from site_builder.schema import MATTER, PACKAGE, Element, Kind
from site_builder.yaml_text import dump

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


def themes(content: Path) -> dict[str, str]:
    """Return the themes there are: their names by their ids."""
    document = read_data(content / "data" / "themes.yml", content)
    if isinstance(document, Finding):
        raise SiteError(str(document))
    return {str(v["编码"]): str(v["名称"]) for v in document.values if isinstance(v, dict)}


def new_matter(content: Path, theme: str, name: str, identifier: str = "") -> Path:
    """Write the skeleton of a matter and return its file; the theme is given by id or name.

    Empty elements are errors of `check` (C-44) until somebody fills them in, so an unfinished
    matter is never published.
    """
    known = themes(content)
    folder = next((id_ for id_, called in known.items() if theme in (id_, called)), None)
    if folder is None:
        listed = "、".join(f"{called}（{id_}）" for id_, called in known.items())
        raise SiteError(f"没有主题“{theme}”；已有：{listed}")
    given = {"事项名称": name, "核对日期": dt.date.today().isoformat()}
    path = content / "matters" / folder / f"{_id(name, identifier)}.md"
    return _write(path, _skeleton(MATTER, given))


def new_package(content: Path, name: str, matter_ids: Iterable[str], identifier: str = "") -> Path:
    """Write the skeleton of a package and return its file."""
    lines = _skeleton((e for e in PACKAGE if e.key != "包含事项"), {"套餐名称": name})
    lines += ["包含事项:", *(f"  - {matter_id}" for matter_id in matter_ids)]
    return _write(content / "packages" / f"{_id(name, identifier)}.md", lines)


@dataclass(frozen=True, slots=True)
class Article:
    """What an article says of itself."""

    title: str
    column: str
    description: str
    source: str


def new_article(content: Path, article: Article, identifier: str = "") -> Path:
    """Write the start of an article, dated now, and return its file."""
    now = dt.datetime.now(dt.timezone(dt.timedelta(hours=8)))
    record = {
        "title": article.title,
        "description": article.description,
        "kind": "article",
        "column": article.column,
        "published": f"{now:%Y-%m-%d %H:%M}",
        "source": article.source,
    }
    path = content / "pages" / "articles" / str(now.year) / f"{_id(article.title, identifier)}.md"
    return _write(path, dump(record).splitlines(), "在这里写正文。\n")


def _skeleton(elements: Iterable[Element], given: dict[str, str]) -> list[str]:
    """Return one line an element: what is given, or empty below a hint of what belongs there."""
    lines: list[str] = []
    for element in elements:
        if not element.required and element.kind is not Kind.RECORDS:
            continue
        if element.key in given:
            lines += dump({element.key: given[element.key]}).splitlines()
        elif element.kind is Kind.RECORDS:
            lines += [f"{element.key}:", *_first_record(element.elements)]
        elif element.kind in (Kind.LIST, Kind.CHOICES):
            lines += [f"# {_hint(element)}", f"{element.key}:", "  -"]
        else:
            lines += [f"# {_hint(element)}", f"{element.key}:"]
    return lines


def _first_record(elements: Iterable[Element]) -> list[str]:
    lines: list[str] = []
    for element in elements:
        if element.required and not element.elements:
            start = "    " if lines else "  - "
            lines += [f"    # {_hint(element)}", f"{start}{element.key}:"]
    return lines


def _hint(element: Element) -> str:
    words = " / ".join(element.choices) or element.kind.value
    return "，".join(filter(None, (words, element.unit and f"单位：{element.unit}", element.help)))


def _id(name: str, identifier: str) -> str:
    """Return the given id, or one from the name's pinyin."""
    made = identifier or "-".join(re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(name)).lower()))
    if not _ID.match(made):
        raise SiteError(f"“{made}”不能作编码；只用小写英文字母、数字和连字符，用 --id 指明")
    return made


def _write(path: Path, lines: list[str], prose: str = "") -> Path:
    if path.exists():
        raise SiteError(f"{path} 已经有了；换一个编码（--id），或者直接改那个文件")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n" + "\n".join(lines) + f"\n---\n{prose}", "utf-8")
    return path
