"""How long from `git push` until people read it: `python -m benchmarks.publishing [SIZES]`.

Real pushes to a place made by `publish init`: a first one, then edits of one matter. The clock
starts with `git push`; `live` is when the page behind `current` says the new thing, `told` when the
colleague's terminal is free again. Writes docs/publishing.md.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import write_corpus
from site_builder.publish.place import Place, Settings
from site_builder.publish.receive import init

ROOT = Path(__file__).parents[1]
MATTER = "content/matters/food-and-drug/food-business-license-new.md"
PAGE = "matters/food-business-license-new/index.html"
SIZES = (146, 10_000)
WITH_DOWNLOADS = 1_000
"""Up to so many matters, Word and PDF are made, too."""
EDITS = 5
IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of one push."""

    live: float
    told: float


class Clone:
    """A colleague's clone of a corpus."""

    def __init__(self, folder: Path, place: Place, size: int) -> None:
        self.folder, self.place = folder, place
        write_corpus(ROOT / "content", folder / "content", size)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", str(place.repository))
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "first")

    def git(self, *arguments: str) -> None:
        """Run git, silently."""
        subprocess.run(
            ["git", *IDENTITY, *arguments], cwd=self.folder, check=True, capture_output=True
        )

    def edit(self, words: str) -> None:
        """Change one sentence of one matter."""
        path = self.folder / MATTER
        lines = path.read_text("utf-8").splitlines()
        told = [f"简要说明: {words}" if line.startswith("简要说明") else line for line in lines]
        path.write_text("\n".join(told) + "\n", "utf-8")
        self.git("commit", "--quiet", "--all", "--message", words)

    def push(self, words: str) -> Times:
        """Push and wait until the site says the words."""
        seen: list[float] = []
        start = time.perf_counter()
        watcher = threading.Thread(target=self._watch, args=(words, seen))
        watcher.start()
        self.git("push", "origin", "HEAD:refs/heads/main")
        told = time.perf_counter() - start
        watcher.join()
        return Times(seen[0] - start, told)

    def _watch(self, words: str, seen: list[float]) -> None:
        page = self.place.current / PAGE
        while not (page.exists() and words in page.read_text("utf-8")):
            time.sleep(0.005)
        seen.append(time.perf_counter())


def measure(size: int) -> tuple[Times, list[Times]]:
    """Return the times of a first push and of edits."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = Settings(
            str(ROOT / "mkdocs.yml"), "http://site.test/", downloads=size <= WITH_DOWNLOADS
        )
        clone = Clone(folder / "clone", init(folder / "place", settings), size)
        first = clone.push("开饭店")
        print(size, first, file=sys.stderr)
        edits = []
        for number in range(EDITS):
            words = f"开饭店、食堂、超市的，开业前申请，第{number}次修改。"
            clone.edit(words)
            edits.append(clone.push(words))
            print(size, edits[-1], file=sys.stderr)
        return first, edits


def main() -> None:
    """Measure and write the page."""
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    rows = "".join(_row(size, *measure(size)) for size in sizes)
    (ROOT / "docs" / "publishing.md").write_text(_PAGE.format(cores=os.cpu_count(), rows=rows))


def _row(size: int, first: Times, edits: list[Times]) -> str:
    live, told = (sorted(getattr(t, name) for t in edits) for name in ("live", "told"))
    return (
        f"| {size:,} | {'with' if size <= WITH_DOWNLOADS else 'without'} | {first.live:.1f} | "
        f"{statistics.median(live):.1f} ({live[0]:.1f}–{live[-1]:.1f}) | "
        f"{statistics.median(told):.1f} |\n"
    )


_PAGE = f"""# From push to live

Seconds, on {{cores}} cores, measured by `benchmarks/publishing.py` with real pushes on one machine:
the clock starts with `git push` and stops when the page behind `current` says the new thing. In
between the push is checked, built, tested and switched to. Edits change one sentence of one matter;
median of {EDITS} (fastest–slowest).

| matters | Word and PDF | first push | an edit is live after | terminal free after |
| --- | --- | --- | --- | --- |
{{rows}}"""

if __name__ == "__main__":
    main()
