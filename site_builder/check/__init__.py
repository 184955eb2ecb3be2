"""Stage 3: judge the catalogue by small named rules and return every finding at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

# Importing a module registers its rules.
from site_builder.check import (  # noqa: F401
    files,
    hall,
    identity,
    materials,
    matter,
    packages,
    privacy,
    prose,
    slips,
    wording,
)
from site_builder.check.rule import RULES, Rule, Site
from site_builder.errors import Finding
from site_builder.model import Catalogue

__all__ = ["RULES", "Rule", "check_catalogue"]


def check_catalogue(
    catalogue: Catalogue, content: Path, today: dt.date | None = None
) -> list[Finding]:
    """Run every rule over the catalogue; `content` is where files are looked up."""
    site = Site(catalogue, content, today or dt.date.today())
    return sorted(finding for rule in RULES.values() for finding in rule.findings(site))
