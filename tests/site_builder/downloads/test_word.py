"""The Word writer, by what Word and screen readers find in its files."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

import docx
import pytest
from docx.enum.text import WD_TAB_LEADER
from docx.oxml.ns import qn

from site_builder.downloads import word
from tests.site_builder.downloads.samples import sample


@pytest.fixture(scope="module")
def opened() -> Any:
    return docx.Document(io.BytesIO(word.write(sample().to_json())))


def test_headings_are_headings(opened: Any) -> None:
    """The title is the only first-level heading and no level is left out below it."""
    headings = [
        (p.style.name, p.text) for p in opened.paragraphs if p.style.name.startswith("Heading")
    ]
    assert headings == [
        ("Heading 1", "老年人优待证"),
        ("Heading 2", "申请材料"),
        ("Heading 3", "到窗口时"),
    ]


def test_title_author_and_language_are_set(opened: Any) -> None:
    """A screen reader knows the paper's title and reads it in Chinese."""
    properties = opened.core_properties
    assert (properties.title, properties.author) == ("老年人优待证", "河东区行政审批服务局")
    assert properties.language == "zh-CN"
    language = opened.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    assert (language.get(qn("w:val")), language.get(qn("w:eastAsia"))) == ("zh-CN", "zh-CN")


def test_a_paper_in_hant_says_so() -> None:
    """The language of a 繁体 paper is Traditional Chinese, and so is its font."""
    hant = docx.Document(io.BytesIO(word.write(sample("zh-Hant").to_json())))
    fonts = hant.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert hant.core_properties.language == "zh-TW"
    assert fonts.get(qn("w:eastAsia")) == "Microsoft JhengHei"


def test_a_table_repeats_its_header_row(opened: Any) -> None:
    """A table's first row is marked as its header, no row breaks across pages, no text is lost."""
    (table,) = opened.tables
    rows = [row._tr.trPr for row in table.rows]
    assert [r.find(qn("w:tblHeader")) is not None for r in rows] == [True, False, False]
    assert all(r.find(qn("w:cantSplit")) is not None for r in rows)
    assert table.cell(1, 0).text == "身份证 <原件> #1"


def test_each_numbered_list_starts_at_one(opened: Any) -> None:
    """Two numbered lists have numberings of their own."""
    numbered = [p for p in opened.paragraphs if p.style.name == "List Number"]
    numbers = [p._p.pPr.numPr.numId.val for p in numbered]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]


def test_pages_are_numbered_and_the_newest_version_is_named(opened: Any) -> None:
    """The footer counts pages by fields; the last line leads back to the page on the web."""
    footer = opened.sections[0].footer.paragraphs[0]
    fields = [f.get(qn("w:instr")) for f in footer._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert opened.paragraphs[-1].text.endswith("https://site.test/matters/elder-card/")


def test_blanks_are_lines_to_write_on(opened: Any) -> None:
    """A blank is its label and a ruled tab to the edge of the text."""
    blank = next(p for p in opened.paragraphs if p.text.startswith("申请人（签名）"))
    (stop,) = blank.style.paragraph_format.tab_stops
    assert blank.text.endswith("：\t")
    assert stop.leader == WD_TAB_LEADER.LINES


def test_the_same_paper_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file does not depend on when it is made, so a release changes only what changed."""
    first = word.write(sample().to_json())
    later = time.localtime(time.time() + 86400)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    assert word.write(sample().to_json()) == first


def test_files_are_small_and_whole() -> None:
    """Nothing of the library's template that we do not use is shipped, and no part is missing."""
    data = word.write(sample().to_json())
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        names = set(package.namelist())
    assert len(data) < 20_000
    assert not {n for n in names if "thumbnail" in n or "stylesWithEffects" in n}
