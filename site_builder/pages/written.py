"""What colleagues wrote in Markdown: articles and other prose."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.pages.page import (
    ARTICLES,
    Content,
    Crumb,
    Page,
)
from site_builder.prose import Prose


def articles(content: Content) -> list[Prose]:
    """Return the articles (`kind: article` in the front matter), newest first."""
    found = [p for p in content.prose if p.meta.get("kind") == "article"]
    return sorted(found, key=lambda p: str(p.meta.get("published", "")), reverse=True)


def prose_pages(content: Content) -> Iterator[Page]:
    """What colleagues wrote in Markdown."""
    written = articles(content)
    yield Page(
        "articles/",
        "articles",
        "资讯",
        "访谈、通知和政策解读",
        section="articles",
        crumbs=(ARTICLES,),
        context={"articles": written},
    )
    for i, prose in enumerate(written):
        newer, older = written[i - 1] if i else None, written[i + 1 : i + 2]
        yield Page(
            prose.url,
            "article",
            prose.title,
            _description(prose),
            section="articles",
            crumbs=(ARTICLES, Crumb(str(prose.meta.get("column", "")), "articles/")),
            updated=str(prose.meta.get("published", ""))[:10],
            meta={
                "ArticleTitle": prose.title,
                "PubDate": str(prose.meta.get("published", "")),
                "ContentSource": str(prose.meta.get("source", "")),
            },
            context={"prose": prose, "newer": newer, "older": older[0] if older else None},
        )
    for prose in content.prose:
        if prose.url and prose.meta.get("kind") != "article":
            yield Page(
                prose.url,
                str(prose.meta.get("kind", "prose")),
                prose.title,
                _description(prose),
                section=str(prose.meta.get("section", "")),
                crumbs=(Crumb(prose.title, prose.url),),
                context={"prose": prose},
            )


def _description(prose: Prose) -> str:
    return str(prose.meta.get("description", prose.title))
