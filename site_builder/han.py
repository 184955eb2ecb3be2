"""Tables about Han characters for search: how they are read, and their Traditional forms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cache
from itertools import groupby
from typing import Final

import opencc

_FIRST, _LAST = 0x4E00, 0x9FFF
_COMMON: Final = [
    bytes((high, low)).decode("gb2312")
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF)
    if (high, low) <= (0xD7, 0xF9)
]
"""The 3,755 characters of GB 2312's first level: what a wrong homophone is made of."""


def tables(
    signs: Set[str], usual: Mapping[str, str], readings: Mapping[str, str]
) -> dict[str, str]:
    """Return the tables a browser needs to understand a query against texts made of these signs.

    `common`: "a2 ai13 …", how many of the common characters, in their order, have each reading.
    `pinyin`: "hang行 …", other characters and other readings. `variants`: pairs of a Traditional
    and a Simplified character ("習习術术…"); of several, the first one is how `usual` writes it.
    """
    characters = {char for char in signs if _is_han(char)} | set(_COMMON)
    return {
        "common": " ".join(_counted(readings[char] for char in _COMMON)),
        "pinyin": _pinyin(characters, readings),
        "variants": _variants(characters, usual),
    }


def _is_han(char: str) -> bool:
    return _FIRST <= ord(char) <= _LAST


def _counted(readings: Iterable[str]) -> Iterator[str]:
    for reading, group in groupby(readings):
        count = sum(1 for _ in group)
        yield reading + (str(count) if count > 1 else "")


def _pinyin(characters: set[str], readings: Mapping[str, str]) -> str:
    read: defaultdict[str, list[str]] = defaultdict(list)
    for char in sorted(characters.difference(_COMMON)):
        read[readings[char]].append(char)
    for char in sorted(characters.intersection(_ALSO)):
        for reading in _ALSO[char]:
            read[reading].append(char)
    return " ".join(reading + "".join(chars) for reading, chars in sorted(read.items()))


_SECOND: Final = (
    "行hang 重chong 长chang 调tiao 会kuai 校jiao 参shen 单shan 乐yue 传zhuan 还huan 给ji 率shuai "
    "都du 得dei 地de 着zhao 弹tan 系ji 血xie 朝zhao 差chai 称chen 盛cheng 省xing 识zhi 露lou 落la "
    "埋man 没mo 模mu 屏bing 什shi 厦xia 拓ta 便pian 畜xu 大dai 恶wu 和huo 觉jiao 车ju 解xie 宿xiu "
    "曾zeng 圈juan 降xiang 奇ji 石dan 术zhu 合ge"
)
"""The second readings that matter: of all those in dictionaries most are archaic."""
_ALSO: Final = {entry[0]: (entry[1:],) for entry in _SECOND.split()}


def _variants(simplified: set[str], usual: Mapping[str, str]) -> str:
    pairs = [pair for pair in _traditional_to_simplified() if pair[1] in simplified]
    return "".join(old + new for old, new in sorted(pairs, key=lambda p: usual.get(p[1]) != p[0]))


def beside(variants: str, signs: Set[str], usual: Mapping[str, str]) -> dict[str, str]:
    """Return those of the signs whose usual form is not the first of their variants."""
    first: dict[str, str] = {}
    for old, new in zip(variants[::2], variants[1::2], strict=True):
        first.setdefault(new, old)
    forms = {char: usual.get(char, char) for char in sorted(signs)}
    return {char: form for char, form in forms.items() if first.get(char, char) != form}


@cache
def _traditional_to_simplified() -> tuple[tuple[str, str], ...]:
    characters = [chr(code) for code in range(_FIRST, _LAST + 1)]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return tuple((a, b) for a, b in zip(characters, converted, strict=True) if a != b)
