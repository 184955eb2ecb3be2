"""The page of statistics, its files, and the monthly figures for the public."""

from __future__ import annotations

import datetime as dt
from functools import partial

from starlette.responses import Response

from form_api.desk import sheets, statistics
from form_api.desk.accounts import PUBLISH, SUPERVISE
from form_api.desk.charts import LABEL, chart
from form_api.desk.web.publishing import deliver_soon
from form_api.desk.web.visitor import Visitor, back, signed_in
from form_api.domain import milliseconds
from form_api.errors import Problem
from form_api.store import desk as stored
from form_api.store.base import Tx
from form_api.workdays import beijing

FIRST_DAY = "2019-01-01"


@signed_in()
async def page(visitor: Visitor) -> Response:
    """Show the figures of a span of days, each chart with its table."""
    first, last = _span(visitor)
    tables = await _tables(visitor, first, last)
    drawn = [(table, chart(table)) for table in tables if table.rows]
    return visitor.page(
        "statistics.html",
        "统计",
        first=first,
        last=last,
        drawn=drawn,
        label=LABEL,
    )


@signed_in(SUPERVISE)
async def export(visitor: Visitor) -> Response:
    """Return the figures as a file; who took them is logged."""
    first, last = _span(visitor)
    tables = [table for table in await _tables(visitor, first, last) if table.rows]
    kind = visitor.request.path_params["kind"]
    if kind not in ("csv", "xlsx"):
        raise Problem("no-page", "只有 csv 和 xlsx。")
    await _log(visitor, "export", {"first": first, "last": last, "kind": kind})
    content = sheets.csv_of(tables) if kind == "csv" else sheets.xlsx_of(tables)
    return Response(
        content,
        media_type=sheets.CSV if kind == "csv" else sheets.XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="statistics-{first}-{last}.{kind}"',
            "Cache-Control": "no-store",
        },
    )


@signed_in(PUBLISH)
async def publish(visitor: Visitor) -> Response:
    """Put the monthly figures on the site; the month that runs is left out."""
    until = _today(visitor).replace(day=1) - dt.timedelta(days=1)
    service = visitor.desk.service
    figures = statistics.months(await _handled(visitor, FIRST_DAY, until.isoformat()))
    text = statistics.month_file(figures, until.isoformat())
    at = milliseconds(service.clock())

    def command(tx: Tx) -> None:
        stored.want_file(tx, statistics.FILE, text, f"公布截至 {until} 的意见办理情况", at)
        stored.log(tx, at, visitor.officer.id, "figures", {"until": until.isoformat()})

    await service.store.write(command)
    deliver_soon(visitor)
    return back("/desk/publishing/")


async def _tables(visitor: Visitor, first: str, last: str) -> list[statistics.Table]:
    return list(statistics.tables(await _handled(visitor, first, last)))


async def _handled(visitor: Visitor, first: str, last: str) -> list[statistics.Handled]:
    service = visitor.desk.service
    rules, keys = service.site.rules, service.keys
    return await service.store.read(
        partial(statistics.handled, rules=rules, keys=keys, first=first, last=last)
    )


async def _log(visitor: Visitor, action: str, data: dict[str, str]) -> None:
    service = visitor.desk.service
    at = milliseconds(service.clock())
    await service.store.write(
        partial(stored.log, at=at, actor=visitor.officer.id, action=action, data=data)
    )


def _span(visitor: Visitor) -> tuple[str, str]:
    query, today = visitor.request.query_params, _today(visitor)
    try:
        first = dt.date.fromisoformat(query.get("first", "") or f"{today.year}-01-01")
        last = dt.date.fromisoformat(query.get("last", "") or today.isoformat())
    except ValueError as error:
        raise Problem("malformed-body", "日期请写成 2019-10-15 这样。") from error
    return first.isoformat(), last.isoformat()


def _today(visitor: Visitor) -> dt.date:
    return beijing(visitor.desk.service.clock()).date()
