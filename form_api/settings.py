"""Settings from the environment: each typed and explained, all mistakes reported at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from form_api.errors import ConfigError
from form_api.store.address import is_sqlite, path_of

PREFIX = "FORM_API_"


def _about(read: Callable[[str], Any], help_: str) -> dict[str, Any]:
    return {"read": read, "help": help_}


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("只能是 on 或 off")
    return text.lower() == "on"


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError("应当是 0 到 65535 的数字")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError("应当是大于 0 的数字")
    return int(text)


def _database(text: str) -> str:
    try:
        if is_sqlite(text):
            path_of(text)
    except ConfigError as error:
        raise ValueError(error) from error
    return text


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _list(text: str) -> tuple[str, ...]:
    return tuple(item for item in (part.strip() for part in text.split(",")) if item)


def _origins(text: str) -> tuple[str, ...]:
    origins = _list(text)
    if any(not origin.startswith(("http://", "https://")) for origin in origins):
        raise ValueError("每个来源都要以 https:// 或 http:// 开头，用逗号分开")
    return origins


def _address(*schemes: str) -> Callable[[str], str]:
    """Read an address of one of these schemes, or none."""

    def read(text: str) -> str:
        try:
            parts = urlsplit(text)
            usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is no number
            usable = False
        if text and not usable:
            raise ValueError(
                f"应当以 {' 或 '.join(f'{name}://' for name in schemes)} 开头，写全主机名"
            )
        return text

    return read


def _mailboxes(text: str) -> tuple[str, ...]:
    boxes = _list(text)
    if any(box.count("@") != 1 or not box.isprintable() for box in boxes):
        raise ValueError("应当是邮箱地址，用逗号分开")
    return boxes


def _level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("只能是 debug、info、warning、error")
    return text.upper()


def _format(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError("只能是 text 或 json")
    return text


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set, as `FORM_API_<NAME>`."""

    database: str = field(
        default="sqlite:///var/form-api.db",
        metadata=_about(_database, "数据库：sqlite:///文件 或 postgresql://…"),
    )
    host: str = field(default="127.0.0.1", metadata=_about(str, "监听的地址"))
    port: int = field(default=8000, metadata=_about(_port, "监听的端口；0 是任选一个"))
    site: Path | None = field(
        default=None, metadata=_about(_path, "建好的网站文件夹；不填则只有接口")
    )
    key_file: Path | None = field(
        default=None,
        metadata=_about(_path, "主密钥文件；不填则在 SQLite 数据库旁边，名为 数据库名.key"),
    )
    second_key_file: Path | None = field(
        default=None,
        metadata=_about(_path, "换密钥期间的另一个密钥文件：由它封存的内容也读得出来"),
    )
    bot_checks: bool = field(
        default=True, metadata=_about(_switch, "防机器人与频率限制；off 只用于压力测试")
    )
    allowed_origins: tuple[str, ...] = field(
        default=(),
        metadata=_about(_origins, "网站与接口不在同一地址时，允许提交的网站来源，逗号分开"),
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(), metadata=_about(_list, "前面反向代理的地址，逗号分开；只相信它们转来的访客地址")
    )
    queue_limit: int = field(
        default=1000, metadata=_about(_count, "最多多少个提交排队，再多就请人稍候")
    )
    connections: int = field(default=2000, metadata=_about(_count, "最多同时多少个连接"))
    smtp_url: str = field(
        default="",
        metadata=_about(_address("smtp", "smtps"), "通知用的邮件服务：smtp://用户:密码@主机:端口"),
    )
    notify_from: str = field(default="", metadata=_about(str, "通知邮件的发件地址"))
    notify_to: tuple[str, ...] = field(
        default=(), metadata=_about(_mailboxes, "通知邮件的收件地址，逗号分开")
    )
    webhook_url: str = field(
        default="", metadata=_about(_address("https", "http"), "通知用的网址；内容带签名")
    )
    content_repository: str = field(
        default="", metadata=_about(str, "内容的 git 仓库：公开的答复推送到那里；不填则不公开")
    )
    content_folder: Path | None = field(
        default=None, metadata=_about(_path, "公开答复时存放仓库副本的文件夹，默认 var/content")
    )
    log_format: str = field(
        default="text", metadata=_about(_format, "日志的样子：text 给人看，json 每行一条给程序收集")
    )
    log_level: str = field(default="INFO", metadata=_about(_level, "日志详细程度"))

    @property
    def notifies(self) -> bool:
        """Whether anybody wants to hear of new submissions."""
        return bool(self.webhook_url or (self.smtp_url and self.notify_to))

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
        """Read all settings; command-line values go before the environment."""
        values: dict[str, Any] = {}
        errors = [*_unknown(environment)]
        for item in fields(cls):
            name = PREFIX + item.name.upper()
            if given.get(item.name) is not None:
                values[item.name] = given[item.name]
            elif name in environment:
                try:
                    values[item.name] = item.metadata["read"](environment[name])
                except ValueError as error:
                    errors.append(f"{name}：{error}（{item.metadata['help']}）")
        if errors:
            raise ConfigError("\n".join(errors))
        return cls(**values)


def _unknown(environment: Mapping[str, str]) -> list[str]:
    known = {PREFIX + item.name.upper() for item in fields(Settings)}
    return [
        f"{name}：没有这个设置；可用 {'、'.join(sorted(known))}"
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known
    ]
