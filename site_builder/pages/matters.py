"""The guides, and the lists of matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from site_builder.model import Catalogue, Matter
from site_builder.pages.lists import MOST, matter_list, numbered
from site_builder.pages.page import (
    AUDIENCES,
    MATTERS,
    Content,
    Crumb,
    Page,
)
from site_builder.sequences import Lazy, each


class Guides(Lazy[Page]):
    """One guide a matter, made when somebody asks for it: a site may have thousands."""

    def __init__(self, content: Content) -> None:
        self._content, self._matters = content, content.catalogue.matters
        self._themes = {
            theme.id: (theme, (MATTERS, Crumb(theme.name, f"themes/{theme.id}/")))
            for theme in content.catalogue.themes
        }

    def __len__(self) -> int:
        return len(self._matters)

    def each(self, numbers: Iterable[int]) -> Iterator[Page]:
        """Yield the guides of the matters with some numbers."""
        return map(self._guide, each(self._matters, numbers))

    def _guide(self, matter: Matter) -> Page:
        """Return a page; but for the matter, all that its template shows are plain values
        (guides.py).
        """
        catalogue, (theme, crumbs) = self._content.catalogue, self._themes[matter.theme_id]
        return Page(
            f"matters/{matter.id}/",
            "matter",
            matter.name,
            matter.summary,
            section="matters",
            crumbs=crumbs,
            updated=matter.checked_on.isoformat(),
            context={
                "matter": matter,
                "theme": theme,
                "zone": catalogue.zone_of(matter),
                "packages": [(p.id, p.name) for p in catalogue.packages_of.get(matter.id, ())],
                "changes": self._content.changes_of.get(matter.id, ()),
                "townships": len(catalogue.townships),
            },
        )


def matter_lists(content: Content) -> Iterator[Page]:
    """All matters, and the same by theme, audience, department, online and without a visit."""
    catalogue, count = content.catalogue, len(content.catalogue.matters)
    yield Page(
        "matters/",
        "matters",
        "办事指南",
        f"全部 {count} 个事项，按主题查找",
        section="matters",
        crumbs=(MATTERS,),
        context={"audiences": AUDIENCES, "long": count > MOST},
    )
    for theme in catalogue.themes:
        yield from matter_list(f"themes/{theme.id}/", theme.name, catalogue.of_theme(theme.id))
    for audience, identifier in AUDIENCES.items():
        yield from matter_list(
            f"audiences/{identifier}/",
            f"{audience}办事",
            catalogue.listed("audience", audience),
        )
    for department in departments(catalogue):
        yield from matter_list(
            f"departments/{department['编码']}/",
            department["名称"],
            catalogue.listed("department", department["名称"]),
        )
    yield from matter_list("online/", "网上可办的事项", catalogue.listed("online"))
    yield from matter_list("no-visit/", "不用跑腿的事项", catalogue.listed("no-visit"))


def departments(catalogue: Catalogue) -> list[dict[str, str]]:
    """Return the departments that handle matters, with the ids of their lists."""
    return list(catalogue.data.get("departments", []))


def special_lists(content: Content) -> Iterator[Page]:
    """What may wait, what a signature replaces, what nobody has to bring any more."""
    catalogue = content.catalogue
    figures = catalogue.figures
    commitment = catalogue.listed("commitment")
    waivable_list = Page(
        "waivable/",
        "waivable",
        "容缺受理清单",
        f"{figures['waivable_matters']} 个事项的 {figures['waivable_materials']} 份材料可以后补",
        section="matters",
        crumbs=(MATTERS, Crumb("容缺受理清单", "waivable/")),
    )
    yield from numbered(waivable_list, catalogue.listed("waivable"))
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
