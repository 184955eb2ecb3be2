"""Read this first: `build` looks at what has changed, and then has that made again, or all anew.

`anew.py` names the stages from text files to a site, in order; `again.py` is for edits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder import noted
from site_builder.errors import SiteError

if TYPE_CHECKING:
    from site_builder.output import Edition
    from site_builder.prose import Rendered

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What a build did."""

    matters: int
    pages: int
    written: int


def build(
    content: Path,
    out: Path,
    config: Path = Path("mkdocs.yml"),
    rendered: Rendered | None = None,
    today: dt.date | None = None,
    *,
    with_downloads: bool = False,
    cache: Path | None = None,
    edition: Edition | None = None,
    memory: noted.Memory | None = None,
    say: Say = lambda _: None,
) -> Result:
    """Build the whole site of `content` into `out`, as it is in force `today`.

    Word and PDF files are made `with_downloads`; `say` is told about work that takes a while.
    What is costly and unchanged is taken from `cache`. `edition` makes another edition of it.
    `memory` is given by who builds again and again into a folder that nobody else writes.

    `rendered` is the engine's work when MkDocs itself called us. Raises ContentError with all
    findings when the content has errors, and then leaves `out` as it was. While another process
    builds into `out`, this one waits.
    """
    options = ("downloads",) if with_downloads else ()
    day, cache = today or dt.date.today(), cache or noted.CACHE
    inputs = noted.Inputs(content, config, templates_of(config), out, cache, day, options)
    if memory:
        return _build(inputs, memory, rendered, edition, say)
    with inputs.turn(lambda: say("另一次生成正在写同一个文件夹，请稍等……")):
        return _build(inputs, noted.Shelf(inputs.notes), rendered, edition, say)


def _build(
    inputs: noted.Inputs,
    shelf: noted.Shelf,
    rendered: Rendered | None,
    edition: Edition | None,
    say: Say,
) -> Result:
    _refuse_foreign_folder(inputs.out)
    looks = noted.look(inputs, shelf)
    # Others look while this process imports what builds: that takes as long.
    from site_builder import again, history

    changes = history.kept_changes(inputs.content, inputs.cache)
    if not (edition or rendered) and (made := again.build(inputs, shelf, looks, changes, say)):
        return made
    from site_builder import anew

    if edition:
        return anew.build_edition(inputs, edition, changes, rendered, say)
    return anew.build(inputs, shelf, looks, changes, rendered, say)


def _refuse_foreign_folder(out: Path) -> None:
    if out.exists() and any(out.iterdir()) and not (out / noted.BUILD_RECORD).exists():
        raise SiteError(f"{out} 里有别的文件，不敢覆盖；换一个空文件夹，或先把它清空")


def templates_of(config: Path) -> Path:
    """Return the folder of templates that belongs to an engine configuration."""
    return config.resolve().parent / "templates"
