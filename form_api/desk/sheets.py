"""Tables as files for a spreadsheet: CSV and xlsx, in which nothing typed by people can run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from form_api.desk.statistics import Table
from form_api.export import safe

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_NOT_IN_A_TITLE = str.maketrans("", "", r"[]:*?/\\")


def csv_of(tables: Iterable[Table]) -> bytes:
    """Return tables one below the other."""
    out = io.StringIO()
    out.write("\ufeff")  # or the office's spreadsheet reads Chinese as noise
    writer = csv.writer(out)
    for table in tables:
        writer.writerow([safe(table.title)])
        writer.writerow(map(_cell, table.head))
        writer.writerows([[_cell(item) for item in row] for row in table.rows])
        writer.writerow([])
    return out.getvalue().encode()


def xlsx_of(tables: Iterable[Table]) -> bytes:
    """Return tables as the sheets of a workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        sheet = book.create_sheet(table.title.translate(_NOT_IN_A_TITLE)[:31])
        for number, row in enumerate([table.head, *table.rows], start=1):
            _write(sheet, number, row)
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = 32
    if not book.worksheets:
        book.create_sheet("空")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Any, number: int, row: Sequence[Any]) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    for column, value in enumerate(row, start=1):
        cell = sheet.cell(number, column)
        if isinstance(value, int | float):
            cell.value = value
        else:
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
            cell.data_type = "s"  # never a formula


def _cell(value: Any) -> Any:
    return value if isinstance(value, int | float) else safe(str(value))
