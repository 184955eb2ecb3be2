"""Skip the engine when nothing it reads has changed: its start alone costs a second."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from site_builder import __version__
from site_builder.compose import Shell
from site_builder.prose import Heading, Prose, Rendered
from site_builder.whole import write_whole


def rendered(config: Path, content: Path, templates: Path, cache: Path) -> Rendered:
    """Return what the engine renders, from `cache` when its inputs are byte for byte the same."""
    inputs = [config, *_files(templates), *_files(content / "pages"), content / "data" / "site.yml"]
    path = cache / f"engine-{_digest(inputs)}.json"
    with suppress(FileNotFoundError):
        return _load(path)
    from site_builder import engine  # importing MkDocs is what the cache saves

    result = engine.render(config, content)
    cache.mkdir(parents=True, exist_ok=True)
    for old in cache.glob("engine-*.json"):
        old.unlink(missing_ok=True)  # `serve` and a build may be here at once
    write_whole(path, json.dumps(asdict(result), ensure_ascii=False))
    return result


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def _digest(paths: list[Path]) -> str:
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    for path in paths:
        data = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _load(path: Path) -> Rendered:
    value = json.loads(path.read_text("utf-8"))
    prose = tuple(
        Prose(**{**p, "headings": tuple(Heading(**h) for h in p["headings"])})
        for p in value["prose"]
    )
    return Rendered(Shell(*(tuple(value["shell"][k]) for k in ("parts", "slots"))), prose)
