"""The commands of the server side: a push, the nightly run, and the way back."""

from __future__ import annotations

from pathlib import Path

import click

from site_builder.cli import options

_place = click.option(
    "--place",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="SITE_BUILDER_PLACE",
    show_default="当前文件夹",
    help="发布文件夹（publish init 建的那个）。",
)


@click.group(help="通过 git 发布：推送即检查，通过即上线。")
def publish() -> None:
    """Group the publishing commands."""


@publish.command("init", help="准备服务器一侧：内容仓库、钩子和版本文件夹。")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options.config
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


@click.command(help="退回到以前的版本；不写版本号就退回上一个。")
@click.argument("release", required=False)
@_place
def rollback(release: str | None, place: Path) -> None:
    """Go back to an earlier release."""
    from site_builder.publish.place import Place
    from site_builder.publish.records import rollback as go_back

    click.echo(f"现在是 {go_back(Place(place.resolve()), release).name}。下次推送以前不会变。")


@click.command(help="列出保留的版本，新的在前；* 是现在的。")
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
            f"{mark} {release.name}  {release.made_here}  "
            f"{release.pages} 个页面，{release.changed} 个文件有变化"
        )


@click.command(help="说明现在是哪个版本、有没有等着发布的内容、有哪些预览。")
@_place
def status(place: Path) -> None:
    """Say what is up."""
    from site_builder.publish.place import Place
    from site_builder.publish.records import status as lines

    click.echo("\n".join(lines(Place(place.resolve()))))


COMMANDS = (publish, rollback, releases, status)
