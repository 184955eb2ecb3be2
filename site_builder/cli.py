"""The commands of `site-builder`. They parse, call and print; they decide nothing."""

from __future__ import annotations

import gc
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
    # Records live as long as the command; to look for rubbish among them all the time is waste.
    gc.set_threshold(100_000, 50, 50)
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
@click.option("--todo", is_flag=True, help="也列出还缺的表格、样本等待补内容。")
def check(content: Path, form: str, todo: bool) -> None:
    """Print every finding, sorted."""
    from site_builder.catalogue import examine

    _require_folder(content)
    _, findings = examine(content)
    if form == "json":
        click.echo(json.dumps([f.as_json() for f in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            if todo or finding.severity is not Severity.TODO:
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
    from site_builder import editions
    from site_builder.pipeline import build as build_site
    from site_builder.pipeline import templates_of

    _require_folder(content)
    if portable and kiosk:
        raise click.UsageError("--portable 和 --kiosk 不能一起用，请分两次生成")
    edition: editions.Edition = editions.kiosk if kiosk else iter
    if portable:
        edition = editions.portable(templates_of(config))
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


@cli.command("import", help="把工作簿（.xlsx）导入内容文件夹；只改工作簿里改过的地方。")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False))
@_content
@click.option("--dry-run", is_flag=True, help="只说会改什么，不动文件。")
def import_(workbook: Path, content: Path, dry_run: bool) -> None:
    """Import a workbook."""
    from site_builder.workbook.plan import import_workbook

    click.echo(import_workbook(workbook, content, dry_run=dry_run))


@cli.command(help="把内容导出成工作簿（.xlsx）。")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False))
@_content
def export(workbook: Path, content: Path) -> None:
    """Export a workbook."""
    from site_builder.catalogue import load_catalogue
    from site_builder.workbook.export import export_workbook

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


_place = click.option(
    "--place",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="SITE_BUILDER_PLACE",
    show_default="当前文件夹",
    help="发布文件夹（publish init 建的那个）。",
)


@cli.group(help="通过 git 发布：推送即检查，通过即上线。")
def publish() -> None:
    """Group the publishing commands."""


@publish.command("init", help="准备服务器一侧：内容仓库、钩子和版本文件夹。")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_config
@click.option("--address", default="http://127.0.0.1:8000/", show_default=True, help="网站的网址。")
@click.option("--keep", default=10, show_default=True, help="保留几个版本。")
def publish_init(folder: Path, config: Path, address: str, keep: int) -> None:
    """Prepare a server side from nothing."""
    from site_builder.publish.place import Settings
    from site_builder.publish.receive import init

    place = init(folder, Settings(str(config.resolve()), address.rstrip("/") + "/", keep))
    click.echo(f"内容仓库：{place.repository}")
    click.echo(f"网站：{place.current}（第一次推送以后才有）")


@publish.command("run", help="把已推送的内容发布出来；定时运行它，生效、失效日期就会自己起作用。")
@_place
def publish_run(place: Path) -> None:
    """Publish what was pushed, or what a date has brought into force."""
    from site_builder.publish.attention import write_report
    from site_builder.publish.place import Place
    from site_builder.publish.release import publish as publish_now
    from site_builder.publish.release import today

    where = Place(place.resolve())
    release = publish_now(where, click.echo)
    click.echo(f"已上线：{release.name}" if release else "没有变化，网站保持原样")
    click.echo(f"要办的事：{write_report(where, today())}")


@publish.command("pre-receive", hidden=True)
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def pre_receive(folder: Path) -> None:
    """Check a push; git calls this."""
    from site_builder.publish.hook import run
    from site_builder.publish.receive import check_push

    run(folder, check_push)


@publish.command("post-receive", hidden=True)
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def post_receive(folder: Path) -> None:
    """Publish a push; git calls this."""
    from site_builder.publish.hook import run
    from site_builder.publish.receive import publish_push

    run(folder, publish_push)


@cli.command(help="退回到以前的版本；不写版本号就退回上一个。")
@click.argument("release", required=False)
@_place
def rollback(release: str | None, place: Path) -> None:
    """Go back to an earlier release."""
    from site_builder.publish.place import Place
    from site_builder.publish.records import rollback as go_back

    click.echo(f"现在是 {go_back(Place(place.resolve()), release).name}。下次推送以前不会变。")


