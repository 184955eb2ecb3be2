"""The quick reader of plain YAML is a shortcut, never another opinion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from site_builder import yaml_plain
from site_builder.load import front_matter
from site_builder.yaml_text import dump

CONTENT = Path(__file__).parents[2] / "content"
WORDS = st.text("甲乙ab01 ：:#-\"'[]{}&*!|>%@`,?\n\t~=.", min_size=1, max_size=8)
LINES = st.lists(
    st.builds(
        lambda indent, dash, key, value: f"{'  ' * indent}{dash}{key}{value}",
        st.integers(0, 3),
        st.sampled_from(["", "- ", "-", "-  "]),
        st.sampled_from(["", "甲: ", "乙:", "丙 : ", "丁: ", "'戊': ", "甲:"]),
        st.one_of(st.just(""), st.just("字"), st.just('"引"'), WORDS),
    ),
    max_size=7,
)
VALUES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(st.sampled_from("甲乙丙"), inner, min_size=1, max_size=3),
    ),
    max_leaves=12,
)


@given(LINES)
def test_it_says_what_libyaml_says_of_any_lines(lines: list[str]) -> None:
    """Whatever people type, the quick reader agrees with libyaml or has no opinion."""
    _agrees("\n".join(lines))


@given(st.dictionaries(st.sampled_from("甲乙丙"), VALUES, min_size=1))
def test_it_says_what_libyaml_says_of_our_own_files(value: dict[str, Any]) -> None:
    """What import and export write is read the same way by both."""
    _agrees(dump(value))


def test_it_reads_the_committed_matters() -> None:
    """The shortcut is taken: every committed matter is plain, and its lines are right."""
    for path in (CONTENT / "matters").glob("*/*.md"):
        parts = front_matter(path.read_text("utf-8"))
        assert parts is not None
        _agrees(parts[0])
        assert yaml_plain.read(parts[0]) is not None, path


@pytest.mark.parametrize(
    "text",
    [
        "甲: 乙\n甲: 丙",
        "甲: |\n  乙",
        "甲: 乙\n  丙",
        "甲: &a 乙",
        "甲: 乙 # 丙",
        "甲: [乙]",
        "甲:\t乙",
    ],
)
def test_what_is_not_plain_is_left_to_libyaml(text: str) -> None:
    """Repeated keys, long texts, continued lines, anchors, comments behind and tabs."""
    assert yaml_plain.read(text) is None


def _agrees(text: str) -> None:
    value, lines = yaml_plain.read(text), yaml_plain.lines(text)
    if value is None:
        return
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    found: dict[tuple[str | int, ...], int] = {}
    assert _plain(node, (), found) == value
    assert lines == found


def _plain(
    node: yaml.Node | None, place: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]
) -> Any:
    if node is None:
        return {}
    lines.setdefault(place, node.start_mark.line)
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, i), lines) for i, item in enumerate(node.value)]
    values = {}
    for key, value in node.value:
        assert key.value not in values
        lines[(*place, key.value)] = key.start_mark.line
        values[key.value] = _plain(value, (*place, key.value), lines)
    return values
