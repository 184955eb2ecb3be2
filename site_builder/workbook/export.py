"""Export: write the bureau's workbook from the catalogue."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from site_builder.model import Catalogue, Matter, Package
from site_builder.schema import Element, Kind
from site_builder.workbook import layout
from site_builder.workbook.files import write_whole
from site_builder.workbook.layout import MATTER_COUNT, SHEETS, Sheet
from site_builder.workbook.problems import WorkbookError

Cells = dict[str, Any]
"""The cells of a row by the key of their column."""

_WIDTHS = (10, 48)
_HEADER = PatternFill("solid", fgColor="DDE6F0")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_TYPED_AS_TEXT = (Kind.WINDOWS, Kind.DATE)
"""Kinds that Excel would turn into something else when somebody edits the cell."""


def export_workbook(catalogue: Catalogue, workbook: Path) -> None:
    """Write the catalogue as the workbook that `import_workbook` reads.

    Raises WorkbookError where a value cannot be kept in a cell.
    """
    rows = {
        "说明": _notes(catalogue),
        "事项": (_matter(m, catalogue) for m in catalogue.matters),
        "申请材料": _parts(catalogue, "materials"),
        "办理流程": _parts(catalogue, "steps"),
        "设定依据": _parts(catalogue, "legal_bases"),
        "常见问题": _parts(catalogue, "questions"),
        "情形": _situations(catalogue),
        "告知承诺": _commitments(catalogue),
        "证照联办": (_package(p) for p in catalogue.packages),
        "联办情形": _package_options(catalogue),
        "取消证明": (_cells(c, layout.CANCELLED) for c in catalogue.cancelled),
        "服务分区": (
            {**_cells(z, layout.ZONES), "窗口数": len(z.windows or ())} for z in catalogue.zones
        ),
        "镇街": (_cells(t, layout.TOWNSHIPS) for t in catalogue.townships),
    }
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in SHEETS:
        _write_sheet(book.create_sheet(sheet.name), sheet, rows[sheet.name])
    buffer = io.BytesIO()
    book.save(buffer)
    write_whole(workbook, buffer.getvalue())


def _notes(catalogue: Catalogue) -> Iterator[Cells]:
    notes: Any = catalogue.data.get("workbook-notes") or []
    yield from notes
    yield {"项目": MATTER_COUNT, "内容": len(catalogue.matters)}


def _matter(matter: Matter, catalogue: Catalogue) -> Cells:
    themes = {theme.id: theme.name for theme in catalogue.themes}
    return {
        "事项编码": matter.id,
        "主题": themes.get(matter.theme_id, matter.theme_id),
        "是否告知承诺": "是" if matter.commitment else "否",
        "所属套餐": ";".join(p.id for p in catalogue.packages_of.get(matter.id, ())),
        **_cells(matter, layout.MATTERS),
    }


def _parts(catalogue: Catalogue, field: str) -> Iterator[Cells]:
    """Yield the rows of a sheet that holds one numbered part of every matter."""
    sheet = {
        "materials": layout.MATERIALS,
        "steps": layout.STEPS,
        "legal_bases": layout.LEGAL_BASES,
        "questions": layout.QUESTIONS,
    }[field]
    for matter in catalogue.matters:
        for number, part in enumerate(getattr(matter, field), start=1):
            head = {"事项编码": matter.id, "事项名称": matter.name, "序号": number}
            yield {**head, **_cells(part, sheet)}


def _situations(catalogue: Catalogue) -> Iterator[Cells]:
    for matter in catalogue.matters:
        for number, situation in enumerate(matter.situations, start=1):
            head = {"事项编码": matter.id, "序号": number, "问题": situation.question}
            for option in situation.options:
                yield {**head, **_cells(option, layout.SITUATIONS)}


def _commitments(catalogue: Catalogue) -> Iterator[Cells]:
    for matter in catalogue.matters:
        if matter.commitment:
            yield {"事项编码": matter.id, **_cells(matter.commitment, layout.COMMITMENTS)}


def _package(package: Package) -> Cells:
    return {"套餐编码": package.id, **_cells(package, layout.PACKAGES)}


def _package_options(catalogue: Catalogue) -> Iterator[Cells]:
    for package in catalogue.packages:
        for question in package.questions:
            head = {"套餐编码": package.id, "问题编码": question.id, "问题": question.question}
            for option in question.options:
                yield {**head, **_cells(option, layout.PACKAGE_OPTIONS)}


def _cells(record: Any, sheet: Sheet) -> Cells:
    """Return the cells that a record of the model fills in a sheet."""
    return {
        e.key: _cell(getattr(record, e.field), e)
        for e in sheet.columns
        if hasattr(record, e.field) and e not in sheet.derived
    }


def _cell(value: Any, element: Element) -> str | int | None:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return _joined(value, element)
    return value if isinstance(value, int) or value is None else str(value)


def _joined(items: tuple[str, ...], element: Element) -> str:
    splitting = "\n" if element.separator == "\n" else ";；\n"
    for item in items:
        if any(mark in item for mark in splitting):
            raise WorkbookError(
                [f"“{element.key}”里的“{item}”有分号或换行，表格里会被当成两项；改写后再导出"]
            )
    return element.separator.join(items)


def _write_sheet(worksheet: Worksheet, sheet: Sheet, rows: Iterable[Cells]) -> None:
    header = _write_header(worksheet, sheet)
    widths = [_width(element.heading) for element in sheet.columns]
    last = header
    for last, row in enumerate(rows, start=header + 1):
        for index, element in enumerate(sheet.columns):
            value = row.get(element.key)
            if value not in (None, ""):
                _write_cell(worksheet, last, index + 1, value, element)
                widths[index] = max(widths[index], _width(str(value)))
    narrow, wide = _WIDTHS
    for column, width in enumerate(widths, start=1):
        letter = get_column_letter(column)
        worksheet.column_dimensions[letter].width = min(wide, max(narrow, width))
    worksheet.freeze_panes = worksheet.cell(header + 1, min(3, len(sheet.columns))).coordinate
    _offer_choices(worksheet, sheet, header + 1, last)


def _write_header(worksheet: Worksheet, sheet: Sheet) -> int:
    """Write the title, if the sheet has one, and the headings; return the row they stand in."""
    if sheet.title:
        worksheet.append([sheet.title])
        worksheet.merge_cells(f"A1:{get_column_letter(len(sheet.columns))}1")
    worksheet.append([element.heading for element in sheet.columns])
    header = worksheet.max_row
    for (cell,) in worksheet.iter_cols(min_row=header, max_row=header):
        cell.font, cell.fill = Font(bold=True), _HEADER
    return header


def _write_cell(
    worksheet: Worksheet, row: int, column: int, value: str | int, element: Element
) -> None:
    cell = worksheet.cell(row, column, value)
    cell.alignment = _WRAPPED
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with “=” is no formula
    if element.kind in _TYPED_AS_TEXT:
        cell.number_format = "@"


def _offer_choices(worksheet: Worksheet, sheet: Sheet, first: int, last: int) -> None:
    """Give the columns with fixed words a drop-down list."""
    for column, element in enumerate(sheet.columns, start=1):
        words = ("是", "否") if element.kind is Kind.YES_NO else element.choices
        if words and element.kind in (Kind.YES_NO, Kind.CHOICE):
            offer = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            letter = get_column_letter(column)
            offer.add(f"{letter}{first}:{letter}{max(first, last)}")
            worksheet.add_data_validation(offer)


def _width(text: str) -> int:
    """Return how wide a text is in columns of a digit; a Han character takes two."""
    return 2 + max(sum(1 if c.isascii() else 2 for c in line) for line in text.split("\n"))
