"""Pages keep all their words when the screen is small and the text is large; targets are large."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.kinds import page_kinds, template_kinds

SENIOR = {"mode": "senior"}
# What WCAG 1.4.12 lets a person set.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"""

NAMED = """const named = (e) =>
  `${e.tagName.toLowerCase()}.${e.getAttribute("class") || e.id || e.name} ${e.textContent.trim()}`;
"""
LOST = f"""() => {{ {NAMED}
  const page = document.scrollingElement, width = page.clientWidth;
  const lost = page.scrollWidth > width ? [`the page is ${{page.scrollWidth}} px wide`] : [];
  for (const e of document.body.querySelectorAll("*")) {{
    if (e.closest(".visually-hidden, .skip, .trap, option") || e.ownerSVGElement) continue;
    if (!e.textContent.trim() || !e.checkVisibility({{ visibilityProperty: true }})) continue;
    const {{ left, right }} = e.getBoundingClientRect();
    if (right > width + 1 || left < -1) lost.push(`beyond the edge: ${{named(e)}}`);
    const {{ overflowX, overflowY }} = getComputedStyle(e);
    if (overflowX === "visible" || e.matches("select, textarea")) continue;
    const scrolls = /auto|scroll/.test(overflowY);
    const cutBelow = !scrolls && e.scrollHeight > e.clientHeight + 1;
    if (e.scrollWidth > e.clientWidth + 1 || cutBelow) lost.push(`cut off: ${{named(e)}}`);
  }}
  return lost.slice(0, 8);
}}"""

# A link is a word of a sentence when the sentence has other words than links.
SMALL = f"""(least) => {{ {NAMED}
  const solid = (element) => element.textContent.replace(/\\s/g, "");
  const inText = (e) => {{
    const around = e.matches("a") && e.closest("p, li, dd, td, dt, figcaption");
    return around && solid(around) !== [...around.querySelectorAll("a")].map(solid).join("");
  }};
  const small = [];
  for (const e of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {{
    if (e.closest(".skip, .trap") || !e.checkVisibility({{ visibilityProperty: true }})) continue;
    const wanted = inText(e) ? 24 : least;
    const target = ["checkbox", "radio"].includes(e.type) ? e.closest("label") : e;
    const {{ width, height }} = target.getBoundingClientRect();
    const line = Math.min(height, ...[...target.getClientRects()].map((box) => box.height));
    if (Math.min(width, inText(e) ? line : height) < wanted - 0.5) {{
      small.push(`${{width | 0}} × ${{height | 0}}, not ${{wanted}}: ${{named(e)}}`);
    }}
  }}
  return small;
}}"""


def address(site: Path, kind: str) -> str:
    return page_kinds(site)[kind]


def lost(page: Page) -> list[str]:
    """Return what cannot be read without scrolling sideways, or not at all."""
    found: list[str] = page.evaluate(LOST)
    return found


def small(page: Page, least: int) -> list[str]:
    """Return the targets that are smaller than they should be."""
    found: list[str] = page.evaluate(SMALL, least)
    return found


def change(page: Page, **modes: object) -> None:
    page.evaluate(f"modes.change({json.dumps(modes)})")


@pytest.mark.browser
@pytest.mark.parametrize("kind", template_kinds())
def test_nothing_is_lost(open_page: OpenPage, site: Path, kind: str) -> None:
    """Every word fits 320 px, 200 % text, wide spacing, senior mode; nothing scrolls sideways."""
    page = open_page(address(site, kind), width=320)
    problems = {"320 px": lost(page)}
    change(page, mode="senior")
    problems["senior, 320 px"] = lost(page)
    page.add_style_tag(content=SPACING)
    problems["senior, spaced, 320 px"] = lost(page)
    change(page, mode="", size=4)
    page.set_viewport_size({"width": 640, "height": 800})
    problems["200 %, spaced, 640 px"] = lost(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    problems["200 %, spaced, 1280 px"] = lost(page)
    assert not {at: found for at, found in problems.items() if found}


@pytest.mark.browser
@pytest.mark.parametrize("kind", template_kinds())
def test_targets_are_large(open_page: OpenPage, site: Path, kind: str) -> None:
    """What can be pressed is at least 44 px, 60 in senior mode, 24 as a word of a sentence."""
    page = open_page(address(site, kind))
    page.get_by_role("button", name="无障碍", exact=True).click()
    expect(page.locator("#toolbar")).to_be_visible()
    problems = {}
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for mode, least in (("", 44), ("senior", 60)):
            change(page, mode=mode)
            problems[f"{mode} {width} px"] = small(page, 60 if kind == "senior" else least)
    assert not {at: found for at, found in problems.items() if found}
