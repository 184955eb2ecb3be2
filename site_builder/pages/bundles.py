"""The one-chain packages (一件事套餐) and every way of answering their questions."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.cases import case, cases, items
from site_builder.model import Package
from site_builder.pages.page import (
    PACKAGES,
    Content,
    Crumb,
    Page,
)


def packages(content: Content) -> Iterator[Page]:
    """The one-chain packages, each with its merged list of materials."""
    catalogue = content.catalogue
    yield Page(
        "packages/",
        "packages",
        "一件事套餐",
        f"{len(catalogue.packages)} 个证照联办套餐，一张清单办齐",
        section="packages",
        crumbs=(PACKAGES,),
    )
    for package in catalogue.packages:
        yield Page(
            f"packages/{package.id}/",
            "package",
            package.name,
            package.summary,
            section="packages",
            crumbs=(PACKAGES,),
            context={
                "package": package,
                "case": case(catalogue, package),
                "shown": [catalogue.by_id[i] for i in package.possible_matter_ids],
                "possible": items(catalogue, package.possible_matter_ids),
            },
        )
        yield from _case_pages(content, package)


def _case_pages(content: Content, package: Package) -> Iterator[Page]:
    """Every way of answering a package's questions, for browsers without scripts."""
    for answered in cases(content.catalogue, package):
        told = "、".join(answer.label for answer in answered.answers)
        yield Page(
            f"packages/{package.id}/{answered.path}",
            "package-case",
            f"{package.name}：{told}",
            f"{package.name}，{told}：{len(answered.matters)} 个事项一张清单",
            section="packages",
            crumbs=(PACKAGES, Crumb(package.name, f"packages/{package.id}/")),
            context={"package": package, "case": answered, "shown": answered.shown},
        )
