"""Say in plain words which slips of the keyboard made a YAML file unreadable.

Colleagues type Chinese: full-width colons, tabs and unclosed quotes are the usual causes, and the
parser's own message names none of them. So each line that looks like a slip is mended on trial;
where that lets the parser read on, the slip is found, and the search goes on behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import inf
from typing import NamedTuple

import yaml

from site_builder.schema import CANCELLED_PROOF, MATTER, PACKAGE, TOWNSHIP, ZONE, Element

MOST_SLIPS = 20


def _keys(elements: tuple[Element, ...]) -> Iterator[str]:
    for element in elements:
        yield element.key
        yield from _keys(element.elements)


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_INDENT = re.compile(r"[ \t　]*")
_BULLET = re.compile(r"(\s*)(?:-(?![\s-])|[－—–])(.+)")
_FULL_COLON = re.compile(r"(?P<key>\s*(?:- +)?[\w/（）()]+)：(?P<value>.*)")
_TIGHT_COLON = re.compile(r"(?P<key>\s*(?:- +)?[\w/（）()]+):(?P<value>[^\s/].*|　.*)")
_KNOWN = "|".join(
    sorted({*_keys((*MATTER, *PACKAGE, *ZONE, *TOWNSHIP, *CANCELLED_PROOF))}, key=len, reverse=True)
)
_NO_COLON = re.compile(rf"(?P<key>\s*(?:- +)?(?:{_KNOWN}))[ \t　]+(?P<value>[^:：\s].*)")
_VALUE = re.compile(r"(?P<before>\s*(?:- +)*(?:[^\s:#\"'][^:]*:[ \t]+)?)(?P<value>\S.*)")
_CLOSING = {'"': '"”“＂', "'": "'’‘＇"}
"""What people type instead of the quote they opened with."""


class Slip(NamedTuple):
    """A slip on a line (counted from 1), what to do about it, and the line as it should be."""

    line: int
    message: str
    advice: str
    mended: str


class _Stop(NamedTuple):
    """Where the parser gave up (the later the further), where that construct began, and why."""

    line: int
    began: int
    reason: str


def slips(text: str) -> list[Slip]:
    """Return every slip of an unreadable YAML text, in the order of their lines."""
    lines = text.split("\n")
    found = [slip for i, line in enumerate(lines, 1) for slip in _control(line, i)]
    for slip in found:
        lines[slip.line - 1] = slip.mended
    while (stop := _stop(lines)) and len(found) < MOST_SLIPS:
        cause = _cause(lines, stop)
        if cause is None:
            found.append(_unexplained(lines, stop))
            break
        lines[cause.line - 1] = cause.mended
        found.append(cause)
    return sorted(found)


def _stop(lines: list[str]) -> _Stop | None:
    try:
        yaml.compose("\n".join(lines), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # A quote that never closes stops the parser at the end of the file, far from the slip.
        endless = "end of stream" in str(error.problem) and error.context_mark
        line = (error.context_mark if endless else mark).line  # type: ignore[union-attr]
        last = max((i for i, text in enumerate(lines) if text.strip()), default=0)
        began = error.context_mark.line + 1 if error.context_mark else 0
        return _Stop(min(line, last) + 1, began, str(error.problem))
    return None


def _cause(lines: list[str], stop: _Stop) -> Slip | None:
    """Return the slip nearest before the stop whose mending lets the parser read on."""
    for kind, reach in ((_typing_slips, stop.line), (_misaligned, 10)):
        for number in range(stop.line, max(0, stop.line - reach), -1):
            reached = {slip: _reach(lines, slip) for slip in kind(lines, number)}
            best = max(reached, key=reached.__getitem__, default=None)
            if best and reached[best] > (stop.line, stop.began):
                return best
    return None


def _reach(lines: list[str], slip: Slip) -> tuple[float, float]:
    """Return how far the parser gets with the slip mended."""
    stop = _stop([*lines[: slip.line - 1], slip.mended, *lines[slip.line :]])
    return (stop.line, stop.began) if stop else (inf, inf)


def _unexplained(lines: list[str], stop: _Stop) -> Slip:
    return Slip(
        stop.line,
        f"这一行附近的格式读不懂（{stop.reason}）",
        "对照上下各行：缩进用空格并对齐，“栏名: 内容”，列表每行以“- ”开头",
        lines[stop.line - 1],
    )


def _typing_slips(lines: list[str], number: int) -> Iterator[Slip]:
    line = lines[number - 1]
    if not line.strip() or line.lstrip().startswith("#"):
        return
    for look in _LOOKS:
        yield from look(line, number)


def _control(line: str, number: int) -> Iterator[Slip]:
    mended = _CONTROL.sub("", line)
    if mended != line:
        yield Slip(number, "这一行有看不见的控制字符", "删掉这一行，重新输入一遍", mended)


def _indented_by_tab(line: str, number: int) -> Iterator[Slip]:
    indent = _INDENT.match(line)[0]  # type: ignore[index]
    for name, character in (("制表符（Tab）", "\t"), ("全角空格", "　")):
        if character in indent:
            for spaces in ("", "  ", "    "):
                yield Slip(
                    number,
                    f"行首用了{name}",
                    "改用半角空格缩进，与上下行对齐",
                    indent.replace(character, spaces) + line[len(indent) :],
                )


def _wrong_colon(line: str, number: int) -> Iterator[Slip]:
    for pattern, message, advice in (
        (
            _FULL_COLON,
            "栏名后面用了全角冒号“：”",
            "改成半角冒号，后面空一格，如“事项名称: 食品经营许可”",
        ),
        (_TIGHT_COLON, "冒号后面少了一个半角空格", "在半角冒号后面空一格"),
    ):
        match = pattern.match(line)
        if match:
            mended = f"{match['key']}: {match['value'].strip(' 　')}".rstrip()
            yield Slip(number, message, advice, mended)


def _no_colon(line: str, number: int) -> Iterator[Slip]:
    match = _NO_COLON.match(line)
    if match:
        yield Slip(
            number,
            "栏名后面没有冒号",
            "在栏名后面加半角冒号，再空一格",
            f"{match['key']}: {match['value']}",
        )


def _wrong_bullet(line: str, number: int) -> Iterator[Slip]:
    match = _BULLET.match(line)
    if match:
        yield Slip(
            number,
            "列表的横线写法不对",
            "每项以半角横线加一个空格开头，如“- 身份证”",
            f"{match[1]}- {match[2].lstrip(' 　')}",
        )


def _unpaired_quote(line: str, number: int) -> Iterator[Slip]:
    match = _VALUE.match(line)
    if not match:
        return
    value = match["value"].rstrip()
    quote = value[0]
    if quote not in _CLOSING:
        return
    if value.count(quote) == 1 or not value.endswith(quote):
        inner = value[1:].rstrip(_CLOSING[quote])
        if quote in inner:
            message, advice = "引号后面还有字", "用另一种引号把整段内容括起来，或者去掉半角引号"
        else:
            message = f"引号 {quote} 没有成对"
            advice = "在这一行末尾补上同样的引号，或者把开头的引号去掉"
        yield Slip(number, message, advice, match["before"] + _quoted(value[1:]))
    elif quote in value[1:-1].replace(quote * 2, ""):
        yield Slip(
            number,
            f"内容里又有引号 {quote}",
            "内容里的引号改成中文引号“”",
            match["before"] + _quoted(value[1:-1]),
        )


def _colon_in_value(line: str, number: int) -> Iterator[Slip]:
    match = _VALUE.match(line)
    if match and match["before"].strip() and ": " in match["value"]:
        yield Slip(
            number,
            "内容里有半角冒号加空格，会被当成另一个栏名",
            "把内容里的冒号改成全角“：”",
            match["before"] + match["value"].replace(": ", "："),
        )


def _special_start(line: str, number: int) -> Iterator[Slip]:
    match = _VALUE.match(line)
    if match and match["before"].strip() and match["value"][0] in "@`%&*!|>{}[]-?,#":
        yield Slip(
            number,
            f"内容以符号“{match['value'][0]}”开头，会被误读",
            "用半角双引号把整段内容括起来",
            match["before"] + _quoted(match["value"]),
        )


def _second_document(line: str, number: int) -> Iterator[Slip]:
    if line.rstrip() == "---":
        yield Slip(number, "中间多了一行 ---", "删掉这一行", "")


_LOOKS: tuple[Callable[[str, int], Iterator[Slip]], ...] = (
    _indented_by_tab,
    _wrong_colon,
    _unpaired_quote,
    _special_start,
    _no_colon,
    _wrong_bullet,
    _colon_in_value,
    _second_document,
)


def _misaligned(lines: list[str], number: int) -> Iterator[Slip]:
    """Yield the line moved to where its neighbours begin."""
    line = lines[number - 1]
    if not line.strip():
        return
    neighbours = [*reversed(lines[: number - 1]), *lines[number:]]
    for other in [text for text in neighbours if text.strip()][:4]:
        indent = " " * (len(other) - len(other.lstrip(" ")))
        if indent + line.lstrip() != line:
            yield Slip(
                number,
                "这一行的缩进和上下行没有对齐",
                "同一层的各行，行首的空格一样多",
                indent + line.lstrip(),
            )


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
