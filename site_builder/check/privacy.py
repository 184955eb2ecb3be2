"""Rules about numbers that must not be published, and codes that must be right."""

from __future__ import annotations

import re
from collections.abc import Iterator

from site_builder.check.rule import Fault, Faults, Site, Text, entries, rule
from site_builder.errors import Severity

# No look-behind: patterns that begin with what they look for run twice as fast on a large site,
# and a single sign at the beginning (\d\d{5}, not \d{6}) is looked for faster than a repeated one.
_ID_NUMBER = re.compile(r"\d\d{5}[ -]?\d{8}[ -]?\d{3}[\dXxＸ](?![\dA-Za-z])")
_BIRTHDAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_MOBILE = re.compile(r"1[3-9]\d(?P<gap>[ -]?)\d{4}(?P=gap)\d{4}(?![\d-])")
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODES = {
    "网站标识码": (re.compile(r"\d{10}|bm\d{8}"), "10 位数字，或者 bm 加 8 位数字"),
    "基本编码": (re.compile(r"[0-9A-Z]{12}"), "12 位数字或大写字母"),
    "实施编码": (
        re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}[1-6][0-9A-Z]{12}"),
        "31 位：18 位统一社会信用代码、1 位层级、12 位基本编码",
    ),
    "统一社会信用代码": (re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}"), "18 位数字或大写字母"),
}


@rule("E-09", local=True)
def no_id_numbers(site: Site) -> Faults:
    """所有内容里没有像身份证号的数字，统一社会信用代码除外。

    依据：《个人信息保护法》第二十五条（不得公开个人信息）E-09。
    """
    for text in site.texts:
        for match in _alone(_ID_NUMBER, text):
            if not _is_organisation(re.sub("[ -]", "", match[0])):
                yield Fault(
                    text.at(match.start()),
                    (),
                    "有一串像身份证号的数字",
                    "删掉，或者用 * 遮住中间几位；公开过的请告诉负责人",
                )


@rule("N-01", Severity.WARNING, local=True)
def no_mobile_numbers(site: Site) -> Faults:
    """所有内容里没有像个人手机号的数字，单位联系用固定电话。

    依据：《个人信息保护法》第二十五条 E-09。
    """
    for text in site.texts:
        for match in _alone(_MOBILE, text):
            yield Fault(
                text.at(match.start()),
                (),
                "有一串像手机号的数字",
                "确认不是个人号码；个人号码请删掉或者遮住中间四位",
            )


@rule("C-10")
def codes_are_well_formed(site: Site) -> Faults:
    """统一社会信用代码、实施编码、基本编码、网站标识码的位数和校验位正确。

    依据：GB 32100-2015 校验规则；国家事项编码 C-10 至 C-12、C-16。
    """
    for name, values in site.catalogue.data.items():
        for path, key, code in entries(values):
            if key not in _CODES:
                continue
            pattern, form = _CODES[key]
            sound = pattern.fullmatch(code) and (
                key not in ("统一社会信用代码", "实施编码") or is_credit_code(code[:18])
            )
            if not sound:
                yield Fault(
                    site.source(name), path, f"{key}“{code}”不对", f"应当是{form}，逐位核对"
                )


def _alone(pattern: re.Pattern[str], text: Text) -> Iterator[re.Match[str]]:
    """Yield the matches that no longer number or word runs into."""
    for match in pattern.finditer(text.text):
        before = text.text[: match.start()][-1:]
        if not (before.isdecimal() or before == "-" or (before.isascii() and before.isalpha())):
            yield match


def _is_organisation(number: str) -> bool:
    """Tell whether 18 digits are a company's code; one in 31 identity numbers seems one."""
    return is_credit_code(number) and not _BIRTHDAY.match(number, 6)


def is_credit_code(code: str) -> bool:
    """Tell whether a code is a unified social credit code with the right check character."""
    if len(code) != 18 or not set(code) <= set(_CREDIT_ALPHABET):
        return False
    values = [_CREDIT_ALPHABET.index(character) for character in code]
    weighted = sum(value * pow(3, i, 31) for i, value in enumerate(values[:17]))
    return values[17] == (31 - weighted % 31) % 31
