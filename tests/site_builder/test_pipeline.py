"""The whole build, from the committed content to a site folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from site_builder.errors import ContentError, SiteError
from site_builder.pipeline import build

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "mkdocs.yml"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    build(ROOT / "content", out, CONFIG)
    return out


def test_the_figures_are_those_of_the_interview(built: Path) -> None:
    """The counted totals of the committed content equal the ones the bureau made public."""
    figures = json.loads((built / "data" / "catalogue.json").read_text("utf-8"))["figures"]
    expected = {
        "matters": 146,
        "waivable_matters": 83,
        "waivable_materials": 117,
        "packages": 10,
        "commitment": 9,
        "devolved": 40,
        "cancelled": 27,
        "windows": 137,
        "online_percent": 86.3,
        "in_office_percent": 80.2,
    }
    assert {name: figures[name] for name in expected} == expected


def test_open_data_has_a_record_per_matter(built: Path) -> None:
    """Each matter's JSON carries every element of its record."""
    record = json.loads((built / "data/matters/food-business-license-new.json").read_text("utf-8"))
    assert record["name"] == "食品经营许可（新办）"
    assert record["promised_days"] == 5
    assert any(m["need"] == "容缺后补" and m["makeup_days"] == 5 for m in record["materials"])
    assert "open-restaurant" in record["packages"]


def test_mkdocs_itself_builds_the_same_site(tmp_path: Path) -> None:
    """`mkdocs build` gives the whole site, byte for byte what `site-builder build` gives."""
    built = tmp_path / "built"
    build(ROOT / "content", built, CONFIG, with_downloads=True)
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        check=True,
    )
    ours = {p.relative_to(built): p.read_bytes() for p in built.rglob("*") if p.is_file()}
    site = tmp_path / "site"
    theirs = {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    assert theirs.keys() == ours.keys()
    assert [path for path in ours if ours[path] != theirs[path]] == []


def test_a_second_build_writes_nothing(built: Path) -> None:
    """The build is deterministic: the same content gives the same bytes."""
    assert build(ROOT / "content", built, CONFIG).written == 0


def test_content_errors_leave_the_site_as_it_was(built: Path, tmp_path: Path) -> None:
    """An error in the content stops the build before the first file is touched."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    matter = content / "matters/food-and-drug/food-business-license-new.md"
    matter.write_text(
        matter.read_text("utf-8").replace("办件类型: 承诺件", "办件类型: 快件"), "utf-8"
    )
    before = {p: p.stat().st_mtime_ns for p in built.rglob("*")}
    with pytest.raises(ContentError, match="办件类型"):
        build(content, built, CONFIG)
    assert {p: p.stat().st_mtime_ns for p in built.rglob("*")} == before


def test_a_folder_with_other_files_is_never_overwritten(tmp_path: Path) -> None:
    """A mistyped --out keeps somebody's own files safe."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SiteError, match="不敢覆盖"):
        build(ROOT / "content", tmp_path, CONFIG)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_withdrawn_matter_leaves_no_page(built: Path, tmp_path: Path) -> None:
    """A removed content file takes its guide, its data and its list entries with it."""
    content, out = tmp_path / "content", tmp_path / "site"
    shutil.copytree(ROOT / "content", content)
    shutil.copytree(built, out)
    (content / "matters/agriculture-forestry-water/veterinary-drug-license.md").unlink()
    words = content / "data" / "synonyms.yml"
    lines = words.read_text("utf-8").splitlines(keepends=True)
    words.write_text("".join(x for x in lines if "veterinary-drug-license" not in x), "utf-8")
    build(content, out, CONFIG)
    assert not list(out.rglob("veterinary-drug-license*"))
    assert "veterinary-drug-license" not in (out / "matters/index.html").read_text("utf-8")
