"""Making the files: both scripts and formats, and never the same file twice."""

from __future__ import annotations

import io
import os
import time
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from site_builder.downloads import workshop
from site_builder.downloads.papers import Paper
from site_builder.script import Converter
from tests.site_builder.downloads.samples import sample

PAPER = Paper("matters/elder-card/elder-card", sample())


def make(folder: Path, *papers: Paper) -> dict[str, bytes]:
    convert = Converter({})
    return {o.path: o.data for o in workshop.outputs(papers, convert, folder)}


def test_a_paper_becomes_four_files(tmp_path: Path) -> None:
    """Word and PDF lie beside the page in both scripts, in the script of the page."""
    files = make(tmp_path, PAPER)
    place = "matters/elder-card/elder-card"
    assert set(files) == {f"{r}{place}.{f}" for r in ("", "hant/") for f in ("docx", "pdf")}
    hant = docx.Document(io.BytesIO(files[f"hant/{place}.docx"]))
    texts = [p.text for p in hant.paragraphs]
    assert "老年人優待證" in texts
    assert texts[-1].endswith("https://site.test/hant/matters/elder-card/")
    footer = hant.sections[0].footer.paragraphs[0]
    assert "頁" in footer.text


def test_unchanged_files_are_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second build takes every file from the cache; an edited paper alone is made anew."""
    first = make(tmp_path, PAPER)
    made = []

    def noted(job: workshop.Job) -> None:
        made.append(job.path)
        real(job)

    monkeypatch.setattr(workshop, "make", noted)
    assert make(tmp_path, PAPER) == first
    assert made == []
    edited = Paper("b", replace(sample(), title="改了的标题"))
    make(tmp_path, PAPER, edited)
    assert sorted(made) == ["b.docx", "b.pdf", "hant/b.docx", "hant/b.pdf"]


def test_many_files_are_made_by_several_processes(tmp_path: Path) -> None:
    """A cold build of many papers gives the same files as making them one by one."""
    papers = [
        Paper(f"p{i}", replace(sample(), title=f"事项{i}")) for i in range(workshop.FEW // 4 + 1)
    ]
    together = make(tmp_path / "together", *papers)
    alone: dict[str, bytes] = {}
    for paper in papers:
        alone |= make(tmp_path / "alone", paper)
    assert together == alone


def test_a_cache_emptied_meanwhile_does_no_harm(tmp_path: Path) -> None:
    """Who cleans up during a build costs it time, not its files."""
    files = workshop.outputs([PAPER], Converter({}), tmp_path)
    first = next(files)
    for path in tmp_path.iterdir():
        path.unlink()
    rest = list(files)
    assert first.data
    assert len(rest) == 3
    assert all(o.data for o in rest)


def test_files_nobody_asked_for_in_a_month_are_dropped(tmp_path: Path) -> None:
    """The cache does not grow for ever: what no build used for a month goes, the rest stays."""
    make(tmp_path, PAPER)
    forgotten = tmp_path / "0.docx"
    forgotten.write_bytes(b"old")
    month_ago = time.time() - 31 * 24 * 3600
    for path in tmp_path.iterdir():
        os.utime(path, (month_ago, month_ago))
    make(tmp_path, PAPER)
    assert not forgotten.exists()
    assert len(list(tmp_path.iterdir())) == 4


def test_attached_files_are_published_as_they_are(tmp_path: Path) -> None:
    """A blank form in content/files is found below /files/; hidden files stay behind."""
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "a.docx").write_bytes(b"PK")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    assert [(o.path, o.data) for o in workshop.attached(tmp_path)] == [
        ("files/forms/a.docx", b"PK")
    ]
    assert list(workshop.attached(tmp_path / "none")) == []


real = workshop.make
