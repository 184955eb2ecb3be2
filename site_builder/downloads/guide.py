"""The papers of a matter: its guide, the one-time notice, the letters that people sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from site_builder.downloads.document import (
    Blanks,
    Block,
    Document,
    Heading,
    Items,
    Paragraph,
    Table,
)
from site_builder.model import Catalogue, Material, Matter

FACTS = ("项目", "内容")
COPY_KINDS = ("复印件", "原件和复印件")
COPY_NOTE = "写着复印件的，带原件来，窗口免费复印。"


class MatterPapers:
    """Writes the papers of matters, for one bureau (`site` is content/data/site.yml)."""

    def __init__(self, catalogue: Catalogue, site: Mapping[str, Any]) -> None:
        self.catalogue, self.site = catalogue, site

    def guide(self, matter: Matter) -> Document:
        """Return everything the guide's page says."""
        return self._document(matter, matter.name, "办事指南", self._guide(matter))

    def notice(self, matter: Matter) -> Document:
        """Return the one-time notice (一次性告知单): what to bring, all at once, on one page."""
        return self._document(matter, f"一次性告知单：{matter.name}", "", self._notice(matter))

    def commitment(self, matter: Matter) -> Document:
        """Return the letter of notice-and-commitment (告知承诺书)."""
        return self._document(
            matter, f"告知承诺书：{matter.name}", "一式两份，双方各留一份", _commitment(matter)
        )

    def waiver(self, matter: Matter) -> Document:
        """Return the letter by which waivable materials are promised (容缺受理承诺书)."""
        return self._document(
            matter, f"容缺受理承诺书：{matter.name}", "一式两份，双方各留一份", _waiver(matter)
        )

    def _document(
        self, matter: Matter, title: str, subtitle: str, blocks: Iterable[Block]
    ) -> Document:
        return Document(
            title=title,
            subtitle=subtitle,
            author=self.site["单位"],
            date=matter.checked_on.isoformat(),
            site=self.site["网址"],
            url=f"matters/{matter.id}/",
            footer=self.site["网站名称"],
            blocks=(*blocks, *small_print(self.site)),
        )

    def _guide(self, matter: Matter) -> Iterator[Block]:
        yield Paragraph(matter.summary)
        yield Table(FACTS, tuple(self._facts(matter)), (1, 3))
        if matter.conditions:
            yield Heading("受理条件")
            yield Items(matter.conditions)
        yield from _materials(matter)
        for situation in matter.situations:
            yield Heading(situation.question, 2)
            yield Items(tuple(f"{o.label}：{o.effect}" for o in situation.options))
        if matter.steps:
            yield Heading("办理流程")
            rows = tuple((s.name, s.actor, s.duration, s.detail) for s in matter.steps)
            yield Table(("环节", "办理人", "时限", "内容"), rows, (2, 3, 2, 5))
        if matter.commitment:
            yield Heading("告知承诺")
            yield Paragraph("可以签承诺书代替下面的材料。签不签由您选。")
            yield Items(matter.commitment.replaces)
        if matter.legal_bases:
            yield Heading("设定依据")
            bases = tuple((b.document, b.article, b.digest) for b in matter.legal_bases)
            yield Table(("文件", "条款", "内容"), bases, (4, 2, 6))
        if matter.questions:
            yield Heading("常见问题")
        for question in matter.questions:
            yield Heading(question.question, 2)
            yield Paragraph(question.answer)

    def _facts(self, matter: Matter) -> Iterator[tuple[str, str]]:
        yield "事项类型", matter.type
        yield "实施主体", matter.department
        yield "服务对象", "、".join(matter.audiences)
        yield "法定时限", f"{matter.statutory_days} 个工作日"
        yield "承诺时限", days(matter.promised_days)
        visits = "不用到现场" if matter.no_visit else f"{matter.visits} 次"
        yield "到现场", "，".join(filter(None, (visits, matter.visit_reason)))
        yield "网上办理", "可以" if matter.online else "暂不可以"
        yield "费用", "，".join(filter(None, (matter.fee, matter.fee_basis))) or "不收费"
        validity = f"，有效期{matter.validity}" if matter.validity else ""
        yield "办好后得到", f"{matter.result}（{matter.result_type}）{validity}"
        if matter.free_post:
            yield "领取", "可以免费寄到家"
        yield "在哪里办", self._place(matter)
        yield "咨询电话", matter.phone
        yield "监督电话", matter.complaint_phone
        yield "核对日期", matter.checked_on.isoformat()

    def _place(self, matter: Matter) -> str:
        zone = self.catalogue.zone_of(matter)
        where = f"{self.site['大厅']} {zone.floor} 层 {zone.area}" if zone else self.site["大厅"]
        return f"{where}，{matter.windows} 号窗口" + ("；镇街也能办" if matter.devolved else "")

    def _notice(self, matter: Matter) -> Iterator[Block]:
        facts = (
            ("几天办好", days(matter.promised_days)),
            ("去哪里", self._place(matter)),
            ("费用", matter.fee or "不收费"),
            ("问什么打", matter.phone),
        )
        yield Table(FACTS, facts, (1, 3))
        needed = tuple(m for m in matter.materials if not m.waivable)
        if needed:
            yield Heading("请带齐")
            yield Items(tuple(map(_ticked, needed)), "tick")
        if matter.waivable:
            yield Heading("可以后补")
            yield Paragraph("差下面这些也先受理，签一份容缺受理承诺书。")
            yield Items(tuple(map(_ticked, matter.waivable)), "tick")
        if any(m.original_kind in COPY_KINDS for m in matter.materials):
            yield Paragraph(COPY_NOTE)
        yield Paragraph("除上面列的，窗口不再要别的材料。")
        yield Heading("还差的，由窗口写明")
        yield Blanks(("要补的材料", "补齐日期", "窗口人员（签名）和日期", "申请人（签名）和日期"))


