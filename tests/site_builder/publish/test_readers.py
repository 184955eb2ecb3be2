"""People who read while the site is switched see one site or the other, whole."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path

import httpx

from site_builder.publish.place import Place, Settings
from site_builder.publish.receive import init
from site_builder.publish.records import releases, rollback, switch
from tests.factories import write
from tests.processes import Server

from .conftest import PAGE, ROOT, Colleague

READERS = 8
ASSET = re.compile(r'(?:href|src)="([^"]*assets/[^"]+)"')


class Reader(threading.Thread):
    """Opens a guide and everything it needs, over and over, and notes what is not right."""

    def __init__(self, base: str) -> None:
        super().__init__(daemon=True)
        self.base, self.done = base, threading.Event()
        self.wrong: list[str] = []
        self.read = 0

    def run(self) -> None:
        with httpx.Client(base_url=self.base, timeout=60) as client:
            while not self.done.is_set():
                try:
                    self.open_page(client)
                except httpx.HTTPError as error:
                    self.wrong.append(repr(error))
                self.read += 1

    def open_page(self, client: httpx.Client) -> None:
        page = client.get("/" + PAGE.removesuffix("index.html"))
        days = re.search(r"(\d+) 个工作日", page.text)
        if page.status_code != 200 or "</html>" not in page.text or not days:
            self.wrong.append(f"page {page.status_code}, {len(page.content)} bytes")
        for address in ASSET.findall(page.text):
            asset = client.get(str(page.url.join(address)))
            if asset.status_code != 200 or not asset.content:
                self.wrong.append(f"{address}: {asset.status_code}")


def own_templates(folder: Path) -> Path:
    """Copy the look, so that a release can change it; return its configuration."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    return write(folder / "mkdocs.yml", (ROOT / "mkdocs.yml").read_text("utf-8"))


def test_nobody_sees_a_mix_or_an_error_while_the_site_is_switched(tmp_path: Path) -> None:
    """Under load, through pushes that change look and words, and back, every page is whole."""
    look = own_templates(tmp_path)
    place = init(tmp_path / "server", Settings(str(look), "http://site.test/", downloads=False))
    colleague = Colleague.begins(tmp_path / "clone", place)
    assert "已上线" in colleague.push().stderr
    with Server(tmp_path, f"sqlite:///{tmp_path}/api.db").start(
        "--site", str(place.current)
    ) as server:
        readers = [Reader(server.base) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        styles = look.parent / "templates" / "assets" / "site.css" / "10-base.css"
        for days in (6, 7):
            styles.write_text(styles.read_text("utf-8") + f"\nbody{{--days:{days}}}\n", "utf-8")
            colleague.days(days)
            assert "已上线" in colleague.push().stderr
        rollback(place, None)
        flip(place, 200)
        for reader in readers:
            reader.done.set()
        for reader in readers:
            reader.join(60)
    assert [wrong for reader in readers for wrong in reader.wrong] == []
    assert sum(reader.read for reader in readers) > 100


def flip(place: Place, times: int) -> None:
    """Switch to and fro between the two newest releases."""
    pair = releases(place)[:2]
    for number in range(times):
        switch(place, pair[number % 2])
