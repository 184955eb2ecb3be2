"""Prose read back from HTML."""

from __future__ import annotations

from site_builder.downloads.document import Heading, Items, Paragraph, Table
from site_builder.downloads.from_html import blocks_of


def test_headings_paragraphs_lists_and_tables_are_kept() -> None:
    """Everything an article is written with becomes a block, in order, as plain text."""
    html = """
    <h1>标题</h1><p>先看 <a href="x">这里</a>，<strong>再办</strong>。</p>
    <h2 id="_1">材料</h2><ul><li>身份证</li><li><p>照片</p></li></ul><ol><li>填表</li></ol>
    <h3>说明</h3>
    <table><thead><tr><th>区</th><th>人</th></tr></thead><tbody>
    <tr><td>二层</td><td>甲 &amp; 乙</td></tr></tbody></table><hr>"""
    assert blocks_of(html) == (
        Paragraph("先看 这里，再办。"),
        Heading("材料"),
        Items(("身份证", "照片")),
        Items(("填表",), "numbered"),
        Heading("说明", 2),
        Table(("区", "人"), (("二层", "甲 & 乙"),), (1, 1)),
    )


def test_an_inner_list_joins_the_list_around_it() -> None:
    """Nothing of a nested list is lost, nor said twice."""
    html = "<ul><li>外一<ul><li>内一</li><li>内二</li></ul></li><li>外二</li></ul>"
    assert blocks_of(html) == (Items(("外一", "内一", "内二", "外二")),)
