"""The whole circle: see circle.py for its steps, docs/circle.md for what they look like."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.circle import go_round


@pytest.mark.browser
def test_the_whole_circle(browser: Browser, tmp_path: Path) -> None:
    """From a refused push to a graded answer on the public site, in real processes."""
    steps: list[str] = []

    def record(_done: str, _seen: str, page: Page | None) -> None:
        if page is not None:
            assert page.title()

    go_round(tmp_path, browser, record, steps.append)
    assert len(steps) == 8
