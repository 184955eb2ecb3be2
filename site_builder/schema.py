"""The elements of a record: the one table that parsing, checks, import, export and labels share.

An element's `key` is its standard Chinese name (GB/T 39554 family): the key in content files, the
label on the page and, unless `column` says otherwise, the heading in the bureau's workbook.
`exchange` is the name in the national exchange tables; `cpsv` (CPSV-AP 3.2) and `schema_org` are
the international terms. See docs/architecture.md for the sources.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """How an element is written in a content file."""

    TEXT = "一行文字"
    NUMBER = "不小于 0 的整数"
    YES_NO = "“是”或“否”"
    CHOICE = "规定的几个词之一"
    DATE = "日期，如 2019-10-08"
    LIST = "列表，每行一项，以“- ”开头"
    CHOICES = "列表，每项是规定的几个词之一"
    WINDOWS = "窗口号段，如 7-22"
    RECORDS = "列表，每项有自己的几栏"
    RECORD = "有自己的几栏"

    __hash__ = object.__hash__  # a kind is only ever itself; Enum's own takes ten times as long


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One element of a record. Like a kind it is only ever itself, so it is quickly looked up.

    `field` is the attribute of the model class. `sheet` names the workbook sheet that holds a
    nested element; `separator` is how a list is kept in one workbook cell. `inverse` marks
    elements that are not written but derived from elsewhere (kept for export only).
    """

    key: str
    field: str
    kind: Kind = Kind.TEXT
    required: bool = True
    choices: tuple[str, ...] = ()
    unit: str = ""
    column: str = ""
    separator: str = ";"
    in_workbook: bool = True
    elements: tuple[Element, ...] = ()
    exchange: str = ""
    cpsv: str = ""
    schema_org: str = ""
    help: str = ""

    @property
    def heading(self) -> str:
        """The element's column heading in the workbook."""
        return self.column or self.key


NEED_REQUIRED, NEED_OPTIONAL, NEED_WAIVABLE = "必要", "非必要", "容缺后补"
ON_THE_SPOT, PROMISED = "即办件", "承诺件"
LICENCE = "行政许可"

MATERIAL = (
    Element(
        "材料名称",
        "name",
        exchange="material_name",
        cpsv="cpsv:hasInput",
        help="写全称，不写“其他材料”",
    ),
    Element(
        "来源渠道",
        "origin",
        Kind.CHOICE,
        choices=("申请人自备", "政府部门核发", "其他"),
        exchange="source_type",
    ),
    Element(
        "材料类型",
        "original_kind",
        Kind.CHOICE,
        choices=("原件", "复印件", "原件和复印件"),
        exchange="material_type",
        help="复印件：带原件来，窗口免费复印",
    ),
    Element(
        "材料形式",
        "medium",
        Kind.CHOICE,
        choices=("纸质", "电子", "纸质/电子"),
        exchange="material_format",
    ),
    Element("纸质份数", "copies", Kind.NUMBER, unit="份", exchange="page_num"),
    Element(
        "材料必要性",
        "need",
        Kind.CHOICE,
        choices=(NEED_REQUIRED, NEED_OPTIONAL, NEED_WAIVABLE),
        exchange="is_need",
        help="容缺后补：先受理，在补正时限内补齐",
    ),
    Element(
        "容缺补正时限",
        "makeup_days",
        Kind.NUMBER,
        required=False,
        unit="个工作日",
        column="容缺补正时限(工作日)",
        help="只有容缺后补的材料才写",
    ),
    Element("填报须知", "instructions", required=False, exchange="fill_explain"),
    Element("有空白表格", "has_blank_form", Kind.YES_NO, exchange="form_guid"),
    Element(
        "空白表格",
        "blank_form",
        required=False,
        in_workbook=False,
        exchange="form_guid",
        help="文件在 content/files/ 下的路径",
    ),
    Element(
        "示例样表",
        "sample_form",
        required=False,
        in_workbook=False,
        exchange="example_guid",
        help="文件在 content/files/ 下的路径",
    ),
    Element("通用材料", "shared_id", required=False, help="data/shared-materials.yml 里的编码"),
)

STEP = (
    Element("环节", "name", exchange="handle_flow", cpsv="cpsv:follows", schema_org="HowTo.step"),
    Element("办理人", "actor"),
    Element("时限", "duration"),
    Element("内容", "detail"),
)

