"""Make the files of papers, on every core, and never the same one twice.

A file is kept under the digest of its paper, its format and everything that shapes it, so an edit
of one matter makes a dozen files and a second build makes none.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Final

from site_builder.downloads.papers import Paper
from site_builder.render import HANT, Output
from site_builder.script import Converter

FORMATS: Final = ("docx", "pdf")
FEW: Final = 16
"""Up to so many files are made right here: starting processes would take longer."""
BATCH: Final = 400
"""So many are held in memory at a time, however large the site."""
KEPT_DAYS: Final = 30
_TOOLS: Final = ("python-docx", "typst", "noto-cjk-sans-otc")


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be made: where it goes on the site, how, from what and where it is kept."""

    path: str
    form: str
    paper: str
    kept: Path


def outputs(
    papers: Iterable[Paper],
    convert: Converter,
    folder: Path,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Output]:
    """Yield every paper in both scripts and formats; files are kept in `folder`."""
    jobs = (job for paper in papers for job in _jobs(paper, convert, folder))
    with _Makers() as makers:
        while batch := list(islice(jobs, BATCH)):
            missing = [job for job in batch if not job.kept.exists()]
            if missing:
                say(f"正在生成 Word 和 PDF：{len(missing)} 份（没有变的不再做）")
                makers.make(missing)
            for job in batch:
                yield Output(job.path, _kept(job))
    _forget_unused(folder)


def attached(folder: Path) -> Iterator[Output]:
    """Yield the files that colleagues attached (content/files), as they are, below /files/."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield Output(f"files/{path.relative_to(folder).as_posix()}", path.read_bytes())


def _jobs(paper: Paper, convert: Converter, folder: Path) -> Iterator[Job]:
    hans = paper.document.to_json()
    hant = convert(replace(paper.document, language=HANT).to_json())
    for root, text in (("", hans), ("hant/", hant)):
        for form in FORMATS:
            name = f"{_digest(form, text)}.{form}"
            yield Job(f"{root}{paper.path}.{form}", form, text, folder / name)


def _digest(form: str, paper: str) -> str:
    return hashlib.blake2b(f"{_shape()}{form}{paper}".encode(), digest_size=16).hexdigest()


@cache
def _shape() -> str:
    """Return a digest of what shapes a file besides its paper: our writers and their libraries."""
    digest = hashlib.blake2b("".join(map(version, _TOOLS)).encode(), digest_size=16)
    here = Path(__file__).parent
    for name in ("document.py", "word.py", "pdf.py", "layout.typ"):
        digest.update((here / name).read_bytes())
    return digest.hexdigest()


class _Makers:
    """Makes a few files right here and many on every core."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Makers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def make(self, jobs: list[Job]) -> None:
        if len(jobs) <= FEW:
            for job in jobs:
                make(job)
            return
        if not self._pool:
            # spawn, because Typst's threads do not survive a fork
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(os.cpu_count(), context)
        list(self._pool.map(make, jobs, chunksize=8))


def make(job: Job) -> None:
    """Write one file, whole or not at all."""
    from site_builder.downloads import pdf, word  # here, so that a build from cache starts fast

    data = (word if job.form == "docx" else pdf).write(job.paper)
    job.kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = job.kept.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.replace(job.kept)


def _kept(job: Job) -> bytes:
    """Return a kept file and note its use; somebody may have cleaned up while we were making."""
    if not job.kept.exists():
        make(job)
    os.utime(job.kept)
    return job.kept.read_bytes()


def _forget_unused(folder: Path) -> None:
    """Remove files that no build has asked for in a month."""
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    for path in folder.glob("*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
