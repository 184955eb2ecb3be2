"""The `form-api` command."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import click

from form_api import launch
from form_api.errors import FormApiError
from form_api.settings import Settings


class _Group(click.Group):
    """Reports our own errors in words, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except FormApiError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)


@click.group(
    cls=_Group, help="提交、预约与查询的服务。每个命令都可以加 --help。设置用环境变量 FORM_API_…。"
)
def main() -> None:
    """Run the command line."""


_database = click.option("--database", help="sqlite:///文件 或 postgresql://…")


@main.command(help="启动服务：网站与接口在同一个地址上。")
@click.option("--host", help="监听的地址，默认 127.0.0.1")
@click.option("--port", type=click.IntRange(0, 65535), help="监听的端口，默认 8000")
@_database
@click.option("--site", type=click.Path(path_type=Path), help="建好的网站文件夹")
def serve(host: str | None, port: int | None, database: str | None, site: Path | None) -> None:
    """Serve the site and the API."""
    settings = Settings.read(host=host, port=port, database=database, site=site)
    _log_to_stderr(settings.log_level)
    launch.serve(settings)


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )


if __name__ == "__main__":
    main()
