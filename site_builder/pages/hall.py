"""The hall with its windows, and the townships."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.floorplan import floors
from site_builder.pages.page import (
    HALL,
    Content,
    Crumb,
    Page,
)


def places(content: Content) -> Iterator[Page]:
    """The hall with its windows, and the townships."""
    catalogue = content.catalogue
    hall = catalogue.data.get("hall", {})
    yield Page(
        "hall/",
        "hall",
        "政务大厅",
        f"{catalogue.figures['windows']} 个窗口在哪一层、办什么",
        section="hall",
        crumbs=(HALL,),
        context={
            "hall": hall,
            "floors": floors(catalogue.zones, hall),
            "handled": {
                zone.id: [m for m in catalogue.matters if catalogue.zone_of(m) == zone]
                for zone in catalogue.zones
            },
        },
    )
    devolved = tuple(m for m in catalogue.matters if m.devolved)
    townships = Crumb("镇街服务", "townships/")
    yield Page(
        "townships/",
        "townships",
        "镇街服务",
        f"{len(devolved)} 个事项可以在 {len(catalogue.townships)} 个镇街就近办理",
        section="hall",
        crumbs=(HALL, townships),
        context={"matters": devolved},
    )
    for township in catalogue.townships:
        yield Page(
            f"townships/{township.id}/",
            "township",
            township.name,
            f"在{township.name}可以办理的 {len(devolved)} 个事项",
            section="hall",
            crumbs=(HALL, townships),
            context={"township": township, "matters": devolved},
        )
