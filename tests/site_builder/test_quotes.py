"""Totals quoted in prose."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_builder.catalogue import examine
from site_builder.prose import Heading, Prose
from site_builder.quotes import quoted, quoted_page
from tests.factories import write_content

FIGURES = {"matters": 146, "online_percent": 86.3}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("共 {{ figures.matters }} 个", "共 146 个"),
        ("{{figures.online_percent}}%", "86.3%"),
        ("没有引用", "没有引用"),
        ("{{ figures.nothing }}", "{{ figures.nothing }}"),
        ("{{ matters }}", "{{ matters }}"),
    ],
)
def test_a_quote_becomes_the_counted_total(text: str, result: str) -> None:
    """A known total is filled in; anything else is left for the check to report."""
    assert quoted(text, FIGURES) == result


def test_every_part_of_a_page_may_quote() -> None:
    """Title, headings, front matter and text all show the total."""
    quote = "{{ figures.matters }}"
    page = Prose("x/", quote, f"<p>{quote}", (Heading(quote, "a"),), {"description": quote}, "x.md")
    filled = quoted_page(page, FIGURES)
    assert (filled.title, filled.html, filled.headings, filled.meta) == (
        "146",
        "<p>146",
        (Heading("146", "a"),),
        {"description": "146"},
    )


def test_an_unknown_total_is_an_error_with_its_line(tmp_path: Path) -> None:
    """A misspelt total is reported with file, line and the name it resembles."""
    content = write_content(tmp_path)
    page = content / "pages" / "about.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text("---\ntitle: 关于\n---\n共 {{ figures.mattters }} 个\n", "utf-8")
    _, findings = examine(content)
    (finding,) = (f for f in findings if f.code == "G-01")
    assert (finding.file, finding.line, finding.advice) == ("pages/about.md", 4, "是不是“matters”")


def test_the_content_of_this_repository_quotes_only_known_totals() -> None:
    """No page we publish shows a quote instead of a number."""
    _, findings = examine(Path("content"))
    assert [f for f in findings if f.code == "G-01"] == []
