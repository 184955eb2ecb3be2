"""Content becomes the bureau's workbook again, and back, without a difference."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace as change

from site_builder import schema
from site_builder.catalogue import read
from site_builder.schema import Element
from site_builder.workbook import layout
from site_builder.workbook.export import export_workbook
from site_builder.workbook.plan import import_workbook
from site_builder.workbook.problems import WorkbookError
from tests.workbooks import Office

CONTENT = Path(__file__).parents[3] / "content"
"""This repository's own content: as large and varied as a district's."""


def rows(workbook: Path, sheet: str) -> list[tuple[object, ...]]:
    """Return the cells of a sheet, row by row."""
    worksheet = openpyxl.load_workbook(workbook)[sheet]
    return [tuple(row) for row in worksheet.iter_rows(values_only=True)]


def test_the_committed_content_survives_export_and_import(tmp_path: Path) -> None:
    """Exporting and importing the district's content gives identical files, byte for byte."""
    workbook = tmp_path / "bureau.xlsx"
    catalogue, findings = read(CONTENT)
    assert findings == []
    export_workbook(catalogue, workbook)
    again = tmp_path / "content"
    (again / "data").mkdir(parents=True)
    for name in ("themes", "shared-materials"):
        shutil.copy(CONTENT / f"data/{name}.yml", again / f"data/{name}.yml")
    report = import_workbook(workbook, again, dry_run=False)
    assert report.matters == len(catalogue.matters)
    assert report.warnings == ()
    for kind in ("matters", "packages"):
        pairs = {
            path.relative_to(CONTENT): path.read_text(encoding="utf-8").split("\n---\n")[0]
            for path in (CONTENT / kind).rglob("*.md")
        }
        assert pairs == {
            path.relative_to(again): path.read_text(encoding="utf-8").split("\n---\n")[0]
            for path in (again / kind).rglob("*.md")
        }
    assert import_workbook(workbook, CONTENT, dry_run=True).changes == ()


def test_the_workbook_that_was_imported_comes_back(tmp_path: Path) -> None:
    """Every cell of a small workbook is there again, derived columns and totals included."""
    original = Office().save(tmp_path / "first.xlsx")
    content = tmp_path / "content"
    import_workbook(original, content, dry_run=False)
    catalogue, _ = read(content)
    exported = tmp_path / "out/second.xlsx"
    export_workbook(catalogue, exported)
    for name, (headings, *expected) in Office().sheets.items():
        found = rows(exported, name)
        title = 1 if found[0][1] is None else 0
        assert list(found[title]) == headings
        assert {_plain(r) for r in found[title + 1 :]} == {
            _plain(_completed(name, row)) for row in expected
        }


def _plain(row: object) -> tuple[str, ...]:
    return tuple("" if cell is None else str(cell) for cell in row)  # type: ignore[attr-defined]


def _completed(sheet: str, row: list[object]) -> list[object]:
    """Return the row with the column that the small workbook leaves empty."""
    names = {r[0]: r[1] for r in Office().sheets["事项"]}
    return [row[0], names[row[0]], *row[2:]] if sheet == "申请材料" else row


def test_the_workbook_helps_the_person_who_fills_it_in(tmp_path: Path) -> None:
    """Fixed words come as a drop-down, headings stay in view, 7-22 does not turn into a date."""
    content = tmp_path / "content"
    import_workbook(Office().save(tmp_path / "first.xlsx"), content, dry_run=False)
    export_workbook(read(content)[0], tmp_path / "second.xlsx")
    worksheet = openpyxl.load_workbook(tmp_path / "second.xlsx")["事项"]
    offers = {
        str(offer.sqref): offer.formula1 for offer in worksheet.data_validations.dataValidation
    }
    assert offers["I3:I4"] == '"即办件,承诺件"'
    assert offers["O3:O4"] == '"是,否"'
    assert worksheet["W3"].number_format == "@"
    assert worksheet.freeze_panes == "C3"


def test_a_text_that_begins_with_an_equals_sign_is_no_formula(tmp_path: Path) -> None:
    """Nothing in the content can run in the program that opens the workbook."""
    office = Office().put("镇街", 1, "备注", "'=1+1")
    content = tmp_path / "content"
    import_workbook(office.save(tmp_path / "first.xlsx"), content, dry_run=False)
    townships = content / "data/townships.yml"
    townships.write_text(townships.read_text("utf-8").replace("'''=1+1'", "=1+1"), "utf-8")
    catalogue, _ = read(content)
    exported = tmp_path / "second.xlsx"
    export_workbook(catalogue, exported)
    cell = openpyxl.load_workbook(exported)["镇街"]["E2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert import_workbook(exported, content, dry_run=True).changes == ()


def test_an_item_that_a_cell_would_split_is_refused(tmp_path: Path) -> None:
    """An alias with a semicolon would come back as two, so the export says so."""
    content = tmp_path / "content"
    import_workbook(Office().save(tmp_path / "first.xlsx"), content, dry_run=False)
    catalogue, _ = read(content)
    matter = change(catalogue.matters[0], aliases=("甲；乙",))
    with pytest.raises(WorkbookError, match="“甲；乙”有分号"):
        export_workbook(dataclasses.replace(catalogue, matters=(matter,)), tmp_path / "second.xlsx")
    assert not (tmp_path / "second.xlsx").exists()


def _in_workbook(elements: tuple[Element, ...]) -> set[str]:
    """Return the keys that should have a column: those of nested records instead of their own."""
    keys: set[str] = set()
    for element in elements:
        if element.in_workbook:
            keys |= _in_workbook(element.elements) or {element.key}
    return keys


@pytest.mark.parametrize(
    ("elements", "sheets"),
    [
        (
            schema.MATTER,
            (
                layout.MATTERS,
                layout.MATERIALS,
                layout.STEPS,
                layout.LEGAL_BASES,
                layout.QUESTIONS,
                layout.SITUATIONS,
                layout.COMMITMENTS,
            ),
        ),
        (schema.PACKAGE, (layout.PACKAGES, layout.PACKAGE_OPTIONS)),
        (schema.ZONE, (layout.ZONES,)),
        (schema.TOWNSHIP, (layout.TOWNSHIPS,)),
        (schema.CANCELLED_PROOF, (layout.CANCELLED,)),
    ],
)
def test_every_element_of_the_schema_has_its_column(
    elements: tuple[Element, ...], sheets: tuple[layout.Sheet, ...]
) -> None:
    """An element added to the schema cannot be forgotten in the workbook."""
    columns = {c.key for sheet in sheets for c in sheet.columns if c not in sheet.derived}
    assert _in_workbook(elements) <= columns
