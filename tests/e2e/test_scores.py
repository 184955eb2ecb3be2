"""Search and 智能问答 stay as good as they are promised to be."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import OpenPage
from tests.evaluation import scores
from tests.evaluation.sets import read

pytestmark = pytest.mark.browser


def test_the_page_people_mean_comes_first(open_page: OpenPage) -> None:
    """Of both parts of the set, 93 in 100 queries find their page first, 99 among five."""
    found = scores.search(open_page("search/"), read("search.tsv"))
    for kept in (False, True):
        part = [one for one in found if one.query.kept is kept]
        assert scores.recall(part, 1) >= 0.93, f"kept aside: {kept}"
        assert scores.recall(part, 5) >= 0.99, f"kept aside: {kept}"


def test_no_kind_of_query_is_left_behind(open_page: OpenPage) -> None:
    """However people type (pinyin, initials, 繁體, slips), 85 in 100 find their page first."""
    found = scores.search(open_page("search/"), read("search.tsv"))
    kinds = {kind: scores.recall(part, 1) for kind, part in scores.by_kind(found)}
    assert {kind: recall for kind, recall in kinds.items() if recall < 0.85} == {}


def test_questions_are_answered_and_declined_rightly(open_page: OpenPage) -> None:
    """Of both parts, 93 in 100 answers name the right matter and facet; 97 in 100 are declined."""
    answered = scores.ask(open_page("ask/"), read("ask.tsv"))
    for kept in (False, True):
        part = [one for one in answered if one.query.kept is kept]
        declines = [one for one in part if one.query.kind == scores.DECLINE]
        answers = [one for one in part if one.query.kind != scores.DECLINE]
        assert scores.share_right(answers) >= 0.93, f"kept aside: {kept}"
        assert scores.share_right(declines) >= 0.97, f"kept aside: {kept}"
