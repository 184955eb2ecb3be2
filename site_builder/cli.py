"""The commands of `site-builder`. They parse, call and print; they decide nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from site_builder import __version__
from site_builder.errors import ContentError, Severity, SiteError

_content = click.option(
    "--content",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("content"),
    show_default=True,
    help="内容文件夹。",
)
_config = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("mkdocs.yml"),
    show_default=True,
    help="页面引擎的设置。",
)


def main() -> None:
    """Run the command line; errors go to standard error in words and exit with 1."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit("已停下。")
    except ContentError as error:
        click.echo("\n".join(map(str, error.findings)), err=True)
        sys.exit(f"内容有 {len(error.findings)} 处错误，没有生成网站。改好以后再试一次。")
    except SiteError as error:
        sys.exit(str(error))


@click.group(
    help="河东政务零距离：把内容文件变成网站。", context_settings={"max_content_width": 100}
)
@click.version_option(__version__, prog_name="site-builder")
def cli() -> None:
    """Group the commands."""


@cli.command(help="检查内容，一次列出全部问题。有错误时退出码为 1。")
@_content
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text 给人看，json 给程序看。",
)
def check(content: Path, form: str) -> None:
    """Print every finding, sorted."""
    from site_builder.catalogue import examine

    _require_folder(content)
    _, findings = examine(content)
    if form == "json":
        click.echo(json.dumps([f.as_json() for f in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(finding)
        click.echo(_totals(findings), err=True)
    if any(f.severity is Severity.ERROR for f in findings):
        sys.exit(1)


@cli.command(help="生成网站。内容有错误时什么也不写。")
@_content
@_config
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("site"),
    show_default=True,
    help="网站写到哪个文件夹。",
)
def build(content: Path, config: Path, out: Path) -> None:
    """Build the site."""
    from site_builder.pipeline import build as build_site

    _require_folder(content)
    result = build_site(content, out, config)
    click.echo(
        f"{result.matters} 个事项，{result.pages} 个页面，写了 {result.written} 个文件：{out}"
    )


@cli.command("import", help="把工作簿（.xlsx）导入内容文件夹；只改工作簿里改过的地方。")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False))
@_content
@click.option("--dry-run", is_flag=True, help="只说会改什么，不动文件。")
def import_(workbook: Path, content: Path, dry_run: bool) -> None:
    """Import a workbook."""
    from site_builder.workbook import import_workbook

    click.echo(import_workbook(workbook, content, dry_run=dry_run))


@cli.command(help="把内容导出成工作簿（.xlsx）。")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False))
@_content
def export(workbook: Path, content: Path) -> None:
    """Export a workbook."""
    from site_builder.catalogue import load_catalogue
    from site_builder.workbook import export_workbook

    _require_folder(content)
    export_workbook(load_catalogue(content), workbook)
    click.echo(f"已导出：{workbook}")


@cli.command(help="边改边看：保存文件后网页自动更新。")
@_content
@_config
@click.option("--port", type=int, default=8001, show_default=True, help="端口。")
def serve(content: Path, config: Path, port: int) -> None:
    """Serve the site and rebuild it on every change."""
    from site_builder.serve import serve as serve_site

    _require_folder(content)
    serve_site(content, config, port)


def _require_folder(content: Path) -> None:
    if not (content / "matters").is_dir():
        raise SiteError(f"{content} 不是内容文件夹（里面没有 matters）；用 --content 指明")


def _totals(findings: list[Any]) -> str:
    words = {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.TODO: "待补"}
    return "，".join(
        f"{word} {sum(f.severity is s for f in findings)}" for s, word in words.items()
    )
