"""axe-core over pages in every mode a person can put them into.

With JavaScript a mode is chosen as the toolbar chooses it, without loading the page again. Without
JavaScript there is no toolbar: dark and high contrast come from the system, senior mode from links
that end in #senior. Both ways are real, so all four modes exist on both sides.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from itertools import groupby, product
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

_SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
MODES: dict[str, dict[str, str]] = {
    "standard": {},
    "senior": {"mode": "senior"},
    "contrast": {"theme": "yellow"},
    "dark": {"theme": "dark"},
}
SYSTEM: dict[str, dict[str, Any]] = {
    "standard": {},
    "senior": {},
    "contrast": {"contrast": "more"},
    "dark": {"color_scheme": "dark"},
}
_USUAL = {"contrast": "no-preference", "color_scheme": "light"}
# Long lists repeat one piece of markup: three of it tell what three hundred would.
_REPEATED = [[".entry:nth-child(n+4)"], ["tbody:nth-of-type(n+4)"], [".columns li:nth-child(n+4)"]]
_RUN = """(exclude) => new Promise((resolve) => axe.run(
  { exclude },
  { resultTypes: ["violations"], preload: false },
  (error, results) => resolve(error ? [String(error)] : results.violations.flatMap(
    ({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`))),
))"""
# Timers stand still where scripts are switched off, and axe waits for one between rules.
_NO_TIMERS = "; window.setTimeout = (f) => { Promise.resolve().then(f); return 0; }; 0"


class Cell(NamedTuple):
    """One way of looking at a page."""

    scripts: bool
    script: str
    mode: str
    width: int


CELLS = [Cell(*c) for c in product((True, False), ("hans", "hant"), MODES, (1280, 390))]


def share(turn: int) -> list[Cell]:
    """Return 4 of the 32 cells; eight turns cover all of them.

    Every turn has each mode once, and each script, each width, and scripts on and off twice.
    """
    swap_scripts, swap_width, swap_script = turn & 1, turn >> 1 & 1, turn >> 2 & 1
    return [
        Cell(
            scripts=bool((number & 1) ^ swap_scripts),
            script=("hans", "hant")[(number & 1) ^ swap_script],
            mode=mode,
            width=(1280, 390)[(number >> 1) ^ swap_width],
        )
        for number, mode in enumerate(MODES)
    ]


def faults(
    browser: Browser, base: str, address: str, cells: Iterable[Cell]
) -> Iterator[tuple[Cell, list[str]]]:
    """Yield what axe has against a page, cell by cell; a page is loaded once for all its modes."""
    for (scripts, script), group in groupby(sorted(cells), lambda c: (c.scripts, c.script)):
        # without the fades: axe would measure a colour half-way between two schemes
        context = browser.new_context(
            java_script_enabled=scripts, service_workers="block", reduced_motion="reduce"
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        url = base + ("hant/" if script == "hant" else "") + address
        page.goto(url, wait_until="load")
        load_axe(page, scripts=scripts)
        for cell in group:
            page.set_viewport_size({"width": cell.width, "height": 800})
            _choose(page, url, cell)
            yield cell, violations(page)
        context.close()


def load_axe(page: Page, *, scripts: bool = True) -> None:
    """Put axe into a page."""
    page.evaluate(_source() + ("; 0" if scripts else _NO_TIMERS))


@functools.cache
def _source() -> str:
    return _SOURCE.read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it is now."""
    found: list[str] = page.evaluate(_RUN, _REPEATED)
    return found


def _choose(page: Page, url: str, cell: Cell) -> None:
    if cell.scripts:
        chosen = {"mode": "", "theme": ""} | MODES[cell.mode]
        page.evaluate(f"modes.change({json.dumps(chosen)})")
    else:
        page.goto(url + ("#senior" if cell.mode == "senior" else "#"))
        page.emulate_media(**(_USUAL | SYSTEM[cell.mode]))
