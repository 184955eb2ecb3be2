"""Styles and scripts: named by content, importing each other by those names."""

from __future__ import annotations

from pathlib import Path

from site_builder.assets import Assets


def built(folder: Path, **files: str) -> dict[str, str]:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, "utf-8")
    assets = Assets(folder)
    texts = {output.path: output.data.decode() for output in assets.outputs()}
    return {name: texts[assets[f"{name}.js"]] for name in files}


def test_scripts_import_each_other_by_their_fingerprinted_names(tmp_path: Path) -> None:
    """A script finds the scripts it imports, however the import is written."""
    texts = built(
        tmp_path,
        a="import { b } from \"./b.js\";\nexport { c } from './b.js';\n"
        'const later = import("./b.js");',
        b="export const b = 1, c = 2;",
    )
    address = Assets(tmp_path)["b.js"].removeprefix("assets/")
    assert texts["a"].count(f"./{address}") == 3
    assert "./b.js" not in texts["a"]


def test_a_changed_import_changes_the_name_of_the_importer(tmp_path: Path) -> None:
    """A phone that kept a script for ever asks for a new one when anything below it changed."""
    built(tmp_path, a='import "./b.js";', b="export {};")
    before = Assets(tmp_path)["a.js"]
    built(tmp_path, b="export const changed = true;")
    assert Assets(tmp_path)["a.js"] != before
