"""The `form-api staff` commands. While the service runs, it makes the changes itself."""

from __future__ import annotations

import sys
from typing import Any

import click

from form_api import opening, remote
from form_api.settings import Settings

_database = click.option("--database", help="sqlite:///文件 或 postgresql://…")


@click.group(help="工作台的账号：新建、列出、停用、改密码、动态码。")
def staff() -> None:
    """Run the staff commands."""


@staff.command(help="新建账号。密码从键盘输入，不显示；也可以从标准输入的第一行读。")
@_database
@click.argument("id_", metavar="账号")
@click.option("--name", required=True, help="姓名")
@click.option("--role", "roles", multiple=True, required=True, help="角色，可写多次")
@click.option("--unit", default="", help="科室；镇街的同事写镇街编码")
def add(database: str | None, id_: str, name: str, roles: tuple[str, ...], unit: str) -> None:
    """Make an account."""
    from form_api.desk import accounts

    values = {"name": name, "roles": list(roles), "unit": unit}
    _change(database, "add", id_, **values, password=accounts.hash_password(_password()))
    click.echo(f"{id_}：账号建好了")


@staff.command("list", help="列出账号。")
@_database
def list_(database: str | None) -> None:
    """List the accounts."""
    from form_api.desk import accounts

    with opening.reading(Settings.read(database=database)) as tx:
        for officer in accounts.officers(tx):
            state = "已停用" if officer.disabled else "动态码" if officer.has_totp else ""
            click.echo(
                f"{officer.id}\t{officer.name}\t{officer.role_names}\t{officer.unit}\t{state}"
            )


@staff.command(help="停用账号；做过的事仍有记录。")
@_database
@click.argument("id_", metavar="账号")
def disable(database: str | None, id_: str) -> None:
    """Close an account."""
    _change(database, "disable", id_)
    click.echo(f"{id_}：已停用")


@staff.command(help="重设密码；已登录的要重新登录。")
@_database
@click.argument("id_", metavar="账号")
def password(database: str | None, id_: str) -> None:
    """Change a password."""
    from form_api.desk import accounts

    _change(database, "password", id_, password=accounts.hash_password(_password()))
    click.echo(f"{id_}：密码已改")


@staff.command(help="开通动态码，显示一次密钥；--off 关闭。")
@_database
@click.argument("id_", metavar="账号")
@click.option("--off", is_flag=True, help="关闭动态码")
def totp(database: str | None, id_: str, off: bool) -> None:
    """Ask for one-time codes."""
    import pyotp

    secret = "" if off else pyotp.random_base32()
    _change(database, "totp", id_, secret=secret)
    uri = (
        pyotp.TOTP(secret).provisioning_uri(name=id_, issuer_name="河东政务零距离")
        if secret
        else ""
    )
    click.echo(f"请加到手机的动态码程序里，只显示这一次：\n{uri}" if secret else f"{id_}：已关闭")


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("密码", hide_input=True, confirmation_prompt="再输一遍")
        return typed
    return sys.stdin.readline().rstrip("\n")


def _change(database: str | None, change: str, id_: str, **values: Any) -> None:
    settings = Settings.read(database=database)
    remote.administer(settings, "staff", body={"change": change, "id": id_} | values)
