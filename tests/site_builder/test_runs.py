"""What turns the runs of a site into 繁体 without OpenCC."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.runs import Runs, han_runs
from site_builder.script import Converter

CONVERT = Converter()
PARTS = st.dictionaries(
    st.sampled_from("abc"), st.sets(st.text("发头后里布", min_size=1, max_size=3), max_size=6)
)


def script_table(texts: Iterable[str]) -> dict[str, dict[str, str]]:
    runs = Runs(CONVERT)
    runs.replace(set(), han_runs(texts))
    return runs.table()


@pytest.mark.parametrize(
    "text", ["头发长在头上，发展在后面", "后天到皇后大道，干部干活", "里面有 3 公里", "没有汉字"]
)
def test_the_script_table_converts_as_opencc_does(text: str) -> None:
    """A page made on a phone has the same 繁体 as the one from the server."""
    table = script_table([text, "发展、头发、理发店、后面、里程"])

    def convert(run: re.Match[str]) -> str:
        exception = table["runs"].get(run[0])
        return exception or "".join(table["characters"].get(c, c) for c in run[0])

    assert re.sub(r"[\u4e00-\u9fff]+", convert, text) == CONVERT(text)


@given(st.lists(PARTS, min_size=1, max_size=5))
def test_edits_lead_to_the_table_of_what_is_there(builds: list[dict[str, set[str]]]) -> None:
    """Whatever came and went part by part, nothing is left of what is gone."""
    runs, parts = Runs(CONVERT), dict[str, set[str]]()
    for changed in builds:
        for name, new in changed.items():
            runs.replace(parts.get(name, set()), new)
        parts |= changed
        runs = Runs(CONVERT, runs.state())
    assert runs.table() == script_table(parts and set().union(*parts.values()))


def test_a_run_ends_at_the_end_of_a_line() -> None:
    """Lines are looked at one by one, so they must not run into each other."""
    assert han_runs(["头\n发", "发展 a", "头\n发展"]) == {"头", "发", "发展"}
