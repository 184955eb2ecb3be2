"""Stage 3: judge the catalogue by small named rules and return every finding at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

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
from site_builder.check.rule import RULES, Rule, Site, Speak, Text
from site_builder.errors import Finding

__all__ = ["RULES", "Rule", "Site", "Text", "judge", "together"]


def judge(site: Site, rules: Iterable[Rule]) -> Iterator[Finding]:
    """Yield what the rules find in a site, or in a part of it."""
    for rule in rules:
        yield from rule.findings(site)


def together(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings; those of a rule that speaks once for all become one, at the first."""
    alike: dict[Speak, list[Finding]] = defaultdict(list)
    for finding in findings:
        rule = RULES.get(finding.code)
        if rule and rule.once:
            alike[rule.once].append(finding)
        else:
            yield finding
    for once, some in alike.items():
        yield some[0]._replace(message=once(some))
