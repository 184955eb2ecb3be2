"""简体 becomes 繁体 by phrases, and nothing but Han characters changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from site_builder.script import Converter


@pytest.mark.parametrize(
    ("hans", "hant"),
    [
        ("开理发店", "開理髮店"),
        ("行政审批", "行政審批"),
        ("开发票", "開發票"),
        ("皇后大道以后", "皇后大道以後"),
        ("里面的邻里", "裡面的鄰里"),
        ("复核", "複核"),
        ("后台", "後臺"),
        ("容缺后补", "容缺後補"),
        ("信息", "信息"),
    ],
)
def test_phrases_decide_the_character(hans: str, hant: str) -> None:
    """A character is chosen by its word, and words are never swapped for other words."""
    assert Converter()(hans) == hant


def test_addresses_and_codes_are_left_alone() -> None:
    """URLs, ids, e-mail addresses and file names come out as they went in."""
    text = '<a href="../matters/food-license/x.docx?v=1#a" id="b" data-id="HD-2026-01">ab@c.cn</a>'
    assert Converter()(text) == text


def test_the_glossary_overrides_a_word() -> None:
    """A line in the glossary decides how its word is written, and only that word."""
    convert = Converter({"后台": "后台", "开餐馆": "開飯館"})
    assert convert("我要开餐馆，后台里面") == "我要開飯館，后台裡面"


def test_several_texts_keep_their_borders() -> None:
    """Texts converted in one call come back one by one, empty ones too."""
    assert Converter().all("开门", "", "发展\n里") == ["開門", "", "發展\n裡"]


def test_remembered_lines_are_converted_like_whole_texts() -> None:
    """A line met before comes out as if the whole text had been converted anew."""
    convert = Converter({"准予": "准予"})
    texts = ["头发\n发展\n只有一只\n", "发展\n准予\x20后来\n头发", ""]
    assert convert.lines(*texts) == convert.all(*texts)
    assert convert.lines(*reversed(texts)) == convert.all(*reversed(texts))


def test_a_glossary_word_may_hold_other_signs() -> None:
    """A word with letters in it is found on pages, where runs of Han characters are looked up."""
    convert = Converter({"K歌": "K詞"})
    assert convert.lines("去K歌\n里面", "歌") == ["去K詞\n裡面", "歌"]


def test_our_words_are_written_right_where_phrases_of_the_dictionaries_cross_them() -> None:
    """统一出件 holds 一出 (a play), 指南里 is no mile: the glossary knows them."""
    words = yaml.safe_load(Path("content/data/glossary.yml").read_text("utf-8"))
    convert = Converter({str(word): str(result) for word, result in words.items()})
    hans = "统一出件，打印并发放，场长须到场，书签章，自核准之日起，制证办结，指南里写明"
    hant = "統一出件，打印並發放，場長須到場，書簽章，自核准之日起，製證辦結，指南裡寫明"
    assert convert(hans) == hant
