"""What changed between two versions of a matter or a package, in the words of the public.

What alters no duty of the applicant is not told: polished words, a corrected slip of the pen,
another order. When in doubt a change is told, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any, Final

from site_builder.schema import Element, Kind

Record = dict[str, Any]
NameOf = Callable[[str], str]
"""Returns the name of a matter by its id."""

_WORDING: Final = frozenset(
    {
        "简要说明",
        "简介",
        "来源",
        "别名",
        "人生事件/经营阶段",
        "常见问题",
        "填报须知",
        "到场原因",
        "办理流程",
        "设定依据",
        "收费依据",
        "核对日期",
        "通用材料",
        "空白表格",
        "示例样表",
        "结果样本",
        "是否审批不出科室",
    }
)
"""Elements whose change alters no duty of the applicant."""

_NOW: Final = {
    ("是否网上可办", "是"): "可以网上办了",
    ("是否网上可办", "否"): "不能网上办了",
    ("是否收费", "是"): "开始收费",
    ("是否收费", "否"): "不再收费",
    ("是否下放镇街", "是"): "在镇街也能办了",
    ("是否下放镇街", "否"): "镇街不再办理",
    ("是否免费邮寄", "是"): "办好可以免费邮寄",
    ("是否免费邮寄", "否"): "不再免费邮寄",
    ("材料必要性", "必要"): "必须交",
    ("材料必要性", "非必要"): "可以不交",
    ("材料必要性", "容缺后补"): "可以先受理、后补交",
    ("有空白表格", "是"): "有空白表格了",
    ("有空白表格", "否"): "不再有空白表格",
}
"""What is true now, where that says more than what stood there before."""

_ALIKE: Final = 0.6
"""From here on two texts are one text that was edited (difflib's ratio)."""
_MARKS: Final = re.compile(r"[\s，。、；：！？·,.;:!?（）()“”\"‘’'《》〈〉【】\[\]—…-]+")
_PARTICLES: Final = frozenset("的了地得请您")
_WEIGHTY: Final = frozenset(
    "〇零一二三四五六七八九十百千万亿两半不无未非免父母夫妻子女男省市县区镇"
)
"""Never a slip of the pen, though they sound like other characters."""


def told(old: Record, new: Record, elements: Iterable[Element], name_of: NameOf) -> Iterator[str]:
    """Yield what changed for an applicant between two versions of a record."""
    for element in elements:
        before, after = old.get(element.key), new.get(element.key)
        if before == after:
            continue
        if element.key == "申请材料":
            yield from _materials(before or [], after or [], element.elements)
        elif element.key == "包含事项":
            names = [[name_of(str(id_)) for id_ in ids or ()] for ids in (before, after)]
            yield from _items("套餐", *names)
        elif element.key == "情形":
            yield from _cases(before or [], after or [])
        elif element.kind is Kind.RECORD:
            yield from _commitment(before or {}, after or {}, element.elements)
        elif element.key not in _WORDING:
            yield from _element(before, after, element)


def same_meaning(old: str, new: str) -> bool:
    """Tell whether only punctuation, particles or wrongly written characters differ."""
    a, b = _bare(old), _bare(new)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return all(tag == "equal" or _slip(a[i:j], b[k:m]) for tag, i, j, k, m in matcher.get_opcodes())


def _element(before: Any, after: Any, element: Element) -> Iterator[str]:
    if element.kind in (Kind.LIST, Kind.CHOICES):
        yield from _items(element.key, *(list(map(str, value or ())) for value in (before, after)))
    elif element.kind is Kind.DATE:
        yield _date(element.key, after)
    elif (element.key, str(after)) in _NOW:
        yield _NOW[element.key, str(after)]
    elif after is None:  # optional, and told by what it depended on: 不再收费
        return
    elif before is None:
        yield f"{element.key}：{after} {element.unit}".rstrip()
    elif element.kind is Kind.NUMBER:
        yield f"{element.key}由 {before} {element.unit}改为 {after} {element.unit}".rstrip()
    elif not same_meaning(str(before), str(after)):
        yield f"{element.key}由“{before}”改为“{after}”"


def _date(key: str, day: Any) -> str:
    if day is None:
        return "继续办理" if key == "失效日期" else "已经开始办理"
    return f"{day} 起{'停止办理' if key == '失效日期' else '开始办理'}"


def _items(what: str, old: list[str], new: list[str]) -> Iterator[str]:
    """Yield the items of a list that came, went, or were edited."""
    gone, come, edited = _matched(old, new)
    yield from _edits(what, edited)
    yield from (f"{what}去掉“{item}”" for item in gone)
    yield from (f"{what}增加“{item}”" for item in come)


def _edits(what: str, edited: list[tuple[str, str]]) -> Iterator[str]:
    return (f"{what}“{a}”改为“{b}”" for a, b in edited if not same_meaning(a, b))


def _materials(old: list[Record], new: list[Record], elements: Iterable[Element]) -> Iterator[str]:
    before, after = ({str(m.get("材料名称")): m for m in records} for records in (old, new))
    gone, come, edited = _matched([*before], [*after])
    yield from _edits("材料", edited)
    yield from (f"不再需要“{name}”" for name in gone)
    yield from (f"增加材料“{name}”" for name in come)
    was = {b: a for a, b in edited} | {name: name for name in before}
    rest = [e for e in elements if e.key != "材料名称" and e.key not in _WORDING]
    for name, record in after.items():
        if name in was:
            changes = [
                words
                for e in rest
                if before[was[name]].get(e.key) != record.get(e.key)
                for words in _element(before[was[name]].get(e.key), record.get(e.key), e)
            ]
            if changes:
                yield f"“{name}”：{'，'.join(changes)}"


def _commitment(old: Record, new: Record, elements: Iterable[Element]) -> Iterator[str]:
    if not new:
        yield "不再实行告知承诺"
        return
    for element in elements:
        before, after = old.get(element.key), new.get(element.key)
        if element.key == "替代的材料":
            gone, come, edited = _matched(map(str, before or ()), map(str, after or ()))
            yield from _edits("可以用书面承诺代替的", edited)
            yield from (f"可以用书面承诺代替“{name}”" for name in come)
            yield from (f"不能再用书面承诺代替“{name}”" for name in gone)
        elif old and before != after:
            yield from (f"告知承诺的{words}" for words in _element(before, after, element))


def _cases(old: list[Record], new: list[Record]) -> Iterator[str]:
    """Tell that a package's questions lead to other matters now; a matter's lead to none."""
    if _led_to(old) != _led_to(new):
        yield "不同情况要办的事项有调整"


def _led_to(questions: list[Record]) -> list[Any]:
    options = (option for question in questions for option in question.get("选项") or ())
    return [(o.get("增加事项"), o.get("减少事项")) for o in options]


def _matched(
    old: Iterable[str], new: Iterable[str]
) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Return which texts are gone, which have come, and which became which, by likeness."""
    old, new = list(old), list(new)
    gone = [text for text in old if text not in new]
    come = [text for text in new if text not in old]
    pairs = sorted(((_likeness(a, b), a, b) for a in gone for b in come), key=lambda pair: -pair[0])
    edited: list[tuple[str, str]] = []
    for likeness, a, b in pairs:
        if likeness >= _ALIKE and a in gone and b in come:
            edited.append((a, b))
            gone.remove(a)
            come.remove(b)
    return gone, come, edited


def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, _bare(a), _bare(b), autojunk=False).ratio()


def _bare(text: str) -> str:
    """Return a text without spaces and punctuation, except inside a number: 1.5 is not 15."""

    def kept(found: re.Match[str]) -> str:
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        return found[0] if before.isdigit() and after.isdigit() else ""

    return _MARKS.sub(kept, text)


def _slip(old: str, new: str) -> bool:
    """Tell whether one piece is only a wrong way to write the other."""
    if _PARTICLES.issuperset(old + new):
        return True
    if len(old) != len(new) or not _WEIGHTY.isdisjoint(old + new):
        return False
    from pypinyin import lazy_pinyin  # its dictionaries take a while to load

    return lazy_pinyin([*old]) == lazy_pinyin([*new])
