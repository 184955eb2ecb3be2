"""What is wrong with a workbook, worded for the colleague who keeps it."""

from __future__ import annotations

from collections.abc import Iterable

from site_builder.errors import SiteError


class WorkbookError(SiteError):
    """The workbook cannot be used as it is; `problems` lists all reasons, nothing was written."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        head = f"有 {len(self.problems)} 处问题，没有写入任何内容。改好后再试："
        super().__init__("\n".join([head, *(f"- {p}" for p in self.problems)]))
