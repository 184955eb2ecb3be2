"""Start another district: an empty content repository that passes check and builds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from site_builder.errors import SiteError

_TEMPLATE: Final = Path(__file__).parent / "district"
_SHARED: Final = ("answer-templates", "forms", "glossary", "holidays", "questions", "synonyms")
"""Data that is the same everywhere; taken from the content beside the program."""
_ONE_PAGE: Final = re.compile(
    r"^  (?:(?:matters|packages|groups|fields)/|(?:townships|articles)/\w|hall/#zone-|# ).*\n",
    re.MULTILINE,
)
"""A line of the shared data about a page that the new district has not got yet."""
_PLACES: Final = {
    "pre-commit.yaml": ".pre-commit-config.yaml",
    "gitignore": ".gitignore",
    "README.md": "README.md",
}


def start(folder: Path, shared: Path, name: str, address: str) -> Path:
    """Write an empty content repository for the district `name` and return its content folder.

    `shared` is the content folder that what is the same everywhere comes from.
    """
    if folder.exists() and any(folder.iterdir()):
        raise SiteError(f"{folder} 里有别的文件，不敢动；换一个空文件夹")
    if not name:
        raise SiteError("请写区县的名称，例如 --name 沂水县")
    content = folder / "content"
    for path in sorted(p for p in _TEMPLATE.rglob("*") if p.is_file()):
        inside = path.relative_to(_TEMPLATE).as_posix()
        goal = folder / _PLACES[inside] if inside in _PLACES else content / inside
        text = path.read_text("utf-8").replace("{区}", name).replace("{网址}", address)
        _write(goal, text)
    for stem in _SHARED:
        text = (shared / "data" / f"{stem}.yml").read_text("utf-8")
        _write(content / "data" / f"{stem}.yml", _neutral(text, name))
    for empty in ("matters", "packages", "files"):
        _write(content / empty / ".gitkeep", "")
    return content


def _neutral(text: str, name: str) -> str:
    """Say this district's name where the shared data says the other one's, and drop its pages."""
    return _ONE_PAGE.sub("", text).replace("河东区", name).replace("0539-0000012", "0000-0000000")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
