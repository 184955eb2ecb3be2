"""The `form-api` command.

Each command loads what it needs when it runs: asking a running service to erase something should
not take as long as starting one.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import click

from form_api import opening, remote
from form_api.crypto import read_keys, write_keys
from form_api.desk.cli import staff
from form_api.errors import ConfigError, FormApiError
from form_api.settings import Settings
from form_api.store import Store


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


main.add_command(staff)
_database = click.option("--database", help="sqlite:///文件 或 postgresql://…")


@main.command(help="启动服务：网站与接口在同一个地址上。")
@click.option("--host", help="监听的地址，默认 127.0.0.1")
@click.option("--port", type=click.IntRange(0, 65535), help="监听的端口，默认 8000")
@_database
@click.option("--site", type=click.Path(path_type=Path), help="建好的网站文件夹")
def serve(host: str | None, port: int | None, database: str | None, site: Path | None) -> None:
    """Serve the site and the API."""
    from form_api import launch, logs

    settings = Settings.read(host=host, port=port, database=database, site=site)
    logs.to_stderr(settings.log_level, settings.log_format)
    launch.serve(settings)


@main.command(help="建立数据库，或者升级到这个版本；--to 把 SQLite 整个搬到 PostgreSQL。")
@_database
@click.option("--to", help="搬到哪里：postgresql://…（服务可以不停，搬完它自己退出）")
def migrate(database: str | None, to: str | None) -> None:
    """Create, upgrade or move the database."""
    settings = Settings.read(database=database)
    keys = opening.migrate_keys(settings)
    if to is None:
        from form_api import launch

        asyncio.run(_open_and_close(launch.load_store(settings, keys)))
        click.echo(f"{_shown(settings.database)}：已经是最新")
        return
    for table, count in remote.administer(settings, "move", body={"to": to}).items():
        click.echo(f"{table}：{count} 行，逐行核对一致")
    click.echo(f"已经搬到 {_shown(to)}。请把 FORM_API_DATABASE 改成它，密钥文件不变")


@main.command(help="导出。全部提交导出成表格（称呼、电话打码），或者导出一个人自己的全部内容。")
@_database
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--person", help="这个人的电话或电子邮箱：只导出他自己的，不打码，JSON 每行一件")
def export(database: str | None, file: Path, person: str | None) -> None:
    """Export submissions."""
    from form_api import answers
    from form_api import export as exporting

    settings = Settings.read(database=database)
    keys = opening.load_keys(settings)
    if file.exists():
        raise ConfigError(f"{file}：已经有这个文件；请换一个名字")
    with opening.reading_with(keys, settings) as tx, _for_me_alone(file) as out:
        if person:
            index = keys.index("contact", answers.phone(person) or person.casefold())
            lines = list(exporting.person(tx, keys, index))
            out.writelines(f"{line}\n" for line in lines)
            count = len(lines)
        else:
            count = exporting.write_csv(tx, keys, out)
    click.echo(f"{file}：{count} 件")


def _for_me_alone(file: Path) -> TextIO:
    """Create a file that only whoever made it can read: what is in it is about people."""
    readable = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(readable, "w", encoding="utf-8", newline="")


@main.command(help="删除过了保存期的内容（服务每小时也会自己做）。")
@_database
def purge(database: str | None) -> None:
    """Purge what is past its retention."""
    count = remote.administer(Settings.read(database=database), "purge")
    click.echo(f"删除了 {count} 件的内容；编号和记录链还在")


@main.command(help="应本人要求，马上删除一件的内容。")
@_database
@click.argument("number")
def erase(database: str | None, number: str) -> None:
    """Erase one submission."""
    count = remote.administer(Settings.read(database=database), "erase", number)
    click.echo("已经删除" if count else "以前就删除了")


@main.command(help="备份：服务运行时也能做；加密，并且复核过才留下。")
@_database
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(database: str | None, file: Path) -> None:
    """Back the database up."""
    from form_api import backup as backups

    settings = Settings.read(database=database)
    keys = opening.load_keys(settings)
    count = backups.backup(opening.sqlite_path(settings), file, keys)
    click.echo(f"{file}：{count} 件，已复核")


@main.command(help="从备份恢复。要有备份时的密钥文件；不覆盖现有的数据库。")
@_database
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(database: str | None, file: Path) -> None:
    """Restore a backup."""
    from form_api import backup as backups

    settings = Settings.read(database=database)
    keys = read_keys(opening.key_path(settings))
    count = backups.restore(file, opening.sqlite_path(settings), keys)
    click.echo(f"{_shown(settings.database)}：恢复了 {count} 件")


@main.command(help="核对：每条记录的链、每天的链、号源的数，一处不对就说出来。")
@_database
def verify(database: str | None) -> None:
    """Verify the audit chain and the counts."""
    from form_api.store import queries

    settings = Settings.read(database=database)
    keys = opening.load_keys(settings)
    with opening.reading_with(keys, settings) as tx:
        wrong = list(queries.verify(tx))
        head = queries.audit_head(tx)
    if wrong:
        raise ConfigError("\n".join(wrong))
    click.echo(f"核对无误。最近的日链：{head}")


@main.command("new-key", help="生成主密钥文件。务必另存一份在安全的地方：没有它，数据读不出来。")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--after",
    type=click.Path(path_type=Path, dir_okay=False),
    help="现在用的密钥文件：新的接替它，回执上的查询码照旧有效",
)
def new_key(file: Path, after: Path | None) -> None:
    """Make a master key."""
    if file.exists():
        raise ConfigError(f"{file}：已经有这个文件；旧密钥不能覆盖，否则数据读不出来")
    write_keys(file, after)
    click.echo(f"{file}：已经生成，只有您自己能读")


@main.command(
    "rotate-keys",
    help="换主密钥：把每件的数据密钥改由 FORM_API_KEY_FILE 的新密钥封存；"
    "FORM_API_SECOND_KEY_FILE 是旧的。服务不用停，中断了再做一次就行。",
)
@_database
def rotate_keys(database: str | None) -> None:
    """Wrap every data key by the new master key."""
    count = remote.administer(Settings.read(database=database), "rotate")
    click.echo(f"改了 {count} 件；现在全部由新密钥封存，旧密钥文件服务不再需要")


@main.command("webhook-key", help="显示通知签名用的密钥，交给接收通知的程序核对签名。")
@_database
def webhook_key(database: str | None) -> None:
    """Show what the receiver of notifications checks their signature with."""
    click.echo(opening.load_keys(Settings.read(database=database)).webhook.hex())


async def _open_and_close(store: Store) -> None:
    await store.open()
    await store.close()


def _shown(url: str) -> str:
    """Leave a password out of what is printed."""
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":****@") if parts.password else url


if __name__ == "__main__":
    main()
