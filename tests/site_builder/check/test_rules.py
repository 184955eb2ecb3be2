"""What every rule has in common."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from site_builder.check import RULES
from site_builder.check.rule import rule
from site_builder.check.table import table
from site_builder.errors import Severity

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def test_the_published_table_is_the_one_the_rules_make() -> None:
    """docs/rules.md is current: `python -m site_builder.check.table > docs/rules.md`."""
    assert (ROOT / "docs/rules.md").read_text("utf-8") == table()


def test_every_code_a_colleague_can_meet_is_in_the_table() -> None:
    """Whatever code the program prints is explained in docs/rules.md, those of a push, too."""
    sources = (path.read_text("utf-8") for path in (ROOT / "site_builder").rglob("*.py"))
    printed = {code for text in sources for code in re.findall(r'"([A-Z]-\d\d)"', text)}
    assert sorted(code for code in printed if f"| {code} |" not in table()) == []


@pytest.mark.parametrize("code", RULES)
def test_every_rule_says_what_and_why(code: str) -> None:
    """A rule without a sentence or a source could not be explained to a colleague."""
    assert RULES[code].what
    assert RULES[code].basis


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_test_that_breaks_it(code: str) -> None:
    """No rule is added without the smallest content that breaks it."""
    tests = "".join(path.read_text("utf-8") for path in HERE.glob("test_*.py"))
    assert f'"{code}"' in tests


def test_a_code_is_given_once() -> None:
    """A code is stable and means one thing, so a second rule cannot take it."""
    with pytest.raises(ValueError, match="C-30"):
        rule("C-30", Severity.ERROR)(lambda _: ())
