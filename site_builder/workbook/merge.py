"""Lay what the workbook says over what the content has: the workbook wins where it has a column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from site_builder.schema import Element, Kind
from site_builder.workbook.layout import Record


def tidy(record: Record, elements: Sequence[Element]) -> Record:
    """Return a record as the workbook would hold it: schema order, no blanks, lists as lists."""
    known = {e.key: _tidy_value(record.get(e.key), e) for e in elements}
    others = {key: value for key, value in record.items() if key not in known}
    return {key: value for key, value in known.items() if value} | others


def _tidy_value(value: Any, element: Element) -> Any:
    if element.kind in (Kind.LIST, Kind.CHOICES) and value:
        return value if isinstance(value, list) else [value]
    if element.kind is Kind.RECORDS:
        items = value if isinstance(value, list) else []
        return [tidy(item, element.elements) for item in items if isinstance(item, dict)]
    if element.kind is Kind.RECORD:
        return tidy(value, element.elements) if isinstance(value, dict) else None
    return value


def merged(old: Record, new: Record, elements: Sequence[Element]) -> Record:
    """Return the new record with those keys of the old one that a workbook cannot hold."""
    by_key = {e.key: e for e in elements}
    result: Record = {}
    for key in [*(k for k in by_key if k in new or k in old), *(k for k in old if k not in by_key)]:
        element = by_key.get(key)
        if element is None or not element.in_workbook:
            result[key] = old[key]
        elif new.get(key):
            result[key] = _merged_value(old.get(key), new[key], element)
    return result


def _merged_value(old: Any, new: Any, element: Element) -> Any:
    if element.kind is Kind.RECORD and old:
        return merged(old, new, element.elements)
    if element.kind is Kind.RECORDS and old:
        return [
            merged(before, after, element.elements) if before else after
            for before, after in paired(old, new)
        ]
    return new


def paired(old: list[Record], new: list[Record]) -> list[tuple[Record | None, Record]]:
    """Return each new record with the old one it continues: the same name, else the same place."""
    unclaimed = defaultdict[str, list[int]](list)
    for index, record in enumerate(old):
        unclaimed[name_of(record)].append(index)
    partner: list[int | None] = [
        unclaimed[name_of(r)].pop(0) if unclaimed[name_of(r)] else None for r in new
    ]
    left = {index for indices in unclaimed.values() for index in indices}
    for index, claimed in enumerate(partner):
        if claimed is None and index in left and len(old) == len(new):
            partner[index] = index
    return [(None if i is None else old[i], record) for i, record in zip(partner, new, strict=True)]


def name_of(record: Record) -> str:
    """Return what a record is known by: its first column."""
    return str(next(iter(record.values()), ""))
