"""The Atom feed of what changed (RFC 4287), in both scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from site_builder.history import Change
from site_builder.render import HANS, HANT, Output
from site_builder.script import Converter

PATH: Final = "changes/feed.xml"
ENTRIES: Final = 50
_EPOCH: Final = "2019-10-08T00:00:00+08:00"
"""The feed's date while nothing has changed: the day the hall opened."""


def files(
    changes: tuple[Change, ...], site: Mapping[str, Any], convert: Converter
) -> Iterator[Output]:
    """Yield the feed of both scripts."""
    told = [change for change in changes if change.sentences][:ENTRIES]
    text = _feed(told, site)
    yield Output(PATH, text.replace("@@script@@", "").replace("@@lang@@", HANS).encode())
    hant = convert(text).replace("@@script@@", "hant/").replace("@@lang@@", HANT)
    yield Output(f"hant/{PATH}", hant.encode())


def _feed(changes: list[Change], site: Mapping[str, Any]) -> str:
    address = f"{site['网址']}@@script@@"
    updated = changes[0].at.isoformat() if changes else _EPOCH
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="@@lang@@">\n'
        f"<title>{escape(site['网站名称'])} · 最近更新</title>\n"
        f"<id>{escape(address)}changes/</id>\n"
        f"<updated>{updated}</updated>\n"
        f"<author><name>{escape(site['单位'])}</name></author>\n"
        f'<link rel="self" href={quoteattr(address + PATH)}/>\n'
        f"<link href={quoteattr(address + 'changes/')}/>\n"
        f"{''.join(_entry(change, address) for change in changes)}</feed>\n"
    )


def _entry(change: Change, address: str) -> str:
    link = f"{address}{'changes/' if change.kind == 'withdrawn' else change.url}"
    return (
        f"<entry><title>{escape(change.name)}</title>"
        f"<id>{escape(f'{address}{change.url}#{change.commit}')}</id>"
        f"<updated>{change.at.isoformat()}</updated><link href={quoteattr(link)}/>"
        f"<summary>{escape('；'.join(change.sentences))}</summary></entry>\n"
    )
