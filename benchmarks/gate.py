"""What makes a run count: the same words on the pages, every link whole, the figures right."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from site_builder.script import Converter
from site_builder.verify import verify

SAMPLE = 40
_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A---\n(.*?)^---$", re.DOTALL | re.MULTILINE)


class Void(Exception):
    """The output is not what it should be: the run's figures mean nothing."""


def prove_ours(content: Path, site: Path, *, links: bool = True) -> None:
    """Refuse our own site unless it says what `content` says.

    `links` follows every link of every page, which takes longer than the build.
    """
    matters = sorted((content / "matters").glob("*/*.md"))
    _same("matters", len(matters), _figures(site)["matters"])
    _same("guides", 2 * len(matters), len(_guides(site)))
    _same("waivable materials", _waivable(matters), _figures(site)["waivable_materials"])
    convert = Converter(yaml.safe_load((content / "data/glossary.yml").read_text("utf-8")))
    for path in _drawn(matters):
        words = list(_words(_values(path)))
        for folder, wanted in (("", words), ("hant/", convert.all(*words))):
            _contains(site / folder / "matters" / path.stem / "index.html", wanted)
    problems = [str(found) for found in verify(site, content)] if links else []
    if problems:
        raise Void("\n".join(problems[:10]))


def prove_anchor(ours: Path, theirs: Path) -> None:
    """Refuse an anchor's site unless its pages say what ours say."""
    pages = sorted(ours.rglob("index.html"))
    _same("pages", len(pages), sum(1 for _ in theirs.rglob("index.html")))
    for path in _drawn(pages):
        main = _MAIN.search(path.read_text("utf-8"))
        lines = _text(main[0] if main else "").split("\n")
        wanted = [word for line in lines for word in line.split("  ") if word.strip()]
        _contains(theirs / path.relative_to(ours), wanted)


def _figures(site: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads((site / "data/catalogue.json").read_text("utf-8"))
    return dict(figures["figures"])


def _guides(site: Path) -> list[Path]:
    return [path for root in (site, site / "hant") for path in root.glob("matters/*/index.html")]


def _waivable(matters: list[Path]) -> int:
    return sum(path.read_text("utf-8").count("材料必要性: 容缺后补") for path in matters)


def _drawn(paths: list[Path]) -> list[Path]:
    return random.Random(len(paths)).sample(paths, min(SAMPLE, len(paths)))


def _values(path: Path) -> Any:
    match = _FRONT_MATTER.match(path.read_text("utf-8"))
    return yaml.load(match[1], yaml.BaseLoader) if match else {}


def _words(values: Any) -> Iterator[str]:
    """Yield the sentences of a matter: what a guide must say word for word."""
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, list):
        for value in values:
            yield from _words(value)
    elif len(values) > 12 and not values.isascii():
        yield values


def _contains(page: Path, wanted: list[str]) -> None:
    said = re.sub(r"\s+", "", _text(page.read_text("utf-8")))
    missing = [word for word in wanted if re.sub(r"\s+", "", word) not in said]
    if missing:
        raise Void(f"{page} does not say {missing[:3]}")


def _text(page: str) -> str:
    return html.unescape(_TAG.sub("  ", page))


def _same(what: str, wanted: float, found: float) -> None:
    if wanted != found:
        raise Void(f"{what}: {wanted} wanted, {found} found")