@cli.command(help="列出保留的版本，新的在前；* 是现在的。")
@_place
def releases(place: Path) -> None:
    """List the kept releases."""
    from site_builder.publish import records
    from site_builder.publish.place import Place

    where = Place(place.resolve())
    where.settings()
    up = records.current(where)
    for release in records.releases(where):
        mark = "*" if release == up else " "
        click.echo(
            f"{mark} {release.name}  {release.made_at}  "
            f"{release.pages} 个页面，{release.changed} 个文件有变化"
        )


@cli.command(help="说明现在是哪个版本、有没有等着发布的内容、有哪些预览。")
@_place
def status(place: Path) -> None:
    """Say what is up."""
    from site_builder.publish.place import Place
    from site_builder.publish.records import status as lines

    click.echo("\n".join(lines(Place(place.resolve()))))


@cli.command(
    "report", help="列出要办的事：过期未核对、缺表格、空栏目、久未更新的栏目，和网站普查指标。"
)
@_content
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

    _require_folder(content)
    catalogue, findings = examine(content)
    today = dt.date.today()
    sections = report.report(catalogue, findings, content, today)
    if owner:
        sections = report.of_owner(sections, owner)
    if form == "html":
        click.echo(report.as_html(sections, today), nl=False)
    else:
        click.echo(report.as_json(sections) if form == "json" else report.as_text(sections))


@cli.command(help="给另一个区县开一个空的内容仓库；能通过检查，能生成网站。")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", prompt="区县名称（例如 沂水县）", help="区县名称。")
@click.option(
    "--address", default="https://www.example.gov.cn/", show_default=True, help="网站的网址。"
)
@_config
def init(folder: Path, name: str, address: str, config: Path) -> None:
    """Start another district."""
    from site_builder import district

    shared = config.resolve().parent / "content"
    district.start(folder, shared, name.strip(), address.rstrip("/") + "/")
    click.echo(f"已建好 {folder}；先看 {folder / 'README.md'}")


@cli.group(help="新建一个事项、套餐或文章的文件，各栏都写好名称和提示。")
def new() -> None:
    """Group what can be started."""


_id = click.option("--id", "identifier", default="", help="编码（网址里的名字）；不写就用拼音。")


@new.command("matter", help="新建事项。不写 --name、--theme 就会问。")
@click.option("--name", prompt="事项名称", help="事项名称。")
@click.option("--theme", help="主题的名称或编码。")
@_id
@_content
def new_matter(name: str, theme: str | None, identifier: str, content: Path) -> None:
    """Start a matter."""
    from site_builder.new import new_matter as start
    from site_builder.new import themes

    if theme is None:
        click.echo("主题：" + "、".join(themes(content).values()))
        theme = click.prompt("哪个主题", type=str)
    path = start(content, theme, name, identifier)
    click.echo(f"已新建 {path}；填好各栏后运行 site-builder check")


@new.command("package", help="新建套餐。不写选项就会问。")
@click.option("--name", prompt="套餐名称", help="套餐名称。")
@click.option("--matter", "matters", multiple=True, help="包含的事项编码，可写多次。")
@_id
@_content
def new_package(name: str, matters: tuple[str, ...], identifier: str, content: Path) -> None:
    """Start a package."""
    from site_builder.new import new_package as start

    chosen = matters or tuple(click.prompt("包含的事项编码（空格隔开）").split())
    click.echo(f"已新建 {start(content, name, chosen, identifier)}")


@new.command("article", help="新建文章。不写选项就会问。")
@click.option("--name", prompt="标题", help="标题。")
@click.option("--column", prompt="栏目（访谈、通知、政策解读）", help="栏目。")
@click.option("--description", prompt="一句话说明", help="列表里标题下面的一句话。")
@click.option("--source", prompt="来源单位", help="谁发布的。")
@_id
@_content
def new_article(
    name: str, column: str, description: str, source: str, identifier: str, content: Path
) -> None:
    """Start an article."""
    from site_builder.new import Article
    from site_builder.new import new_article as start

    path = start(content, Article(name, column, description, source), identifier)
    click.echo(f"已新建 {path}；打开它写正文")
