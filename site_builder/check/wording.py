"""Rules about words: no vague catch-alls, no placeholders, nothing too long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from site_builder.check.rule import Fault, Faults, Place, Site, matter_rule, rule
from site_builder.model import Matter

VAGUE = re.compile(
    r"其[他它](?:有关|相关)?(?:材料|证明|条件)|(?:有关|相关)(?:材料|证明|规定)|等(?:材料|证明)"
    r"|法律法规规定的其他"
)
_PLACEHOLDER = re.compile(
    r"[:-][ \t]+[\"']?"
    r"(暂无|待定|待补充|待完善|待更新|详见窗口|见窗口|窗口咨询|另行通知|同上|TODO|TBD|[-—/\\?？]+)"
    r"[。.]?[\"']?[ \t]*$",
    re.MULTILINE,
)
_LONGEST_MATERIAL_NAME, _LONGEST_INSTRUCTIONS = 200, 500


@matter_rule("C-42", needs=("conditions", "materials"))
def nothing_is_vague(matter: Matter) -> Faults:
    """受理条件和申请材料里没有“其他材料”“有关证明”“等材料”这样的兜底说法。

    依据：北京、上海等地优化营商环境条例（不得有兜底条款）C-06、C-42；本局“减材料”承诺。
    """
    for path, text in _demands(matter):
        vague = VAGUE.search(text)
        if vague or (path[-1] == "材料名称" and text.endswith("等")):
            yield Fault(
                matter.source,
                path,
                f"“{vague[0] if vague else text}”说得不清楚，群众不知道要带什么",
                "写出每一份材料、每一个条件的名称",
            )


def _demands(matter: Matter) -> Iterator[tuple[Place, str]]:
    for i, condition in enumerate(matter.conditions):
        yield ("受理条件", i), condition
    for i, material in enumerate(matter.materials):
        yield ("申请材料", i, "材料名称"), material.name
        yield ("申请材料", i, "填报须知"), material.instructions


@rule("C-44", local=True)
def nothing_is_a_placeholder(site: Site) -> Faults:
    """该填的都填了真内容，没有“暂无”“待定”“详见窗口”。可以写“无”。

    依据：事项要素核对规则 C-44；没有填的栏读文件时就会报告。
    """
    for text in site.texts:
        if not text.file.startswith(("matters/", "packages/")):
            continue
        for match in _PLACEHOLDER.finditer(text.text):
            yield Fault(
                text.at(match.start(1)),
                (),
                f"写的是“{match[1]}”，等于没有填",
                "写清楚内容；确实没有的写“无”，可以不填的删掉这一行",
            )


@matter_rule("M-07", needs=("materials",))
def texts_fit_the_national_platform(matter: Matter) -> Faults:
    """材料名称不超过 200 字，填报须知不超过 500 字。

    依据：国家事项材料表 material_name、fill_explain 的长度。
    """
    for i, material in enumerate(matter.materials):
        for key, text, longest in (
            ("材料名称", material.name, _LONGEST_MATERIAL_NAME),
            ("填报须知", material.instructions, _LONGEST_INSTRUCTIONS),
        ):
            if len(text) > longest:
                yield Fault(
                    matter.source,
                    ("申请材料", i, key),
                    f"{key}有 {len(text)} 字，最多 {longest} 字",
                    "写短一些，长的说明写进正文",
                )
