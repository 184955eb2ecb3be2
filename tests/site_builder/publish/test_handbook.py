"""The handbook is true: its commands are run in its order, its edits made, its answers compared.

```sh is run line by line, ```diff is what the reader changes in the file named last, ```text is
part of what the terminal then shows.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from site_builder.publish.place import Place
from site_builder.publish.receive import init

from .conftest import IDENTITY, ROOT, settings

HANDBOOK = ROOT / "docs" / "handbook"
PAGES = ("README", "edit-guide", "add-material", "rejected", "add-article", "undo", "workbook")
REPOSITORY = "publish@server:/srv/hedong/content.git"
REFUSED = "# 这次不会被收下"
PART = re.compile(
    r"^```(sh|sh server|diff|text)\n(.*?)^```$|`(content/[\w/.-]+\.\w+)`", re.M | re.S
)


class Reader:
    """Somebody who does what the handbook says, with a fresh account."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder, self.place = folder, place
        self.file = self.shown = ""
        (folder / "home").mkdir()

    def follow(self, page: str) -> None:
        for kind, block, named in PART.findall((HANDBOOK / f"{page}.md").read_text("utf-8")):
            if named:
                self.file = named
            elif kind == "diff":
                self.change(block)
            elif kind == "text":
                missing = [line for line in block.splitlines() if line not in self.shown]
                assert missing == [], f"{page}: {self.shown}"
            else:
                self.shown = "".join(self.run(line) for line in block.splitlines())

    def change(self, block: str) -> None:
        path = self.folder / self.file
        old, new = (
            "\n".join(line[1:] for line in block.splitlines() if line[0] == sign) for sign in "-+"
        )
        text = path.read_text("utf-8")
        assert old in text, f"{self.file}: {old}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    def run(self, line: str) -> str:
        if line.startswith("cd "):
            self.folder /= line.removeprefix("cd ")
            return ""
        done = subprocess.run(
            ["bash", "-c", line.replace(REPOSITORY, str(self.place.repository))],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is (REFUSED in line), f"{line}\n{done.stdout}"
        return done.stdout

    def environment(self) -> dict[str, str]:
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        home = str(self.place.folder.parent / "home")
        return os.environ | {
            "HOME": home,
            "PATH": tools,
            "SITE_BUILDER_PLACE": str(self.place.folder),
        }


def test_the_handbook_works_as_it_is_written(tmp_path: Path) -> None:
    """Somebody who types what it says, page after page, gets what it says."""
    place = init(tmp_path / "server", settings())
    seed = tmp_path / "seed"
    shutil.copytree(ROOT / "content", seed / "content")
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "第一次"),
        ("push", "--quiet", str(place.repository), "HEAD:refs/heads/main"),
    ):
        subprocess.run(["git", *IDENTITY, *command], cwd=seed, check=True)
    reader = Reader(tmp_path, place)
    for page in (*PAGES, "review"):
        reader.follow(page)


def test_every_page_and_picture_is_there() -> None:
    """No link and no picture of the handbook leads nowhere."""
    missing = [
        f"{page.name}: {target}"
        for page in HANDBOOK.glob("*.md")
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
        if not target.startswith("../../../") and not (HANDBOOK / target).exists()
    ]
    assert missing == []
