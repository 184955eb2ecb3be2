"""Pagefind and MiniSearch on the same matters and the same queries, in the same browser.

Both get what the record says (name, other names, summary, materials, questions), not our tables of
everyday words: those are part of what is compared.
"""

from __future__ import annotations

import functools
import gzip
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, Response

from tests.evaluation.scores import Found
from tests.evaluation.sets import Query

TOOLS: Final = Path(__file__).parent / "tools" / "search"
FIELDS: Final = ("name", "aliases", "summary", "materials", "questions")

_MINISEARCH = """async ([matters, queries]) => {
  const { default: MiniSearch } = await import("/node_modules/minisearch/dist/es/index.js");
  const runs = (text) => text.toLowerCase().match(/[\\u3400-\\u9fff]+|[a-z0-9]+/g) ?? [];
  const bigrams = (run) => [...run].slice(1).map((char, i) => run[i] + char);
  const whole = (run) => /[a-z0-9]/.test(run) || run.length === 1;
  const tokenize = (text) => runs(text).flatMap((run) => (whole(run) ? [run] : bigrams(run)));
  const fields = Object.keys(matters[0]).filter((name) => name !== "id");
  const searchOptions = { boost: { name: 3, aliases: 2 }, prefix: true };
  const engine = new MiniSearch({ fields, tokenize, searchOptions });
  engine.addAll(matters);
  const found = queries.map((query) => engine.search(query).map(({ id }) => `matters/${id}/`));
  return [found, JSON.stringify(engine)];
}"""
_PAGEFIND = """async (queries) => {
  const pagefind = await import("/pagefind/pagefind.js");
  const found = [];
  for (const query of queries) {
    const { results } = await pagefind.search(query);
    const pages = await Promise.all(results.slice(0, 5).map((result) => result.data()));
    found.push(pages.map(({ url }) => url.replace(/^\\//, "")));
  }
  return found;
}"""


def install(folder: Path) -> None:
    """Install both into `folder`, exactly the versions in tools/search/."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(TOOLS / name, folder)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=folder, check=True)


def minisearch(
    page: Page, folder: Path, site: Path, queries: Sequence[Query]
) -> tuple[list[Found], int]:
    """Return what MiniSearch with bigrams finds, and the bytes of script and index."""
    with served(folder) as base:
        page.goto(base + "package.json")
        given = [list(_records(site)), [query.text for query in queries]]
        urls, index = page.evaluate(_MINISEARCH, given)
    script = (folder / "node_modules/minisearch/dist/es/index.js").read_bytes()
    size = len(gzip.compress(script)) + len(gzip.compress(index.encode()))
    return _found(queries, urls), size


def pagefind(
    page: Page, folder: Path, site: Path, queries: Sequence[Query]
) -> tuple[list[Found], int]:
    """Return what Pagefind finds in the matters' pages, and the bytes of its first query."""
    pages = folder / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(site / "matters", pages / "matters", ignore=_only_pages)
    program = folder / "node_modules" / ".bin" / "pagefind"
    command = [str(program), "--site", str(pages), "--force-language", "zh"]
    subprocess.run(command, check=True, capture_output=True)
    with served(pages) as base:
        page.goto(base + "matters/food-business-license-new/")
        urls = page.evaluate(_PAGEFIND, [query.text for query in queries])
        page.goto(base + "matters/food-business-license-new/")
        got: list[Response] = []

        def keep(response: Response) -> None:
            got.append(response)

        page.on("response", keep)
        page.evaluate(_PAGEFIND, [queries[0].text])
        page.remove_listener("response", keep)
        bodies = [response.body() for response in got if response.status == 200]
    return _found(queries, urls), sum(len(gzip.compress(body)) for body in bodies)


def _found(queries: Sequence[Query], urls: Sequence[Sequence[str]]) -> list[Found]:
    return [Found(query, found) for query, found in zip(queries, urls, strict=True)]


def _only_pages(_: str, names: list[str]) -> list[str]:
    return [name for name in names if "." in name and name != "index.html"]


def _records(site: Path) -> Iterator[dict[str, Any]]:
    for matter in json.loads((site / "data/catalogue.json").read_text("utf-8"))["matters"]:
        record = json.loads((site / f"data/matters/{matter['id']}.json").read_text("utf-8"))
        yield {
            "id": record["id"],
            "name": record["name"],
            "aliases": " ".join(record["aliases"]),
            "summary": record["summary"],
            "materials": " ".join(material["name"] for material in record["materials"]),
            "questions": " ".join(question["question"] for question in record["questions"]),
        }


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as plain files and yield its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
