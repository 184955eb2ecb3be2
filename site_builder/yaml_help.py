"""Say in plain words which slip of the keyboard made a YAML file unreadable.

Colleagues type Chinese: full-width colons, tabs and unclosed quotes are the usual causes, and the
parser's own message names none of them.
"""

from __future__ import annotations

import re

import yaml

_FULL_WIDTH_COLON = re.compile(r"^\s*(?:- )?[\w一-鿿/]+：")
_NO_SPACE = re.compile(r"^\s*(?:- )?[\w一-鿿/]+:[^\s/]")
_QUOTES = {'"': '"', "'": "'"}


def explain(error: yaml.YAMLError, text: str) -> tuple[int, str, str]:
    """Return the line (from 1) where the slip most likely is, what is wrong and what to do."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reported = (mark.line if mark else 0) + 1
    lines = text.split("\n")
    # The parser notices a slip where the next key begins, so look at the lines before it too.
    for number in [*range(reported, max(0, reported - 4), -1), *range(1, len(lines) + 1)]:
        line = lines[number - 1] if number <= len(lines) else ""
        slip = _slip(line)
        if slip:
            return number, *slip
    return (
        min(reported, len(lines)),
        f"这一行附近的格式读不懂（{_reason(error)}）",
        "对照上下各行：缩进用空格并对齐，“栏名: 内容”，列表每行以“- ”开头",
    )


def _slip(line: str) -> tuple[str, str] | None:
    """Return what is wrong with a line and what to do, or None for a sound line."""
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return None
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "行首用了制表符（Tab）", "改用空格缩进，与上下行对齐"
    if _FULL_WIDTH_COLON.match(line) and ": " not in line:
        return "栏名后面用了全角冒号“：”", "改成半角冒号，后面空一格，如“事项名称: 食品经营许可”"
    value = stripped.split(": ", 1)[-1].removeprefix("- ").strip()
    quote = value[:1]
    if quote in _QUOTES and (len(value) == 1 or not value.endswith(quote)):
        return f"引号 {quote} 没有成对", "在这一行末尾补上同样的引号，或者把开头的引号去掉"
    if _NO_SPACE.match(line):
        return "冒号后面少了一个空格", "在半角冒号后面空一格"
    if ": " in value and quote not in _QUOTES:
        return "内容里有半角冒号加空格，会被当成另一个栏名", "把内容里的冒号改成全角“：”"
    if value[:1] in "@`%&*!|>{}[]":
        return f"内容以符号“{value[:1]}”开头，会被误读", "用半角双引号把整段内容括起来"
    return None


def _reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).split("\n", 1)[0]
