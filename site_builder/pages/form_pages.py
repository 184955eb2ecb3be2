"""The forms, and where to look up what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from site_builder.pages.page import (
    APPOINTMENTS,
    COMPLAINTS,
    Content,
    Crumb,
    Page,
)


def forms(content: Content) -> Iterator[Page]:
    """The forms that reach the API, and where to look up what became of them."""
    yield Page(
        "complaints/",
        "complaints",
        "你提我改",
        "吐槽、找茬、提建议：写下来，给你编号，按期答复",
        section="complaints",
        crumbs=(COMPLAINTS,),
        context={
            "form": content.forms.get("complaint"),
            "replies": content.catalogue.replies,
            "handled": content.catalogue.data.get("complaint-figures") or {},
        },
    )
    yield Page(
        "complaints/status/",
        "status",
        "查询答复",
        "凭编号和查询码看处理到哪一步",
        section="complaints",
        crumbs=(COMPLAINTS, Crumb("查询答复", "complaints/status/")),
        context={"resource": "complaints", "form": content.forms.get("status")},
    )
    yield Page(
        "appointments/",
        "appointments",
        "预约办理",
        "选日期和时段，到了就办",
        section="appointments",
        crumbs=(APPOINTMENTS,),
        context={
            "form": content.forms.get("appointment"),
            "slots": tuple(_slots(content.catalogue.data.get("appointments", {}))),
        },
    )
    yield Page(
        "appointments/status/",
        "status",
        "查询预约",
        "凭编号和查询码查看、改期或取消",
        section="appointments",
        crumbs=(APPOINTMENTS, Crumb("查询预约", "appointments/status/")),
        context={"resource": "appointments", "form": content.forms.get("status")},
    )


def help_form(content: Content) -> Iterator[Page]:
    """Ask for somebody to help (帮办代办)."""
    form = content.forms.get("help_request")
    if form:
        yield Page(
            "help/request/",
            "help-request",
            "请人帮办",
            "自己办有困难，就请帮办员",
            section="hall",
            crumbs=(Crumb("帮办代办", "help/"), Crumb("请人帮办", "help/request/")),
            context={"form": form},
        )


def _slots(appointments: Mapping[str, Any]) -> Iterator[str]:
    """Yield the half-hours of an opening day, as the form API names them: 09:00-09:30."""
    length = dt.timedelta(minutes=int(appointments.get("slot_minutes", 30)))
    for span in appointments.get("hours", ()):
        start, end = (dt.datetime.strptime(span[edge], "%H:%M") for edge in ("from", "to"))
        while start + length <= end:
            yield f"{start:%H:%M}-{start + length:%H:%M}"
            start += length
