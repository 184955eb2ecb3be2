"""Word by python-docx: real headings, header rows, language and title; the same bytes every time.

Fonts are named, not embedded: Word, WPS and LibreOffice bring or replace a Chinese font.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from functools import cache, singledispatch
from typing import Any, Final

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from site_builder.downloads.document import Blanks, Document, Heading, Items, Paragraph, Table

FONTS: Final = {"zh-Hans": "Microsoft YaHei", "zh-Hant": "Microsoft JhengHei"}
LOCALES: Final = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}
MAIN, QUIET, SHADE = RGBColor(0x0B, 0x5C, 0x5C), RGBColor(0x50, 0x50, 0x50), "EEF3F2"
LINE_COLOUR: Final = "AAAAAA"
LINE: Final = Mm(166)
"""The width of the text: A4 less its margins."""
_STYLES: Final = {"plain": "List Bullet", "numbered": "List Number", "tick": "List"}
_LOOKS: Final = {
    "Normal": (10.5, None, 0, 6),
    "Subtitle": (10.5, QUIET, 0, 6),
    "Heading 1": (20, MAIN, 0, 6),
    "Heading 2": (14, MAIN, 14, 6),
    "Heading 3": (11.5, MAIN, 10, 6),
    "Footer": (8.5, QUIET, 0, 0),
    "Small Print": (9, QUIET, 8, 0),
    "Blank": (10.5, None, 10, 6),
    "Table Text": (9.5, None, 2, 2),
    "Table Header": (9.5, None, 2, 2),
}
"""Of each style: size, colour, space above and below, in points."""
_UNNEEDED: Final = ("/stylesWithEffects", "/thumbnail", "/customXml")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def write(paper: str) -> bytes:
    """Return a document's JSON as a .docx file."""
    document = Document.from_json(paper)
    word = docx.Document(io.BytesIO(_blank(document.language)))
    _describe(word, document)
    _add_footer(word, document)
    word.add_heading(document.title, level=1)
    if document.subtitle:
        word.add_paragraph(document.subtitle, style="Subtitle")
    for block in (*document.blocks, Paragraph(document.newest + document.address, quiet=True)):
        _add(block, word)
    buffer = io.BytesIO()
    word.save(buffer)
    return _timeless(buffer.getvalue())


def _describe(word: Any, document: Document) -> None:
    """Set the properties that screen readers and searches use."""
    properties = word.core_properties
    properties.title, properties.author = document.title, document.author
    properties.last_modified_by = document.author
    properties.language = LOCALES[document.language]
    properties.comments = ""
    moment = dt.datetime.fromisoformat(document.date)
    properties.created = properties.modified = moment


def _add_footer(word: Any, document: Document) -> None:
    footer = word.sections[0].footer.paragraphs[0]
    footer.paragraph_format.tab_stops.add_tab_stop(LINE, WD_TAB_ALIGNMENT.RIGHT)
    before, between, after = document.page_number
    footer.add_run(f"{document.footer}\t{before}")
    _field(footer, "PAGE")
    footer.add_run(between)
    _field(footer, "NUMPAGES")
    footer.add_run(after)


@cache
def _blank(language: str) -> bytes:
    """Return an empty document with our page and styles and none of the template's others."""
    word = docx.Document()
    _drop_unneeded(word)
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin, section.bottom_margin = Mm(20), Mm(22)
    _set_language(word.styles, language)
    for name, (size, colour, above, below) in _LOOKS.items():
        style = _style(word.styles, name)
        _name_font(style.element.get_or_add_rPr(), FONTS[language])
        style.font.size = Pt(size)
        style.font.italic = False
        if colour is not None:
            style.font.color.rgb = colour
        layout = style.paragraph_format
        layout.space_before, layout.space_after = Pt(above), Pt(below)
        layout.line_spacing = 1 if name.startswith("Table") else 1.25
    word.styles["Table Header"].font.bold = True
    word.styles["Blank"].paragraph_format.tab_stops.add_tab_stop(
        LINE, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.LINES
    )
    word.styles["Footer"].paragraph_format.tab_stops.clear_all()
    for edge in word.styles["Table Grid"].element.find(f".//{qn('w:tblBorders')}"):
        edge.set(qn("w:color"), LINE_COLOUR)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _style(styles: Any, name: str) -> Any:
    if name in styles:
        return styles[name]
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    return style


def _drop_unneeded(word: Any) -> None:
    """Leave out what makes python-docx's template ten times as large as our text."""
    for style in list(word.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in ("Normal Table", "Table Grid"):
            style.delete()
    for relations in (word.part.rels, word.part.package.rels):
        for key in [k for k, r in relations.items() if r.reltype.endswith(_UNNEEDED)]:
            del relations[key]


def _set_language(styles: Any, language: str) -> None:
    defaults = styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:rPr')}")
    _name_font(defaults, FONTS[language])
    element = defaults.find(qn("w:lang"))
    for script in ("w:val", "w:eastAsia"):
        element.set(qn(script), LOCALES[language])


def _name_font(properties: Any, font: str) -> None:
    """Name one font for every script, in place of the theme's."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), font)


def _field(paragraph: Any, instruction: str) -> None:
    """Add a number that Word counts itself."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


@singledispatch
def _add(block: object, word: Any) -> None:  # noqa: ARG001
    raise TypeError(f"no way to write {block!r}")


@_add.register
def _(block: Heading, word: Any) -> None:
    word.add_heading(block.text, level=block.level + 1)


@_add.register
def _(block: Paragraph, word: Any) -> None:
    paragraph = word.add_paragraph(block.text, style="Small Print" if block.quiet else None)
    if paragraph._p.getprevious().tag == qn("w:tbl"):
        paragraph.paragraph_format.space_before = Pt(8)


@_add.register
def _(block: Items, word: Any) -> None:
    mark = "☐ " if block.style == "tick" else ""
    for number, item in enumerate(block.items):
        paragraph = word.add_paragraph(mark + item, style=_STYLES[block.style])
        if block.style == "numbered":
            _number(paragraph, word, restart=number == 0)


def _number(paragraph: Any, word: Any, *, restart: bool) -> None:
    """Number a list from 1: paragraphs of one Word style would all count on."""
    numbering = word.part.numbering_part.element
    if restart:
        style = paragraph.style.element.pPr.numPr.numId.val
        abstract = next(n for n in numbering.num_lst if n.numId == style).abstractNumId.val
        numbering.add_num(abstract).add_lvlOverride(ilvl=0).add_startOverride(1)
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = numbering.num_lst[-1].numId


@_add.register
def _(block: Table, word: Any) -> None:
    table = word.add_table(rows=0, cols=len(block.header), style="Table Grid")
    table.autofit = False
    widths = [int(LINE * width / sum(block.widths)) for width in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, texts in enumerate((block.header, *block.rows)):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = width
            _fill(cell, text, header=number == 0)


def _fill(cell: Any, text: str, *, header: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph._p.style = "TableHeader" if header else "TableText"
    paragraph.add_run(text)
    if header:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", SHADE)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


@_add.register
def _(block: Blanks, word: Any) -> None:
    for label in block.labels:
        word.add_paragraph(f"{label}：\t", style="Blank")


def _timeless(data: bytes) -> bytes:
    """Return the package without the clock's times."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            target.writestr(info, source.read(name))
    return buffer.getvalue()
