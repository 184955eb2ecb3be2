"""How a git hook runs: told what was pushed, heard in the colleague's git client."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from site_builder.errors import SiteError
from site_builder.publish.place import Place, Say
from site_builder.publish.receive import Update, updates


def run(folder: Path, work: Callable[[Place, list[Update], Say], None]) -> None:
    """Do a hook's work; what goes wrong reaches the colleague in words and the log in full."""
    try:
        work(Place(folder), updates(sys.stdin), _say)
    except SiteError:
        raise
    except Exception as error:
        log = folder / "publish.log"
        with log.open("a", encoding="utf-8") as file:
            traceback.print_exc(file=file)
        raise SiteError(
            f"服务器上出了问题，网站没有变，您的内容也没有丢。请找维护人员（{log.name}）：{error}"
        ) from error


def _say(words: str) -> None:
    """Tell the colleague; who has closed the terminal meanwhile does not stop the work."""
    try:
        print(words, flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
