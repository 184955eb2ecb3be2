"""The whole workbook as the records that content files hold; every problem is noted on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from site_builder.schema import (
    COMMITMENT,
    MATTER,
    OPTION,
    PACKAGE,
    PACKAGE_OPTION,
    PACKAGE_QUESTION,
    Element,
)
from site_builder.workbook import cells, layout
from site_builder.workbook.layout import MATTER_COUNT, MATTER_ID, ORDER, PACKAGE_ID, THEME, Record
from site_builder.workbook.problems import WorkbookError
from site_builder.workbook.table import Notes, Row, read_tables


@dataclass
class Bureau:
    """What a workbook says: records by id, in the workbook's order, keyed as in content files."""

    matters: dict[str, Record] = field(default_factory=dict)
    themes: dict[str, str] = field(default_factory=dict)
    """The name of each matter's theme, by the matter's id."""
    packages: dict[str, Record] = field(default_factory=dict)
    zones: list[Record] = field(default_factory=list)
    townships: list[Record] = field(default_factory=list)
    cancelled: list[Record] = field(default_factory=list)
    notes: list[Record] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_workbook(workbook: Path) -> Bureau:
    """Return what the workbook says, or raise WorkbookError with everything wrong in it."""
    notes = Notes()
    tables = read_tables(workbook, notes)
    rows = defaultdict[str, list[Row]](list, tables)
    _check_matters(rows, notes)
    _check_packages(rows, notes)
    _check_unique(rows["服务分区"], "分区编码", notes)
    _check_unique(rows["镇街"], "镇街编码", notes)
    bureau = Bureau(
        matters=_matters(rows, notes),
        themes={r.text(MATTER_ID.key): r.text(THEME.key) for r in rows["事项"]},
        packages=_packages(rows, notes),
        zones=[_record(r, layout.ZONES.columns) for r in rows["服务分区"]],
        townships=[_record(r, layout.TOWNSHIPS.columns) for r in rows["镇街"]],
        cancelled=[_record(r, layout.CANCELLED.columns) for r in rows["取消证明"]],
        notes=[_record(r, layout.NOTE) for r in rows["说明"] if r.text("项目") != MATTER_COUNT],
        warnings=notes.warnings,
    )
    if notes.problems:
        raise WorkbookError(notes.problems)
    _warn_of_contradictions(rows, bureau)
    return bureau


def _record(row: Row, elements: Iterable[Element]) -> Record:
    """Return the row's values in the order of the elements, without what is derived."""
    keys = [e.key for e in elements if e not in row.sheet.derived]
    return {key: row.values[key] for key in keys if row.values.get(key)}


def _ordered(record: Record, elements: Iterable[Element]) -> Record:
    return {e.key: record[e.key] for e in elements if record.get(e.key)}


def _matters(rows: dict[str, list[Row]], notes: Notes) -> dict[str, Record]:
    parts = {
        "申请材料": _by_matter(rows["申请材料"], notes),
        "办理流程": _by_matter(rows["办理流程"], notes),
        "设定依据": _by_matter(rows["设定依据"], notes),
        "常见问题": _by_matter(rows["常见问题"], notes),
    }
    situations = _by_matter(rows["情形"], notes, several=True)
    commitments = {r.text(MATTER_ID.key): r for r in rows["告知承诺"]}
    matters = {}
    for row in rows["事项"]:
        matter_id = row.text(MATTER_ID.key)
        record = dict(row.values)
        for element in MATTER:
            for part in parts.get(element.key, {}).get(matter_id, []):
                record.setdefault(element.key, []).append(_record(part, element.elements))
        record["情形"] = _grouped(situations.get(matter_id, []), ORDER.key, _situation, notes)
        if matter_id in commitments:
            record["告知承诺"] = _record(commitments[matter_id], COMMITMENT)
        matters[matter_id] = _ordered(record, MATTER)
    return matters


def _by_matter(rows: Iterable[Row], notes: Notes, several: bool = False) -> dict[str, list[Row]]:
    """Return the rows of each matter in the order of 序号, where gaps are fine."""
    groups = defaultdict[str, list[Row]](list)
    for row in rows:
        if ORDER.key in row.values and MATTER_ID.key in row.values:
            groups[row.text(MATTER_ID.key)].append(row)
    for group in groups.values():
        group.sort(key=lambda row: int(row.text(ORDER.key)))
        if not several:
            _check_unique(group, ORDER.key, notes, within=True)
    return groups


def _grouped(
    rows: list[Row], key: str, make: Callable[[list[Row]], Record], notes: Notes
) -> list[Record]:
    """Return one question for each value of `key`, made from its rows of options."""
    groups = defaultdict[str, list[Row]](list)
    for row in rows:
        groups[row.text(key)].append(row)
    for first, *rest in groups.values():
        for row in rest:
            if row.text("问题") != first.text("问题"):
                notes.problems.append(
                    f"{row.at('问题')}与第 {first.number} 行{key}相同、问题不同；"
                    f"改成同样的问题，或者换一个{key}"
                )
    return [make(group) for group in groups.values()]


def _situation(rows: list[Row]) -> Record:
    options = [_record(row, OPTION) for row in rows]
    return {"问题": rows[0].text("问题"), "选项": options}


