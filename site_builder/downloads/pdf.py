"""PDF by Typst: tagged (PDF/UA-1), a free font embedded as a subset, the same bytes every time."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import noto_cjk_sans_otc
import typst

LAYOUT: Final = Path(__file__).with_name("layout.typ")
STANDARD: Final = "ua-1"
"""PDF/UA: title, language, tags and reading order; Typst refuses a paper that lacks one."""


def write(paper: str) -> bytes:
    """Return a document's JSON as a PDF file."""
    data = _compiler().compile(sys_inputs={"paper": paper}, format="pdf", pdf_standards=[STANDARD])
    assert isinstance(data, bytes)  # lists of bytes are for images of pages
    return data


@cache
def _compiler() -> typst.Compiler:
    font = Path(str(noto_cjk_sans_otc.FONT_PATH))
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font.parent)]
    )
    return typst.Compiler(LAYOUT, font_paths=fonts, ignore_system_fonts=True)
