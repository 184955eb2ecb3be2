"""The table of all rules for the people who maintain content: docs/rules.md is made from it.

`python -m site_builder.check.table > docs/rules.md` writes it; a test keeps it true.
"""

from __future__ import annotations

from collections import Counter

from site_builder.check import RULES
from site_builder.errors import Severity

_NAMES = {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.TODO: "待办"}
_READING = {
    "S-01": "登记栏写成“栏名: 内容”",
    "S-02": "该是列表的写成列表，列表的每一项有自己的几栏",
    "S-03": "数字、日期、是否、规定的词、窗口号段写法正确",
    "S-04": "没有不认识的栏名",
    "S-05": "文件名只用小写英文字母、数字和连字符",
    "Y-01": "文件开头有两行 --- 夹住的登记栏",
    "Y-02": "文件是 UTF-8 编码",
    "Y-04": "一栏只写一遍",
}
"""What is found while a file is read, before there is a record to judge."""
_PUSHED = {
    "V-01": "网页里的链接都打得开",
    "V-02": "链接里 # 后面的位置，那一页上都有",
    "V-03": "正文里的 HTML 标签成对关上，编号 id 不重复",
    "V-04": "事项、套餐的页数和清单里的总数一样",
    "V-05": "离线副本完整，能存到手机上",
}
"""What is found in the site that a push would bring up (verify.py, markup.py)."""

_HEAD = """\
# 内容检查的规则

`site-builder check` 按这张表检查内容。表由程序生成，不要手改。

- 错误：改好才能发布。提醒：可以发布，请核对。待办：内容还缺，逐步补上。
- 编号 C-、D-、E- 来自国家和各地的规范，其余是本站的约定。编号不变，含义不变。
- 一次列出全部问题，每一条写明文件、行号、错在哪里、怎么改。
- V- 开头的，要生成网页才查得出来：推送时查，有错就不收。
"""


def table() -> str:
    """Return the Markdown page of all rules, sorted by code."""
    error = _NAMES[Severity.ERROR]
    rows = [
        *((code, error, what, "读文件时发现") for code, what in _READING.items()),
        *(
            (code, error, what, "推送以后、上线以前，在生成的网页里发现")
            for code, what in _PUSHED.items()
        ),
        *((rule.code, _NAMES[rule.severity], rule.what, rule.basis) for rule in RULES.values()),
    ]
    counts = Counter(level for _, level, _, _ in rows)
    total = "，".join(f"{level} {counts[level]} 条" for level in _NAMES.values())
    lines = [f"| {' | '.join(cells)} |" for cells in sorted(rows)]
    return "\n".join(
        [
            f"{_HEAD}\n共 {len(rows)} 条：{total}。\n",
            "| 编号 | 程度 | 要求 | 依据 |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    print(table(), end="")
