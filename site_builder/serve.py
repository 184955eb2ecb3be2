"""The editor's loop: save a file, see the page. Findings go to the terminal, the old page stays."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import click

from site_builder import engine
from site_builder.errors import ContentError, SiteError
from site_builder.pipeline import build, templates_of


def serve(content: Path, config: Path, port: int) -> None:
    """Build into a temporary folder and serve it until interrupted."""
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)

        def rebuild() -> None:
            try:
                result = build(content, out, config)
                click.echo(f"已更新：写了 {result.written} 个文件")
            except ContentError as error:
                click.echo("\n".join(map(str, error.findings)), err=True)
                click.echo("有错误，网页保持上一次的样子。", err=True)
            except SiteError as error:
                click.echo(str(error), err=True)

        rebuild()
        click.echo(f"打开 http://127.0.0.1:{port}/ 边改边看，按 Ctrl+C 结束")
        engine.serve(rebuild, out, [content, templates_of(config)], port)