def _package_question(rows: list[Row]) -> Record:
    options = [_record(row, PACKAGE_OPTION) for row in rows]
    return {**_record(rows[0], PACKAGE_QUESTION[:2]), "选项": options}


def _packages(rows: dict[str, list[Row]], notes: Notes) -> dict[str, Record]:
    options = defaultdict[str, list[Row]](list)
    for row in rows["联办情形"]:
        options[row.text(PACKAGE_ID.key)].append(row)
    packages = {}
    for row in rows["证照联办"]:
        package_id = row.text(PACKAGE_ID.key)
        questions = _grouped(options[package_id], "问题编码", _package_question, notes)
        packages[package_id] = _ordered({**row.values, "情形": questions}, PACKAGE)
    return packages


def _check_matters(rows: dict[str, list[Row]], notes: Notes) -> None:
    _check_unique(rows["事项"], MATTER_ID.key, notes)
    _check_unique(rows["事项"], "事项名称", notes)
    _check_unique(rows["告知承诺"], MATTER_ID.key, notes)
    known = {r.text(MATTER_ID.key) for r in rows["事项"]}
    for sheet in ("申请材料", "办理流程", "设定依据", "常见问题", "情形", "告知承诺", "取消证明"):
        _check_known(rows[sheet], MATTER_ID.key, known, "事项", notes)
    for sheet in ("申请材料", "办理流程", "设定依据"):
        filled = {r.text(MATTER_ID.key) for r in rows[sheet]}
        for row in rows["事项"]:
            if MATTER_ID.key in row.values and row.text(MATTER_ID.key) not in filled:
                notes.warnings.append(
                    f"“{row.text('事项名称')}”在“{sheet}”里一行也没有；补上才能发布"
                )


def _check_packages(rows: dict[str, list[Row]], notes: Notes) -> None:
    _check_unique(rows["证照联办"], PACKAGE_ID.key, notes)
    _check_unique(rows["证照联办"], "套餐名称", notes)
    packages = {r.text(PACKAGE_ID.key) for r in rows["证照联办"]}
    matters = {r.text(MATTER_ID.key) for r in rows["事项"]}
    _check_known(rows["联办情形"], PACKAGE_ID.key, packages, "证照联办", notes)
    _check_known(rows["证照联办"], "包含事项", matters, "事项", notes)
    for key in ("增加事项", "减少事项"):
        _check_known(rows["联办情形"], key, matters, "事项", notes)


def _check_unique(rows: list[Row], key: str, notes: Notes, within: bool = False) -> None:
    first: dict[str, Row] = {}
    for row in rows:
        if key not in row.values:
            continue
        earlier = first.setdefault(cells.folded(row.values[key]), row)
        if earlier is not row:
            whose = "（同一事项）" if within else ""
            notes.problems.append(
                f"{row.at(key)}“{row.text(key)}”与第 {earlier.number} 行重复{whose}；改掉其中一个"
            )


def _check_known(rows: list[Row], key: str, known: set[str], sheet: str, notes: Notes) -> None:
    if not known:  # the sheet itself is missing, which is said once
        return
    for row in rows:
        value = row.values.get(key, [])
        for identifier in value if isinstance(value, list) else [value]:
            if identifier not in known:
                notes.problems.append(
                    f"{row.at(key)}写的“{identifier}”在工作表“{sheet}”里没有；改正编码，或者补上这一行"
                )


def _warn_of_contradictions(rows: dict[str, list[Row]], bureau: Bureau) -> None:
    """Report where a column that repeats another sheet says something else."""
    bureau.warnings.extend(_contradictions(rows, bureau))


def _contradictions(rows: dict[str, list[Row]], bureau: Bureau) -> Iterator[str]:
    for row in rows["事项"]:
        matter_id = row.text(MATTER_ID.key)
        committed = "是" if "告知承诺" in bureau.matters[matter_id] else "否"
        if row.values.get("是否告知承诺", committed) != committed:
            yield f"{row.at('是否告知承诺')}与工作表“告知承诺”不一致，以“告知承诺”为准：{committed}"
        packages = {i for i, p in bureau.packages.items() if matter_id in p["包含事项"]}
        if "所属套餐" in row.columns and set(row.values.get("所属套餐", [])) != packages:
            listed = "、".join(sorted(packages)) or "无"
            yield f"{row.at('所属套餐')}与工作表“证照联办”不一致，以“证照联办”为准：{listed}"
    for row in rows["申请材料"]:
        name = bureau.matters[row.text(MATTER_ID.key)]["事项名称"]
        if row.values.get("事项名称", name) != name:
            yield f"{row.at('事项名称')}与工作表“事项”不一致，以“事项”为准：{name}"
    for row in rows["服务分区"]:
        count = _window_count(row)
        if int(row.values.get("窗口数", count)) != count:
            yield f"{row.at('窗口数')}与窗口起止不一致，以起止为准：{count}"
    for row in rows["说明"]:
        if row.text("项目") == MATTER_COUNT and row.text("内容") != str(len(bureau.matters)):
            yield f"{row.at('内容')}写的是 {row.text('内容')}，实际有 {len(bureau.matters)} 项"


def _window_count(row: Row) -> int:
    if "窗口起" not in row.values or "窗口止" not in row.values:
        return 0
    return int(row.values["窗口止"]) - int(row.values["窗口起"]) + 1
