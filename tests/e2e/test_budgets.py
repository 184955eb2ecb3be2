"""Bytes over the wire, from the real service, against tests/budgets.yml."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from playwright.sync_api import Request, expect

from tests.e2e.conftest import OpenPage
from tests.processes import Server

BUDGETS: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "budgets.yml").read_text())
_NAMED = re.compile(
    r'<script\b[^>]*\ssrc="([^"]+)"|<link rel="(?:stylesheet|icon|manifest)" href="([^"]+)"'
)
_URGENT = re.compile(r'<script\b(?![^>]* fetchpriority="low")[^>]*\ssrc=|<link rel="stylesheet"')
_IMPORTED = re.compile(r'\b(?:from|import)\s*"(\./[^"]+)"')


def loaded(client: httpx.Client, address: str) -> Iterator[httpx.Response]:
    """Yield the answers a browser gets for a page: itself, what it names, what scripts import."""
    known, wanted = set[str](), [str(client.base_url.join(address))]
    while wanted:
        url = wanted.pop()
        if url in known:
            continue
        known.add(url)
        answer = client.get(url).raise_for_status()
        yield answer
        if url.endswith(".js"):
            names = _IMPORTED.findall(answer.text)
        else:
            names = [one or other for one, other in _NAMED.findall(answer.text)]
        wanted += [str(answer.url.join(name)) for name in names]


def head(answer: httpx.Response) -> int:
    """Count the bytes of an answer's head."""
    return 17 + sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)


def bodies(answers: Iterable[httpx.Response]) -> int:
    """Count the bytes of answers as they were sent, compressed."""
    return sum(answer.num_bytes_downloaded for answer in answers)


@pytest.mark.parametrize("name", BUDGETS["pages"])
def test_a_first_visit_costs_no_more_than_its_budget(name: str, service: Server) -> None:
    """A page with all its styles, scripts and pictures is small enough for a poor connection, and
    little of that is asked for before the rest.
    """
    budget = dict(BUDGETS["pages"][name])
    with httpx.Client(base_url=f"{service.base}/", headers={"Accept-Encoding": "gzip"}) as client:
        answers = list(loaded(client, budget.pop("address")))
    spent = {
        "all": bodies(answers) + sum(map(head, answers)),
        "scripts": bodies(a for a in answers if a.url.path.endswith(".js")),
        "styles": bodies(a for a in answers if a.url.path.endswith(".css")),
        "urgent": len(_URGENT.findall(answers[0].text)),
    }
    print(name, len(answers), spent)
    assert spent["scripts"]
    assert spent["styles"]
    assert {part: count for part, count in spent.items() if count > budget[part]} == {}


@pytest.mark.browser
def test_the_first_query_costs_no_more_than_its_budget(
    open_page: OpenPage, service: Server
) -> None:
    """Whoever types the first letters waits for little: the engine, its tables and titles."""
    page = open_page("about:blank", base="")
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(f"{service.base}/matters/")
    with page.expect_request_finished(lambda request: "/data/search.texts-" in request.url):
        page.locator("#site-search").press_sequentially("老年")
        expect(page.locator("#site-search-list [role=option]").first).to_be_visible()
    wanted = [r.sizes() for r in requests if re.search(r"/data/|/assets/search-", r.url)]
    spent = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in wanted)
    print("first query", spent)
    assert 0 < spent <= BUDGETS["first_query"]


def test_the_search_index_is_within_its_budget(site: Path) -> None:
    """Everything search knows of one script: by name, and what stands inside guides."""
    files = [*(site / "data").glob("search.json"), *(site / "data").glob("search.texts-*.json")]
    spent = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
    print("search index", spent)
    assert 0 < spent <= BUDGETS["search_index"]


def test_the_offline_copy_is_within_its_budget(site: Path) -> None:
    """The whole catalogue fits into what a photograph costs."""
    spent = json.loads((site / "data" / "offline.json").read_text())["bytes"]
    print("offline copy", spent)
    assert 0 < spent <= BUDGETS["offline_copy"]
