"""On a large site a guide stands while all it is made from is the same (test_again.py)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

from site_builder.catalogue import load_catalogue
from site_builder.history import Change
from site_builder.pages import Content
from site_builder.pages.matters import Guides

CONTENT = Path(__file__).parents[2] / "content"


def told_whole(value: Any) -> bool:
    """Tell whether a value's `repr` says all of it."""
    if isinstance(value, dict):
        return all(map(told_whole, (*value, *value.values())))
    if isinstance(value, (list, tuple)):
        return all(map(told_whole, value))
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return all(f.repr and told_whole(getattr(value, f.name)) for f in fields)
    return value is None or isinstance(value, (str, int, dt.date))


def test_the_text_of_a_guides_page_says_all_that_its_template_sees_beside_the_matter() -> None:
    """That text is compared; a value that says less would hide a change from citizens."""
    catalogue = load_catalogue(CONTENT)
    now = dt.datetime.now(dt.UTC)
    changes = [
        Change("commit", now, "matters", m.id, m.name, "changed", ("改了",))
        for m in catalogue.matters
    ]
    for page in Guides(Content(catalogue, (), {}, tuple(changes))):
        context = {name: value for name, value in page.context.items() if name != "matter"}
        assert context["changes"]
        assert told_whole(dataclasses.replace(page, context=context))
