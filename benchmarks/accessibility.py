"""axe-core over every combination there is: `python -m benchmarks.accessibility [SITE]`.

Builds the committed content (or takes a built site) and writes docs/accessibility-matrix.md. The
test suite (tests/e2e/test_axe.py) runs an eighth of it every time; this is the whole.
"""

from __future__ import annotations

import datetime
import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from playwright.sync_api import sync_playwright

from site_builder.pipeline import build
from tests.e2e.axe import CELLS, MODES, faults
from tests.e2e.conftest import QUIET
from tests.e2e.kinds import page_kinds
from tests.processes import Server

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "accessibility-matrix.md"
HEAD = """# Accessibility matrix

Written by `python -m benchmarks.accessibility` on {day}: axe-core {axe}, all its rules, Chromium
{chromium}, over the real service. Every kind of page (its fullest example, three
entries of a long list) × {scripts} scripts ×
JavaScript on and off × {widths} × {modes} modes = {runs} runs.

**{found} findings.** A number in the table is the runs that were clean, of the runs made.

| page kind | {columns} |
| --- |{rule}
"""


def main() -> None:
    """Run everything, then write the report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else _built(folder / "site")
        with Server(folder, f"sqlite:///{folder}/api.db").start("--site", str(site)) as server:
            REPORT.write_text(report(site, server.base.rstrip("/") + "/"), "utf-8")


def report(site: Path, base: str) -> str:
    """Return the report in Markdown."""
    rows, told = [], []
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET.split())
        version = browser.version
        for kind, address in page_kinds(site).items():
            made, clean = Counter[str](), Counter[str]()
            for cell, found in faults(browser, base, address, CELLS):
                made[cell.mode] += 1
                clean[cell.mode] += not found
                told += [f"- `/{address}` {cell}: {line}" for line in found]
            rows.append(f"| {kind} | {' | '.join(f'{clean[m]} / {made[m]}' for m in MODES)} |")
            print(rows[-1], flush=True)
        browser.close()
    return _head(version, len(rows), len(told)) + "\n".join([*rows, "", *told]).rstrip() + "\n"


def _head(chromium: str, kinds: int, found: int) -> str:
    axe = json.loads((ROOT / "node_modules/axe-core/package.json").read_text("utf-8"))
    return HEAD.format(
        day=datetime.datetime.now(datetime.UTC).date(),
        axe=axe["version"],
        chromium=chromium,
        scripts=len({cell.script for cell in CELLS}),
        widths=" and ".join(f"{width} px" for width in sorted({cell.width for cell in CELLS})),
        modes=len(MODES),
        runs=kinds * len(CELLS),
        found=found,
        columns=" | ".join(MODES),
        rule=" ---: |" * len(MODES),
    )


def _built(out: Path) -> Path:
    build(ROOT / "content", out, ROOT / "mkdocs.yml")
    return out


if __name__ == "__main__":
    main()
