"""Styles, scripts and icons: minified, named by their content so a phone keeps them for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import rcssmin
import rjsmin

from site_builder.render import Output


class Assets:
    """The files of templates/assets; `assets["site.css"]` is the address a template links to."""

    def __init__(self, folder: Path) -> None:
        files = {
            p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()
        }
        self._outputs = {name: _minified(path) for name, path in files.items()}
        self._address = {
            name: f"assets/{_fingerprinted(name, data)}" for name, data in self._outputs.items()
        }

    def __getitem__(self, name: str) -> str:
        return self._address[name]

    def outputs(self) -> Iterator[Output]:
        """Yield the asset files."""
        for name, data in self._outputs.items():
            yield Output(self._address[name], data)


def _minified(path: Path) -> bytes:
    if path.suffix == ".css":
        return str(rcssmin.cssmin(path.read_text("utf-8"))).encode()
    if path.suffix == ".js":
        return str(rjsmin.jsmin(path.read_text("utf-8"))).encode()
    return path.read_bytes()


def _fingerprinted(name: str, data: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.blake2b(data, digest_size=4).hexdigest()}{dot}{suffix}"
