"""A paper with every kind of block, for the tests of both writers."""

from __future__ import annotations

from site_builder.downloads.document import Blanks, Document, Heading, Items, Paragraph, Table

BLOCKS = (
    Paragraph("先看这一段。"),
    Heading("申请材料"),
    Table(("材料", "份数"), (("身份证 <原件> #1", "1"), ("照片", "2")), (3, 1)),
    Heading("到窗口时", 2),
    Items(("带身份证", "带照片"), "tick"),
    Items(("先取号", "再等叫号")),
    Items(("填表", "签名"), "numbered"),
    Paragraph("隔一段。"),
    Items(("另起一列", "第二条"), "numbered"),
    Blanks(("申请人（签名）", "日期")),
    Paragraph("小字说明。", quiet=True),
)


def sample(language: str = "zh-Hans") -> Document:
    """Return the paper."""
    return Document(
        title="老年人优待证",
        subtitle="办事指南",
        author="河东区行政审批服务局",
        date="2019-10-08",
        site="https://site.test/",
        url="matters/elder-card/",
        footer="河东政务零距离",
        blocks=BLOCKS,
        language=language,
    )
