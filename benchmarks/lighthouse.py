"""Lighthouse on a phone, over the real service: `python -m benchmarks.lighthouse [SITE]`.

Builds the committed content (or takes a built site), serves it with `form-api serve` and writes a
table of scores, paints, layout shift and bytes over the wire, page kind by page kind, into
docs/lighthouse.md: medians of several runs, for one run's paints differ by a tenth.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

from site_builder.pipeline import build
from tests.processes import Server

ROOT = Path(__file__).parents[1]
LIGHTHOUSE = ROOT / "node_modules" / ".bin" / "lighthouse"
CHROMIUM = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"
PAGES = {
    "home": "",
    "guide": "matters/food-business-license-new/",
    "list": "matters/",
    "package": "packages/open-restaurant/",
    "article": "articles/2019/interview-zero-distance/",
    "form": "appointments/",
    "繁體 guide": "hant/matters/food-business-license-new/",
}
RUNS: Final = 3
REPORT: Final = ROOT / "docs" / "lighthouse.md"
SCORES = ("performance", "accessibility", "best-practices", "seo")
MEASURES = {
    "FCP ms": "first-contentful-paint",
    "LCP ms": "largest-contentful-paint",
    "TBT ms": "total-blocking-time",
    "CLS": "cumulative-layout-shift",
    "KB": "total-byte-weight",
}


def main() -> None:
    """Print the table and write it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else _built(folder / "site")
        with Server(folder, f"sqlite:///{folder}/api.db").start("--site", str(site)) as server:
            lines = []
            for line in table(server.base):
                print(line, flush=True)
                lines.append(line)
    REPORT.write_text("\n".join([_HEAD, *lines, ""]), "utf-8")


_HEAD: Final = f"""# Lighthouse

A phone (Lighthouse's mobile profile: slow 4G, four times slower processor), the real service
(`form-api serve`), a first visit. Medians of {RUNS} runs. Renew with `make setup-test` and
`.venv/bin/python -m benchmarks.lighthouse`; a score below 100 is followed by what cost it.
"""


def table(base: str) -> Iterator[str]:
    """Yield the lines of a Markdown table, one a page."""
    columns = [*SCORES, *MEASURES, "LCP lowest-highest"]
    yield f"| page | {' | '.join(columns)} |"
    yield f"| --- |{' ---: |' * len(columns)}"
    for name, address in PAGES.items():
        reports = [_audit(f"{base.rstrip('/')}/{address}") for _ in range(RUNS)]
        yield f"| {name} | {' | '.join(_cells(reports))} |"
        for told in dict.fromkeys(chain.from_iterable(map(_lost, reports))):
            yield f"<!-- {name}: {told} -->"


def _cells(reports: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the medians of a page's runs, and how far its largest paints are apart."""
    for score in SCORES:
        points = (report["categories"][score]["score"] for report in reports)
        yield f"{100 * statistics.median(points):.0f}"
    values = {
        column: [report["audits"][measure]["numericValue"] for report in reports]
        for column, measure in MEASURES.items()
    }
    first, largest, blocked, shift, size = map(statistics.median, values.values())
    yield from (f"{first:.0f}", f"{largest:.0f}", f"{blocked:.0f}")
    yield from (f"{shift:.3f}", f"{size / 1000:.0f}")
    yield f"{min(values['LCP ms']):.0f}-{max(values['LCP ms']):.0f}"


def _audit(address: str) -> dict[str, Any]:
    """Run Lighthouse as a slow phone; once more where it or Chromium fails, as now and then."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    command = [LIGHTHOUSE, address, "--output=json", "--quiet", f"--chrome-flags={CHROMIUM}"]
    for last in (False, True):
        done = subprocess.run(
            [*map(str, command), f"--only-categories={','.join(SCORES)}"],
            stdout=subprocess.PIPE,  # what it complains of is shown
            text=True,
            check=last,
            env=os.environ | {"CHROME_PATH": chromium},
        )
        if not done.returncode:
            break
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _lost(report: dict[str, Any]) -> Iterator[str]:
    """Say which audits cost points, so that a score below 100 explains itself."""
    for category in SCORES:
        for used in report["categories"][category]["auditRefs"]:
            audit = report["audits"][used["id"]]
            if used["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                yield f"{category}: {audit['title']}"


def _built(out: Path) -> Path:
    build(ROOT / "content", out, ROOT / "mkdocs.yml")
    return out


if __name__ == "__main__":
    main()
