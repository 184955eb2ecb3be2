"""Rules about the prose of content/pages."""

from __future__ import annotations

from site_builder.check.rule import Fault, Faults, Site, rule, suggestion
from site_builder.quotes import misquotes


@rule("G-01")
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
