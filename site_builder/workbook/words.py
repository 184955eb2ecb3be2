"""Say in words what an import changes, as one colleague would tell another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from site_builder.schema import Element, Kind
from site_builder.workbook.layout import Record
from site_builder.workbook.merge import name_of, paired

_ONE_OF = {
    "申请材料": "材料",
    "办理流程": "环节",
    "设定依据": "依据",
    "常见问题": "问题",
    "取消证明": "证明",
}
"""What a single record of an element is called, where that is not the element's own name."""


def differences(old: Record, new: Record, elements: Sequence[Element]) -> Iterator[str]:
    """Yield one phrase for each thing that differs between two records."""
    for element in elements:
        before, after = old.get(element.key), new.get(element.key)
        if before == after:
            continue
        if element.kind is Kind.RECORDS:
            yield from _records(before or [], after or [], element)
        elif element.kind is Kind.RECORD:
            yield from _record(before, after, element)
        elif element.kind in (Kind.LIST, Kind.CHOICES):
            yield from _list(before or [], after or [], element)
        else:
            yield _value(before, after, element)


def _value(before: str | None, after: str | None, element: Element) -> str:
    if before is None:
        return f"{element.key}填上{_shown(after, element)}"
    if after is None:
        return f"{element.key}清空（原为{_shown(before, element)}）"
    return f"{element.key}由{_shown(before, element)}改为{_shown(after, element)}".rstrip()


def _shown(value: str | None, element: Element) -> str:
    if element.kind is Kind.NUMBER:
        return f" {value} {element.unit}" if element.unit else f" {value} "
    return f"“{value}”"


def _list(before: list[str], after: list[str], element: Element) -> Iterator[str]:
    yield from (f"{element.key}新增“{item}”" for item in after if item not in before)
    yield from (f"{element.key}删除“{item}”" for item in before if item not in after)
    if sorted(map(str, before)) == sorted(after):
        yield f"{element.key}的次序有变"


def _record(before: Any, after: Any, element: Element) -> Iterator[str]:
    if not before or not after:
        yield f"{'删除' if before else '新增'}{element.key}"
        return
    yield from (f"{element.key}：{d}" for d in differences(before, after, element.elements))


def _records(before: list[Any], after: list[Any], element: Element) -> Iterator[str]:
    one = _ONE_OF.get(element.key, element.key)
    pairs = paired(before, after)
    for old, new in pairs:
        if old is None:
            yield f"新增{one}“{name_of(new)}”"
        elif old != new:
            changes = "，".join(differences(old, new, element.elements))
            yield f"{one}“{name_of(old)}”：{changes}"
    kept = [old for old, _ in pairs if old is not None]
    yield from (f"删除{one}“{name_of(old)}”" for old in before if not any(old is k for k in kept))
    if kept != [old for old in before if any(old is k for k in kept)]:
        yield f"{element.key}的次序有变"
