"""Links to downloads, in a whole build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from site_builder.opendata import API_DATA
from site_builder.pipeline import build
from tests import factories
from tests.factories import write_content

LINK = re.compile(r'href="([^"]+\.(?:docx|pdf))"')


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    second = factories.waivable(材料名称="户口本")
    folder = write_content(
        tmp_path_factory.mktemp("links"),
        matters={
            factories.MATTER_FILE: factories.matter(
                申请材料=[factories.material(), second],
                告知承诺=factories.commitment(替代的材料=["户口本"]),
            ),
            "daily-life/second": factories.matter(事项名称="第二个事项"),
        },
        packages={"treat": factories.package()},
        pages={
            "articles/2019/one.md": "---\ntitle: 一篇\ndescription: 说明\nkind: article\n"
            "column: 通知\npublished: 2019-10-08 08:30\nsource: 本局\n---\n正文\n"
        },
    )
    for name in ("site", "forms", *API_DATA):
        text = Path(f"content/data/{name}.yml").read_text("utf-8")
        (folder / "data" / f"{name}.yml").write_text(text, "utf-8")
    return folder


def links(site: Path) -> list[Path]:
    pages = list(site.rglob("*.html"))
    return [
        (p.parent / link).resolve() for p in pages for link in LINK.findall(p.read_text("utf-8"))
    ]


def test_every_download_link_leads_to_a_file_and_every_file_is_linked(
    content: Path, tmp_path: Path
) -> None:
    """With downloads, links and files match one to one in both scripts."""
    site = tmp_path / "site"
    build(content, site, with_downloads=True)
    made = {p.resolve() for p in site.rglob("*") if p.suffix in (".docx", ".pdf")}
    linked = set(links(site))
    assert linked == made


def test_a_list_with_nothing_to_hand_in_later_links_no_paper(tmp_path: Path) -> None:
    """A new district without waivable materials has no list to download, and no dead link."""
    folder = write_content(tmp_path / "content")
    for name in ("site", "forms", *API_DATA):
        text = Path(f"content/data/{name}.yml").read_text("utf-8")
        (folder / "data" / f"{name}.yml").write_text(text, "utf-8")
    site = tmp_path / "site"
    build(folder, site, with_downloads=True)
    assert all(link.is_file() for link in links(site))
    assert not (site / "waivable" / "waivable.pdf").exists()


def test_without_downloads_nothing_points_at_them(content: Path, tmp_path: Path) -> None:
    """A build that makes no files shows no links to any but attached ones."""
    site = tmp_path / "site"
    build(content, site)
    assert {p.relative_to(site.resolve()).parts[0] for p in links(site)} <= {"files"}
