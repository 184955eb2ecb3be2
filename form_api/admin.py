"""Changes from the command line while the service runs: the service makes them itself.

A second process must not write to the SQLite file. The running service leaves its address in the
lock file; a tool that holds the master key proves it with a token derived from it.
"""

from __future__ import annotations

import hmac
import json
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from form_api import housekeeping, moving, rotation
from form_api.desk import accounts
from form_api.domain import milliseconds
from form_api.errors import ConfigError, FormApiError, Problem
from form_api.service import Service
from form_api.store import commands, open_store
from form_api.store.postgres import PostgresStore
from form_api.store.sqlite import SqliteStore
from form_api.web.requests import service_of

TIMEOUT_SECONDS = 3600
"""Moving a large store takes its time."""
MOVED = "已经搬到 PostgreSQL"


async def handle(request: Request) -> Response:
    """Do one administrative task for whoever holds the master key."""
    service = service_of(request)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), service.keys.admin.encode()):
        raise Problem("no-page", "没有这个地址。")
    task = request.path_params["task"]
    if task == "purge":
        return JSONResponse({"count": await purge(service)})
    if task == "erase":
        number = request.query_params.get("number", "")
        return JSONResponse({"count": await erase(service, number)})
    if task == "staff":
        return JSONResponse({"count": await change_staff(service, await request.json())})
    if task == "rotate":
        return JSONResponse({"count": await rotate(service)})
    if task == "move":
        return await _answer_move(service, (await request.json())["to"])
    raise Problem("no-page", "没有这种操作。")


async def change_staff(service: Service, change: dict[str, Any]) -> int:
    """Change an account of the desk."""
    at = milliseconds(service.clock())
    await service.store.write(partial(accounts.change, keys=service.keys, at=at, what=change))
    return 1


async def purge(service: Service) -> int:
    """Purge because a person says so: the clock counts as checked."""
    await housekeeping.seal(service, service.clock())
    return await housekeeping.purge(service)


async def erase(service: Service, number: str) -> int:
    """Make one submission unreadable now, at the person's request."""
    found = await service.find_by_id(number)
    at = milliseconds(service.clock())
    erased = await service.store.write(partial(commands.purge, id_=found.id, at=at))
    await service.store.forget()
    return int(erased)


async def rotate(service: Service) -> int:
    """Bring everything under the new master key."""
    try:
        return await rotation.rotate(service)
    except ConfigError as error:
        raise Problem("conflict", str(error)) from error


async def move(service: Service, to: str) -> dict[str, int]:
    """Move the store to PostgreSQL; this service takes nothing more."""
    if service.keys.second is not None:
        raise ConfigError("密钥还没有换完；请先用 form-api rotate-keys 换完，再搬")
    target = open_store(to, service.keys.check)
    if not (isinstance(service.store, SqliteStore) and isinstance(target, PostgresStore)):
        raise ConfigError("只能从 SQLite 搬到 postgresql://…")
    await target.open()
    await target.close()
    return await service.store.retire(partial(moving.move, to=to), MOVED)


async def _answer_move(service: Service, to: str) -> Response:
    try:
        return JSONResponse({"count": await move(service, to)})
    except (FormApiError, psycopg.Error) as error:
        raise Problem("conflict", f"没有搬，还在原来的数据库上服务：{error}") from error


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
        {"Authorization": f"Bearer {token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
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
