"""Lighthouse on a phone, over the real service: `python -m benchmarks.lighthouse [SITE]`.

Builds the committed content (or takes a built site), serves it with `form-api serve` and prints a
table of scores, first paint, layout shift and bytes over the wire, page kind by page kind.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
SCORES = ("performance", "accessibility", "best-practices", "seo")
MEASURES = {
    "FCP ms": "first-contentful-paint",
    "LCP ms": "largest-contentful-paint",
    "TBT ms": "total-blocking-time",
    "CLS": "cumulative-layout-shift",
    "KB": "total-byte-weight",
}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else _built(folder / "site")
        with Server(folder, f"sqlite:///{folder}/api.db").start("--site", str(site)) as server:
            for line in table(server.base):
                print(line, flush=True)


def table(base: str) -> Iterator[str]:
    """Yield the lines of a Markdown table, one a page."""
    columns = [*SCORES, *MEASURES]
    yield f"| page | {' | '.join(columns)} |"
    yield f"| --- |{' ---: |' * len(columns)}"
    for name, address in PAGES.items():
        report = _audit(f"{base.rstrip('/')}/{address}")
        scores = [round(100 * report["categories"][score]["score"]) for score in SCORES]
        values = [report["audits"][measure]["numericValue"] for measure in MEASURES.values()]
        shown = [
            f"{values[0]:.0f}",
            f"{values[1]:.0f}",
            f"{values[2]:.0f}",
            f"{values[3]:.3f}",
            f"{values[4] / 1000:.0f}",
        ]
        yield f"| {name} | {' | '.join([*map(str, scores), *shown])} |"
        for told in _lost(report):
            yield f"<!-- {name}: {told} -->"


def _audit(address: str) -> dict[str, Any]:
    """Run Lighthouse once, as a slow phone."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    command = [LIGHTHOUSE, address, "--output=json", "--quiet", f"--chrome-flags={CHROMIUM}"]
    done = subprocess.run(
        [*map(str, command), f"--only-categories={','.join(SCORES)}"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"CHROME_PATH": chromium},
    )
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
