"""A shell is cut once and filled per page."""

from __future__ import annotations

import pytest

from site_builder.compose import Shell, fill_slots
from site_builder.script import Converter


def test_filling_a_shell_puts_each_value_in_its_slot() -> None:
    """Every slot gets its own value, a slot used twice gets it twice."""
    shell = Shell.cut("<title>@@title@@</title>@@body@@<i>@@title@@</i>")
    page = shell.fill({"title": "甲", "body": "<p>乙</p>"}).decode()
    assert page == "<title>甲</title><p>乙</p><i>甲</i>"


def test_a_shell_may_be_filled_in_two_steps() -> None:
    """What many pages have in common is filled once, the rest for each; the page is the same."""
    shell = Shell.cut("@@lang@@<b>@@title@@</b>@@lang@@@@body@@")
    values = {"lang": "zh", "title": "@@lang@@", "body": "乙"}
    assert shell.partly({"lang": "zh"}).fill(values) == shell.fill(values)


def test_a_value_with_slot_marks_is_not_filled_again() -> None:
    """What stands in a value is text, never another slot."""
    shell = Shell.cut("@@body@@")
    assert shell.fill({"body": "@@title@@"}) == b"@@title@@"


def test_a_missing_value_is_an_error() -> None:
    """A page without one of the shell's values is never written."""
    with pytest.raises(KeyError):
        Shell.cut("@@title@@").fill({})


def test_a_converted_shell_keeps_its_slots() -> None:
    """The Traditional shell has the same slots in the same order."""
    shell = Shell.cut("开@@title@@门@@body@@").converted(Converter())
    assert shell == Shell(("開", "門", ""), ("title", "body"))


def test_slots_inside_a_body_are_filled() -> None:
    """A body may point to the site's root, which differs between the scripts."""
    body = '<i>a@b.cn</i><a href="@@root@@api">'
    assert fill_slots(body, {"root": "../"}) == '<i>a@b.cn</i><a href="../api">'
