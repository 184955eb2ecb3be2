"""axe-core finds nothing, on every kind of page, in every mode."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import CELLS, MODES, faults, load_axe, share, violations
from tests.e2e.conftest import OpenPage
from tests.e2e.kinds import page_kinds, template_kinds
from tests.processes import Server


@pytest.mark.browser
@pytest.mark.parametrize("turn", range(len(template_kinds())), ids=template_kinds())
def test_axe_finds_nothing(browser: Browser, site: Path, site_url: str, turn: int) -> None:
    """Each kind of page is clean in every mode, both scripts and widths, with scripts and without.

    Combinations take turns, kind by kind, so that the suite stays quick; all of them are run by
    `python -m benchmarks.accessibility`, which writes docs/accessibility-matrix.md.
    """
    kind = template_kinds()[turn]
    address = page_kinds(site)[kind]
    told = dict(faults(browser, site_url, address, share(turn)))
    assert len(told) == len(MODES)
    assert not {cell: found for cell, found in told.items() if found}


def test_eight_turns_make_the_whole() -> None:
    """No combination of mode, script, width and JavaScript is left out by taking turns."""
    assert sorted(cell for turn in range(8) for cell in share(turn)) == sorted(CELLS)


def clean(page: Page) -> None:
    """Look at a page of the service, which came without scripts."""
    load_axe(page, scripts=False)
    assert not violations(page), page.url


@pytest.mark.browser
@pytest.mark.parametrize("script", ["", "hant/"])
def test_axe_finds_nothing_on_the_pages_of_the_service(
    open_page: OpenPage, service: Server, script: str
) -> None:
    """Errors, check-your-answers, receipt and progress of a complaint are clean without scripts."""
    page = open_page(
        f"{script}complaints/", base=service.base + "/", width=390, java_script_enabled=False
    )
    page.locator("form[data-form]").evaluate("form => { form.noValidate = true }")
    page.locator("form[data-form] button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    clean(page)
    page.locator("[value=suggestion]").check()
    page.locator("[name=text]").fill("大厅里想多几把椅子")
    page.locator("form[data-form] button[type=submit]").click()
    expect(page.locator("[name=confirmation]")).to_be_visible()
    clean(page)
    page.locator("[name=confirmation]").click()
    expect(page.locator(".number").first).to_be_visible()
    clean(page)
