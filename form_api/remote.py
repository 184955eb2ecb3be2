"""Changes from the command line while the service runs: the service makes them itself.

A second process must not write to the SQLite file. The running service leaves its address in the
lock file; a tool that holds the master key proves it with a token derived from it.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

from form_api.errors import ConfigError
from form_api.opening import load_keys
from form_api.settings import Settings
from form_api.store.address import is_sqlite, path_of
from form_api.store.sqlite_file import lock_file

DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The service is on this machine: no proxy the environment names gets to see the token."""
TIMEOUT_SECONDS = 3600
"""Moving a large store takes its time."""


def administer(
    settings: Settings, task: str, number: str = "", body: dict[str, Any] | None = None
) -> Any:
    """Do a task in the running service, or here when none runs."""
    keys = load_keys(settings)
    if is_sqlite(settings.database):
        query = f"?number={quote(number)}" if number else ""
        answer = ask(lock_file(path_of(settings.database)), keys.admin, task + query, body)
        if answer is not None:
            return answer["count"]
    from form_api import launch

    return asyncio.run(launch.administer(settings, keys, task, number, body or {}))


def ask(
    lock_file: Path, token: str, task: str, body: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Ask the running service; None when no service answers."""
    address = lock_file.read_text().strip() if lock_file.exists() else ""
    if not address:
        return None
    request = urllib.request.Request(
        f"{address}/api/admin/{task}",
        json.dumps(body or {}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with DIRECTLY.open(request, timeout=TIMEOUT_SECONDS) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        why = _detail(error) or "请核对编号和密钥文件"
        raise ConfigError(f"服务没有照办（{error.code}）；{why}") from error
    except urllib.error.URLError:
        return None


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error).get("detail", ""))
    except ValueError:
        return ""
