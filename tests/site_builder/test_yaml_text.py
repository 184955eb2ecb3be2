"""YAML as a careful colleague writes it, and edits that touch nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from site_builder.yaml_text import dump, update, update_front_matter

WORDS = st.text(
    st.sampled_from("甲乙丙 :#-'\"|>?!&*%@`[]{},=~\\/\n0是no。𠮷"), min_size=1, max_size=8
).filter(lambda text: text == text.strip())
RECORDS = st.recursive(
    WORDS,
    lambda child: (
        st.lists(child, min_size=1, max_size=4)
        | st.dictionaries(WORDS.filter(lambda w: "\n" not in w), child, min_size=1, max_size=4)
    ),
    max_leaves=12,
).filter(lambda value: not isinstance(value, str))


def read(text: str) -> Any:
    """Return YAML with every scalar as its text, as our loader does."""
    return yaml.load(text, Loader=yaml.BaseLoader)


def test_only_what_needs_quotes_has_them() -> None:
    """Dates, numbers, yes and no, full-width punctuation and long lines stand as they are."""
    long = "很长的一句话，" * 40
    values = {
        "日期": "2019-10-08",
        "数": "15",
        "词": ["no", "是", "《法》第三条：“甲”", "甲: 乙", "甲 #乙", "- 甲"],
        "长": long,
        "多行": "甲\n乙",
    }
    assert dump(values) == (
        "日期: 2019-10-08\n数: 15\n词:\n  - no\n  - 是\n  - 《法》第三条：“甲”\n"
        "  - '甲: 乙'\n  - '甲 #乙'\n  - '- 甲'\n"
        f"长: {long}\n多行: |-\n  甲\n  乙\n"
    )


@given(RECORDS)
def test_what_is_written_is_read_again(value: Any) -> None:
    """No text a person can type is changed by writing it."""
    assert read(dump(value)) == value


@given(RECORDS, RECORDS)
def test_an_updated_text_says_the_new_value(old: Any, new: Any) -> None:
    """Whatever the old text looked like, afterwards it means the new value and only that."""
    assert read(update(dump(old), new)) == new
    assert update(dump(old), old) == dump(old)


HAND_WRITTEN = """\
# 登记
名称:   '甲'   # 旧名

材料:
# 先交的
- 材料名称: 申请书
  份数: 1
- {材料名称: 身份证, 份数: 2}   # 原件

- 材料名称: 照片
  说明: >-
    折行的
    说明
# 末尾
其他: [a, b]
"""


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"名称": "乙"}, "名称:   '甲'", "名称: 乙"),
        ({"其他": ["a", "c"]}, "其他: [a, b]", "其他:\n  - a\n  - c"),
        ({"其他": None}, "\n其他: [a, b]", ""),
        ({"新栏": "1"}, "其他: [a, b]", "其他: [a, b]\n新栏: 1"),
        ({"材料": {0: {"份数": "3"}}}, "份数: 1", "份数: 3"),
        ({"材料": {0: {"备注": "新"}}}, "  份数: 1", "  份数: 1\n  备注: 新"),
        ({"材料": {0: {"份数": None}}}, "\n  份数: 1", ""),
        ({"材料": {0: None}}, "\n- 材料名称: 申请书\n  份数: 1", ""),
        (
            {"材料": {1: {"份数": "9"}}},
            "- {材料名称: 身份证, 份数: 2}",
            "- 材料名称: 身份证\n  份数: 9",
        ),
        ({"材料": {2: {"说明": "短"}}}, "说明: >-\n    折行的\n    说明", "说明: 短"),
    ],
)
def test_an_edit_touches_its_own_place_only(change: Any, old: str, new: str) -> None:
    """Comments, blank lines and other people's formatting stay byte for byte."""
    assert old in HAND_WRITTEN
    value = _with(read(HAND_WRITTEN), change)
    assert update(HAND_WRITTEN, value) == HAND_WRITTEN.replace(old, new)


def _with(value: Any, change: Any) -> Any:
    """Return the value with some of its places replaced, or left out for None."""
    if not isinstance(change, dict):
        return change
    items = dict(enumerate(value)) if isinstance(value, list) else dict(value)
    for key, part in change.items():
        items[key] = _with(items.get(key), part)
        if part is None:
            del items[key]
    return list(items.values()) if isinstance(value, list) else items


def test_a_new_item_in_the_middle_moves_no_other() -> None:
    """The diff of an inserted material is the material."""
    value = read(HAND_WRITTEN)
    value["材料"].insert(1, {"材料名称": "户口簿", "份数": "1"})
    assert update(HAND_WRITTEN, value) == HAND_WRITTEN.replace(
        "  份数: 1\n", "  份数: 1\n- 材料名称: 户口簿\n  份数: 1\n"
    )


def test_a_value_is_never_lost_to_odd_formatting() -> None:
    """Where the place of a value cannot be told, a comment may go but the value is right."""
    assert read(update("材料:\n- # 先交 - 的\n  申请书\n", {"材料": ["身份证"]})) == {
        "材料": ["身份证"]
    }


def test_prose_below_the_front_matter_stays() -> None:
    """Only the record changes; the text below it is its author's."""
    text = "---\n名称: 甲\n---\n\n正文 --- 里有横线\n---\n"
    assert update_front_matter(text, {"名称": "乙"}) == text.replace("甲", "乙")


def test_a_file_of_comments_keeps_them() -> None:
    """The explanation at the top of an empty data file survives its first record."""
    assert update("# 镇街\n", [{"编码": "a"}]) == "# 镇街\n- 编码: a\n"
