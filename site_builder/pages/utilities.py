"""Search, questions and answers, offline copy, changes, the map, and the lost page."""

from __future__ import annotations

from collections.abc import Iterator, Set

from site_builder.pages.matters import departments
from site_builder.pages.page import (
    AUDIENCES,
    Content,
    Crumb,
    Page,
)
from site_builder.pages.written import articles


def tools(content: Content) -> Iterator[Page]:
    """Search, questions and answers, offline copy, what changed, the map, and the lost page."""
    for url, title, description in (
        ("search/", "搜索", "搜事项、套餐、窗口和文章"),
        ("ask/", "智能问答", "用自己的话问：带什么、几天、多少钱、去哪办"),
        ("offline/", "离线使用", "没有网络也能看指南"),
        ("outbox/", "待送出的", "写好还没送到的意见和预约"),
    ):
        section = url.strip("/")
        yield Page(url, section, title, description, section=section, crumbs=(Crumb(title, url),))
    yield Page(
        "sitemap/",
        "sitemap",
        "网站地图",
        "本站全部栏目和页面",
        crumbs=(Crumb("网站地图", "sitemap/"),),
        context={
            "articles": articles(content),
            "prose": [p for p in content.prose if p.url and p.meta.get("kind") != "article"],
            "departments": departments(content.catalogue),
            "audiences": AUDIENCES,
        },
    )
    yield news(content, _listed(content))
    missing = "没有网络，这一页打不开"
    yield Page("offline/missing.html", "offline-missing", missing, missing)
    yield Page("404.html", "404", "找不到这个页面", "这个地址没有页面")


def news(content: Content, listed: Set[str]) -> Page:
    """Return the page of all changes; `listed` are the addresses of guides and packages."""
    return Page(
        "changes/",
        "changes",
        "最近更新",
        "哪些事项变了、怎么变的",
        crumbs=(Crumb("最近更新", "changes/"),),
        context={"changes": content.changes, "listed": listed},
    )


def _listed(content: Content) -> set[str]:
    """Return the addresses of changed guides and packages that there are."""
    packages = {package.id for package in content.catalogue.packages}
    there = {"matters": content.catalogue.by_id, "packages": packages}
    return {change.url for change in content.changes if change.id in there[change.family]}
