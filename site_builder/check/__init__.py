"""Stage 3: judge the catalogue by small named rules and return every finding at once."""

from __future__ import annotations

from pathlib import Path

from site_builder.errors import Finding
from site_builder.model import Catalogue


def check_catalogue(catalogue: Catalogue, content: Path) -> list[Finding]:
    """Run every rule over the catalogue; `content` is where file links are looked up."""
    return []
