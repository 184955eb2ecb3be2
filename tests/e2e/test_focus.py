"""The keyboard's focus is always seen, ringed and under nothing; colours are far apart."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import OpenPage

ROOT = Path(__file__).parents[2]
GUIDE = "matters/food-business-license-new/"
KEY_PAGES = ["", GUIDE, "packages/open-restaurant/", "complaints/", "hall/", "search/?q=开饭店"]
MOST_STOPS = 400

STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e.matches(".plan a") ? e.querySelector(".room") : e);
  const ring = e.matches(".plan a") ? parseFloat(style.strokeWidth) >= 4
    : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 3;
  const lines = [...e.getClientRects()];
  const seen = lines.some((box) => [0.1, 0.5, 0.9].some((part) => {
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * part);
    return top && (e.contains(top) || top.contains(e) || e.labels?.[0]?.contains(top));
  }));
  e.dataset.stop ??= document.querySelectorAll("[data-stop]").length;
  return { stop: Number(e.dataset.stop), ring, seen,
    name: `${e.tagName.toLowerCase()} ${e.getAttribute("aria-label") || e.textContent.trim()}` };
}"""
FOCUSABLE = """() => [...document.querySelectorAll(
  "a[href], button, input, select, textarea, summary")]
  .filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden"
    && e.checkVisibility({ visibilityProperty: true }) && !e.closest(".trap")
    && (e.type !== "radio" || e === document.querySelector(`[name=${e.name}]`))).length"""


def stops(page: Page) -> list[dict[str, Any]]:
    """Press Tab through the whole page and return what was seen at every stop."""
    seen: list[dict[str, Any]] = []
    for number in itertools.count():
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop["stop"] < number or number > MOST_STOPS:
            return seen
        seen.append(stop)
    raise AssertionError


@pytest.mark.browser
@pytest.mark.parametrize(("mode", "width", "height"), [("", 1280, 800), ("senior", 390, 844)])
@pytest.mark.parametrize("address", KEY_PAGES)
def test_focus_is_always_seen(
    open_page: OpenPage, address: str, mode: str, width: int, height: int
) -> None:
    """Tab reaches everything once; each stop has a thick ring and is covered by nothing."""
    settings = {"mode": mode} if mode else None
    page = open_page(
        address, width=width, height=height, settings=settings, reduced_motion="reduce"
    )
    page.wait_for_load_state("networkidle")
    wanted = page.evaluate(FOCUSABLE)
    found = stops(page)
    assert not [s["name"] for s in found if not s["ring"]]
    assert not [s["name"] for s in found if not s["seen"]]
    assert len(found) >= wanted > 15


# Colours, computed from the stylesheet of every theme

THEMES: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("", {"color_scheme": "dark"}),
    ("", {"contrast": "more"}),
    ("", {"contrast": "more", "color_scheme": "dark"}),
    ("light", {"color_scheme": "dark"}),
    ("dark", {}),
    ("white", {}),
    ("yellow", {}),
]
GROUNDS = ("paper", "ground", "main-wash", "alert-wash")
TEXTS = [
    *itertools.product(("ink", "ink-soft", "main", "main-deep", "alert"), GROUNDS),
    ("on-main", "main"),
    ("on-main", "main-deep"),
    ("on-band", "band"),
]
EDGES = [("edge", "paper"), ("edge", "ground"), ("focus-outer", "paper"), ("focus-outer", "ground")]
COLOURS = """(names) => {
  const box = document.body.appendChild(document.createElement("i"));
  return Object.fromEntries(names.map((name) => {
    box.style.color = `var(--${name})`;
    return [name, getComputedStyle(box).color.match(/\\d+/g).slice(0, 3).map(Number)];
  }));
}"""


def contrast(one: list[int], other: list[int]) -> float:
    """Return the contrast of two colours as WCAG 2.2 computes it."""

    def luminance(colour: list[int]) -> float:
        parts = [part / 255 for part in colour]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "system"), THEMES)
def test_colours_are_far_apart(open_page: OpenPage, theme: str, system: dict[str, Any]) -> None:
    """In every theme text has a contrast of 7:1 on every ground, edges and focus ring 3:1."""
    page = open_page("about/", settings={"theme": theme}, reduced_motion="reduce", **system)
    names = sorted({name for pair in TEXTS + EDGES for name in pair} | {"focus-inner"})
    colours = page.evaluate(COLOURS, names)
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in TEXTS + EDGES}
    assert not {pair: value for pair, value in weak.items() if pair in TEXTS and value < 7}
    assert not {pair: value for pair, value in weak.items() if value < 3}
    assert contrast(colours["focus-inner"], colours["focus-outer"]) >= 7


def test_colours_come_from_the_one_table() -> None:
    """No rule of the stylesheets names a colour of its own: the themes above are all there is."""
    styles = ROOT / "templates" / "assets"
    strays = {
        f"{path.name}: {line.strip()}"
        for path in (styles / "site.css").glob("*.css")
        if path.name != "90-print.css"
        for line in path.read_text("utf-8").splitlines()
        if re.search(r":[^:]*(#[0-9a-f]{3,8}\b|rgb|hsl)", line)
        and not line.strip().startswith("--")
    }
    assert not {line for line in strays if "cursor: url" not in line}
