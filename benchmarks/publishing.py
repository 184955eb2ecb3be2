"""How long from `git push` until people read it: `python -m benchmarks publishing [SIZES]`.

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
EDITS = 3
INSIDE, SHOWN = "    填报须知", "简要说明"
"""What an edit changes: a sentence inside one guide, or one that search shows, too."""
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

    def edit(self, key: str, words: str) -> None:
        """Change one sentence of one matter: the first under a key."""
        path = self.folder / MATTER
        before, found, after = path.read_text("utf-8").partition(f"\n{key}: ")
        path.write_text(f"{before}{found}{words}\n{after.partition(chr(10))[2]}", "utf-8")
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


def measure(size: int) -> tuple[Times, list[Times], list[Times]]:
    """Return the times of a first push and of edits, inside a guide and of what others show."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = Settings(
            str(ROOT / "mkdocs.yml"), "http://site.test/", downloads=size <= WITH_DOWNLOADS
        )
        clone = Clone(folder / "clone", init(folder / "place", settings), size)
        first = clone.push("开饭店")
        print(size, first, file=sys.stderr)
        return first, _edits(clone, INSIDE), _edits(clone, SHOWN)


def _edits(clone: Clone, key: str) -> list[Times]:
    times = []
    for number in range(EDITS):
        words = f"开饭店、食堂、超市的，开业前申请，{key.strip()}第{number}次修改。"
        clone.edit(key, words)
        times.append(clone.push(words))
        print(key, times[-1], file=sys.stderr)
    return times


def main(arguments: list[str]) -> None:
    """Measure and write the page."""
    sizes = tuple(map(int, arguments)) or SIZES
    rows = "".join(_row(size, *measure(size)) for size in sizes)
    (ROOT / "docs" / "publishing.md").write_text(_PAGE.format(cores=os.cpu_count(), rows=rows))


def _row(size: int, first: Times, *edits: list[Times]) -> str:
    cells = " | ".join(map(_live, edits))
    told = statistics.median(t.told for t in edits[0])
    return (
        f"| {size:,} | {'with' if size <= WITH_DOWNLOADS else 'without'} | {first.live:.1f} | "
        f"{cells} | {told:.1f} |\n"
    )


def _live(edits: list[Times]) -> str:
    live = sorted(t.live for t in edits)
    return f"{statistics.median(live):.1f} ({live[0]:.1f}–{live[-1]:.1f})"


_PAGE = f"""# From push to live

Seconds, on {{cores}} cores, measured by `benchmarks/publishing.py` with real pushes on one machine:
the clock starts with `git push` and stops when the page behind `current` says the new thing. In
between the push is checked, built, tested and switched to. Edits change one sentence of one matter:
inside its guide, which builds only what shows it, or its summary, which search shows, too, and so
everything is built; median of {EDITS} (fastest–slowest). What limits the first is the sharing of
all files with the new release, and the second the build itself.

| matters | Word and PDF | first push | live: inside a guide | live: its summary | terminal free |
| --- | --- | --- | --- | --- | --- |
{{rows}}"""

if __name__ == "__main__":
    main(sys.argv[1:])
