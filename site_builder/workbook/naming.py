"""Codes and names that the workbook leaves open: a theme's code, a shared material's name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from pypinyin import lazy_pinyin

from site_builder.schema import Element
from site_builder.workbook.cells import folded
from site_builder.workbook.layout import Record

NAMED = (Element("编码", "id"), Element("名称", "name"))
"""What themes.yml and shared-materials.yml say of each: colleagues may change the names."""


def with_themes(known: list[Record], names: Iterable[str]) -> list[Record]:
    """Return the known themes and after them the new ones, coded in Pinyin."""
    themes = list(known)
    for name in names:
        if theme_id(themes, name) is None:
            taken = {theme["编码"] for theme in themes}
            themes.append({"编码": _free(_slug(name), taken), "名称": name})
    return themes


def theme_id(themes: list[Record], name: str) -> str | None:
    """Return the code of the theme with this name."""
    return next((t["编码"] for t in themes if folded(t["名称"]) == folded(name)), None)


def with_shared_materials(known: list[Record], matters: Iterable[Record]) -> list[Record]:
    """Return the known shared materials and after them the new ones, named as most call them."""
    names = defaultdict[str, Counter[str]](Counter)
    for matter in matters:
        for material in matter.get("申请材料", []):
            if "通用材料" in material:
                names[material["通用材料"]][material["材料名称"]] += 1
    ids = {record["编码"] for record in known}
    added = (
        {"编码": shared_id, "名称": counter.most_common(1)[0][0]}
        for shared_id, counter in names.items()
        if shared_id not in ids
    )
    return [*known, *added]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", "-".join(lazy_pinyin(name)).lower()).strip("-") or "theme"


def _free(slug: str, taken: set[str]) -> str:
    candidate, number = slug, 1
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate
