"""Rules about the prose of content/pages."""

from __future__ import annotations

import re

from site_builder.check.rule import Fault, Faults, Site, rule, suggestion
from site_builder.errors import Finding
from site_builder.load import read_front_matter
from site_builder.quotes import misquotes

_ARTICLE = ("title", "description", "column", "published", "source")
_PUBLISHED = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")


@rule("G-01", local=True)
def quoted_totals_exist(site: Site) -> Faults:
    """文章里引用的总数，名称是网站数得出来的。

    依据：本网站的规矩（总数由程序数出来，不手写）。
    """
    figures = site.catalogue.figures
    for page in site.texts:
        if not page.file.startswith("pages/"):
            continue
        for position, name in misquotes(page.text, figures):
            advice = suggestion(
                name.removeprefix("figures."),
                figures,
                "可以用的名称：" + "、".join(sorted(figures)),
            )
            yield Fault(page.at(position), (), f"引用的总数“{name}”没有这一项", advice)


@rule("G-02", local=True)
def articles_say_where_they_come_from(site: Site) -> Faults:
    """文章写明标题、简介、栏目、发布时间和来源。

    依据：政府网站发展指引（国办发〔2017〕47号）；文章页标签 ArticleTitle、PubDate、
    ContentSource（D.7）。
    """
    for page in site.texts:
        if not page.file.startswith("pages/") or not page.file.endswith(".md"):
            continue
        article = read_front_matter(site.content / page.file, site.content)
        if isinstance(article, Finding) or article.values.get("kind") != "article":
            continue
        for name in _ARTICLE:
            if not article.values.get(name):
                yield Fault(article.source, (), f"文章缺少“{name}”", f"在登记栏里加一行“{name}: …”")
        published = str(article.values.get("published", ""))
        if published and not _PUBLISHED.fullmatch(published):
            yield Fault(
                article.source,
                ("published",),
                f"发布时间“{published}”读不懂",
                "写成 2019-10-15 09:00 这样，年月日之后空一格写时分",
            )
