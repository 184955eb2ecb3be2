"""What 智能问答 needs beside the search index: the words that tell what a question asks.

The answers themselves are taken from the guides as published (templates/assets/ask-page.js), so
they can say nothing a guide does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from site_builder.model import Catalogue
from site_builder.opendata import json_file
from site_builder.render import Output

WORDS: Final = "questions"
"""The data file: content/data/questions.yml."""

_KEYS: Final = {
    "问什么": "facets",
    "问什么的余下": "vague",
    "办事的话": "dealings",
    "像提问的话": "asking",
    "想开店": "wishes",
    "不在这里办": "beyond",
    "别的地方": "elsewhere",
    "不是办事": "chat",
}


def files(catalogue: Catalogue) -> Iterator[Output]:
    """Yield /data/ask.json."""
    words: Mapping[str, Any] = catalogue.data.get(WORDS) or {}
    yield json_file("data/ask.json", {name: words.get(key, []) for key, name in _KEYS.items()})
