"""The small public addresses: free slots, challenges, view counts, probes, metrics."""

from __future__ import annotations

import re
from functools import partial

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from form_api import metrics
from form_api.errors import FieldError, FormApiError, Problem
from form_api.service import Service, parse_id
from form_api.store import queries
from form_api.web.bodies import SMALL_BODY
from form_api.web.requests import address_of, field, read_posted, service_of
from form_api.workdays import beijing

MAX_PATHS = 50
_PATH = re.compile(r"/[A-Za-z0-9/_\-.]{0,200}")


async def slots(request: Request) -> Response:
    """List the slots of a matter that can be booked."""
    query = request.query_params
    service = service_of(request)
    offers = await service.slots(
        query.get("matter", ""), query.get("township") or None, query.get("from", "")
    )
    return JSONResponse(
        {"matter": query.get("matter", ""), "timezone": "Asia/Shanghai", "slots": offers},
        headers={"Cache-Control": "no-store"},
    )


async def challenge(request: Request) -> Response:
    """Give the page's script something to compute, for one submission."""
    service = service_of(request)
    id_ = parse_id(request.query_params.get("id", ""))
    return JSONResponse(
        service.bots.challenge(id_, address_of(request), service.clock()),
        headers={"Cache-Control": "no-store"},
    )


async def _counted(service: Service) -> dict[str, float]:
    """Count open, overdue and waiting; a store that does not answer has no figures to give."""
    today = beijing(service.clock()).date().isoformat()
    try:
        return await service.store.read(partial(queries.figures, today=today))
    except FormApiError:
        return {}


async def views(request: Request) -> Response:
    """Count a reading, or say how often pages were read."""
    return await (_count_view if request.method == "POST" else _views)(request)


async def _count_view(request: Request) -> Response:
    """Count that a page was read."""
    posted = await read_posted(request, SMALL_BODY)
    if set(posted.values) != {"path"}:
        raise _wrong_path()
    path = _page_path(field(posted, "path"))
    return JSONResponse({"path": path, "views": await service_of(request).count_view(path)})


async def _views(request: Request) -> Response:
    """Say how often pages were read."""
    wanted = request.query_params.getlist("path")
    if len(wanted) > MAX_PATHS:
        raise _wrong_path(f"一次最多问 {MAX_PATHS} 个页面")
    paths = [_page_path(path) for path in wanted]
    counts = await service_of(request).views(paths)
    return JSONResponse({"views": counts}, headers={"Cache-Control": "max-age=60"})


async def live(_request: Request) -> Response:
    """Say that the process turns."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def ready(request: Request) -> Response:
    """Say whether submissions can be taken."""
    health = await service_of(request).store.health()
    metrics.READY.set(health.ready)
    body = {
        "status": "ok" if health.ready else "unavailable",
        "detail": health.detail,
        "engine": health.engine,
    }
    return JSONResponse(body, 200 if health.ready else 503, headers={"Cache-Control": "no-store"})


async def figures(request: Request) -> Response:
    """Give Prometheus its figures."""
    health = await service_of(request).store.health()
    metrics.READY.set(health.ready)
    metrics.QUEUE.set(health.queue)
    for name, value in (dict(health.figures) | await _counted(service_of(request))).items():
        metrics.STORE.labels(name).set(value)
    return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _page_path(path: str) -> str:
    """Keep to real pages: both scripts of a page are one."""
    if not _PATH.fullmatch(path) or ".." in path:
        raise _wrong_path()
    return path.removeprefix("/hant") if path.startswith("/hant/") else path


def _wrong_path(why: str = "应当是本网站的页面地址，例如 /matters/") -> Problem:
    error = FieldError("path", "path", why)
    return Problem("invalid-answers", "请按提示改好。", errors=[error])
