"""Import: work out which content files a workbook changes, say it in words, then write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

from site_builder import load
from site_builder.errors import Finding
from site_builder.schema import CANCELLED_PROOF, MATTER, PACKAGE, TOWNSHIP, ZONE, Element, Kind
from site_builder.workbook import cells
from site_builder.workbook.files import write_whole
from site_builder.workbook.layout import NOTE
from site_builder.workbook.merge import Record, merged, tidy
from site_builder.workbook.problems import WorkbookError
from site_builder.workbook.read import Bureau, read_workbook
from site_builder.workbook.words import differences
from site_builder.yaml_text import dump, dump_front_matter, update, update_front_matter

_NAMED = (Element("编码", "id"), Element("名称", "name"))


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


@dataclass(frozen=True, slots=True)
class _Change:
    """A file to write, and where it stood before if it moves."""

    path: Path
    text: str
    words: str
    moved_from: Path | None = None

    def write(self) -> None:
        if self.moved_from:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.moved_from.replace(self.path)
        write_whole(self.path, self.text.encode())


def import_workbook(workbook: Path, content: Path, *, dry_run: bool) -> ImportReport:
    """Bring the content folder up to date with the workbook.

    Raises WorkbookError with every problem, before anything is written.
    """
    bureau = read_workbook(workbook)
    plan = _Plan(content, bureau)
    changes = [*plan.data(), *plan.matters(), *plan.packages()]
    if plan.problems:
        raise WorkbookError(plan.problems)
    if not dry_run:
        for change in changes:
            change.write()
    return ImportReport(
        changes=tuple(change.words for change in changes),
        warnings=(*bureau.warnings, *plan.warnings),
        matters=len(bureau.matters),
        packages=len(bureau.packages),
        dry_run=dry_run,
    )


class _Plan:
    """Compares a workbook with a content folder, file by file."""

    def __init__(self, content: Path, bureau: Bureau) -> None:
        self.content = content
        self.bureau = bureau
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self._themes = self._named("themes")
        self._new_themes: list[Record] = []
        for name in dict.fromkeys(bureau.themes.values()):
            self._theme_id(name)

    def matters(self) -> Iterator[_Change]:
        """Yield the changes of matter files; a matter the workbook dropped is only reported."""
        present = self._present("matters/*/*.md")
        for matter_id, new in self.bureau.matters.items():
            theme_name = self.bureau.themes[matter_id]
            path = self.content / "matters" / self._theme_id(theme_name) / f"{matter_id}.md"
            old_path = present.pop(matter_id, None)
            moved = "" if old_path in (path, None) else self._move_words(old_path, theme_name)
            yield from self._file(path, old_path, new, MATTER, "事项", moved)
        self._report_dropped(present, "事项名称")

    def packages(self) -> Iterator[_Change]:
        """Yield the changes of package files."""
        present = self._present("packages/*.md")
        for package_id, new in self.bureau.packages.items():
            path = self.content / "packages" / f"{package_id}.md"
            yield from self._file(path, present.pop(package_id, None), new, PACKAGE, "套餐", "")
        self._report_dropped(present, "套餐名称")

    def data(self) -> Iterator[_Change]:
        """Yield the changes of the files in content/data."""
        yield from self._list("themes", "主题", [*self._themes, *self._new_themes], _NAMED)
        yield from self._list("shared-materials", "通用材料", self._shared(), _NAMED)
        yield from self._list("townships", "镇街", self.bureau.townships, TOWNSHIP)
        yield from self._list(
            "cancelled-proofs", "取消证明", self.bureau.cancelled, CANCELLED_PROOF
        )
        yield from self._list("workbook-notes", "说明", self.bureau.notes, NOTE)
        yield from self._hall()

    def _file(
        self,
        path: Path,
        old_path: Path | None,
        new: Record,
        elements: Sequence[Element],
        what: str,
        moved: str,
    ) -> Iterator[_Change]:
        """Yield the change of a front-matter file, if its values differ."""
        name = new[elements[0].key]
        if old_path is None:
            yield _Change(path, dump_front_matter(new), f"新增{what}：{name}（{path.stem}）")
            return
        document = load.read_front_matter(old_path, self.content)
        if isinstance(document, Finding):
            self.problems.append(f"{document}；现有内容改好后再导入")
            return
        old = tidy(document.values, elements)
        record = merged(old, new, elements)
        words = [moved] if moved else []
        words += differences(old, record, elements)
        if words:
            text = _read(old_path)
            if record != old:
                text = update_front_matter(text, record)
            old_name = old.get(elements[0].key, name)
            yield _Change(
                path, text, f"{old_name}：{'；'.join(words)}", old_path if moved else None
            )

    def _move_words(self, old_path: Path | None, theme_name: str) -> str:
        old_id = old_path.parent.name if old_path else ""
        old_name = next((t["名称"] for t in self._themes if t["编码"] == old_id), old_id)
        return f"主题由“{old_name}”改为“{theme_name}”"

    def _report_dropped(self, present: dict[str, Path], name_key: str) -> None:
        """Report files whose record is no longer in the workbook; only people delete."""
        for path in present.values():
            document = load.read_front_matter(path, self.content)
            name = path.stem if isinstance(document, Finding) else document.values.get(name_key)
            self.warnings.append(
                f"“{name}”（{path.stem}）不在工作簿里，没有改动；确实取消了，就删除 {path}"
            )

    def _present(self, pattern: str) -> dict[str, Path]:
        present: dict[str, Path] = {}
        for path in sorted(self.content.glob(pattern)):
            other = present.setdefault(path.stem, path)
            if other is not path:
                self.problems.append(f"{other} 和 {path} 编码相同；只留一个，再导入")
        return present

    def _list(
        self, name: str, label: str, new: list[Record], elements: tuple[Element, ...]
    ) -> Iterator[_Change]:
        """Yield the change of a data file that is one list."""
        element = Element(label, name, Kind.RECORDS, elements=elements)
        path = self.content / "data" / f"{name}.yml"
        old = {label: self._values(path) or []}
        record = merged(old, {label: new}, (element,))
        if record != old:
            text = _updated(path, record[label])
            yield _Change(path, text, f"{label}：{'；'.join(differences(old, record, (element,)))}")

    def _hall(self) -> Iterator[_Change]:
        """Yield the change of the zones in data/hall.yml, whose other keys are the editors'."""
        element = Element("分区", "zones", Kind.RECORDS, elements=ZONE)
        path = self.content / "data" / "hall.yml"
        old = self._values(path) or {}
        record = merged(old, {"分区": self.bureau.zones}, (element,))
        if record != old:
            record["分区"] = record.pop("分区")  # at the end: it is the longest
            text = _updated(path, record)
            yield _Change(path, text, f"分区：{'；'.join(differences(old, record, (element,)))}")

    def _values(self, path: Path) -> Any:
        if not path.exists():
            return None
        document = load.read_data(path, self.content)
        if isinstance(document, Finding):
            self.problems.append(f"{document}；现有内容改好后再导入")
            return None
        return document.values

    def _named(self, name: str) -> list[Record]:
        return list(self._values(self.content / "data" / f"{name}.yml") or [])

    def _theme_id(self, name: str) -> str:
        """Return the theme's id: the one in themes.yml, else its name in Pinyin."""
        for theme in (*self._themes, *self._new_themes):
            if cells.folded(theme["名称"]) == cells.folded(name):
                return str(theme["编码"])
        taken = {theme["编码"] for theme in (*self._themes, *self._new_themes)}
        slug = re.sub(r"[^a-z0-9]+", "-", "-".join(lazy_pinyin(name)).lower()).strip("-")
        theme_id = slug
        while theme_id in taken or not theme_id:
            theme_id = f"{slug or 'theme'}-{len(taken) + 1}"
        self._new_themes.append({"编码": theme_id, "名称": name})
        return theme_id

    def _shared(self) -> list[Record]:
        """Return the shared materials with those new in the workbook, named as most call them."""
        known = self._named("shared-materials")
        names: dict[str, Counter[str]] = {}
        for matter in self.bureau.matters.values():
            for material in matter.get("申请材料", []):
                if "通用材料" in material:
                    counter = names.setdefault(material["通用材料"], Counter())
                    counter[material["材料名称"]] += 1
        ids = {record["编码"] for record in known}
        added = [
            {"编码": shared_id, "名称": counter.most_common(1)[0][0]}
            for shared_id, counter in names.items()
            if shared_id not in ids
        ]
        return [*known, *added]


def _updated(path: Path, value: Any) -> str:
    return update(_read(path), value) if path.exists() else dump(value)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")
