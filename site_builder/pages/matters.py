"""The guides, and the lists of matters."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.model import Catalogue
from site_builder.pages.lists import MOST, matter_list, numbered
from site_builder.pages.page import (
    AUDIENCES,
    MATTERS,
    Content,
    Crumb,
    Page,
)


def matter_guides(content: Content) -> Iterator[Page]:
    """One guide a matter; all else that its template shows are plain values (guides.py)."""
    themes = {theme.id: theme for theme in content.catalogue.themes}
    crumbs = {i: (MATTERS, Crumb(t.name, f"themes/{i}/")) for i, t in themes.items()}
    for matter in content.catalogue.matters:
        theme = themes[matter.theme_id]
        yield Page(
            f"matters/{matter.id}/",
            "matter",
            matter.name,
            matter.summary,
            section="matters",
            crumbs=crumbs[theme.id],
            updated=matter.checked_on.isoformat(),
            context={
                "matter": matter,
                "theme": theme,
                "zone": content.catalogue.zone_of(matter),
                "packages": [(p.id, p.name) for p in content.catalogue.packages_of[matter.id]],
                "changes": content.changes_of.get(matter.id, ()),
                "townships": len(content.catalogue.townships),
            },
        )


def matter_lists(content: Content) -> Iterator[Page]:
    """All matters, and the same by theme, audience, department, online and without a visit."""
    matters = content.catalogue.matters
    yield Page(
        "matters/",
        "matters",
        "办事指南",
        f"全部 {len(matters)} 个事项，按主题查找",
        section="matters",
        crumbs=(MATTERS,),
        context={"audiences": AUDIENCES, "long": len(matters) > MOST},
    )
    for theme in content.catalogue.themes:
        yield from matter_list(
            f"themes/{theme.id}/", theme.name, content.catalogue.of_theme(theme.id)
        )
    for audience, identifier in AUDIENCES.items():
        yield from matter_list(
            f"audiences/{identifier}/",
            f"{audience}办事",
            tuple(m for m in matters if audience in m.audiences),
        )
    for department in departments(content.catalogue):
        yield from matter_list(
            f"departments/{department['编码']}/",
            department["名称"],
            tuple(m for m in matters if m.department == department["名称"]),
        )
    yield from matter_list("online/", "网上可办的事项", tuple(m for m in matters if m.online))
    yield from matter_list("no-visit/", "不用跑腿的事项", tuple(m for m in matters if m.no_visit))


def departments(catalogue: Catalogue) -> list[dict[str, str]]:
    """Return the departments that handle matters, with the ids of their lists."""
    return list(catalogue.data.get("departments", []))


def special_lists(content: Content) -> Iterator[Page]:
    """What may wait, what a signature replaces, what nobody has to bring any more."""
    catalogue = content.catalogue
    figures = catalogue.figures
    waivable = tuple(m for m in catalogue.matters if m.waivable)
    commitment = tuple(m for m in catalogue.matters if m.commitment)
    waivable_list = Page(
        "waivable/",
        "waivable",
        "容缺受理清单",
        f"{figures['waivable_matters']} 个事项的 {figures['waivable_materials']} 份材料可以后补",
        section="matters",
        crumbs=(MATTERS, Crumb("容缺受理清单", "waivable/")),
    )
    yield from numbered(waivable_list, waivable)
    commitment_list = Page(
        "commitment/",
        "commitment",
        "告知承诺",
        f"{len(commitment)} 个事项签承诺书代替部分材料",
        section="matters",
        crumbs=(MATTERS, Crumb("告知承诺", "commitment/")),
    )
    yield from numbered(commitment_list, commitment)
    yield Page(
        "cancelled/",
        "cancelled",
        "取消的证明",
        f"{len(catalogue.cancelled)} 项证明和盖章不用再提供",
        section="matters",
        crumbs=(MATTERS, Crumb("取消的证明", "cancelled/")),
    )
