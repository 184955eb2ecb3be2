"""The lists of faults and features name only what is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def names_in(path: Path) -> set[str]:
    if not path.exists():
        return set()
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("document", ["docs/faults.md", "docs/features.md"])
def test_every_named_test_exists(document: str) -> None:
    """A result that a list claims has its test, under the name it gives."""
    named = NAMED.findall((ROOT / document).read_text("utf-8"))
    assert named
    assert [f"{path}::{test}" for path, test in named if test not in names_in(ROOT / path)] == []


@pytest.mark.parametrize(("document", "last"), [("docs/faults.md", 32), ("docs/features.md", 28)])
def test_no_line_is_missing(document: str, last: int) -> None:
    """Every number has its line, in order, and each line names a test or says what is not there."""
    rows = re.findall(r"^\| (\d+) \|(.*)$", (ROOT / document).read_text("utf-8"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, last + 1))
    assert [n for n, row in rows if not NAMED.search(row) and "not" not in row.lower()] == []
