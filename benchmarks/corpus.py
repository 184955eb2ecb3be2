"""Deterministic corpora: the committed content, its matters repeated and varied to any number.

A copy is another matter: its name carries a place, and some words differ. Text and
structure stay real, so compression, conversion and parsing cost what they cost in life.
"""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

PLACES = "东西南北中上下前后新老大小长高安平宁和兴"
_SUMMARY = re.compile(r"^(简要说明: )(.+)$", re.MULTILINE)
_NAME = re.compile(r"^(事项名称: )(.+)$", re.MULTILINE)


def write_corpus(source: Path, target: Path, matters: int) -> None:
    """Write a content folder with `matters` matters made from the ones in `source`."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    originals = sorted((source / "matters").glob("*/*.md"))
    texts = [path.read_text("utf-8") for path in originals]
    draw = random.Random(matters)
    for number in range(len(originals), matters):
        index = number % len(originals)
        path = originals[index]
        copy = target / "matters" / path.parent.name / f"{path.stem}-{number}.md"
        copy.write_text(_varied(texts[index], number, draw), "utf-8")


def _varied(text: str, number: int, draw: random.Random) -> str:
    place = "".join(draw.choices(PLACES, k=2))
    text = _NAME.sub(lambda m: f"{m[1]}{m[2]} {place}{number}", text, count=1)
    return _SUMMARY.sub(lambda m: f"{m[1]}{place}片区：{m[2]}", text, count=1)
