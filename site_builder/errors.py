"""What can go wrong, and how it is said: a finding names the place, the fault and the way out."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple


class Severity(enum.StrEnum):
    """How much a finding weighs: an error stops the build, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    TODO = "todo"
    """Something the content does not have yet (a blank form, a sample); listed by `report`."""


class Finding(NamedTuple):
    """One problem in the content, worded for the colleague who will mend it.

    `file` is relative to the content folder, `line` counts from 1, `code` is stable.
    """

    file: str
    line: int
    code: str
    message: str
    advice: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code}: {self.message}；{self.advice}"

    def as_json(self) -> dict[str, str | int]:
        """Return the finding as a plain object for `check --format json`."""
        return self._asdict() | {"severity": self.severity.value}


class SiteError(Exception):
    """Base of every error the commands report in words; the sentence says what to do."""


class ContentError(SiteError):
    """The content has errors; `findings` lists all of them, sorted."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__("\n".join(map(str, self.findings)))
