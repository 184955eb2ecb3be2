"""Rules about slips of the keyboard: those that stop the reader, and those it passes in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from site_builder.check.rule import Fault, Faults, Site, Text, rule
from site_builder.errors import Severity
from site_builder.load import front_matter, unreadable
from site_builder.model import Source

_RECORDS = ("matters/", "packages/")
_MARK = re.compile(r"[:-] +(?P<mark>[&!])\S")
_TIGHT_BULLET = re.compile(r"\n *-(?=[^\s-])")
_COMMENT = re.compile(r"""\n[^\n"'#]*[^\s"'#][^\n"'#]* (?P<lost>#[^\n]*)""")


@rule("Y-03", local=True)
def every_slip_is_found_at_once(site: Site) -> Faults:
    """登记栏和数据文件的格式都读得懂；有几处写错，一次全部列出。

    依据：YAML 1.2；常见的是全角冒号、制表符、引号不成对、冒号后面少空格。
    """
    for text in site.texts:
        if text.file in site.read_files:
            continue
        if text.file.startswith("data/"):
            findings = unreadable(text.text, text.file, 1)
        elif text.file.startswith(_RECORDS) and (parts := front_matter(text.text)):
            findings = unreadable(parts[0], text.file, 2)
        else:
            continue
        for finding in findings:
            source = Source(finding.file, {(): finding.line})
            yield Fault(source, (), finding.message, finding.advice)


@rule("Y-05", local=True)
def nothing_is_swallowed(site: Site) -> Faults:
    """没有以 & 或 ! 开头的内容，列表的横线后面有空格：写错了不报错，只会悄悄读成别的。

    依据：YAML 1.2 的记号（锚点、标签）。
    """
    for text, match in _in_records(site, _MARK, ("&", "!")):
        yield Fault(
            text.at(match.start()),
            (),
            f"内容以符号“{match['mark']}”开头，会被误读",
            "用半角双引号把整段内容括起来",
        )
    for text, match in _in_records(site, _TIGHT_BULLET, ("-",)):
        yield Fault(text.at(match.end()), (), "列表的横线后面少了一个空格", "写成“- 内容”")


@rule("Y-06", Severity.WARNING, local=True)
def nothing_is_cut_off(site: Site) -> Faults:
    """事项和套餐的内容里没有“空格加 #”：# 后面的字会被当成备注，不会发布。

    依据：YAML 1.2 的注释。
    """
    for text, match in _in_records(site, _COMMENT, ("#",)):
        yield Fault(
            text.at(match.start("lost")),
            (),
            f"“{match['lost']}”不会发布",
            "是内容就用半角双引号把整段括起来，是备注就另起一行",
        )


def _in_records(
    site: Site, pattern: re.Pattern[str], signs: tuple[str, ...]
) -> Iterator[tuple[Text, re.Match[str]]]:
    """Yield what a pattern finds in front matter; a file without one of `signs` is not searched.

    A single sign is found twenty times as fast as two.
    """
    for text in site.texts:
        if text.file.startswith(_RECORDS) and any(sign in text.text for sign in signs):
            end = text.text.find("\n---", len("---"))
            for match in pattern.finditer(text.text, 0, max(end, 0)):
                yield text, match
