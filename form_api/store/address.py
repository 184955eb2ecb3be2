"""The address of the data: a SQLite file of this machine, or a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

from form_api.errors import ConfigError


def is_sqlite(url: str) -> bool:
    """Tell a file from a server; an address that is neither is refused."""
    scheme, separator, _ = url.partition("://")
    if separator and scheme in ("postgresql", "postgres"):
        return False
    if url.startswith("sqlite:") or not separator:
        return True
    raise ConfigError(f"数据库地址 {scheme}://… 不认识；请用 sqlite:///文件 或 postgresql://…")


def path_of(url: str) -> Path:
    """Return the file of `sqlite:///relative`, `sqlite:////absolute` or a plain path."""
    for prefix in ("sqlite:///", "sqlite:"):
        if url.startswith(prefix):
            url = url[len(prefix) :]
            break
    if not url:
        raise ConfigError("数据库地址里没有文件名；请写成 sqlite:///var/form-api.db")
    return Path(url)
