"""Every page is valid HTML."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKER = ROOT / "node_modules" / ".bin" / "html-validate"
RULES = Path(__file__).with_name("htmlvalidate.json")


@pytest.mark.parametrize("script", ["hans", "hant"])
def test_every_page_is_valid_html(site: Path, tmp_path: Path, script: str) -> None:
    """No page in either script breaks the HTML standard or its accessibility rules."""
    hant = site / "hant"
    hans = [path for path in site.iterdir() if path != hant and path.suffix in ("", ".html")]
    pages = [hant] if script == "hant" else hans
    told = tmp_path / "told.json"  # a file, because the checker ends before it has filled a pipe
    with told.open("w") as out:
        subprocess.run(
            [CHECKER, "--config", RULES, "--ext", "html", "--formatter", "json", *pages],
            stdout=out,
            check=False,
        )
    broken: dict[str, list[str]] = defaultdict(list)
    for page in json.loads(told.read_text("utf-8")):
        for message in page["messages"]:
            name = Path(page["filePath"]).relative_to(site)
            broken[f"{message['ruleId']}: {message['message']}"].append(f"{name}:{message['line']}")
    assert not {rule: places[:3] for rule, places in broken.items()}
