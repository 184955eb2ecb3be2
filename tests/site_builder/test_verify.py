"""A built site is tested before anybody sees it; of what did not change, only what must be."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from site_builder.markup import faults
from site_builder.verify import verify
from tests.factories import write


def part(site: Path, name: str, value: object) -> int:
    data = gzip.compress(json.dumps(value).encode())
    write(site / name, "")
    (site / name).write_bytes(data)
    return len(data)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The smallest site: a home page that links to one guide, in both scripts."""
    folder = tmp_path / "site"
    for script in ("", "hant/"):
        link = "matters/card/#fee"
        write(folder / script / "index.html", f'<html><body><a href="{link}">卡</a></body></html>')
        write(folder / script / "matters/card/index.html", '<p id="fee">0 元</p>')
    figures = {"figures": {"matters": 1, "packages": 0}}
    write(folder / "data/catalogue.json", json.dumps(figures))
    size = part(folder, "data/offline/core.bin", {})
    index = {"core": "data/offline/core.bin", "parts": []}
    size += part(folder, "data/offline/index.bin", index)
    pointer = {"index": "data/offline/index.bin", "bytes": size}
    write(folder / "data/offline.json", json.dumps(pointer))
    return folder


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    write(folder / "pages/index.md", "---\ntitle: 首页\n---\n第一行\n[卡](matters/card/#fee)\n")
    write(folder / "matters/daily-life/card.md", "---\n---\n")
    return folder


def following(site: Path) -> Path:
    """Return a next release that shares every file."""
    return Path(shutil.copytree(site, site.with_name("next"), copy_function=os.link))


def replaced(path: Path, text: str) -> None:
    path.unlink()
    write(path, text)


def codes(site: Path, content: Path, before: Path | None = None) -> set[tuple[str, str, int]]:
    return {(f.code, f.file, f.line) for f in verify(site, content, before)}


def test_a_sound_site_has_nothing_to_say(site: Path, content: Path) -> None:
    """No finding where nothing is wrong."""
    assert codes(site, content) == set()


def test_an_unchanged_page_is_tested_when_what_it_links_to_is_gone(
    site: Path, content: Path
) -> None:
    """A place taken out of one page breaks the link on another that nobody touched."""
    new = following(site)
    replaced(new / "matters/card/index.html", '<p id="cost">0 元</p>')
    assert codes(new, content, site) == {("V-02", "pages/index.md", 5)}


def test_a_page_that_is_gone_breaks_the_links_to_it(site: Path, content: Path) -> None:
    """A withdrawn guide that a page still links to is found at the page's line, and miscounted."""
    new = following(site)
    shutil.rmtree(new / "matters/card")
    assert codes(new, content, site) >= {("V-01", "pages/index.md", 5), ("V-04", "matters", 1)}


def test_a_torn_offline_copy_is_found(site: Path, content: Path) -> None:
    """A part that is missing, or of another size than the pointer says, would stop every device."""
    new = following(site)
    (new / "data/offline/core.bin").unlink()
    assert {code for code, _, _ in codes(new, content, site)} == {"V-05"}
    part(new, "data/offline/core.bin", {"other": "size"})
    assert {code for code, _, _ in codes(new, content, site)} == {"V-05"}


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<p>甲<p>乙<ul><li>丙</ul><br><img src=a>", []),
        ("<!-- <div> --><script>if (a < b) '<div>'</script><svg><path d=''/></svg>", []),
        ("<div><b>甲</div>", ["<b> 没有用 </b> 关上"]),
        ("<div>甲", ["<div> 没有用 </div> 关上"]),
        ("甲</div>", ["多了一个 </div>"]),
        ('<a id="x"></a><a id="x"></a>', ["编号 id=“x”用了两次"]),
    ],
)
def test_broken_markup_is_told(html: str, told: list[str]) -> None:
    """What is not closed, closed twice or named twice is told; what HTML allows is not."""
    assert [message for _, _, message, _ in faults(html)] == told
