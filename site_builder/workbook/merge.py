"""Lay what the workbook says over what the content has: the workbook wins where it has a column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from site_builder.schema import Element, Kind

Record = dict[str, Any]


def tidy(record: Record, elements: Sequence[Element]) -> Record:
    """Return a record as the workbook would hold it: no blanks, a single item still a list."""
    lists = {e.key for e in elements if e.kind in (Kind.LIST, Kind.CHOICES)}
    nested = {e.key: e.elements for e in elements if e.kind in (Kind.RECORDS, Kind.RECORD)}
    tidied: Record = {}
    for key, value in record.items():
        if not value:
            continue
        if key in lists and not isinstance(value, list):
            value = [value]
        elif key in nested:
            value = _tidy_nested(value, nested[key])
        tidied[key] = value
    return tidied


def _tidy_nested(value: Any, elements: Sequence[Element]) -> Any:
    if isinstance(value, list):
        return [tidy(item, elements) if isinstance(item, dict) else item for item in value]
    return tidy(value, elements) if isinstance(value, dict) else value


def merged(old: Record, new: Record, elements: Sequence[Element]) -> Record:
    """Return the new record with those keys of the old one that a workbook cannot hold."""
    by_key = {e.key: e for e in elements}
    result: Record = {}
    for key in [*(k for k in by_key if k in new or k in old), *(k for k in old if k not in by_key)]:
        element = by_key.get(key)
        if element is None or not element.in_workbook:
            result[key] = old[key]
        elif key in new:
            result[key] = _merged_value(old.get(key), new[key], element)
    return result


def _merged_value(old: Any, new: Any, element: Element) -> Any:
    if element.kind is Kind.RECORD and isinstance(old, dict):
        return merged(old, new, element.elements)
    if element.kind is Kind.RECORDS and isinstance(old, list):
        return [
            merged(before, after, element.elements) if before else after
            for before, after in paired(old, new)
        ]
    return new


def paired(old: list[Any], new: list[Record]) -> list[tuple[Record | None, Record]]:
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


def name_of(record: Any) -> str:
    """Return what a record is known by: its first column."""
    return str(next(iter(record.values()), "")) if isinstance(record, dict) else str(record)
