"""What a command line has the service do: purge, erase, change accounts and keys, move."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from form_api import housekeeping, rotation
from form_api.desk import accounts
from form_api.domain import milliseconds
from form_api.errors import ConfigError, FormApiError, Problem
from form_api.service import Service
from form_api.store import commands, open_store
from form_api.store.sqlite import SqliteStore
from form_api.web.requests import service_of

MOVED = "已经搬到 PostgreSQL"


async def handle(request: Request) -> Response:
    """Do one administrative task for whoever holds the master key."""
    service = service_of(request)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), service.keys.admin.encode()):
        raise Problem("no-page", "没有这个地址。")
    task, number = request.path_params["task"], request.query_params.get("number", "")
    try:
        return JSONResponse({"count": await do(service, task, number, await request.json())})
    except ConfigError as error:
        raise Problem("conflict", str(error)) from error


async def do(service: Service, task: str, number: str, body: Mapping[str, Any]) -> Any:
    """Do one task; returns how much it did."""
    match task:
        case "purge":
            return await purge(service)
        case "erase":
            return await erase(service, number)
        case "staff":
            return await change_staff(service, body)
        case "rotate":
            return await rotation.rotate(service)
        case "move":
            return await move(service, body["to"])
    raise Problem("no-page", "没有这种操作。")


async def change_staff(service: Service, change: Mapping[str, Any]) -> int:
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


async def move(service: Service, to: str) -> dict[str, int]:
    """Move the store to PostgreSQL; this service takes nothing more."""
    import psycopg

    try:
        return await _move(service, to)
    except (FormApiError, psycopg.Error) as error:
        raise ConfigError(f"没有搬，还在原来的数据库上：{error}") from error


async def _move(service: Service, to: str) -> dict[str, int]:
    from form_api import moving
    from form_api.store.postgres import PostgresStore

    if service.keys.second is not None:
        raise ConfigError("密钥还没有换完；请先用 form-api rotate-keys 换完，再搬")
    target = open_store(to, service.keys.check)
    if not (isinstance(service.store, SqliteStore) and isinstance(target, PostgresStore)):
        raise ConfigError("只能从 SQLite 搬到 postgresql://…")
    await target.open()
    await target.close()
    return await service.store.retire(partial(moving.move, to=to), MOVED)