def days(number: int) -> str:
    """Say a promised time as people do."""
    return "当场办结" if number == 0 else f"{number} 个工作日"


def small_print(site: Mapping[str, Any]) -> Iterator[Block]:
    """Yield the sentence that demonstration content is no authority."""
    if site["演示"] == "是":
        yield Paragraph(f"演示：{site['演示说明']}", quiet=True)


def _materials(matter: Matter) -> Iterator[Block]:
    if not matter.materials:
        return
    yield Heading(f"申请材料（{len(matter.materials)} 份）")
    rows = tuple(
        (str(i), m.name, _form(m), m.origin, _need(m), m.instructions or "无")
        for i, m in enumerate(matter.materials, 1)
    )
    header = ("序号", "材料", "形式", "来源", "必要性", "填报须知")
    yield Table(header, rows, (2, 6, 4, 4, 4, 9))
    if any(m.original_kind in COPY_KINDS for m in matter.materials):
        yield Paragraph(COPY_NOTE)
    if matter.waivable:
        yield Paragraph(
            "标着“可后补”的，差了也先受理：签一份容缺受理承诺书，在写明的工作日内补齐。"
        )


def _form(material: Material) -> str:
    copies = f" {material.copies} 份" if material.copies else ""
    return f"{material.original_kind}{copies}，{material.medium}"


def _need(material: Material) -> str:
    if material.waivable:
        return f"可后补，{material.makeup_days} 个工作日内"
    return material.need


def _ticked(material: Material) -> str:
    copies = f" {material.copies} 份" if material.copies else ""
    late = f"，{material.makeup_days} 个工作日内补齐" if material.waivable else ""
    return f"{material.name}（{material.original_kind}{copies}{late}）"


def _commitment(matter: Matter) -> Iterator[Block]:
    letter = matter.commitment
    assert letter is not None
    yield Heading("一、本局告知您")
    rows = (
        ("事项", matter.name),
        ("办理部门", matter.department),
        ("依据", "；".join(f"{b.document}{b.article}" for b in matter.legal_bases)),
        ("承诺后怎样核查", letter.verification),
        ("承诺不实的后果", letter.liability),
    )
    yield Table(FACTS, rows, (1, 3))
    if matter.conditions:
        yield Heading("应当符合的条件", 2)
        yield Items(matter.conditions, "numbered")
    yield Heading("签了以后可以不交的材料", 2)
    yield Items(letter.replaces)
    yield Paragraph(
        "签不签由您选。不签的，照常提交材料，按一般程序办。"
        "有过虚假承诺、还没有修复信用的，不适用告知承诺。"
    )
    yield Heading("二、申请人填写")
    yield Blanks(("申请人姓名或单位名称", "证件号码或统一社会信用代码", "联系人", "联系电话"))
    yield Heading("三、申请人承诺")
    yield Items(
        (
            letter.promise,
            "已经看过并明白本局告知的条件、核查方式和后果。",
            "所填的内容真实、准确；符合上面的条件。",
            "愿意接受核查；承诺不实的，愿意承担上面写明的后果。",
            "以上是申请人的真实意思。",
        ),
        "numbered",
    )
    yield Blanks(("申请人（签名或盖章）和日期", "收件人员（签名）和日期"))


def _waiver(matter: Matter) -> Iterator[Block]:
    yield Paragraph(f"申请办理“{matter.name}”，主要材料已经交齐，下面打勾的材料后补，请先受理。")
    yield Heading("后补的材料")
    yield Items(tuple(map(_ticked, matter.waivable)), "tick")
    yield Heading("申请人承诺")
    yield Items(
        (
            "在写明的工作日内补齐打勾的材料，可以送来、寄来或者网上传。",
            "补交的材料真实、有效。",
            "到期没有补齐的，同意这次申请退回，以后还可以再申请。",
        ),
        "numbered",
    )
    yield Blanks(
        (
            "申请人姓名或单位名称",
            "联系电话",
            "申请人（签名或盖章）和日期",
            "收件人员（签名）和日期",
        )
    )
