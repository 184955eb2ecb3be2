"""Write content files as a careful colleague would: one thing a line, quotes only where needed.

`dump` writes new text. `update` changes a text that somebody wrote by hand: only what differs is
replaced, so comments, blank lines and other people's formatting stay, and a diff shows the edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from textwrap import indent
from typing import Any, NamedTuple

import yaml

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
# Our loader takes every scalar as text, so 2019-10-08 and 15 need no quotes.
_Dumper.yaml_implicit_resolvers = {}


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def dump(value: Any) -> str:
    """Return a mapping or list of texts as YAML in block style, keys in their given order."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, width=float("inf"), sort_keys=False)


def update_front_matter(text: str, values: dict[str, Any]) -> str:
    """Return the Markdown file with its front matter changed to `values` and its prose kept."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return f"---\n{dump(values)}---\n{text}"
    return text[: match.start(1)] + update(match[1], values) + text[match.end(1) :]


def update(text: str, value: Any) -> str:
    """Return the YAML text with only those places replaced where it differs from `value`."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    if node is None:
        return text + dump(value)
    if not _same_shape(node, value):
        return dump(value)
    updated, position = "", 0
    for edit in sorted(_edits(text, node, value), key=lambda e: (e.start, e.end)):
        updated += text[position : edit.start] + edit.text
        position = edit.end
    updated += text[position:]
    # Formatting nobody foresaw must cost a comment at worst, never a value.
    return updated if _read(updated) == value else dump(value)


def _read(text: str) -> Any:
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return None
    return None if node is None else _plain(node)


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return node.value


def _same_shape(node: yaml.Node, value: Any) -> bool:
    """Tell whether the node can become the value by editing its entries one by one."""
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict) and not node.flow_style:
        return bool(node.value) and node.value[0][0].value in value
    if isinstance(node, yaml.SequenceNode) and isinstance(value, list) and not node.flow_style:
        return bool(node.value) and bool(value)
    return False


def _edits(text: str, node: yaml.Node, value: Any) -> Iterator[_Edit]:
    if isinstance(node, yaml.MappingNode):
        return _mapping_edits(text, node, value)
    return _sequence_edits(text, node, value)


def _mapping_edits(text: str, node: yaml.MappingNode, values: dict[str, Any]) -> Iterator[_Edit]:
    column = node.start_mark.column
    present = {key.value: (key, child) for key, child in node.value}
    for name, (key, child) in present.items():
        if name not in values:
            yield _without_lines(text, key.start_mark.index, _end(text, child))
        elif _same_shape(child, values[name]):
            yield from _edits(text, child, values[name])
        elif _plain(child) != values[name]:
            yield _Edit(
                key.start_mark.index,
                _end(text, child),
                _lines({name: values[name]}, column).strip(),
            )
    previous, added = node.value[-1][1], {}
    for name in values:
        if name not in present:
            added[name] = values[name]
            continue
        if added:
            yield _below(text, _end(text, previous), _lines(added, column))
        previous, added = present[name][1], {}
    if added:
        yield _below(text, _end(text, previous), _lines(added, column))


def _sequence_edits(text: str, node: yaml.Node, values: list[Any]) -> Iterator[_Edit]:
    """Align the items by their names, so that a new one in the middle moves no other."""
    nodes: list[yaml.Node] = node.value
    column = node.start_mark.column
    matcher = SequenceMatcher(
        None, [_name(_plain(n)) for n in nodes], [_name(v) for v in values], autojunk=False
    )
    for _, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        added: list[Any] = []
        for child, value in zip_longest(
            nodes[old_from:old_to], values[new_from:new_to], fillvalue=_MISSING
        ):
            if child is _MISSING:
                added.append(value)
            elif value is _MISSING:
                yield _without_lines(text, _dash(text, child), _end(text, child))
            elif _same_shape(child, value):
                yield from _edits(text, child, value)
            elif _plain(child) != value:
                lines = _lines([value], column).strip()
                yield _Edit(_dash(text, child), _end(text, child), lines)
        if added and old_to:
            yield _below(text, _end(text, nodes[old_to - 1]), _lines(added, column))
        elif added:
            start = _line_start(text, _dash(text, nodes[0]))
            yield _Edit(start, start, _lines(added, column))


_MISSING: Any = object()


def _name(item: Any) -> str:
    """Return what an item is known by: itself, or its first column."""
    if isinstance(item, dict) and item:
        return _name(next(iter(item.values())))
    return str(item)


def _lines(value: Any, column: int) -> str:
    return indent(dump(value), " " * column)


def _below(text: str, position: int, lines: str) -> _Edit:
    end = _line_end(text, position)
    return _Edit(end, end, "\n" + lines.removesuffix("\n"))


def _without_lines(text: str, start: int, end: int) -> _Edit:
    """Return the edit that removes whole lines, with the line break before them."""
    first = _line_start(text, start)
    last = _line_end(text, end)
    return _Edit(first - 1, last, "") if first else _Edit(0, last + 1, "")


def _end(text: str, node: yaml.Node) -> int:
    """Return where a node's own text ends; its end mark may lie behind blank lines and comments."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start = node.start_mark.index
    return start + len(text[start : node.end_mark.index].rstrip())


def _dash(text: str, item: yaml.Node) -> int:
    return text.rfind("-", 0, item.start_mark.index)


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