LEGAL_BASIS = (
    Element("文件名称", "document", exchange="by_law", cpsv="cv:hasLegalResource"),
    Element("条款", "article", help="写到第几条"),
    Element("内容摘要", "digest"),
)

QUESTION = (
    Element("问题", "question", exchange="questions", schema_org="FAQPage"),
    Element("回答", "answer"),
)

OPTION = (Element("选项", "label"), Element("影响", "effect"))

SITUATION = (
    Element("问题", "question"),
    Element("选项", "options", Kind.RECORDS, elements=OPTION),
)

COMMITMENT = (
    Element(
        "替代的材料",
        "replaces",
        Kind.LIST,
        separator="；",
        exchange="commitment",
        cpsv="cv:holdsRequirement",
        schema_org="termsOfService",
    ),
    Element("承诺内容", "promise"),
    Element("违诺责任", "liability"),
    Element("核查方式", "verification"),
)

MATTER = (
    Element("事项名称", "name", exchange="task_name", cpsv="dct:title", schema_org="name"),
    Element(
        "简要说明",
        "summary",
        exchange="description",
        cpsv="dct:description",
        schema_org="description",
    ),
    Element(
        "别名",
        "aliases",
        Kind.LIST,
        required=False,
        schema_org="alternateName",
        help="老百姓的叫法",
    ),
    Element(
        "事项类型",
        "type",
        Kind.CHOICE,
        choices=(
            LICENCE,
            "行政给付",
            "行政确认",
            "行政奖励",
            "行政裁决",
            "其他行政权力",
            "公共服务",
        ),
        exchange="task_type",
        cpsv="dct:type",
        schema_org="serviceType",
    ),
    Element(
        "实施主体",
        "department",
        exchange="dept_name",
        cpsv="cv:hasCompetentAuthority",
        schema_org="provider",
    ),
    Element("人生事件/经营阶段", "life_event", required=False, cpsv="cv:isGroupedBy"),
    Element(
        "服务对象",
        "audiences",
        Kind.CHOICES,
        choices=("个人", "企业", "社会组织", "机关事业单位"),
        exchange="server_type",
        cpsv="dct:audience",
        schema_org="audience",
    ),
    Element(
        "办件类型",
        "handling",
        Kind.CHOICE,
        choices=(ON_THE_SPOT, PROMISED),
        exchange="project_type",
        cpsv="cv:isClassifiedBy",
    ),
    Element(
        "法定办结时限",
        "statutory_days",
        Kind.NUMBER,
        unit="个工作日",
        column="法定办结时限(工作日)",
        exchange="anticipate_day",
    ),
    Element(
        "承诺办结时限",
        "promised_days",
        Kind.NUMBER,
        unit="个工作日",
        column="承诺办结时限(工作日)",
        exchange="promise_day",
        cpsv="cv:processingTime",
        schema_org="processingTime",
        help="即办件写 0",
    ),
    Element("到办事现场次数", "visits", Kind.NUMBER, unit="次", exchange="limit_scene_num"),
    Element("到场原因", "visit_reason", required=False, exchange="limit_scene_explain"),
    Element(
        "是否网上可办",
        "online",
        Kind.YES_NO,
        exchange="is_online",
        cpsv="cv:hasChannel",
        schema_org="availableChannel",
    ),
    Element(
        "是否收费",
        "charged",
        Kind.YES_NO,
        exchange="is_fee",
        cpsv="cv:hasCost",
        schema_org="offers",
    ),
    Element("收费标准", "fee", required=False, exchange="fee_stand"),
    Element("收费依据", "fee_basis", required=False, exchange="fee_basis"),
    Element(
        "结果名称",
        "result",
        exchange="result_name",
        cpsv="cpsv:produces",
        schema_org="serviceOutput",
    ),
    Element(
        "结果类型",
        "result_type",
        Kind.CHOICE,
        choices=("证照", "批文", "其他"),
        exchange="result_type",
    ),
    Element("结果有效期", "validity", schema_org="validFor"),
    Element(
        "结果样本",
        "result_sample",
        required=False,
        in_workbook=False,
        exchange="result_guid",
        help="文件在 content/files/ 下的路径",
    ),
    Element(
        "受理条件",
        "conditions",
        Kind.LIST,
        separator="\n",
        exchange="accept_condition",
        cpsv="cv:holdsRequirement",
    ),
    Element(
        "进驻分区", "area", exchange="center_name", cpsv="cv:ownedBy", schema_org="serviceLocation"
    ),
    Element("窗口", "windows", Kind.WINDOWS, exchange="transact_addr"),
    Element("是否下放镇街", "devolved", Kind.YES_NO, exchange="entrust_name"),
    Element(
        "是否审批不出科室",
        "in_office",
        Kind.CHOICE,
        choices=("是", "否", "不适用"),
        help="只有行政许可写是或否，其余写不适用",
    ),
    Element("是否免费邮寄", "free_post", Kind.YES_NO, exchange="is_express"),
    Element(
        "咨询电话", "phone", exchange="link_way", cpsv="cv:contactPoint", schema_org="servicePhone"
    ),
    Element(
        "监督投诉电话",
        "complaint_phone",
        exchange="supervise_way",
        cpsv="cv:contactPoint",
        schema_org="ContactPoint",
    ),
    Element(
        "核对日期",
        "checked_on",
        Kind.DATE,
        exchange="assured_date",
        cpsv="dct:modified",
        schema_org="dateModified",
    ),
    Element(
        "生效日期",
        "effective_on",
        Kind.DATE,
        required=False,
        in_workbook=False,
        exchange="plan_effective_date",
    ),
    Element(
        "失效日期",
        "expires_on",
        Kind.DATE,
        required=False,
        in_workbook=False,
        exchange="plan_cancel_date",
    ),
    Element(
        "申请材料",
        "materials",
        Kind.RECORDS,
        elements=MATERIAL,
        exchange="materials",
        cpsv="cpsv:hasInput",
    ),
    Element(
        "办理流程",
        "steps",
        Kind.RECORDS,
        elements=STEP,
        exchange="handle_flow",
        cpsv="cpsv:follows",
    ),
    Element(
        "设定依据",
        "legal_bases",
        Kind.RECORDS,
        elements=LEGAL_BASIS,
        exchange="by_law",
        cpsv="cv:hasLegalResource",
    ),
    Element(
        "常见问题",
        "questions",
        Kind.RECORDS,
        required=False,
        elements=QUESTION,
        exchange="questions",
        schema_org="FAQPage",
    ),
    Element("情形", "situations", Kind.RECORDS, required=False, elements=SITUATION),
    Element(
        "告知承诺",
        "commitment",
        Kind.RECORD,
        required=False,
        elements=COMMITMENT,
        exchange="is_commitment",
    ),
)
"""A matter (事项). Its id is the file's name and its theme the folder's, so neither is a key."""

