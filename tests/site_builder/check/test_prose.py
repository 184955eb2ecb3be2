"""Rules about the prose of content/pages."""

from __future__ import annotations

from pathlib import Path

from tests.factories import found, write_content


def test_a_quoted_total_must_exist(tmp_path: Path) -> None:
    """A total that the catalogue does not count is reported on its line; a real one is not."""
    text = "共 {{ figures.matters }} 个事项。\n\n共 {{ figures.maters }} 个事项。\n"
    content = write_content(tmp_path, pages={"about.md": text})
    assert found(content) == [("G-01", "共 {{ figures.maters }} 个事项。")]
