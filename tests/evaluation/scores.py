"""Scores search and 智能问答 as people get them: the built site's scripts in a real browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from playwright.sync_api import Page

from tests.evaluation.sets import Query

DECLINE: Final = "decline"

_SEARCH = """async ([script, queries]) => {
  const { openSearch } = await import(script);
  const engine = await openSearch();
  await engine.learnt;
  return queries.map((query) => engine.search(query).map(({ doc }) => doc.url));
}"""
_ASK = """async ([script, questions]) => {
  const { openAsking } = await import(script);
  const asking = await openAsking();
  return questions.map((question) => {
    const { facet, doc, others } = asking.understand(question);
    return [facet, doc?.url ?? "", others.map((other) => other.url)];
  });
}"""


@dataclass(frozen=True)
class Found:
    """A query and the addresses that were found for it, best first."""

    query: Query
    urls: Sequence[str]

    @property
    def rank(self) -> int:
        """The place of the first right answer, from 1; 0 when there is none."""
        places = (i for i, url in enumerate(self.urls, 1) if self.query.is_right(url))
        return next(places, 0)


@dataclass(frozen=True)
class Answered:
    """A question and how it was understood: the facet, the page, other pages offered."""

    query: Query
    facet: str
    url: str
    others: Sequence[str]

    @property
    def right(self) -> bool:
        """Whether facet and matter are right, or what had to be declined was."""
        if self.query.kind == DECLINE:
            return self.facet == DECLINE
        return self.facet in self.query.kind.split("|") and self.query.is_right(self.url)


Scored = TypeVar("Scored", Found, Answered)


def search(page: Page, queries: Sequence[Query]) -> list[Found]:
    """Return what the site finds for each query; `page` shows its /search/."""
    given = [script_of(page, "search-index"), [query.text for query in queries]]
    answers: list[list[str]] = page.evaluate(_SEARCH, given)
    return [Found(query, urls) for query, urls in zip(queries, answers, strict=True)]


def ask(page: Page, questions: Sequence[Query]) -> list[Answered]:
    """Return how the site understands each question; `page` shows its /ask/."""
    given = [script_of(page, "ask-index"), [question.text for question in questions]]
    answers: list[list[Any]] = page.evaluate(_ASK, given)
    return [Answered(query, *answer) for query, answer in zip(questions, answers, strict=True)]


def script_of(page: Page, name: str) -> str:
    """Return the address of a script the page has loaded, by its name without fingerprint."""
    page.wait_for_function(_LOADED, arg=name)
    address: str = page.evaluate(_LOADED, name)
    return address


_LOADED = """(name) => performance.getEntriesByType("resource").map((entry) => entry.name)
  .find((address) => address.includes(`/assets/${name}.`))"""


def recall(found: Iterable[Found], first: int) -> float:
    """Return the share of queries with a right answer among the first ones."""
    ranks = [one.rank for one in found]
    return sum(1 <= rank <= first for rank in ranks) / len(ranks)


def reciprocal_rank(found: Iterable[Found]) -> float:
    """Return the mean of 1 / rank."""
    ranks = [one.rank for one in found]
    return sum(1 / rank for rank in ranks if rank) / len(ranks)


def share_right(answered: Iterable[Answered]) -> float:
    """Return the share of right answers."""
    right = [one.right for one in answered]
    return sum(right) / len(right)


def by_kind(results: Sequence[Scored]) -> Iterator[tuple[str, list[Scored]]]:
    """Yield the results of each kind, in the order of the file, then all."""
    for kind in dict.fromkeys(one.query.kind.split("|")[0] for one in results):
        yield kind, [one for one in results if one.query.kind.split("|")[0] == kind]
    yield "all", list(results)
