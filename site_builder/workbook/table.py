"""One sheet as rows of values: find the header, match the columns, read every cell."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from site_builder.schema import Element, Kind
from site_builder.workbook import cells
from site_builder.workbook.layout import SHEETS, Sheet
from site_builder.workbook.problems import WorkbookError

_HEADER_WITHIN = 10
_OLD_OFFICE_FILE = b"\xd0\xcf\x11\xe0"


@dataclass
class Notes:
    """What reading brings up: problems stop the import, warnings are reported."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the values of its columns by key, without the blank ones."""

    sheet: Sheet
    number: int
    values: dict[str, Any]
    columns: dict[str, int]

    def at(self, key: str) -> str:
        """Say where the value of a column stands."""
        letter = get_column_letter(self.columns[key] + 1) if key in self.columns else ""
        column = f" {letter} 列" if letter else ""
        return f"“{self.sheet.name}”第 {self.number} 行{column}“{key}”"

    def text(self, key: str) -> str:
        """Return a value that is one text, or nothing."""
        return str(self.values.get(key, ""))


def read_tables(workbook: Path, notes: Notes) -> dict[str, list[Row]]:
    """Return the rows of every sheet by its name."""
    book = _open(workbook)
    try:
        found = {cells.folded(ws.title): ws for ws in book.worksheets}
        tables = {}
        for sheet in SHEETS:
            worksheet = found.pop(cells.folded(sheet.name), None)
            if worksheet is None:
                notes.problems.append(f"没有工作表“{sheet.name}”；补上，或者改正表名")
                continue
            worksheet.reset_dimensions()  # some office programs write wrong ones
            rows = list(worksheet.iter_rows(values_only=True))
            tables[sheet.name] = list(_rows(sheet, rows, notes))
    finally:
        book.close()
    for extra in found.values():
        notes.warnings.append(f"工作表“{extra.title}”不认识，没有导入")
    return tables


def _open(workbook: Path) -> Any:
    try:
        data = workbook.read_bytes()
    except OSError as error:
        raise WorkbookError([f"打不开 {workbook}：{error.strerror}；检查文件名和位置"]) from None
    if data.startswith(_OLD_OFFICE_FILE):
        raise WorkbookError([f"{workbook.name} 是旧的 .xls 或加了密码；去掉密码，另存为 .xlsx"])
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise WorkbookError([f"{workbook.name} 不是 .xlsx 工作簿；用表格软件打开，另存为 .xlsx"])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and drop-downs, which we do not read
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # a damaged file can fail anywhere inside the library
        raise WorkbookError(
            [f"{workbook.name} 损坏了，读不出来（{error}）；用表格软件打开，另存为 .xlsx"]
        ) from None


def _rows(sheet: Sheet, rows: Sequence[tuple[Any, ...]], notes: Notes) -> Iterator[Row]:
    header = _header(sheet, rows)
    if header is None:
        notes.problems.append(
            f"“{sheet.name}”前 {_HEADER_WITHIN} 行里找不到表头；"
            f"表头应当有：{'、'.join(c.heading for c in sheet.columns)}"
        )
        return
    columns = _columns(sheet, header, rows[header], notes)
    ticked = _ticked(sheet, columns, rows[header + 1 :])
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        if all(map(cells.is_blank, row)):
            continue
        record = Row(sheet, number, {}, columns)
        for element in sheet.columns:
            if element.key in columns:
                _read_cell(record, element, row, ticked, notes)
        yield record


def _headings(element: Element) -> set[str]:
    return {cells.folded(element.heading), cells.folded(element.key)}


def _header(sheet: Sheet, rows: Sequence[tuple[Any, ...]]) -> int | None:
    """Return the index of the row that has most of the headings, below any title rows."""
    headings = set().union(*map(_headings, sheet.columns))

    def matches(index: int) -> int:
        return sum(cells.folded(c) in headings for c in rows[index] if not cells.is_blank(c))

    best = max(range(min(_HEADER_WITHIN, len(rows))), key=matches, default=None)
    return best if best is not None and matches(best) >= min(2, len(sheet.columns)) else None


def _columns(sheet: Sheet, header: int, headings: tuple[Any, ...], notes: Notes) -> dict[str, int]:
    """Return where each element's column stands, noting missing, doubled and unknown ones."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(headings):
        if cells.is_blank(cell):
            continue
        heading = cells.folded(cell)
        place = f"“{sheet.name}”第 {header + 1} 行 {get_column_letter(index + 1)} 列"
        element = next((c for c in sheet.columns if heading in _headings(c)), None)
        if element is None:
            notes.warnings.append(f"{place}“{cells.text(cell)}”不认识，没有导入这一列")
        elif element.key in columns:
            notes.problems.append(f"{place}“{cells.text(cell)}”这一列重复了；只留一列")
        else:
            columns[element.key] = index
    for element in sheet.columns:
        if element.key not in columns and element not in sheet.derived:
            notes.problems.append(
                f"“{sheet.name}”第 {header + 1} 行没有“{element.heading}”这一列；补上，或者改正列名"
            )
    return columns


def _ticked(
    sheet: Sheet, columns: dict[str, int], rows: Sequence[tuple[Any, ...]]
) -> frozenset[str]:
    """Return the yes-or-no columns that never say no: there a blank cell does."""
    return frozenset(
        e.key
        for e in sheet.columns
        if e.kind is Kind.YES_NO
        and e.key in columns
        and not any(cells.says_no(_cell(row, columns[e.key])) for row in rows)
    )


def _cell(row: tuple[Any, ...], index: int) -> Any:
    return row[index] if index < len(row) else None


def _read_cell(
    row: Row, element: Element, raw: tuple[Any, ...], ticked: frozenset[str], notes: Notes
) -> None:
    cell = _cell(raw, row.columns[element.key])
    if not cells.is_blank(cell):
        try:
            row.values[element.key] = cells.value(cell, element)
        except ValueError as error:
            notes.problems.append(f"{row.at(element.key)}{error}")
    elif element.kind is Kind.YES_NO:
        row.values[element.key] = "否"
        if element.key not in ticked and element.required:
            notes.warnings.append(f"{row.at(element.key)}空着，按“否”导入")
    elif element.required:
        notes.problems.append(f"{row.at(element.key)}没有填；补上（合并的单元格要拆开填）")
