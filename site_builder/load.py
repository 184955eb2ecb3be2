"""Stage 1: read content files into plain values that remember their lines.

Every scalar is kept as the text that stands in the file: YAML's own guesses (no → False,
0539 → 345) would change what a colleague wrote. The schema decides what a text means.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from site_builder import yaml_plain
from site_builder.errors import Finding
from site_builder.model import Document, Source, Value

if TYPE_CHECKING:
    import yaml

_FIRST: Final = re.compile(r"---[ \t]*\r?\n")
_LAST: Final = re.compile(r"\n---[ \t]*(?:\r?\n|\Z)")
"""The lines around front matter. One pattern for all of it would look at every sign three times."""
_BELOW_FENCE: Final = 2
"""The line that front matter begins in."""


def front_matter(text: str) -> tuple[str, str] | None:
    """Return the front matter of a Markdown text and what stands below it, if it has any."""
    first = _FIRST.match(text)
    last = _LAST.search(text, first.end() - 1) if first else None
    if not (first and last):
        return None
    return text[first.end() : last.start() + 1], text[last.end() :]


def matter_files(content: Path) -> list[str]:
    """Return every matter file below `content`, in the order of themes and names."""
    matters = content / "matters"
    if not matters.is_dir():
        return []
    themes = sorted(theme.name for theme in os.scandir(matters) if theme.is_dir())
    return [
        f"matters/{theme}/{name}"
        for theme in themes
        for name in sorted(os.listdir(matters / theme))  # noqa: PTH208
        if name.endswith(".md")
    ]


def matter_id(file: str) -> str:
    """Return the id of the matter in a file; `pathlib` takes a tenth of a second for 10,000."""
    return file.rpartition("/")[2].removesuffix(".md")


class MatterTexts:
    """The texts of matter files: kept while they are judged, read again when asked for later.

    Most of what is asked for is the line of a fault, and most matters have none.
    """

    def __init__(self, content: Path) -> None:
        self._content = f"{content}{os.sep}"
        self._kept: dict[str, str] = {}

    def __getitem__(self, file: str) -> str:
        """Return a text; signs that are no UTF-8 are replaced."""
        return self._kept.get(file) or text_of(self._content + file)

    def document(self, file: str) -> Document | Finding:
        """Read a file and keep its text."""
        data = contents(self._content + file)
        text = _text(data, file)
        if isinstance(text, Finding):
            self._kept[file] = _decoded(data, "replace")
            return text
        self._kept[file] = text
        return parse_front_matter(text, file, self._front_matter)

    def source(self, file: str) -> Source:
        """Return where a file's values stand; that is found out when somebody asks."""
        return Source(file, _Lines(self._front_matter, file, _BELOW_FENCE))

    def _front_matter(self, file: str) -> str:
        """Return a file's front matter; nothing when it is gone meanwhile."""
        try:
            return (front_matter(self[file]) or [""])[0]
        except OSError:
            return ""

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_kept": {}}

    def forget(self) -> None:
        """Keep no texts any longer."""
        self._kept.clear()


def read_packages(content: Path) -> Iterator[Document | Finding]:
    """Yield every package file."""
    for path in sorted((content / "packages").glob("*.md")):
        yield read_front_matter(path, content)


def read_replies(content: Path) -> Iterator[Document | Finding]:
    """Yield every published answer to a complaint, newest first."""
    for path in sorted((content / "replies").glob("*/*.md"), reverse=True):
        yield read_front_matter(path, content)


def read_front_matter(path: Path, content: Path) -> Document | Finding:
    """Read a Markdown file with front matter; a finding says what hinders it."""
    file = path.relative_to(content).as_posix()
    text = _text(contents(path), file)
    return text if isinstance(text, Finding) else parse_front_matter(text, file)


def parse_front_matter(
    text: str, file: str, again: Callable[[str], str] | None = None
) -> Document | Finding:
    """Read the text of a Markdown file with front matter; `file` names it in findings.

    `again` gives a file's front matter once more, when somebody asks for the line of a value.
    """
    parts = front_matter(text)
    if not parts:
        return Finding(
            file,
            1,
            "Y-01",
            "文件开头没有用两行 --- 夹住的登记栏",
            "第一行写 ---，各栏写完后另起一行再写 ---",
        )
    values, prose = parts
    return _parse(values, file, _BELOW_FENCE, prose.strip(), again or (lambda _: values))


def read_data_files(content: Path) -> Iterator[Document | Finding]:
    """Yield every YAML file of content/data."""
    for path in sorted((content / "data").glob("*.yml")):
        yield read_data(path, content)


