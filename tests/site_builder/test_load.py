"""Reading content files into values that remember their lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from site_builder import yaml_plain
from site_builder.errors import Finding
from site_builder.load import (
    matter_files,
    parse_front_matter,
    read_data,
    read_front_matter,
    read_packages,
    read_replies,
)
from site_builder.model import Document, Value
from tests.factories import write

CONTENT = Path(__file__).parents[2] / "content"


def read_matters(content: Path) -> Iterator[Document | Finding]:
    for file in matter_files(content):
        yield read_front_matter(content / file, content)


def document(text: str) -> Document:
    """Return a Markdown text that can be read."""
    result = parse_front_matter(text, "matters/a/b.md")
    assert isinstance(result, Document), result
    return result


def finding(result: Document | Finding) -> tuple[str, int]:
    """Return code and line of what hinders the reading."""
    assert isinstance(result, Finding)
    return result.code, result.line


@pytest.mark.parametrize(
    "value", ["no", "是", "0539", "15", "1e3", "2019-10-08", "null", "~", "1:30"]
)
def test_every_value_is_the_text_that_was_typed(value: str) -> None:
    """YAML's guesses at numbers, dates and yes or no change nothing."""
    assert document(f"---\n栏: {value}\n---\n").values == {"栏": value}


def test_every_value_remembers_its_line() -> None:
    """A finding can name the line of a value deep in a list, counted in the whole file."""
    materials = "材料:\n  - 名称: 甲\n    份数: 1\n  - 名称: 乙\n    份数: 2\n"
    text = f"---\n名称: 证\n\n# 备注\n{materials}---\n"
    source = document(text).source
    places: list[tuple[tuple[str | int, ...], int]] = [
        (("名称",), 2),
        (("材料",), 5),
        (("材料", 0, "份数"), 7),
        (("材料", 1), 8),
        (("材料", 1, "份数"), 9),
        (("材料", 1, "没有这一栏"), 8),
        (("没有这一栏", 5), 2),
    ]
    assert [source.line(*path) for path, _ in places] == [line for _, line in places]


@pytest.mark.parametrize(
    ("text", "values", "prose"),
    [
        ("---\n栏: 值\n---\n正文\n\n---\n第二段\n", {"栏": "值"}, "正文\n\n---\n第二段"),
        ("---\n栏: 值\n---", {"栏": "值"}, ""),
        ("---  \n栏: 值\n---  \n正文", {"栏": "值"}, "正文"),
        ("---\n---\n正文\n", {}, "正文"),
        ("---\n栏: |\n  一\n  二\n---\n", {"栏": "一\n二\n"}, ""),
    ],
)
def test_front_matter_ends_at_the_second_rule(text: str, values: Value, prose: str) -> None:
    """What stands between the two --- is the record, what follows is prose."""
    read = document(text)
    assert (read.values, read.prose) == (values, prose)


@pytest.mark.parametrize(
    "text", ["", "栏: 值\n", "---\n栏: 值\n", "\n---\n栏: 值\n---\n", "－－－\n栏: 值\n－－－\n"]
)
def test_missing_front_matter_is_a_finding(text: str) -> None:
    """A file without its two --- is reported, not read as empty."""
    assert finding(parse_front_matter(text, "matters/a/b.md")) == ("Y-01", 1)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    """Files saved by Windows Notepad are read like any other."""
    path = tmp_path / "matters/a/b.md"
    path.parent.mkdir(parents=True)
    path.write_bytes("\ufeff---\r\n栏: 值\r\n二: 值\r\n---\r\n正文\r\n".encode())
    (read,) = read_matters(tmp_path)
    assert isinstance(read, Document)
    assert (read.values, read.prose) == ({"栏": "值", "二": "值"}, "正文")
    assert read.source.line("二") == 3


def test_another_encoding_is_a_finding_with_its_line(tmp_path: Path) -> None:
    """A file in GBK is reported with the first line that cannot be read."""
    path = tmp_path / "data/hall.yml"
    path.parent.mkdir()
    path.write_bytes(b"ok: 1\n" + "名称: 大厅\n".encode("gbk"))
    assert finding(read_data(path, tmp_path)) == ("Y-02", 2)


def test_a_key_written_twice_is_a_finding() -> None:
    """YAML would silently keep the last one; which one is right only a colleague knows."""
    text = "---\n名称: 证\n材料:\n  - 名称: 甲\n    名称: 乙\n---\n"
    assert finding(parse_front_matter(text, "matters/a/b.md")) == ("Y-04", 5)


def test_values_that_contain_themselves_are_a_finding() -> None:
    """YAML's references can go round in circles; we do not."""
    assert finding(parse_front_matter("---\n栏: &a [*a]\n---\n", "matters/a/b.md")) == ("Y-05", 2)


def test_a_slip_is_reported_on_the_line_of_the_file() -> None:
    """The line counts from the top of the file, not of the front matter."""
    text = "---\n名称: 证\n说明：老人\n类型: 服务\n---\n"
    assert finding(parse_front_matter(text, "matters/a/b.md")) == ("Y-03", 3)


def test_files_are_read_in_a_stable_order(tmp_path: Path) -> None:
    """Matters and packages come by folder and name, answers newest first; others are left alone."""
    for name in ("matters/b/a.md", "matters/a/z.md", "matters/a/b.md", "matters/c.md"):
        write(tmp_path / name, "---\n栏: 值\n---\n")
    for name in ("packages/b.md", "packages/a.md", "packages/a.txt"):
        write(tmp_path / name, "---\n栏: 值\n---\n")
    for name in ("replies/2019/2.md", "replies/2020/1.md"):
        write(tmp_path / name, "---\n栏: 值\n---\n")
    files = [
        [d.source.file for d in read(tmp_path) if isinstance(d, Document)]
        for read in (read_matters, read_packages, read_replies)
    ]
    assert files == [
        ["matters/a/b.md", "matters/a/z.md", "matters/b/a.md"],
        ["packages/a.md", "packages/b.md"],
        ["replies/2020/1.md", "replies/2019/2.md"],
    ]


def test_one_broken_file_hides_no_other(tmp_path: Path) -> None:
    """Reading goes on behind a file that cannot be read."""
    write(tmp_path / "matters/a/a.md", "没有登记栏")
    write(tmp_path / "matters/a/b.md", "---\n栏: 值\n---\n")
    first, second = read_matters(tmp_path)
    assert isinstance(first, Finding)
    assert isinstance(second, Document)


def test_the_line_of_a_key_at_the_top_is_found_without_parsing() -> None:
    """The short way to a line gives the line that reading the whole file gives, in every matter."""
    for path in map(CONTENT.joinpath, matter_files(CONTENT)):
        document = read_front_matter(path, CONTENT)
        assert isinstance(document, Document)
        lines = document.source.lines
        top = [place for place in lines if len(place) == 1]
        parsed = yaml_plain.lines(path.read_text("utf-8").split("---\n")[1])
        assert parsed
        assert {place: lines[place] for place in top} == {p: parsed[p] + 2 for p in top}
        assert document.source.line("没有这一栏") == document.source.line()
