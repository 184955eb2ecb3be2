"""Refusals as answers: one handler, a problem document for programs, a page for people."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from form_api.errors import PROBLEMS, FormApiError, Problem, StoreUnavailable
from form_api.web.pages import Pages
from form_api.web.requests import wants_page

LOG = logging.getLogger("form_api")
RETRY_SECONDS = 30


def problem_of(error: Exception) -> Problem:
    """Say any error in the words of the catalogue."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, StoreUnavailable):
        return Problem(
            "storage-full",
            "您的内容没有保存。请过一会儿再提交，或者打电话给我们。",
            retry_after=RETRY_SECONDS,
        )
    if isinstance(error, HTTPException):
        if error.status_code == 405:
            return Problem("method-not-allowed", "请回首页重新进入。")
        if error.status_code == 404:
            return Problem("no-page", "地址可能变了，请回首页查找。")
        return Problem("malformed-body", "请重新提交。")
    return Problem("internal", "是我们这边的问题，已经记下。请过一会儿再试，或者打电话给我们。")


def noted(error: Exception) -> Problem:
    """Say any error in the words of the catalogue, and in the log what we should know of."""
    problem = problem_of(error)
    if problem.status >= 500 and not isinstance(error, FormApiError):
        LOG.error("internal", exc_info=error)
    elif isinstance(error, StoreUnavailable):
        LOG.error("store: %s", error)
    return problem


async def handle(request: Request, error: Exception) -> Response:
    """Answer with what went wrong and what to do."""
    problem = noted(error)
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, HTTPException) and error.headers:
        headers |= error.headers  # which methods a 405 allows
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if wants_page(request):
        pages: Pages = request.app.state.pages
        response: Response = pages.page(
            "problem.html", _script(request), problem.title, problem=problem
        )
    else:
        response = JSONResponse(
            problem.as_json(), problem.status, media_type="application/problem+json"
        )
    response.headers.update(headers)
    return response


async def gone(_request: Request, _error: Exception) -> Response:
    """Answer nobody: the person closed the page while sending."""
    return Response(status_code=400)


HANDLERS: dict[Any, Any] = {
    Problem: handle,
    StoreUnavailable: handle,
    sqlite3.Error: handle,
    HTTPException: handle,
    ClientDisconnect: gone,
    Exception: handle,
}


async def explain(request: Request) -> Response:
    """Explain a problem type to whoever opens its address."""
    name = request.path_params["name"]
    if name not in PROBLEMS:
        raise Problem("no-page", "没有这种问题。")
    status, title = PROBLEMS[name]
    return JSONResponse({"type": f"/api/problems/{name}", "status": status, "title": title})


def _script(request: Request) -> str:
    return "hant" if "/hant/" in request.headers.get("referer", "") else "hans"
