"""The hall with its windows, and the townships."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.floorplan import floors
from site_builder.pages.lists import MOST, matter_list
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
    handled = {zone.id: catalogue.listed("zone", zone.id) for zone in catalogue.zones}
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
            "handled": handled,
        },
    )
    for zone in catalogue.zones:
        if len(handled[zone.id]) > MOST:
            yield from matter_list(f"hall/{zone.id}/", f"{zone.name}办的事项", handled[zone.id])
    devolved = catalogue.listed("devolved")
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
    if len(devolved) > MOST:  # every township has the same; each page links to the one list
        yield from matter_list("devolved/", "镇街能办的事项", devolved)
