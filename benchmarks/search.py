"""Search and 智能问答 measured: `python -m benchmarks.search [SITE [LARGE_SITE]]`.

Builds the committed content and 10,000 matters (or takes built sites), then writes scores, bytes
and times beside those of Pagefind and MiniSearch into docs/search.md.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from benchmarks import next_page, search_anchors, search_speed
from benchmarks.corpus import write_corpus
from site_builder.pipeline import build
from tests.evaluation import scores
from tests.evaluation.scores import Answered, Found
from tests.evaluation.sets import Query, read
from tests.processes import Server

ROOT: Final = Path(__file__).parents[1]
REPORT: Final = ROOT / "docs" / "search.md"
LARGE: Final = 10_000
EVERY: Final = 5
"""Every fifth query is timed: 10,000 matters take their time on a slowed processor."""


def main(*given: str) -> None:
    """Measure, print and write the report."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        sites = [Path(path).resolve() for path in given] or list(_built(folder))
        browser = search_speed.launch(playwright)
        lines = list(report(browser, folder, sites))
        browser.close()
    print("\n".join(lines))
    text = REPORT.read_text("utf-8")
    measured = "<!-- measured -->\n{}\n<!-- /measured -->".format("\n".join(lines))
    text = re.sub(r"(?s)<!-- measured -->.*<!-- /measured -->", lambda _: measured, text)
    REPORT.write_text(text, "utf-8")


def report(browser: Browser, folder: Path, sites: Sequence[Path]) -> Iterator[str]:
    """Yield the lines of the report."""
    queries, questions = read("search.tsv"), read("ask.tsv")
    times: list[str] = []
    for site in sites:
        with Server(folder, f"sqlite:///{folder}/api.db").start("--site", str(site)) as server:
            base = f"{server.base.rstrip('/')}/"
            page = browser.new_context(service_workers="block").new_page()
            page.goto(f"{base}search/")
            if site == sites[0]:
                found = scores.search(page, queries)
                page.goto(f"{base}ask/")
                answered = scores.ask(page, questions)
                page.goto(f"{base}search/")
            times += _times(
                browser, base, scores.script_of(page, "search-index"), queries, questions
            )
    yield from ["### Search: the page people mean", "", *_search_table(found), ""]
    yield from ["### Questions", "", *_ask_table(answered), ""]
    yield from ["### Beside others, queries about matters only", ""]
    yield from [*_anchors(browser, folder, sites[0], found), ""]
    yield from [f"### A processor {search_speed.SLOWED} times slower", "", *TIME_HEAD, *times, ""]
    yield from ["### The next page from the offline copy", "", *next_page.table(browser, sites[0])]


def _search_table(found: Sequence[Found]) -> Iterator[str]:
    measures = "queries | recall@1 | recall@5 | MRR"
    yield f"| kind | tuned: {measures} | kept aside: {measures} |"
    yield "| --- |" + " ---: |" * 8
    for kind, results in scores.by_kind(found):
        cells = [cell for part in _parts(results) for cell in _recalls(part)]
        yield f"| {kind} | {' | '.join(cells)} |"


def _recalls(part: Sequence[Found]) -> list[str]:
    if not part:
        return ["0", "", "", ""]
    values = scores.recall(part, 1), scores.recall(part, 5), scores.reciprocal_rank(part)
    return [str(len(part)), *(f"{value:.3f}" for value in values)]


def _ask_table(answered: Sequence[Answered]) -> Iterator[str]:
    yield "| asked | tuned: questions | right | kept aside: questions | right |"
    yield "| --- |" + " ---: |" * 4
    answers = [one for one in answered if one.query.kind != scores.DECLINE]
    declines = [one for one in answered if one.query.kind == scores.DECLINE]
    kinds = [(kind, part) for kind, part in scores.by_kind(answers) if kind != "all"]
    for kind, results in [*kinds, ("all answers", answers), ("to be declined", declines)]:
        cells = [
            (str(len(p)), f"{scores.share_right(p):.3f}" if p else "") for p in _parts(results)
        ]
        yield f"| {kind} | {' | '.join(cell for pair in cells for cell in pair)} |"


def _parts(results: Sequence[scores.Scored]) -> Iterator[list[scores.Scored]]:
    for kept in (False, True):
        yield [one for one in results if one.query.kept is kept]


def _anchors(browser: Browser, folder: Path, site: Path, ours: Sequence[Found]) -> Iterator[str]:
    ids = {path.name for path in (site / "matters").iterdir() if path.is_dir()}
    asked = [one.query for one in ours if not ids.isdisjoint(one.query.right)]
    search_anchors.install(folder)
    page = browser.new_page()
    others = {
        "Pagefind 1.6": search_anchors.pagefind(page, folder, site, asked),
        "MiniSearch 7.2, character bigrams": search_anchors.minisearch(page, folder, site, asked),
    }
    mine = [one for one in ours if one.query in asked]
    yield f"| {len(asked)} queries | recall@1 | recall@5 | MRR | KB |"
    yield "| --- |" + " ---: |" * 4
    yield f"| ours | {_share(mine)} | see below |"
    for name, (found, size) in others.items():
        yield f"| {name} | {_share(found)} | {size / 1000:.0f} |"


def _share(found: Iterable[Found]) -> str:
    found = list(found)
    values = scores.recall(found, 1), scores.recall(found, 5), scores.reciprocal_rank(found)
    return " | ".join(f"{value:.3f}" for value in values)


TIME_HEAD: Final = (
    "| pages to find | script | first names, ms | all names, ms | all, ms | KB of a first query "
    "| hits, ms: median, 95 %, slowest | answer, ms: median, 95 %, slowest |",
    "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
)


def _times(
    browser: Browser, base: str, script: str, queries: Sequence[Query], questions: Sequence[Query]
) -> Iterator[str]:
    for root, name in (("", "简体"), ("hant/", "繁體")):
        ready = search_speed.ready(browser, base + root, script)
        size = search_speed.first_query(browser, base + root, script)
        page = browser.new_context(service_workers="block").new_page()
        texts = [[one.text for one in part[::EVERY]] for part in (queries, questions)]
        taken = search_speed.answers(page, base + root, *texts)
        page.close()
        cells = [f"{t.median:.1f}, {t.most:.1f}, {t.slowest:.1f}" for t in taken]
        yield (
            f"| {ready.documents:,} | {name} | {ready.first:.0f} | {ready.names:.0f} "
            f"| {ready.everything:.0f} "
            f"| {size / 1000:.0f} | {' | '.join(cells)} |"
        )


def _built(folder: Path) -> Iterator[Path]:
    for matters in (0, LARGE):
        content, out = ROOT / "content", folder / f"site-{matters}"
        if matters:
            content = folder / "content"
            write_corpus(ROOT / "content", content, matters)
        build(content, out, ROOT / "mkdocs.yml")
        yield out


if __name__ == "__main__":
    main(*sys.argv[1:])
