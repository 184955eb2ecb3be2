"""The commands that read the content and make something of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from site_builder.cli import options
from site_builder.errors import Severity


@click.command(help="检查内容，一次列出全部问题。有错误时退出码为 1。")
@options.content
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text 给人看，json 给程序看。",
)
@click.option("--todo", is_flag=True, help="也列出还缺的表格、样本等待补内容。")
@click.option("--errors", is_flag=True, help="只列错误，不列提醒。")
def check(content: Path, form: str, todo: bool, errors: bool) -> None:
    """Print every finding, sorted."""
    from site_builder.catalogue import check as check_content

    options.require_folder(content)
    findings = check_content(content)
    if form == "json":
        click.echo(json.dumps([f.as_json() for f in findings], ensure_ascii=False, indent=2))
    else:
        told = {Severity.ERROR} | (set() if errors else {Severity.WARNING})
        told |= {Severity.TODO} if todo else set()
        click.echo("".join(f"{f}\n" for f in findings if f.severity in told), nl=False)
        click.echo(_totals(findings), err=True)
    if any(f.severity is Severity.ERROR for f in findings):
        sys.exit(1)


def _totals(findings: list[Any]) -> str:
    words = {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.TODO: "待补"}
    return "，".join(
        f"{word} {sum(f.severity is s for f in findings)}" for s, word in words.items()
    )


@click.command(help="生成网站。内容有错误时什么也不写。")
@options.content
@options.config
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("site"),
    show_default=True,
    help="网站写到哪个文件夹。",
)
@click.option(
    "--downloads/--no-downloads",
    default=True,
    show_default=True,
    help="是否生成 Word 和 PDF；没有变的不会重做。",
)
@click.option(
    "--portable", is_flag=True, help="随身版：没有网络，双击 index.html 也能看；另打成 zip。"
)
@click.option(
    "--kiosk", is_flag=True, help="自助终端版：没人用时回首页、清掉个人内容，不通往别的网站。"
)
def build(
    content: Path, config: Path, out: Path, downloads: bool, portable: bool, kiosk: bool
) -> None:
    """Build the site."""
    from site_builder.pipeline import build as build_site
    from site_builder.pipeline import templates_of

    options.require_folder(content)
    if portable and kiosk:
        raise click.UsageError("--portable 和 --kiosk 不能一起用，请分两次生成")
    edition = None
    if portable or kiosk:
        from site_builder import editions

        edition = editions.kiosk if kiosk else editions.portable(templates_of(config))
    result = build_site(
        content,
        out,
        config,
        with_downloads=downloads and not kiosk,  # a terminal keeps no files
        edition=edition,
        say=lambda words: click.echo(words, err=True),
    )
    click.echo(
        f"{result.matters} 个事项，{result.pages} 个页面，写了 {result.written} 个文件：{out}"
    )
    if portable:
        click.echo(f"已打包：{editions.pack(out)}")


@click.command("import", help="把工作簿（.xlsx）导入内容文件夹；只改工作簿里改过的地方。")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False))
@options.content
@click.option("--dry-run", is_flag=True, help="只说会改什么，不动文件。")
def import_(workbook: Path, content: Path, dry_run: bool) -> None:
    """Import a workbook."""
    from site_builder.workbook.plan import import_workbook

    click.echo(import_workbook(workbook, content, dry_run=dry_run))


@click.command(help="把内容导出成工作簿（.xlsx）。")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False))
@options.content
def export(workbook: Path, content: Path) -> None:
    """Export a workbook."""
    from site_builder.catalogue import load_catalogue
    from site_builder.workbook.export import export_workbook

    options.require_folder(content)
    export_workbook(load_catalogue(content), workbook)
    click.echo(f"已导出：{workbook}")


@click.command(help="边改边看：保存文件后网页自动更新。")
@options.content
@options.config
@click.option("--port", type=int, default=8001, show_default=True, help="端口。")
def serve(content: Path, config: Path, port: int) -> None:
    """Serve the site and rebuild it on every change."""
    from site_builder.serve import serve as serve_site

    options.require_folder(content)
    serve_site(content, config, port)


@click.command(
    "report", help="列出要办的事：过期未核对、缺表格、空栏目、久未更新的栏目，和网站普查指标。"
)
@options.content
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="text 给人看，json 给程序看，html 是一个网页。",
)
@click.option("--owner", help="只看一个科室的。")
def report_(content: Path, form: str, owner: str | None) -> None:
    """Print what needs attention."""
    import datetime as dt

    from site_builder import report
    from site_builder.catalogue import examine

    options.require_folder(content)
    catalogue, findings = examine(content)
    today = dt.date.today()
    sections = report.report(catalogue, findings, content, today)
    if owner:
        sections = report.of_owner(sections, owner)
    if form == "html":
        click.echo(report.as_html(sections, today), nl=False)
    else:
        click.echo(report.as_json(sections) if form == "json" else report.as_text(sections))


COMMANDS = (check, build, import_, export, serve, report_)
