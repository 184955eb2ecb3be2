"""Matters that wait in a store are the same as in memory, and are not in memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from benchmarks.corpus import write_corpus
from site_builder.catalogue import examine, load_catalogue
from site_builder.errors import ContentError

CONTENT = Path(__file__).parents[2] / "content"


def test_a_matter_is_the_same_in_a_store(tmp_path: Path) -> None:
    """A build that puts matters away knows as much of them as one that does not."""
    stored, there = load_catalogue(CONTENT, tmp_path), examine(CONTENT)[0]
    assert list(stored.matters) == list(there.matters)
    assert stored.figures == there.figures
    for matter, other in zip(stored.matters, there.matters, strict=True):
        for key in ("事项名称", "申请材料"):
            assert matter.source.line(key) == other.source.line(key) > 1


@pytest.mark.parametrize("quoted", ["", '"'])
def test_a_fault_among_stored_matters_has_its_line(tmp_path: Path, quoted: str) -> None:
    """What is wrong between two matters is found at its line, however its file is written."""
    content = tmp_path / "content"
    write_corpus(CONTENT, content, 0)
    one, two = sorted((content / "matters" / "start-business").glob("*.md"))[:2]
    lines = two.read_text("utf-8").splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if line.startswith("事项名称: "))
    name = next(s for s in one.read_text("utf-8").splitlines() if s.startswith("事项名称: "))
    lines[place] = name.replace("事项名称", f"{quoted}事项名称{quoted}") + "\n"
    two.write_text("".join(lines), "utf-8")
    with pytest.raises(ContentError) as error:
        load_catalogue(content, tmp_path / "cache")
    found = [f.line for f in error.value.findings if f.code == "R-02"]
    assert found == [place + 1]


def test_memory_hardly_grows_with_the_number_of_matters(tmp_path: Path) -> None:
    """Of each matter a build holds little more than its place: no eighth of its record."""
    few, many = tmp_path / "few", tmp_path / "many"
    write_corpus(CONTENT, few, 200)
    write_corpus(CONTENT, many, 600)
    cache = tmp_path / "cache"
    assert held(many, cache) - held(few, cache) < (held(many) - held(few)) / 8


def held(content: Path, cache: Path | None = None) -> int:
    """Return the bytes that a catalogue keeps."""
    tracemalloc.start()
    catalogue = load_catalogue(content, cache)
    assert catalogue.figures
    with_it, _ = tracemalloc.get_traced_memory()
    del catalogue
    without, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return with_it - without
