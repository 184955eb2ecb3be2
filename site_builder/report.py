"""What needs a colleague's attention: stale guides, missing papers, empty columns, old news.

The thresholds are those of the inspection of government websites (国办秘函〔2019〕19号,
standards D-50 to D-58) and the bureau's own limit in content/data/site.yml (核对期限).
"""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from site_builder import inspection
from site_builder.errors import Finding, Severity
from site_builder.inspection import Columns
from site_builder.load import read_front_matter
from site_builder.model import Catalogue, Document

NEWS_DAYS: Final = 14
"""News columns count as stale after two weeks (D-54)."""

POLICY_DAYS: Final = 183
"""Notices and policy columns count as stale after six months (D-54)."""

_NEWS_COLUMNS: Final = ("访谈",)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do, and whose it is."""

    owner: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of things to do."""

    title: str
    items: tuple[Item, ...]


def report(
    catalogue: Catalogue, findings: Iterable[Finding], content: Path, today: dt.date
) -> tuple[Section, ...]:
    """Return what needs attention; sections without items are kept, to show they were looked at."""
    owner = _owners(catalogue)
    found = list(findings)
    columns = _columns(content, today)
    return (
        Section("错误和提醒", _findings(found, owner, (Severity.ERROR, Severity.WARNING))),
        Section("核对日期过期", tuple(_stale(catalogue, owner, today))),
        Section("缺表格和样本", _findings(found, owner, (Severity.TODO,))),
        Section("栏目久未更新", tuple(_old_columns(columns, owner))),
        Section("普查指标", tuple(_indicators(catalogue, columns, owner, today))),
    )


def of_owner(sections: Iterable[Section], owner: str) -> tuple[Section, ...]:
    """Return what is one owner's to do."""
    return tuple(
        Section(s.title, tuple(item for item in s.items if item.owner == owner)) for s in sections
    )


def as_text(sections: Iterable[Section]) -> str:
    """Return the report for a terminal."""
    blocks = []
    for section in sections:
        lines = [f"{item.place}（{item.owner}）：{item.text}" for item in section.items]
        blocks.append(
            "\n".join([f"{section.title}：{len(lines)}", *(f"  {line}" for line in lines)])
        )
    return "\n\n".join(blocks)


def as_json(sections: Iterable[Section]) -> str:
    """Return the report for a program."""
    return json.dumps([asdict(s) for s in sections], ensure_ascii=False, indent=2)


def as_html(sections: Iterable[Section], today: dt.date) -> str:
    """Return the report as a small page of its own, readable on a phone."""
    sections = list(sections)
    contents = "".join(
        f'<li><a href="#s{i}">{html.escape(s.title)}</a>：{len(s.items)} 条</li>'
        for i, s in enumerate(sections, 1)
    )
    body = "".join(
        f'<h2 id="s{i}">{html.escape(s.title)}</h2><ul>{"".join(map(_line, s.items)) or _NONE}</ul>'
        for i, s in enumerate(sections, 1)
    )
    return (
        '<!DOCTYPE html><html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>内容待办</title>'
        f"<style>{_STYLE}</style></head>"
        f"<body><h1>内容待办</h1><p>{today}，一共要看这几样：</p><ol>{contents}</ol>"
        f"{body}</body></html>\n"
    )


_NONE: Final = "<li>没有。</li>"
_STYLE: Final = (
    "body{font:1rem/1.7 sans-serif;max-width:44rem;margin:auto;padding:1rem;color:#172321}"
    "h2{margin-top:2.5rem}ul{padding:0;list-style:none}"
    "li{padding:.25rem 0}ul li{border-top:1px solid #ccc;padding:.75rem 0}"
    "b,code{display:block}code{color:#46524f;overflow-wrap:anywhere}a{color:#0b5351}"
)


def _line(item: Item) -> str:
    owner, place, text = (html.escape(part) for part in (item.owner, item.place, item.text))
    return f"<li><b>{owner}</b>{text}<code>{place}</code></li>"


def _owners(catalogue: Catalogue) -> Callable[[str], str]:
    """Return who owns a file: content/data/owners.yml names a person or section per theme."""
    themes = {str(k): str(v) for k, v in (catalogue.data.get("owners") or {}).items()}

    def owner(file: str) -> str:
        parts = file.split("/")
        return themes.get(parts[1] if len(parts) > 2 else parts[0], themes.get("其余", "未指定"))

    return owner


def _findings(
    findings: Iterable[Finding], owner: Callable[[str], str], severities: tuple[Severity, ...]
) -> tuple[Item, ...]:
    return tuple(
        Item(owner(f.file), f"{f.file}:{f.line}", f"{f.message}；{f.advice}")
        for f in findings
        if f.severity in severities
    )


def _stale(catalogue: Catalogue, owner: Callable[[str], str], today: dt.date) -> Iterable[Item]:
    limit = int(catalogue.data.get("site", {}).get("核对期限", 365))
    for matter in catalogue.matters:
        age = (today - matter.checked_on).days
        if age > limit:
            file = matter.source.file
            place = f"{file}:{matter.source.line('核对日期')}"
            yield Item(owner(file), place, f"“{matter.name}”{age} 天没有核对，期限是 {limit} 天")


def _columns(content: Path, today: dt.date) -> Columns:
    """Return when each column was last added to."""
    newest: dict[str, dt.date | None] = dict.fromkeys(("访谈", "通知", "政策解读"))
    for path in sorted((content / "pages" / "articles").rglob("*.md")):
        document = read_front_matter(path, content)
        if isinstance(document, Document) and isinstance(document.values, dict):
            published = str(document.values.get("published", ""))[:10]
            column = str(document.values.get("column", ""))
            if published:
                day = dt.date.fromisoformat(published)
                newest[column] = max(newest.get(column) or day, day)
    stale = tuple(c for c, day in newest.items() if day and (today - day).days > _limit(c))
    return Columns(newest, stale)


def _limit(column: str) -> int:
    return NEWS_DAYS if column in _NEWS_COLUMNS else POLICY_DAYS


def _old_columns(columns: Columns, owner: Callable[[str], str]) -> Iterable[Item]:
    """Yield the columns whose newest article is too old, and those without any."""
    place = "pages/articles/"
    for column, day in columns.newest.items():
        if day is None:
            yield Item(owner(place), place, f"栏目“{column}”是空的（D-54：空栏目计入否决项）")
        elif column in columns.stale:
            text = f"栏目“{column}”上次更新是 {day}，超过 {_limit(column)} 天"
            yield Item(owner(place), place, text)


def _indicators(
    catalogue: Catalogue, columns: Columns, owner: Callable[[str], str], today: dt.date
) -> Iterable[Item]:
    """Yield the indicators of the inspection, those that are met, too."""
    for indicator in inspection.indicators(catalogue, columns, today):
        yield Item(owner(""), indicator.number, f"{indicator.state}：{indicator.text}")
