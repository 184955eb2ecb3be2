"""Import: work out which content files a workbook changes, say it in words, then write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from site_builder.schema import CANCELLED_PROOF, MATTER, PACKAGE, TOWNSHIP, ZONE, Element, Kind
from site_builder.workbook import naming
from site_builder.workbook.existing import Existing
from site_builder.workbook.files import write_whole
from site_builder.workbook.layout import NOTE, Record
from site_builder.workbook.merge import merged, tidy
from site_builder.workbook.problems import WorkbookError
from site_builder.workbook.read import Bureau, read_workbook
from site_builder.workbook.words import differences
from site_builder.yaml_text import update, update_front_matter


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import changed, or would change: one sentence a record, and what to look at."""

    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    matters: int
    packages: int
    dry_run: bool

    def __str__(self) -> str:
        outcome = f"{len(self.changes)} 处改动" if self.changes else "内容没有变化"
        trial = "；这是试运行，没有写入" if self.dry_run and self.changes else ""
        return "\n".join(
            [
                *(f"注意：{warning}" for warning in self.warnings),
                *self.changes,
                f"工作簿有 {self.matters} 个事项、{self.packages} 个套餐：{outcome}{trial}",
            ]
        )


def import_workbook(workbook: Path, content: Path, *, dry_run: bool) -> ImportReport:
    """Bring the content folder up to date with the workbook.

    Raises WorkbookError with every problem, before anything is written.
    """
    bureau = read_workbook(workbook)
    plan = _Plan(Existing(content), bureau)
    changes = [*plan.data(), *plan.matters(), *plan.packages()]
    if plan.existing.problems:
        raise WorkbookError(plan.existing.problems)
    if not dry_run:
        texts = [change.text() for change in changes]
        for change, text in zip(changes, texts, strict=True):
            change.write(text)
    return ImportReport(
        changes=tuple(change.words for change in changes),
        warnings=(*bureau.warnings, *plan.warnings),
        matters=len(bureau.matters),
        packages=len(bureau.packages),
        dry_run=dry_run,
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """What a content file shall say, and where it stands now; a new one stands nowhere."""

    path: Path
    values: Any
    words: str
    old_path: Path | None

    def text(self) -> str:
        old = self.old_path.read_text(encoding="utf-8-sig") if self.old_path else ""
        markdown = self.path.suffix == ".md"
        return (update_front_matter if markdown else update)(old, self.values)

    def write(self, text: str) -> None:
        if self.old_path and self.old_path != self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.old_path.replace(self.path)
        write_whole(self.path, text.encode())


class _Plan:
    """Compares a workbook with a content folder, file by file."""

    def __init__(self, existing: Existing, bureau: Bureau) -> None:
        self.existing = existing
        self.bureau = bureau
        self.warnings: list[str] = []
        self._old_themes = existing.named("themes")
        self._themes = naming.with_themes(self._old_themes, bureau.themes.values())

    def data(self) -> Iterator[_Change]:
        """Yield the changes of the files in content/data."""
        shared = naming.with_shared_materials(
            self.existing.named("shared-materials"), self.bureau.matters.values()
        )
        yield from self._list("themes", _records("主题", naming.NAMED), self._themes)
        yield from self._list("shared-materials", _records("通用材料", naming.NAMED), shared)
        yield from self._list("townships", _records("镇街", TOWNSHIP), self.bureau.townships)
        yield from self._list(
            "cancelled-proofs", _records("取消证明", CANCELLED_PROOF), self.bureau.cancelled
        )
        yield from self._list("workbook-notes", _records("说明", NOTE), self.bureau.notes)
        yield from self._hall()

    def matters(self) -> Iterator[_Change]:
        """Yield the changes of matter files; a matter the workbook dropped is only reported."""
        present = self.existing.paths("matters/*/*.md")
        for matter_id, record in self.bureau.matters.items():
            theme = naming.theme_id(self._themes, self.bureau.themes[matter_id])
            path = self.existing.content / f"matters/{theme}/{matter_id}.md"
            old_path = present.pop(matter_id, None)
            if old_path is None:
                yield _new("事项", path, record["事项名称"], record)
            else:
                moved = self._moved(old_path, path, self.bureau.themes[matter_id])
                yield from self._update(old_path, path, record, MATTER, moved)
        self._report_dropped(present, "事项名称")

    def packages(self) -> Iterator[_Change]:
        """Yield the changes of package files; a package the workbook dropped is only reported."""
        present = self.existing.paths("packages/*.md")
        for package_id, record in self.bureau.packages.items():
            path = self.existing.content / f"packages/{package_id}.md"
            if present.pop(package_id, None) is None:
                yield _new("套餐", path, record["套餐名称"], record)
            else:
                yield from self._update(path, path, record, PACKAGE, [])
        self._report_dropped(present, "套餐名称")

    def _moved(self, old_path: Path, path: Path, theme: str) -> list[str]:
        """Return the words for a matter that changes its theme, and so its folder."""
        if old_path == path:
            return []
        old_id = old_path.parent.name
        old = next((t["名称"] for t in self._old_themes if t["编码"] == old_id), old_id)
        return [f"主题由“{old}”改为“{theme}”"]

    def _update(
        self,
        old_path: Path,
        path: Path,
        new: Record,
        elements: tuple[Element, ...],
        words: list[str],
    ) -> Iterator[_Change]:
        """Yield the change of a Markdown file, if its values differ or it moves."""
        old = tidy(self.existing.front_matter(old_path), elements)
        record = merged(old, new, elements)
        words = [*words, *differences(old, record, elements)]
        if words:
            name = old.get(elements[0].key, path.stem)
            yield _Change(path, record, f"{name}：{'；'.join(words)}", old_path)

    def _report_dropped(self, present: dict[str, Path], name_key: str) -> None:
        """Report files whose record is no longer in the workbook; only people delete."""
        for path in present.values():
            name = self.existing.front_matter(path).get(name_key, path.stem)
            self.warnings.append(f"“{name}”不在工作簿里，没有改动；确实取消了，就删除 {path}")

    def _list(self, name: str, element: Element, new: list[Record]) -> Iterator[_Change]:
        """Yield the change of a data file that is one list."""
        old = tidy({element.key: self.existing.data(name, [])}, (element,))
        record = merged(old, {element.key: new}, (element,))
        if record != old:
            words = differences(old, record, (element,))
            yield self._data_change(name, record.get(element.key, []), words)

    def _hall(self) -> Iterator[_Change]:
        """Yield the change of the zones in hall.yml, whose other keys are the colleagues' own."""
        zones = (_records("分区", ZONE),)
        old = tidy(self.existing.data("hall", {}), zones)
        record = merged(old, {"分区": self.bureau.zones}, zones)
        if record != old:
            yield self._data_change("hall", record, differences(old, record, zones))

    def _data_change(
        self, name: str, values: Record | list[Record], words: Iterator[str]
    ) -> _Change:
        path = self.existing.data_path(name)
        old_path = path if path.exists() else None
        return _Change(path, values, f"data/{path.name}：{'；'.join(words)}", old_path)


def _records(key: str, elements: tuple[Element, ...]) -> Element:
    return Element(key, "", Kind.RECORDS, elements=elements)


def _new(what: str, path: Path, name: str, record: Record) -> _Change:
    return _Change(path, record, f"新增{what}：{name}（{path.stem}）", None)
