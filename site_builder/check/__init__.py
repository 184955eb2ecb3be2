"""Stage 3: judge the catalogue by small named rules and return every finding at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from itertools import chain
from pathlib import Path
from typing import Final

from site_builder import cores

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
from site_builder.errors import Finding, Severity
from site_builder.model import Catalogue

__all__ = ["RULES", "Rule", "check_catalogue"]


MANY: Final = 500
"""From so many matters on, the rules are shared between processes."""


def check_catalogue(
    catalogue: Catalogue,
    content: Path,
    today: dt.date | None = None,
    severities: Collection[Severity] = tuple(Severity),
) -> list[Finding]:
    """Run every rule over the catalogue; `content` is where files are looked up."""
    site = Site(catalogue, content, today or dt.date.today())
    rules = [rule for rule in RULES.values() if rule.severity in severities]
    little = 0 if len(catalogue.matters) > MANY else len(rules)
    found = cores.share(rules, lambda some: [list(r.findings(site)) for r in some], little)
    return sorted(chain.from_iterable(found))
