"""The same pages for the other tools, in their own source format: front matter and Markdown.

They are taken from our built site, so lists, figures, structured data and Traditional script are
already made: the anchors only have to read, render and write. A body keeps its definition lists,
forms and tables as HTML, which Markdown allows; headings, paragraphs and plain lists are Markdown.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from site_builder.pages import SECTIONS

_MAIN = re.compile(r'<main id="main" tabindex="-1">\n(.*)\n</main>', re.DOTALL)
_CRUMBS = re.compile(r'<div class="frame">\n((?:(?!<main).)*)<main', re.DOTALL)
_TITLE = re.compile(r"<title>(.*?) - ")
_DESCRIPTION = re.compile(r'<meta name="description" content="(.*?)">')
_HEAD = re.compile(r'hreflang="zh-Hant" href="[^"]*">\n(.*?)\n</head>', re.DOTALL)
_KIND = re.compile(r'data-kind="([\w-]*)"')
_SECTION = re.compile(r'aria-current="(true|false)"')
_WRAPPER = re.compile(r"</?(?:section|article|div)\b[^>]*>")
_PLAIN = (
    (re.compile(r"<h2[^>]*>(.*)</h2>"), "\n## {}\n"),
    (re.compile(r"<h3[^>]*>(.*)</h3>"), "\n### {}\n"),
    (re.compile(r"<p>(.*)</p>"), "\n{}\n"),
    (re.compile(r"<li>((?!.*<(?:h\d|p)).*)</li>"), "- {}"),
)


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page to be rendered by another tool; `slots` fill the shell beside the body."""

    url: str
    title: str
    slots: dict[str, str]
    markdown: str

    def front_matter(self, **more: str) -> str:
        """Return the front matter; JSON strings are YAML, too."""
        values = {"title": html.unescape(self.title), **self.slots, **more}
        lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
        return "---\n" + "\n".join(lines) + "\n---\n"


def source_pages(site: Path) -> Iterator[SourcePage]:
    """Yield every page of a built site but the two that have no folder of their own (404 …)."""
    for path in sorted(site.rglob("index.html")):
        url = path.relative_to(site).as_posix().removesuffix("index.html")
        yield _source_page(url, path.read_text("utf-8"))


def _source_page(url: str, page: str) -> SourcePage:
    hant = url.startswith("hant/")
    path = url.removeprefix("hant/")
    base = "../" * path.count("/") or "./"
    root = "../" * url.count("/") or "./"
    return SourcePage(
        url,
        _first(_TITLE, page),
        {
            "description": html.unescape(_first(_DESCRIPTION, page)),
            "kind": _first(_KIND, page),
            "lang": "zh-Hant" if hant else "zh-Hans",
            "root": root,
            "base": base,
            "twin": root + path if hant else f"{base}hant/{path}",
            "address": url,
            "path": path,
            "crumbs": _first(_CRUMBS, page),
            "head": _first(_HEAD, page),
            "section": _section(page),
        },
        _markdown(_first(_MAIN, page)),
    )


def _section(page: str) -> str:
    marks = zip(SECTIONS, _SECTION.findall(page), strict=False)
    return next((section for section, mark in marks if mark == "true"), "")


def _first(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    return match[1] if match else ""


def _markdown(body: str) -> str:
    """Write the plain lines of a body as Markdown and leave the others."""
    lines, in_list = [], False
    for line in body.split("\n"):
        if line in ("<ul>", "</ul>"):
            in_list = line == "<ul>"
            lines.append("")
        elif not line.strip() or _WRAPPER.fullmatch(line):
            lines.append("")
        else:
            lines.append(_as_markdown(line, in_list=in_list))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _as_markdown(line: str, *, in_list: bool) -> str:
    for pattern, form in _PLAIN if in_list else _PLAIN[:-1]:
        match = pattern.fullmatch(line)
        if match:
            return form.format(match[1])
    return line
