"""Deterministic corpora: the committed content, its matters repeated and varied to any number.

A copy is another matter of another place: its name says which, and every sentence begins with it,
so that compression and caches find no more repetition than in life. Ids, numbers, choices and
names that other records rely on stay, so the corpus passes `site-builder check`.
"""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

PLACES = "东西南北中上下前后新老大小长高安平宁和兴"
_NAME = re.compile(r"^事项名称: .+$", re.MULTILINE)
_SENTENCE = re.compile(
    r"^( *(?:- )?(?:简要说明|填报须知|内容|内容摘要|问题|回答|影响): )(?=[\u4e00-\u9fff])",
    re.MULTILINE,
)


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
    place = _place(draw)
    text = _NAME.sub(lambda match: f"{match[0]} {place}{number}", text, count=1)
    return _SENTENCE.sub(lambda match: f"{match[1]}{_place(draw)}片区：", text)


def _place(draw: random.Random) -> str:
    return "".join(draw.choices(PLACES, k=3))
