"""Rules about materials: waiver, commitment, copies, forms, shared and cancelled ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from site_builder.check.rule import Fault, Faults, Site, matter_rule, rule, suggestion
from site_builder.errors import Finding, Severity
from site_builder.load import matter_id
from site_builder.model import Matter

PAPERLESS = "电子"


@matter_rule("D-06", needs=("promised_days", "materials"))
def makeup_ends_before_the_promise(matter: Matter) -> Faults:
    """容缺补正时限不长于承诺办结时限。

    依据：一地民政局的容缺受理规程 D-06；材料补齐才能出证 D-04。
    """
    for i, material in enumerate(matter.materials):
        if matter.promised_days and (material.makeup_days or 0) > matter.promised_days:
            yield Fault(
                matter.source,
                ("申请材料", i, "容缺补正时限"),
                f"“{material.name}”容缺补正 {material.makeup_days} 个工作日，"
                f"比承诺办结时限 {matter.promised_days} 个工作日还长",
                "缩短容缺补正时限",
            )


@matter_rule("W-01", Severity.WARNING, needs=("promised_days", "materials"))
def on_the_spot_leaves_no_makeup_days(matter: Matter) -> Faults:
    """即办件当场办结，一般没有容缺补正的时间。

    依据：由 D-06 推出。确有容缺的，保留即可。
    """
    for i, material in enumerate(matter.materials):
        if matter.promised_days == 0 and material.makeup_days:
            yield Fault(
                matter.source,
                ("申请材料", i, "容缺补正时限"),
                f"即办件的“{material.name}”可以容缺 {material.makeup_days} 个工作日",
                "核对是不是承诺件；确实可以容缺的，保留即可",
            )


@matter_rule("W-02", needs=("materials",))
def waivable_and_makeup_days_go_together(matter: Matter) -> Faults:
    """容缺后补的材料写明补正时限，其他材料不写。

    依据：容缺受理公开要求 D-02、D-03（一次告知缺什么、几天内补齐）。
    """
    for i, material in enumerate(matter.materials):
        path = ("申请材料", i, "材料必要性")
        if material.waivable and not material.makeup_days:
            yield Fault(
                matter.source,
                path,
                f"“{material.name}”是容缺后补，没有写容缺补正时限",
                "加一行“容缺补正时限: 天数”，至少 1 个工作日",
            )
        elif material.makeup_days is not None and not material.waivable:
            yield Fault(
                matter.source,
                path,
                f"“{material.name}”写了容缺补正时限，材料必要性却是“{material.need}”",
                "把材料必要性改成“容缺后补”，或者删掉容缺补正时限",
            )


@matter_rule("W-03", needs=("materials",))
def a_main_material_remains(matter: Matter) -> Faults:
    """有容缺后补材料的事项，至少留一份必要材料。

    依据：容缺受理的含义 D-01（主要材料齐全才能容缺）。
    """
    if matter.waivable and not any(m.required for m in matter.materials):
        yield Fault(
            matter.source,
            ("申请材料",),
            "有容缺后补的材料，没有一份必要材料",
            "主要材料的材料必要性写“必要”",
        )


@matter_rule("W-04", needs=("materials",))
def materials_are_named_once(matter: Matter) -> Faults:
    """同一个事项里，一份材料只列一次。

    依据：《国务院关于在线政务服务的若干规定》（国务院令第716号）第六条。
    """
    names = Counter(m.name for m in matter.materials)
    for i, material in enumerate(matter.materials):
        if material.name and names[material.name] > 1:
            names[material.name] = 0  # say it once
            yield Fault(
                matter.source,
                ("申请材料", i, "材料名称"),
                f"“{material.name}”列了不止一次",
                "合并成一份，份数写在纸质份数里",
            )


@matter_rule("W-05", needs=("materials",))
def paper_has_copies(matter: Matter) -> Faults:
    """要交纸质的材料至少一份。

    依据：国家事项材料表（只收电子版的写 0 份）。
    """
    for i, material in enumerate(matter.materials):
        if material.medium != PAPERLESS and material.copies == 0:
            yield Fault(
                matter.source,
                ("申请材料", i, "纸质份数"),
                f"“{material.name}”要交纸质，纸质份数却是 0",
                "写要交几份；只收电子版的，把材料形式改成“电子”",
            )


def _all_paperless(findings: Sequence[Finding]) -> str:
    matters = len({matter_id(finding.file) for finding in findings})
    return f"{matters} 个事项的 {len(findings)} 份材料{findings[0].message}，这是第一份"


@matter_rule("W-06", Severity.WARNING, needs=("materials",), once=_all_paperless)
def paperless_has_no_copies(matter: Matter) -> Faults:
    """只收电子版的材料，纸质份数写 0。

    依据：国家事项材料表。全站合成一条，列在第一份材料那里。
    """
    for i, material in enumerate(matter.materials):
        if material.medium == PAPERLESS and material.copies:
            yield Fault(
                matter.source,
                ("申请材料", i, "纸质份数"),
                "只收电子版，却写了纸质份数",
                "只收电子版的写 0；也收纸质的，把材料形式改成“纸质/电子”",
            )


@rule("C-43", Severity.TODO, local=True)
def forms_can_be_downloaded(site: Site) -> Faults:
    """有空白表格的材料，提供空白表格和示例样表。

    依据：《行政许可法》第三十条、第五十八条（公示申请书示范文本）；C-43。
    """
    for matter in site.matters("materials"):
        forms = [m for m in matter.materials if m.has_blank_form]
        blanks = sum(not m.blank_form for m in forms)
        samples = sum(not m.sample_form for m in forms)
        if blanks or samples:
            yield Fault(
                matter.source,
                ("申请材料",),
                f"{len(forms)} 份表格里，{blanks} 份缺空白表格，{samples} 份缺示例样表",
                "把文件放进 content/files/，在材料里写上“空白表格”和“示例样表”",
            )


@matter_rule("W-07", needs=("materials",))
def forms_are_announced(matter: Matter) -> Faults:
    """附了空白表格的材料，“有空白表格”写是。

    依据：国家事项材料表 form_guid。
    """
    for i, material in enumerate(matter.materials):
        if material.blank_form and not material.has_blank_form:
            yield Fault(
                matter.source,
                ("申请材料", i, "有空白表格"),
                f"“{material.name}”附了空白表格，“有空白表格”却写“否”",
                "改成“有空白表格: 是”，或者删掉空白表格这一行",
            )


@matter_rule("C-39", Severity.TODO, needs=("result", "result_sample"))
def results_have_a_sample(matter: Matter) -> Faults:
    """结果附样本，群众看得到办出来是什么样。

    依据：事项要素核对规则 C-39。
    """
    if not matter.result_sample:
        yield Fault(
            matter.source,
            ("结果名称",),
            f"“{matter.result}”还没有样本",
            "把样本放进 content/files/，加一行“结果样本: 文件路径”",
        )


@rule("W-08", local=True)
def shared_materials_are_defined(site: Site) -> Faults:
    """通用材料的编码都在 data/shared-materials.yml 里。

    依据：套餐合并材料清单靠它识别同一份材料 C-54。
    """
    if site.unreadable("shared-materials"):
        return
    known = {s.id for s in site.catalogue.shared_materials}
    for matter in site.matters("materials"):
        for i, material in enumerate(matter.materials):
            if material.shared_id and material.shared_id not in known:
                yield Fault(
                    matter.source,
                    ("申请材料", i, "通用材料"),
                    f"没有编码为“{material.shared_id}”的通用材料",
                    suggestion(material.shared_id, known, "在 data/shared-materials.yml 里登记"),
                )


@matter_rule("W-09", Severity.WARNING, needs=("materials", "commitment"))
def commitments_replace_listed_materials(matter: Matter) -> Faults:
    """告知承诺替代的材料，名称和申请材料里的一致。

    依据：国办发〔2020〕42号（写明不再要求提供的证明）；D-24。
    """
    if matter.commitment is None:
        return
    names = {m.name for m in matter.materials}
    missing = [name for name in matter.commitment.replaces if name not in names]
    if missing:
        yield Fault(
            matter.source,
            ("告知承诺", "替代的材料"),
            f"替代的材料“{'”“'.join(missing)}”不在申请材料里",
            suggestion(missing[0], names, "与申请材料的名称写得一样，或者在申请材料里加上"),
        )


@rule("W-10")
def cancelled_proofs_belong_to_a_matter(site: Site) -> Faults:
    """取消证明的事项编码有这个事项，名称也对得上。

    依据：国务院令第716号第七条；本局取消证明清单。
    """
    source = site.source("cancelled-proofs")
    for i, proof in enumerate(site.catalogue.cancelled):
        if proof.matter_id and proof.matter_id not in site.matter_ids:
            yield Fault(
                source,
                (i, "事项编码"),
                f"没有编码为“{proof.matter_id}”的事项",
                suggestion(proof.matter_id, site.matter_ids, "核对事项编码"),
            )
            continue
        matter = site.catalogue.by_id.get(proof.matter_id)
        if matter and "name" not in matter.broken and proof.used_for not in ("", matter.name):
            yield Fault(
                source,
                (i, "原用于"),
                f"原用于“{proof.used_for}”，事项名称是“{matter.name}”",
                "改成一样的名称，或者核对事项编码",
            )


@rule("W-11", local=True)
def cancelled_proofs_are_not_asked_for(site: Site) -> Faults:
    """已经取消的证明，申请材料里不再要。

    依据：国务院令第716号第七条；本局取消证明清单。
    """
    cancelled = {(proof.matter_id, proof.name) for proof in site.catalogue.cancelled}
    for matter in site.matters("materials"):
        for i, material in enumerate(matter.materials):
            if (matter.id, material.name) in cancelled:
                yield Fault(
                    matter.source,
                    ("申请材料", i, "材料名称"),
                    f"“{material.name}”已经取消，还列在申请材料里",
                    "从申请材料里删掉，或者核对 data/cancelled-proofs.yml",
                )
