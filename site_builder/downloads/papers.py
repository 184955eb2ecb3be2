"""Which papers the site offers, each beside its page: matters/<id>/<id>.docx and .pdf."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from site_builder.downloads.document import (
    Block,
    Document,
    Heading,
    Items,
    Paragraph,
    Table,
)
from site_builder.downloads.from_html import blocks_of
from site_builder.downloads.guide import FACTS, MatterPapers, days, small_print
from site_builder.model import Catalogue, MergedMaterial, Package
from site_builder.prose import Prose


@dataclass(frozen=True, slots=True)
class Paper:
    """A document and its address below the script's root, without suffix."""

    path: str
    document: Document


@dataclass(frozen=True)
class Sources:
    """What papers are made from."""

    catalogue: Catalogue
    prose: tuple[Prose, ...]

    @property
    def site(self) -> Mapping[str, Any]:
        """The bureau's name, address and the like (content/data/site.yml)."""
        site: Mapping[str, Any] = self.catalogue.data["site"]
        return site


def all_papers(catalogue: Catalogue, prose: tuple[Prose, ...]) -> Iterator[Paper]:
    """Yield every paper, in 简体."""
    sources = Sources(catalogue, prose)
    families: tuple[Callable[[Sources], Iterable[Paper]], ...] = (
        matters,
        packages,
        waivable,
        articles,
    )
    for family in families:
        yield from family(sources)


def papers_of(catalogue: Catalogue, matter_ids: Set[str]) -> Iterator[Paper]:
    """Yield the papers of some matters, and those of every package in `catalogue`."""
    sources = Sources(catalogue, ())
    beginnings = tuple(f"matters/{identifier}/" for identifier in matter_ids)
    yield from (paper for paper in matters(sources) if paper.path.startswith(beginnings))
    yield from packages(sources)


def matters(sources: Sources) -> Iterator[Paper]:
    """Yield each matter's guide and notice, and the letters it knows."""
    papers = MatterPapers(sources.catalogue, sources.site)
    for matter in sources.catalogue.matters:
        place = f"matters/{matter.id}/{matter.id}"
        yield Paper(place, papers.guide(matter))
        yield Paper(f"{place}-notice", papers.notice(matter))
        if matter.commitment:
            yield Paper(f"{place}-commitment", papers.commitment(matter))
        if matter.waivable_count:
            yield Paper(f"{place}-waiver", papers.waiver(matter))


def packages(sources: Sources) -> Iterator[Paper]:
    """Yield each package with its one list of materials."""
    for package in sources.catalogue.packages:
        document = _document(
            sources,
            package.name,
            "一件事套餐",
            f"packages/{package.id}/",
            max(sources.catalogue.by_id[i].checked_on for i in package.matter_ids).isoformat(),
            _package(sources.catalogue, package),
        )
        yield Paper(f"packages/{package.id}/{package.id}", document)


def _package(catalogue: Catalogue, package: Package) -> Iterator[Block]:
    yield Paragraph(package.summary)
    facts = (("牵头部门", package.lead_department), ("承诺时限", days(package.promised_days)))
    yield Table(FACTS, facts, (1, 3))
    yield Heading(f"包含的事项（{len(package.matter_ids)} 个）")
    yield Items(tuple(catalogue.by_id[i].name for i in package.matter_ids), "numbered")
    merged = catalogue.merge(package.matter_ids)
    yield Heading(f"合在一起的材料（{len(merged)} 份）")
    yield Paragraph("同一份材料只交一次。")
    rows = tuple(_merged_row(catalogue, i, m) for i, m in enumerate(merged, 1))
    yield Table(("序号", "材料", "份数", "必要性", "用于"), rows, (2, 7, 2, 4, 9))
    if package.questions:
        yield Heading("您的情形")
    for question in package.questions:
        yield Heading(question.question, 2)
        yield Items(tuple(f"{o.label}：{o.effect}" for o in question.options))


def _merged_row(catalogue: Catalogue, number: int, merged: MergedMaterial) -> tuple[str, ...]:
    users = "、".join(catalogue.by_id[i].name for i in merged.matter_ids)
    need = "可后补" if merged.material.waivable else merged.material.need
    return str(number), merged.name, str(merged.material.copies), need, users


def waivable(sources: Sources) -> Iterator[Paper]:
    """Yield the list of materials that may be handed in later."""
    matters = [m for m in sources.catalogue.matters if m.waivable_count]
    if not matters:
        return
    rows = tuple(
        (str(i), matter.name, material.name, f"{material.makeup_days} 个工作日")
        for i, (matter, material) in enumerate(
            ((matter, material) for matter in matters for material in matter.waivable), 1
        )
    )
    blocks = (
        Paragraph(f"{len(matters)} 个事项的 {len(rows)} 份材料可以先受理、后补齐。"),
        Table(("序号", "事项", "可以后补的材料", "补齐时限"), rows, (2, 9, 9, 4)),
    )
    date = max(m.checked_on for m in matters).isoformat()
    document = _document(sources, "容缺受理清单", "", "waivable/", date, blocks)
    yield Paper("waivable/waivable", document)


def articles(sources: Sources) -> Iterator[Paper]:
    """Yield each article."""
    for prose in sources.prose:
        if prose.meta.get("kind") != "article":
            continue
        published = str(prose.meta["published"])
        subtitle = f"{prose.meta['column']}　{prose.meta['source']}　{published}"
        document = _document(
            sources, prose.title, subtitle, prose.url, published[:10], blocks_of(prose.html)
        )
        name = prose.url.rstrip("/").rpartition("/")[2]
        yield Paper(f"{prose.url}{name}", document)


def _document(
    sources: Sources, title: str, subtitle: str, url: str, date: str, blocks: Iterable[Block]
) -> Document:
    return Document(
        title=title,
        subtitle=subtitle,
        author=sources.site["单位"],
        date=date,
        site=sources.site["网址"],
        url=url,
        footer=sources.site["网站名称"],
        blocks=(*blocks, *small_print(sources.site)),
    )
