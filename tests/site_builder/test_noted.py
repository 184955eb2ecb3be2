"""A build knows what it is made from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import form_definitions
from site_builder import noted, render

ROOT = Path(__file__).parents[2]


def test_all_code_that_makes_the_site_is_looked_at() -> None:
    """After an update of the programs the next build makes everything anew."""
    content, out = ROOT / "content", ROOT / "site"
    inputs = noted.Inputs(
        content, ROOT / "mkdocs.yml", ROOT / "templates", out, noted.CACHE, dt.date.today(), ()
    )
    assert {form_definitions.__file__, render.__file__} <= set(inputs.files())