PACKAGE_OPTION = (
    Element("选项", "label"),
    Element("选项值", "value"),
    Element("增加事项", "adds", Kind.LIST, required=False),
    Element("减少事项", "drops", Kind.LIST, required=False),
    Element("说明", "effect"),
)

PACKAGE_QUESTION = (
    Element("问题编码", "id"),
    Element("问题", "question"),
    Element("选项", "options", Kind.RECORDS, elements=PACKAGE_OPTION),
)

PACKAGE = (
    Element("套餐名称", "name", cpsv="dct:title"),
    Element("简介", "summary", cpsv="dct:description"),
    Element("牵头部门", "lead_department"),
    Element(
        "承诺办结时限", "promised_days", Kind.NUMBER, unit="个工作日", column="承诺办结时限(工作日)"
    ),
    Element("来源", "origin", help="访谈提及 或 演示补充"),
    Element(
        "包含事项", "matter_ids", Kind.LIST, cpsv="cv:isGroupedBy", help="事项编码，按办理先后"
    ),
    Element("情形", "questions", Kind.RECORDS, required=False, elements=PACKAGE_QUESTION),
)
"""A package (证照联办套餐). Its id is the file's name."""

ZONE = (
    Element("分区编码", "id"),
    Element("楼层", "floor", Kind.NUMBER),
    Element("所属区域", "area"),
    Element("名称", "name"),
    Element("窗口起", "first_window", Kind.NUMBER, required=False),
    Element("窗口止", "last_window", Kind.NUMBER, required=False),
    Element("办理内容", "services"),
)

TOWNSHIP = (
    Element("镇街编码", "id"),
    Element("名称", "name"),
    Element("类型", "type", Kind.CHOICE, choices=("街道", "镇")),
    Element("可信度", "confidence"),
    Element("备注", "remark", required=False),
)

CANCELLED_PROOF = (
    Element("材料名称", "name"),
    Element("原用于", "used_for"),
    Element("事项编码", "matter_id"),
    Element(
        "替代方式", "replaced_by", Kind.CHOICE, choices=("数据共享", "部门核验", "书面承诺", "取消")
    ),
)
