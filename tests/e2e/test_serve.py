"""The editor's loop in a real browser: save a file, and the page shows it where you were."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from site_builder import district
from tests.e2e.conftest import OpenPage
from tests.factories import front_matter, matter, write

ROOT = Path(__file__).parents[2]
PLACE = {"结果样本": None, "实施主体": "区行政审批服务局", "进驻分区": "综合服务"}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return district.start(tmp_path / "district", ROOT / "content", "沂水县", "https://site.test/")


def save(content: Path, summary: str, mark: str = ":") -> None:
    """Save the guide, as an editor does."""
    text = front_matter(matter(简要说明=summary, **PLACE)).replace("简要说明:", f"简要说明{mark}")
    write(content / "matters" / "daily-life" / "elder-card.md", text)


@pytest.fixture
def serving(content: Path) -> Iterator[str]:
    save(content, "六十岁以上老人办理。")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "site_builder", "serve", "--content", content, "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "打开" not in process.stdout.readline():
        assert process.poll() is None
    yield f"http://127.0.0.1:{port}/"
    process.terminate()
    process.communicate()


def test_an_edit_shows_where_you_were_and_findings_in_the_page(
    content: Path, serving: str, open_page: OpenPage
) -> None:
    """A saved edit appears with the scroll position kept; an error is laid over the page."""
    page = open_page("matters/elder-card/", base=serving, height=400)
    page.evaluate("window.scrollTo(0, 500)")
    save(content, "六十五岁以上老人办理。")
    expect(page.get_by_text("六十五岁以上老人办理。").first).to_be_attached()
    page.wait_for_function("window.scrollY === 500")
    expect(page.locator("#findings")).to_have_count(1)  # two themes, one still empty: a hint
    save(content, "六十五岁以上老人办理。", mark="：")
    expect(page.locator("#findings")).to_contain_text("matters/daily-life/elder-card.md:3")
    expect(page.locator("#findings")).to_contain_text("全角冒号")
    save(content, "七十岁以上老人办理。")
    expect(page.get_by_text("七十岁以上老人办理。").first).to_be_attached()
    expect(page.locator("#findings")).not_to_contain_text("全角冒号")
