"""What several commands ask for."""

from __future__ import annotations

from pathlib import Path

import click

from site_builder.errors import SiteError

content = click.option(
    "--content",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("content"),
    show_default=True,
    help="内容文件夹。",
)
config = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("mkdocs.yml"),
    show_default=True,
    help="页面引擎的设置。",
)


def require_folder(content: Path) -> None:
    """Refuse a folder that holds no content."""
    if not (content / "matters").is_dir():
        raise SiteError(f"{content} 不是内容文件夹（里面没有 matters）；用 --content 指明")
