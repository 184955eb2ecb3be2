"""What every rule has in common."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from msgspec.structs import replace as change

from site_builder.catalogue import read
from site_builder.check import RULES
from site_builder.check.rule import Site, rule
from site_builder.check.table import table
from site_builder.errors import Severity
from site_builder.model import Catalogue, Kept, Matter

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


class Inside:
    """Stands for what only a guide shows; nobody may look at it."""

    def _looked(self, *_: object) -> NoReturn:
        raise AssertionError("a rule that is not local looked inside a matter")

    __iter__ = __len__ = __bool__ = __str__ = __contains__ = __getitem__ = _looked


def faces(catalogue: Catalogue) -> Catalogue:
    """Return the matters without what `again.py` lets change: see parse.py, `_face`."""
    hidden: Any = Inside()

    def face(matter: Matter) -> Matter:
        inside = change(
            matter.inside,
            conditions=hidden,
            steps=hidden,
            legal_bases=hidden,
            prose=hidden,
            materials=tuple(change(m, instructions=hidden) for m in matter.materials),
            questions=tuple(change(q, answer=hidden) for q in matter.questions),
            situations=tuple(change(s, options=hidden) for s in matter.situations),
        )
        return change(matter, kept=Kept(matter.source, inside))

    return replace(catalogue, matters=tuple(face(m) for m in catalogue.matters))


@pytest.fixture(scope="module")
def whole() -> Catalogue:
    return read(ROOT / "content")[0]


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if not rule.local])
def test_only_local_rules_look_inside_a_matter(code: str, whole: Catalogue) -> None:
    """After an edit inside a matter only local rules judge again, so no other may look there."""
    day = dt.date(2030, 1, 1)
    content = ROOT / "content"
    found = sorted(RULES[code].findings(Site(faces(whole), content, day)))
    assert found == sorted(RULES[code].findings(Site(whole, content, day)))


def test_a_code_is_given_once() -> None:
    """A code is stable and means one thing, so a second rule cannot take it."""
    with pytest.raises(ValueError, match="C-30"):
        rule("C-30", Severity.ERROR)(lambda _: ())
