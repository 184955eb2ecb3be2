"""Imports point one way, so that a newcomer can read the packages from the bottom up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LAYERS = [
    {
        "compact_json",
        "errors",
        "escaping",
        "gitenv",
        "schema",
        "cores",
        "sequences",
        "spool",
        "turns",
        "whole",
    },
    {"model", "yaml_help", "yaml_plain", "yaml_text", "script"},
    {"load", "parse", "store", "compose", "runs"},
    {"check", "prose", "quotes"},
    {"catalogue", "workbook"},
    {"cases", "floorplan", "history", "meaning", "structured"},
    {"pages", "render", "assets"},
]
"""The lower modules of site_builder, bottom first: a module imports from its own layer or below."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def layer_of(module: str) -> int | None:
    return next((i for i, layer in enumerate(LAYERS) if module in layer), None)


@pytest.mark.parametrize("path", modules("form_api"), ids=str)
def test_the_api_never_imports_the_site_builder(path: Path) -> None:
    """The form API knows nothing of the site builder: they meet through files."""
    assert not [name for name in imported(path) if name.startswith("site_builder")]


@pytest.mark.parametrize("path", modules("site_builder"), ids=str)
def test_the_site_builder_never_imports_the_api(path: Path) -> None:
    """The site is built without the API being there."""
    assert not [name for name in imported(path) if name.startswith("form_api")]


def test_only_the_engine_imports_mkdocs() -> None:
    """Another engine is one new file, because one file knows MkDocs."""
    users = {
        path.name
        for package in ("site_builder", "form_api")
        for path in modules(package)
        if any(name.split(".")[0] in ("mkdocs", "material") for name in imported(path))
    }
    assert users == {"engine.py"}


@pytest.mark.parametrize("path", modules("site_builder"), ids=str)
def test_lower_modules_do_not_import_higher_ones(path: Path) -> None:
    """A module of a lower layer never imports one of a higher layer."""
    own = layer_of(path.relative_to(ROOT / "site_builder").parts[0].removesuffix(".py"))
    if own is None:
        return
    names = {n.split(".")[1] for n in imported(path) if n.startswith("site_builder.")}
    layers = {name: layer_of(name) for name in names - {"__version__"}}
    assert not [name for name, layer in layers.items() if layer is None or layer > own]
