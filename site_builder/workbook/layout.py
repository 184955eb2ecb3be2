"""What the bureau's workbook looks like: its sheets, and the schema element behind each column.

The order of the columns is the bureau's; on import they may stand in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from site_builder.schema import (
    CANCELLED_PROOF,
    COMMITMENT,
    LEGAL_BASIS,
    MATERIAL,
    MATTER,
    OPTION,
    PACKAGE,
    PACKAGE_OPTION,
    PACKAGE_QUESTION,
    QUESTION,
    SITUATION,
    STEP,
    TOWNSHIP,
    ZONE,
    Element,
    Kind,
)

Record = dict[str, Any]
"""A record as a content file holds it: texts, lists and further records by their key."""

MATTER_ID = Element("事项编码", "matter_id")
PACKAGE_ID = Element("套餐编码", "package_id")
THEME = Element("主题", "theme")
ORDER = Element("序号", "order", Kind.NUMBER)

MATTER_COUNT = "事项数"
"""The remark of sheet 说明 that is counted from the content, never kept in it."""

NOTE = (Element("项目", "item"), Element("内容", "text"))

_DERIVED = (
    Element("是否告知承诺", "commitment", Kind.YES_NO, required=False),
    Element("所属套餐", "packages", Kind.LIST, required=False),
    Element("窗口数", "window_count", Kind.NUMBER, required=False),
    Element("事项名称", "matter_name", required=False),
)

_ID_FIELDS = frozenset(
    (
        "id",
        "matter_id",
        "package_id",
        "matter_ids",
        "adds",
        "drops",
        "packages",
        "shared_id",
        "value",
    )
)


def holds_id(element: Element) -> bool:
    """Tell whether the element holds codes, which are written in small ASCII letters."""
    return element.field in _ID_FIELDS


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its columns and the title row above the header, if it has one.

    `derived` columns repeat what another sheet says; content does not keep them.
    """

    name: str
    columns: tuple[Element, ...]
    derived: tuple[Element, ...] = ()
    title: str = ""


def _sheet(name: str, keys: str, *elements: Element, title: str = "") -> Sheet:
    """Return a sheet with its columns in the order of `keys`; a derived one comes second."""
    known = {e.key: e for e in elements}
    derived = {e.key: e for e in _DERIVED if e.key not in known}
    columns = tuple(known.get(key) or derived[key] for key in keys.split())
    return Sheet(name, columns, tuple(c for c in columns if c in derived.values()), title)


NOTES = _sheet("说明", "项目 内容", *NOTE)
MATTERS = _sheet(
    "事项",
    "事项编码 事项名称 简要说明 事项类型 实施主体 主题 人生事件/经营阶段 服务对象 办件类型 "
    "法定办结时限 承诺办结时限 到办事现场次数 到场原因 是否网上可办 是否收费 收费标准 收费依据 "
    "结果名称 结果类型 结果有效期 受理条件 进驻分区 窗口 是否告知承诺 是否下放镇街 "
    "是否审批不出科室 是否免费邮寄 咨询电话 监督投诉电话 别名 所属套餐 核对日期",
    MATTER_ID,
    THEME,
    *MATTER,
    title="政务服务事项清单",
)
MATERIALS = _sheet(
    "申请材料",
    "事项编码 事项名称 序号 材料名称 来源渠道 材料类型 材料形式 纸质份数 材料必要性 容缺补正时限 "
    "填报须知 有空白表格 通用材料",
    MATTER_ID,
    ORDER,
    *MATERIAL,
    title="申请材料（一行一份）",
)
STEPS = _sheet("办理流程", "事项编码 序号 环节 办理人 时限 内容", MATTER_ID, ORDER, *STEP)
LEGAL_BASES = _sheet(
    "设定依据", "事项编码 序号 文件名称 条款 内容摘要", MATTER_ID, ORDER, *LEGAL_BASIS
)
QUESTIONS = _sheet("常见问题", "事项编码 序号 问题 回答", MATTER_ID, ORDER, *QUESTION)
SITUATIONS = _sheet("情形", "事项编码 序号 问题 选项 影响", MATTER_ID, ORDER, *SITUATION, *OPTION)
COMMITMENTS = _sheet(
    "告知承诺", "事项编码 替代的材料 承诺内容 违诺责任 核查方式", MATTER_ID, *COMMITMENT
)
PACKAGES = _sheet(
    "证照联办",
    "套餐编码 套餐名称 包含事项 承诺办结时限 简介 牵头部门 来源",
    PACKAGE_ID,
    *PACKAGE,
    title="证照联办套餐",
)
PACKAGE_OPTIONS = _sheet(
    "联办情形",
    "套餐编码 问题编码 问题 选项 选项值 增加事项 减少事项 说明",
    PACKAGE_ID,
    *PACKAGE_QUESTION,
    *PACKAGE_OPTION,
)
CANCELLED = _sheet("取消证明", "材料名称 原用于 事项编码 替代方式", *CANCELLED_PROOF)
ZONES = _sheet("服务分区", "分区编码 楼层 所属区域 名称 窗口起 窗口止 窗口数 办理内容", *ZONE)
TOWNSHIPS = _sheet("镇街", "镇街编码 名称 类型 可信度 备注", *TOWNSHIP)

SHEETS = (
    NOTES,
    MATTERS,
    MATERIALS,
    STEPS,
    LEGAL_BASES,
    QUESTIONS,
    SITUATIONS,
    COMMITMENTS,
    PACKAGES,
    PACKAGE_OPTIONS,
    CANCELLED,
    ZONES,
    TOWNSHIPS,
)
