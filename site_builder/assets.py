"""Styles, scripts and icons: minified, named by their content so a phone keeps them for ever."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import rcssmin
import rjsmin

from site_builder.render import Output

_IMPORT = re.compile(rb'((?:\bfrom|\bimport)\s*\(?\s*["\'])\./([\w.-]+)(?=["\'])')
"""A script importing another one: `import { x } from "./other.js"`."""


class Assets:
    """The files of templates/assets; `assets["site.css"]` is the address a template links to.

    A folder named like a file (site.css/) holds its parts, joined in the order of their names.
    Scripts import each other by their plain names; here those become the fingerprinted ones.
    """

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, list[Path]] = {}
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            self._files.setdefault(path.relative_to(folder).parts[0], []).append(path)
        self._address: dict[str, str] = {}
        self._outputs: dict[str, bytes] = {}
        for name in self._files:
            self._add(name)

    def _add(self, name: str) -> str:
        """Take a file in after the files it imports, and return its address."""
        if name not in self._address:
            data = b"".join(_minified(part) for part in self._files[name])
            if name.endswith(".js"):
                data = _IMPORT.sub(self._imported, data)
            self._outputs[name] = data
            self._address[name] = f"assets/{_fingerprinted(name, data)}"
        return self._address[name]

    def _imported(self, match: re.Match[bytes]) -> bytes:
        address = self._add(match[2].decode())
        return match[1] + b"./" + address.removeprefix("assets/").encode()

    def __getitem__(self, name: str) -> str:
        return self._address[name]

    def __contains__(self, name: str) -> bool:
        return name in self._address

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
