"""What a screen reader is given reads in the order of a person's questions."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import OpenPage

BEFORE = ['link "跳到正文"', "banner", 'navigation "主导航"', "main"]
AFTER = ["contentinfo", 'navigation "页脚导航"', 'complementary "电话和朗读"']
HOME = [
    'heading "今天要办什么事？" [level=1]',
    "combobox",
    'button "搜索"',
    'heading "大家常办"',
    'link "预约办理"',
    'heading "从您的事说起"',
    'heading "我们答应您的"',
]
GUIDE = [
    'heading "食品经营许可（新办）" [level=1]',
    "多久办好",
    "要跑几次",
    "要交多少钱",
    "在哪里办",
    'link "预约办理"',
    'navigation "本页内容"',
    'heading "谁能办、得到什么"',
    'heading "办理条件"',
    'heading "要带的材料',
    "checkbox",
    'heading "怎么办"',
    'heading "费用"',
    'heading "在哪里办"',
    'heading "咨询和投诉"',
]
PACKAGE = [
    'heading "我要开餐馆" [level=1]',
    'heading "您是哪种情况"',
    "group",
    "radio",
    'heading "省下多少"',
    'table "一起办和一个一个办"',
    'rowheader "一起办"',
    'heading "要办的事项',
    'heading "合在一起的材料',
    "checkbox",
    'link "预约办理"',
]
COMPLAINT = [
    'heading "你提我改" [level=1]',
    'link "查询答复"',
    'group "您要说的是哪一类"',
    'radio "窗口说了“不行”',
    'textbox "请把事情说一说"',
    'combobox "跟哪个事项有关',
    'region "个人信息说明"',
    'button "下一步：核对"',
]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("", HOME),
        ("matters/food-business-license-new/", GUIDE),
        ("packages/open-restaurant/", PACKAGE),
        ("complaints/", COMPLAINT),
    ],
)
def test_the_accessibility_tree_reads_in_order(
    open_page: OpenPage, address: str, parts: list[str]
) -> None:
    """Skip link, header, the page's answers in their order, footer, then the phone: named."""
    page = open_page(address)
    page.wait_for_load_state("networkidle")
    tree = page.locator("body").aria_snapshot()
    place = 0
    for part in [*BEFORE, *parts, *AFTER]:
        found = tree.find(part, place)
        assert found >= 0, f"{part} is not where it belongs:\n{tree}"
        place = found + len(part)
