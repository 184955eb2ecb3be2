"""The PDF writer, by what a reader's software finds in its files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest

from site_builder.downloads import pdf
from tests.site_builder.downloads.samples import sample


@pytest.fixture(scope="module")
def opened() -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf.write(sample().to_json())))


def fonts_of(page: Any) -> list[Any]:
    """Return the fonts a page is set in."""
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def tags(reader: pypdf.PdfReader) -> Iterator[str]:
    """Yield the structure tags in reading order."""

    def walk(node: Any) -> Iterator[str]:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                yield from walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                yield str(node["/S"]).removeprefix("/")
            if "/K" in node:
                yield from walk(node["/K"])

    root: Any = reader.trailer["/Root"]
    return walk(root["/StructTreeRoot"]["/K"])


def test_the_title_and_language_are_set(opened: pypdf.PdfReader) -> None:
    """A screen reader announces the title, not the file name, and reads Chinese."""
    root: Any = opened.trailer["/Root"]
    assert opened.metadata is not None
    assert opened.metadata.title == "老年人优待证"
    assert root["/Lang"] == "zh-CN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_it_is_tagged_as_pdf_ua(opened: pypdf.PdfReader) -> None:
    """The file declares PDF/UA-1 and its tags carry headings, lists and table headers."""
    root: Any = opened.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    found = list(tags(opened))
    assert [t for t in found if t in ("H1", "H2", "H3")] == ["H1", "H2", "H3"]
    assert (found.count("TH"), found.count("TD")) == (2, 4)
    assert found.count("LI") == 8


def test_the_font_is_embedded_as_a_subset(opened: pypdf.PdfReader) -> None:
    """The free Chinese font travels inside the file, cut to the characters used."""
    fonts = {
        str(font["/BaseFont"]): font["/DescendantFonts"][0]["/FontDescriptor"]
        for page in opened.pages
        for font in fonts_of(page)
    }
    assert fonts
    for name, descriptor in fonts.items():
        assert "+NotoSansCJK" in name
        assert "/FontFile3" in descriptor


def test_every_text_is_on_the_page(opened: pypdf.PdfReader) -> None:
    """No block is lost, and marks like < and # are text and not markup."""
    text = "".join("".join(page.extract_text() for page in opened.pages).split())
    for words in (
        "先看这一段。",
        "身份证<原件>#1",
        "带照片",
        "另起一列",
        "申请人（签名）",
        "小字说明。",
    ):
        assert words in text
    assert "第1页，共1页" in text
    assert text.count("https://site.test/matters/elder-card/") == 1


def test_a_paper_in_hant_has_its_language_and_glyphs() -> None:
    """A 繁体 paper is declared as such and set in the Traditional face of the font."""
    reader = pypdf.PdfReader(io.BytesIO(pdf.write(sample("zh-Hant").to_json())))
    root: Any = reader.trailer["/Root"]
    fonts = [str(font["/BaseFont"]) for font in fonts_of(reader.pages[0])]
    assert root["/Lang"] == "zh-TW"
    assert all("NotoSansCJKtc" in name for name in fonts)


def test_the_same_paper_gives_the_same_bytes() -> None:
    """A fresh compiler writes the same file, so a release changes only what changed."""
    first = pdf.write(sample().to_json())
    pdf._compiler.cache_clear()
    assert pdf.write(sample().to_json()) == first
