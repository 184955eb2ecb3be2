"""The editor's loop: save a file, see the page where you were, with what check finds laid over it.

With errors the last sound page stays.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import click

from site_builder import engine, overlay
from site_builder.catalogue import check
from site_builder.errors import ContentError, SiteError
from site_builder.noted import Memory
from site_builder.pipeline import build, templates_of


def serve(content: Path, config: Path, port: int) -> None:
    """Build into a temporary folder and serve it until interrupted."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        loop = Loop(content, config, Path(folder))
        loop.rebuild()
        click.echo(f"打开 http://127.0.0.1:{port}/ 边改边看，按 Ctrl+C 结束")
        watched = [content, templates_of(config)]
        engine.serve(loop.rebuild, loop.out, watched, port, loop.findings)


class Loop:
    """Builds again and again, and remembers what to tell the editor."""

    def __init__(self, content: Path, config: Path, out: Path) -> None:
        self.content, self.config, self.out = content, config, out
        self._memory = Memory()
        self._trouble = ""
        self._findings: str | None = None

    def rebuild(self) -> None:
        """Build; what is wrong is told, not raised."""
        self._trouble, self._findings = "", None
        try:
            result = build(self.content, self.out, self.config, memory=self._memory)
            click.echo(f"已更新：写了 {result.written} 个文件")
        except ContentError as error:
            click.echo("\n".join(map(str, error.findings)), err=True)
            click.echo("有错误，网页保持上一次的样子。", err=True)
        except SiteError as error:
            self._trouble = str(error)
            click.echo(self._trouble, err=True)

    def findings(self) -> str:
        """Return what to lay over a page; worked out once a change, when a page asks."""
        if self._findings is None:
            self._findings = overlay.fragment(check(self.content), self._trouble)
        return self._findings
