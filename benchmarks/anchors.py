"""The other site generators, each in an environment of its own with locked versions.

Every anchor gets the same pages (source_pages.py) and writes them into `public`. Hugo and Eleventy
put them into our own shell, so their pages have our bytes; MkDocs and Zensical into Material's.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.source_pages import SourcePage
from site_builder.compose import Shell
from site_builder.pages import SECTIONS

TOOLS: Final = Path(__file__).parent / "tools"
OUT: Final = "public"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A tool: how its project is written, how it is run and up to how many matters."""

    name: str
    largest: int
    write: Callable[[Path, Iterable[SourcePage], Shell], None]
    command: Callable[[Path], list[str]]
    cache: str = ""
    """The folder where it keeps work from one run to the next."""


def install(folder: Path) -> None:
    """Install the anchors below `folder`, exactly the versions in tools/."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        locked = ["--require-hashes", "--requirement", str(TOOLS / "requirements.txt")]
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([python, "-m", "pip", "install", *quiet, *locked], check=True)
    if not (folder / "node_modules").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(TOOLS / name, folder)
        options = ["--no-audit", "--no-fund", "--silent"]
        subprocess.run(["npm", "ci", *options], cwd=folder, check=True)


def _hugo(project: Path, pages: Iterable[SourcePage], shell: Shell) -> None:
    _write(
        project / "hugo.json",
        json.dumps(
            {
                "baseURL": "https://www.example.gov.cn/",
                "disableKinds": ["home", "section", "taxonomy", "term", "rss", "sitemap", "404"],
                "markup": {
                    "goldmark": {
                        "renderer": {"unsafe": True},
                        "extensions": {"typographer": {"disable": True}},
                        "parser": {"autoHeadingID": False},
                    }
                },
            }
        ),
    )
    slots = {
        "title": "{{ .Title }}",
        "body": "{{ .Content }}",
        "url": "{{ .Params.address }}",
        **{name: f"{{{{ .Params.{name} | safeHTML }}}}" for name in ("head", "crumbs")},
        **_current('{{{{ if eq .Params.section "{}" }}}}true{{{{ else }}}}false{{{{ end }}}}'),
    }
    layout = _filled(shell, slots, "{{{{ .Params.{} }}}}")
    _write(project / "layouts" / "_default" / "single.html", layout)
    for number, page in enumerate(pages):
        text = page.front_matter(url=f"/{page.url}") + page.markdown
        _write(project / "content" / f"{number // 1000}" / f"{number}.md", text)


def _eleventy(project: Path, pages: Iterable[SourcePage], shell: Shell) -> None:
    (project / "node_modules").symlink_to(project.parent.parent / "tools" / "node_modules")
    _write(
        project / "eleventy.config.mjs",
        "export default (config) => { config.setQuietMode(true); return { dir: "
        f'{{ input: "content", output: "{OUT}", includes: "../layouts" }}, '
        "markdownTemplateEngine: false }; };\n",
    )
    slots = {
        "body": "{{ content | safe }}",
        "url": "{{ address }}",
        **{name: f"{{{{ {name} | safe }}}}" for name in ("head", "crumbs")},
        **_current('{{% if section == "{}" %}}true{{% else %}}false{{% endif %}}'),
    }
    _write(project / "layouts" / "shell.njk", _filled(shell, slots, "{{{{ {} }}}}"))
    for number, page in enumerate(pages):
        more = {"layout": "shell.njk", "permalink": f"/{page.url}index.html"}
        text = page.front_matter(**more) + page.markdown
        _write(project / "content" / f"{number // 1000}" / f"{number}.md", text)


def _material(project: Path, pages: Iterable[SourcePage], _: Shell) -> None:
    _write(
        project / "mkdocs.yml",
        "site_name: 河东政务零距离\nsite_url: https://www.example.gov.cn/\n"
        f"docs_dir: content\nsite_dir: {OUT}\n"
        "theme: {name: material, language: zh, font: false}\n"
        "plugins: [search]\nnav: [index.md]\nnot_in_nav: '*'\n"
        "validation: {links: {not_found: ignore, unrecognized_links: ignore}}\n",
    )
    for page in pages:
        _write(project / "content" / f"{page.url}index.md", page.front_matter() + page.markdown)


def _current(form: str) -> dict[str, str]:
    """Return what marks the current entry of the navigation."""
    return {f"current{section}": form.format(section) for section in SECTIONS}


def _filled(shell: Shell, slots: dict[str, str], otherwise: str) -> str:
    """Return our shell as another tool's template."""
    return shell.fill(
        {slot: slots.get(slot) or otherwise.format(slot) for slot in shell.slots}
    ).decode()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _hugo_program(tools: Path) -> str:
    """Return the program itself: the Python wrapper that starts it would count as its time."""
    return str(next((tools / "venv").glob("lib/*/site-packages/hugo/binaries/hugo*")))


ANCHORS: Final = (
    Anchor(
        "Hugo",
        10_000,
        _hugo,
        lambda tools: [_hugo_program(tools), "--quiet", "--destination", OUT],
    ),
    Anchor(
        "Eleventy",
        10_000,
        _eleventy,
        lambda tools: ["node", str(tools / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs")],
    ),
    Anchor(
        "Zensical",
        1_000,
        _material,
        lambda tools: [str(tools / "venv" / "bin" / "zensical"), "build"],
        cache=".cache",
    ),
    Anchor(
        "MkDocs + Material",
        1_000,
        _material,
        lambda tools: [str(tools / "venv" / "bin" / "mkdocs"), "build", "--quiet"],
    ),
)
