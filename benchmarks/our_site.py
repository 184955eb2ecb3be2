"""Our own side of the comparison: a project folder, a build from the command line, five edits."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks import meter
from benchmarks.corpus import write_corpus
from site_builder.compose import Shell

ROOT = Path(__file__).parents[1]
SITE_BUILDER = str(Path(sys.executable).with_name("site-builder"))
EDITED = "matters/food-and-drug/food-business-license-new.md"
_numbers = itertools.count(1)


class Project:
    """The repository's templates and settings with a content of any size."""

    def __init__(self, folder: Path, matters: int) -> None:
        self.folder, self.content, self.out = folder, folder / "content", folder / "site"
        self.matters = matters
        write_corpus(ROOT / "content", self.content, matters)
        shutil.copytree(ROOT / "templates", folder / "templates")
        shutil.copy(ROOT / "mkdocs.yml", folder)

    def build(self, *options: str) -> meter.Cost:
        """Build with what is there: a cache and an older site, or nothing."""
        return meter.timed([SITE_BUILDER, "build", *(options or ("--no-downloads",))], self.folder)

    def cold(self) -> meter.Cost:
        """Build from nothing."""
        self._clear()
        return self.build()

    def memory(self) -> float:
        """Return the MiB that a build from nothing holds at its fullest."""
        self._clear()
        return meter.peak_memory([SITE_BUILDER, "build", "--no-downloads"], self.folder)

    def edits(self, run: int) -> Iterator[tuple[str, meter.Cost]]:
        """Yield what it costs to build after nothing and after each kind of edit."""
        self.build()  # whatever was done before, from here on something is there
        yield "nothing changed", self.build()
        self.edit_matter()
        yield "one matter", self.build()
        _append(self.folder / "templates/pages/matter.html", "<!-- {} -->\n")
        yield "one template", self.build()
        _append(self.content / "data/hall.yml", "面积: 第 {} 次修改\n", "面积: ")
        yield "one shared file", self.build()
        yield "check", meter.timed([SITE_BUILDER, "check"], self.folder)
        if run == 0:
            yield "check, no cache", self._check_cold()
            yield from (("on screen", cost) for cost in self._on_screen())
        if self.matters == 146 and run == 0:
            yield "papers", self.build("--downloads")
            yield "papers again", self.build("--downloads")

    def edit_matter(self) -> str:
        """Change a sentence of one guide and return the new words."""
        words = f"第 {next(_numbers)} 次修改。"
        path = self.content / EDITED
        text = path.read_text("utf-8")
        line = next(line for line in text.splitlines() if line.startswith("    填报须知: "))
        path.write_text(text.replace(line, line.split("第 ")[0] + words, 1), "utf-8")
        return words

    def pages(self) -> tuple[int, float]:
        """Return the number of pages and the mean bytes of a guide."""
        guides = [p.stat().st_size for p in self.out.glob("matters/*/index.html")]
        return sum(1 for _ in self.out.rglob("*.html")), sum(guides) / len(guides)

    def shell(self) -> Shell:
        """Return the shell of our pages."""
        value = json.loads((self.out / "data/shell.hans.json").read_text("utf-8"))
        return Shell(tuple(value["parts"]), tuple(value["slots"]))

    def _check_cold(self) -> meter.Cost:
        meter.put_aside(self.folder / ".cache")
        return meter.timed([SITE_BUILDER, "check"], self.folder)

    def _clear(self) -> None:
        for folder in (self.out, self.folder / ".cache"):
            meter.put_aside(folder)

    def _on_screen(self) -> Iterator[meter.Cost]:
        """Save a matter while `serve` runs, and wait until the server gives the new page."""
        port = _free_port()
        command = [SITE_BUILDER, "serve", "--port", str(port)]
        address = f"http://127.0.0.1:{port}/matters/{Path(EDITED).stem}/"
        with (self.folder / "serve.log").open("wb") as log:
            server = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        try:
            _wait(address, "<h1>")
            for _ in range(5):
                time.sleep(1.5)  # an editor's pace: the watcher is at rest again
                words = self.edit_matter()
                started = time.perf_counter()
                _wait(address, words)
                yield meter.Cost(time.perf_counter() - started, 0)
        finally:
            server.terminate()
            server.wait()


def _append(path: Path, line: str, instead_of: str = "") -> None:
    """Add a line to a file, in place of the one that an earlier call added."""
    start = instead_of or line.partition("{")[0]
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [old for old in lines if not old.startswith(start)]
    path.write_text("".join(kept) + line.format(next(_numbers)), "utf-8")


def _wait(address: str, words: str, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=60) as response:
                if words in response.read().decode():
                    return
        except OSError:
            time.sleep(0.1)
        time.sleep(0.005)
    raise meter.Failed(f"{address} never said {words}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
