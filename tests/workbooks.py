"""A small workbook as the bureau keeps it, made cell by cell, and handles to bend it.

    office = Office()
    office.put("事项", 1, "承诺办结时限(工作日)", "５")
    workbook = office.save(tmp_path / "bureau.xlsx")

It is written with openpyxl alone, so that it cannot share a mistake with our export.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl


def _headings(words: str) -> list[Any]:
    return list(words.split())


_MATTER_HEADINGS = _headings(
    "事项编码 事项名称 简要说明 事项类型 实施主体 主题 人生事件/经营阶段 服务对象 办件类型 "
    "法定办结时限(工作日) 承诺办结时限(工作日) 到办事现场次数 到场原因 是否网上可办 是否收费 "
    "收费标准 收费依据 结果名称 结果类型 结果有效期 受理条件 进驻分区 窗口 是否告知承诺 "
    "是否下放镇街 是否审批不出科室 是否免费邮寄 咨询电话 监督投诉电话 别名 所属套餐 核对日期"
)

FOOD, SIGN = "food-license", "sign-filing"


def _matter(matter_id: str, name: str, theme: str, committed: str) -> list[Any]:
    return [
        *(matter_id, name, "开店前办理。", "行政许可", "区局 食品科", theme, None, "个人;企业"),
        *("承诺件", 20, 10, 1, "核对原件", "是", "否", None, None, "许可证", "证照", "5年"),
        *("有固定场所\n有卫生设备", "一窗受理", "7-22", committed, "否", "是", "是"),
        *("0539-0000001", "0539-0000002", "开饭店;餐饮证", "open-restaurant", "2019-10-08"),
    ]


def _material(matter_id: str, order: int, name: str, need: str, days: int | None) -> list[Any]:
    return [
        *(matter_id, None, order, name, "申请人自备", "原件", "纸质", 1, need, days, None),
        *("否", "id-card" if name == "身份证" else None),
    ]


def _sheets() -> dict[str, list[list[Any]]]:
    """Return the headings and rows of every sheet."""
    return {
        "说明": [["项目", "内容"], ["名称", "演示清单"], ["事项数", 2]],
        "事项": [
            _MATTER_HEADINGS.copy(),
            _matter(FOOD, "食品经营许可（新办）", "食品药品", "是"),
            _matter(SIGN, "招牌备案", "城市管理", "否"),
        ],
        "申请材料": [
            _headings(
                "事项编码 事项名称 序号 材料名称 来源渠道 材料类型 材料形式 纸质份数 材料必要性 "
                "容缺补正时限(工作日) 填报须知 有空白表格 通用材料"
            ),
            _material(FOOD, 1, "申请书", "必要", None),
            _material(FOOD, 2, "身份证", "必要", None),
            _material(FOOD, 3, "平面图", "容缺后补", 5),
            _material(SIGN, 1, "效果图", "必要", None),
        ],
        "办理流程": [
            ["事项编码", "序号", "环节", "办理人", "时限", "内容"],
            [FOOD, 1, "受理", "7-22号窗口", "1天", "核对材料"],
            [FOOD, 2, "决定", "食品科", "1天", "作出决定"],
            [SIGN, 1, "受理", "7-22号窗口", "当场", "核对材料"],
        ],
        "设定依据": [
            ["事项编码", "序号", "文件名称", "条款", "内容摘要"],
            [FOOD, 1, "《食品安全法》", "第三十五条", "实行许可"],
            [SIGN, 1, "《市容条例》", "第十一条", "实行备案"],
        ],
        "常见问题": [["事项编码", "序号", "问题", "回答"], [FOOD, 1, "要多久？", "十天以内。"]],
        "情形": [
            ["事项编码", "序号", "问题", "选项", "影响"],
            [FOOD, 1, "卖不卖熟食？", "卖", "增加平面图"],
            [FOOD, 1, "卖不卖熟食？", "不卖", "不增加"],
        ],
        "告知承诺": [
            ["事项编码", "替代的材料", "承诺内容", "违诺责任", "核查方式"],
            [FOOD, "平面图；身份证", "承诺合格", "撤销许可", "上门核查"],
        ],
        "证照联办": [
            _headings("套餐编码 套餐名称 包含事项 承诺办结时限(工作日) 简介 牵头部门 来源"),
            [
                "open-restaurant",
                "我要开餐馆",
                f"{FOOD};{SIGN}",
                7,
                "一次办齐。",
                "食品科",
                "演示补充",
            ],
        ],
        "联办情形": [
            _headings("套餐编码 问题编码 问题 选项 选项值 增加事项 减少事项 说明"),
            ["open-restaurant", "shop-sign", "挂不挂招牌？", "挂", "yes", None, None, "保留备案"],
            ["open-restaurant", "shop-sign", "挂不挂招牌？", "不挂", "no", None, SIGN, "不用备案"],
        ],
        "取消证明": [
            ["材料名称", "原用于", "事项编码", "替代方式"],
            ["无房证明", "食品经营许可（新办）", FOOD, "数据共享"],
        ],
        "服务分区": [
            _headings("分区编码 楼层 所属区域 名称 窗口起 窗口止 窗口数 办理内容"),
            ["self-service", "1", "自助厅", "自助服务", None, None, 0, "自助终端"],
            ["general", "2", "一窗受理", "综合受理", "7", "22", 16, "各类审批"],
        ],
        "镇街": [
            ["镇街编码", "名称", "类型", "可信度", "备注"],
            ["jiuqu", "九曲街道", "街道", "较确定", None],
        ],
    }


class Office:
    """A workbook that can still be changed: per sheet the heading row and the rows below it."""

    def __init__(self) -> None:
        self.sheets = _sheets()

    def put(self, sheet: str, row: int, heading: str, value: Any) -> Office:
        """Write a cell of the row-th record, counted from 1."""
        self.sheets[sheet][row][self.sheets[sheet][0].index(heading)] = value
        return self

    def head(self, sheet: str, heading: str, new: str) -> Office:
        """Give a column another heading."""
        headings = self.sheets[sheet][0]
        headings[headings.index(heading)] = new
        return self

    def without_column(self, sheet: str, heading: str) -> Office:
        """Take a column away."""
        index = self.sheets[sheet][0].index(heading)
        for row in self.sheets[sheet]:
            del row[index]
        return self

    def add(self, sheet: str, *rows: list[Any]) -> Office:
        """Append records."""
        self.sheets[sheet].extend(rows)
        return self

    def save(self, path: Path) -> Path:
        """Write the file and return its path."""
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in self.sheets.items():
            worksheet = book.create_sheet(name)
            for row in rows:
                worksheet.append(row)
        book.save(path)
        return path
