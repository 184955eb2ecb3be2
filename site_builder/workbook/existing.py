"""The content folder as it is before an import; what cannot be read there stops the import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from site_builder import load
from site_builder.errors import Finding
from site_builder.model import Document
from site_builder.workbook.layout import Record


class Existing:
    """Reads content files and notes what hinders, once each."""

    def __init__(self, content: Path) -> None:
        self.content = content
        self.problems: list[str] = []

    def paths(self, pattern: str) -> dict[str, Path]:
        """Return the files of a pattern by their code, which is their name."""
        paths: dict[str, Path] = {}
        for path in sorted(self.content.glob(pattern)):
            other = paths.setdefault(path.stem, path)
            if other is not path:
                self._note(f"{other} 和 {path} 编码相同；只留一个")
        return paths

    def front_matter(self, path: Path) -> Record:
        """Return the values of a Markdown file."""
        values: Record = self._values(load.read_front_matter(path, self.content), {})
        return values

    def data(self, name: str, empty: Any) -> Any:
        """Return the values of a file in content/data, which are of the same type as `empty`."""
        path = self.data_path(name)
        return self._values(load.read_data(path, self.content), empty) if path.exists() else empty

    def named(self, name: str) -> list[Record]:
        """Return the records of a data file that gives codes their names."""
        records: list[Record] = self.data(name, [])
        if all(isinstance(r, dict) and r.get("编码") and r.get("名称") for r in records):
            return records
        self._note(f"data/{name}.yml:1: 有一项缺编码或名称；补上")
        return []

    def data_path(self, name: str) -> Path:
        """Return where a data file stands."""
        return self.content / "data" / f"{name}.yml"

    def _values(self, read: Document | Finding, empty: Any) -> Any:
        if isinstance(read, Finding):
            self._note(str(read))
            return empty
        if read.values and not isinstance(read.values, type(empty)):
            self._note(f"{read.source.file}:1: 写法不对；运行 site-builder check 看怎么改")
            return empty
        return read.values or empty

    def _note(self, problem: str) -> None:
        sentence = f"{problem}（现有内容改好后再导入）"
        if sentence not in self.problems:
            self.problems.append(sentence)