def read_data(path: Path, content: Path) -> Document | Finding:
    """Read a YAML file of content/data."""
    file = path.relative_to(content).as_posix()
    text = _text(contents(path), file)
    return text if isinstance(text, Finding) else _parse(text, file, 1, "", lambda _: text)


def contents(path: str | Path) -> bytes:
    """Return the bytes of a file; `pathlib` takes too long for ten thousands of them."""
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()


def text_of(path: str) -> str:
    """Return the text of a file; signs that are no UTF-8 are replaced."""
    return _decoded(contents(path), "replace")


def _decoded(data: bytes, errors: str = "strict") -> str:
    text = data.decode("utf-8-sig", errors)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _text(data: bytes, file: str) -> str | Finding:
    try:
        return _decoded(data)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Finding(file, line, "Y-02", "文件不是 UTF-8 编码", "用“另存为”选 UTF-8 编码再保存")


def _parse(
    text: str, file: str, first_line: int, prose: str, again: Callable[[str], str]
) -> Document | Finding:
    plain = yaml_plain.read(text)
    if plain is not None:
        return Document(plain, prose, Source(file, _Lines(again, file, first_line)))
    import yaml  # most builds after an edit do without

    try:
        values, lines = _composed(text, first_line)
    except yaml.YAMLError:
        return unreadable(text, file, first_line)[0]
    except RecursionError:
        advice = "用半角双引号把 & 和 * 开头的内容括起来"
        return Finding(file, first_line, "Y-05", "内容里的 & 和 * 互相引用", advice)
    except _DuplicateKeyError as error:
        return Finding(file, error.line, "Y-04", f"“{error.key}”写了两遍", "只留一处，另一处删掉")
    return Document(values, prose, Source(file, lines))


class _Lines(Mapping[tuple[str | int, ...], int]):
    """The line of each value, found when the first is asked for: most files have no findings.

    A key at the top is the only thing that begins a line with its name, so it needs no parsing:
    every matter that lacks a sample has a finding there.
    """

    __slots__ = ("_again", "_file", "_first_line")  # every matter has one

    def __init__(self, again: Callable[[str], str], file: str, first_line: int) -> None:
        self._again, self._file, self._first_line = again, file, first_line

    @property
    def _found(self) -> dict[tuple[str | int, ...], int]:
        return _found(self._again, self._file, self._first_line)

    def __getitem__(self, path: tuple[str | int, ...]) -> int:
        if len(path) == 1 and isinstance(path[0], str) and (line := self._top(f"\n{path[0]}:")):
            return line
        return self._found[path]

    def _top(self, key: str) -> int:
        text = f"\n{self._again(self._file)}"
        place = text.find(key)
        return text.count("\n", 1, place + 1) + self._first_line if place >= 0 else 0

    def __iter__(self) -> Iterator[tuple[str | int, ...]]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


@lru_cache(maxsize=8)
def _found(
    again: Callable[[str], str], file: str, first_line: int
) -> dict[tuple[str | int, ...], int]:
    text = again(file)
    found = yaml_plain.lines(text)
    if found is not None:
        return {place: line + first_line for place, line in found.items()}
    import yaml

    try:
        return _composed(text, first_line)[1]
    except (yaml.YAMLError, RecursionError, _DuplicateKeyError):
        return {}  # somebody changed the file since it was read


def unreadable(text: str, file: str, first_line: int) -> list[Finding]:
    """Return a finding for every slip that makes the YAML text unreadable."""
    from site_builder.yaml_help import slips

    return [
        Finding(file, slip.line + first_line - 1, "Y-03", slip.message, slip.advice)
        for slip in slips(text)
    ]


class _DuplicateKeyError(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


def _composed(text: str, first_line: int) -> tuple[Value, dict[tuple[str | int, ...], int]]:
    """Read any YAML with libyaml: its values, and the line of each."""
    import yaml

    lines: dict[tuple[str | int, ...], int] = {}
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    return _plain(node, (), lines, first_line), lines


def _plain(
    node: yaml.Node | None,
    path: tuple[str | int, ...],
    lines: dict[tuple[str | int, ...], int],
    first_line: int,
) -> Value:
    """Turn a YAML node into str, list and dict, noting the line of each value."""
    import yaml

    if node is None:
        return {}
    lines[path] = node.start_mark.line + first_line
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), lines, first_line) for i, item in enumerate(node.value)]
    values: dict[str, Value] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in values:
            raise _DuplicateKeyError(key, key_node.start_mark.line + first_line)
        values[key] = _plain(value_node, (*path, key), lines, first_line)
        lines[(*path, key)] = key_node.start_mark.line + first_line
    return values
