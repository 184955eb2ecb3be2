"""What must not become public: numbers of people, and their names. Blocks, never warns.

Once a text is in a git history it stays there; so it is stopped before, and nobody can wave it
through. The way on is to change the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import phonenumbers

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏"
    "薛叶阎余潘杜戴夏钟汪田任姜范石姚谭廖邹熊金陆郝孔崔康毛邱秦史顾侯邵孟龙雷钱汤尹黎易武乔贺赖龚文"
)
"""The frequent ones; left out are those that are also everyday words (于、方、时、项)."""
_TITLES = "先生|女士|小姐|同志|老师|师傅|大爷|大妈|阿姨|叔叔|老板|经理|主任|科长"
_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{6}[ -]?\d{8}[ -]?\d{3}[0-9Xx](?![0-9A-Za-z])")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][ ·•-]?[0-9A-Z]{5,6}"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){9,19}(?!\d)")
_TELEPHONE = re.compile(r"(?<!\d)\d[\d-]{5,}\d(?!\d)")
_CALLED = re.compile(rf"([{_SURNAMES}][\u4e00-\u9fff]{{0,2}})(?:{_TITLES})")
_NAMED = re.compile(
    rf"(?:我叫|名叫|姓名[是为：:]?)([{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?![\u4e00-\u9fff])"
)


@dataclass(frozen=True, slots=True)
class Trace:
    """Something that points to a person, where, and what to do."""

    field: str
    what: str
    found: str

    def __str__(self) -> str:
        return f"有{self.what}“{self.found}”，请删掉，或者换成“一位群众”这样的说法"


def traces(field: str, text: str, known: Iterable[str] = (), public: str = "") -> list[Trace]:
    """List everything in a text that points to a person.

    `known` is what the person gave as name and contact; `public` is text that is public already,
    such as the offices' own telephone numbers. What lies inside another trace is not told twice.
    """
    found: dict[str, str] = {}
    for what, words in (*_numbers(text, public), *_names(text, known)):
        if not any(words in longer for longer in found):
            found[words] = what
    return [Trace(field, what, words) for words, what in found.items()]


def _numbers(text: str, public: str) -> Iterator[tuple[str, str]]:
    rest = text
    for what, pattern in (("身份证号", _ID_NUMBER), ("车牌号", _PLATE), ("电子邮箱", _MAIL)):
        for match in pattern.findall(rest):
            yield what, match
        rest = pattern.sub(" ", rest)
    for match in phonenumbers.PhoneNumberMatcher(rest, "CN"):
        if not _is_public(match.raw_string, public):
            yield "电话号码", match.raw_string
        rest = rest.replace(match.raw_string, " ")
    for number in _LONG_NUMBER.findall(rest):
        if not _is_public(number, public):
            yield "一长串数字", number


def _names(text: str, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    for item in known:
        if len(item) > 1 and item in text:
            yield "本人留下的称呼或联系方式", item
    for pattern in (_CALLED, _NAMED):
        for name in pattern.findall(text):
            yield "人名", name


def _is_public(number: str, public: str) -> bool:
    return _digits(number) in map(_digits, _TELEPHONE.findall(public))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
