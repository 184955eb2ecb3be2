"""The front page, and the calm one of senior mode."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.pages.page import (
    Content,
    Crumb,
    Page,
)
from site_builder.pages.written import articles


def home(content: Content) -> Iterator[Page]:
    """The front page and the calm one of senior mode."""
    home_prose = next((p for p in content.prose if p.url == ""), None)
    choices, site = content.catalogue.data.get("home", {}), content.catalogue.data["site"]
    context = {"often": choices.get("常办", ()), "events": choices.get("人生事件", ())}
    yield Page(
        "",
        "home",
        "首页",
        f"{site['大厅']}：办事指南、容缺受理、证照联办、预约和你提我改",
        section="home",
        context={"prose": home_prose, "articles": articles(content)[:3], **context},
    )
    yield Page(
        "senior/",
        "senior",
        "长者模式",
        "大字、简明的办事首页",
        section="senior",
        crumbs=(Crumb("长者模式", "senior/"),),
        context=context,
    )
