"""What the running service does by itself: tidy up, seal the day, purge what is past its time."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from form_api import notify
from form_api.desk.outbox import Outbox
from form_api.domain import KINDS, milliseconds
from form_api.errors import FormApiError
from form_api.service import Service
from form_api.store import commands, queries
from form_api.workdays import beijing

LOG = logging.getLogger("form_api.housekeeping")
DELIVERY_SECONDS = 30
CLEANING_SECONDS = 3600
SEALED_AFTER = dt.timedelta(days=1, hours=1)
"""An hour after midnight: a transaction begun on the day has ended by then."""
SUSPICIOUS_DAYS = 14
"""A longer pause than this is looked at by a person before anything is destroyed."""
CALENDAR_WANTED_FROM = (11, 15)


async def run(service: Service, ways: list[notify.Channel], outbox: Outbox) -> None:
    """Do every chore in a time of its own: none waits for a mail server or a push."""
    tell = partial(notify.deliver, service.store, ways, service.clock)
    await asyncio.gather(
        _for_ever(outbox.deliver, DELIVERY_SECONDS),
        _for_ever(partial(clean, service), CLEANING_SECONDS),
        *([_for_ever(tell, DELIVERY_SECONDS)] if ways else []),
    )


async def _for_ever(chore: Callable[[], Awaitable[int]], seconds: float) -> None:
    """Do a chore again and again; what fails is only logged, the next time comes."""
    while True:
        try:
            await chore()
        except FormApiError as error:
            LOG.warning("housekeeping: %s", error)
        except Exception:  # whatever it was, tomorrow's purge must not hang on it
            LOG.exception("housekeeping")
        await asyncio.sleep(seconds)


async def clean(service: Service) -> int:
    """Do the hourly work; returns how many submissions were purged."""
    now = service.clock()
    gap = await _days_since_seal(service, now)
    if gap > SUSPICIOUS_DAYS:
        LOG.error(
            "the clock is %d days past the last sealed day: nothing is sealed or purged until"
            " somebody has checked it and run form-api purge",
            gap,
        )
        return 0
    await service.store.write(partial(commands.tidy, now=milliseconds(now)))
    await seal(service, now)
    _warn_of_calendar(service, now)
    return await purge(service)


async def _days_since_seal(service: Service, now: dt.datetime) -> int:
    """Return how far the clock is ahead of the record; a battery that died may send it to 2038."""
    last = await service.store.read(queries.last_sealed_day)
    return beijing(now).date().toordinal() - last if last else 0


async def seal(service: Service, now: dt.datetime) -> None:
    """Close the audit of the day that has gone by."""
    yesterday = beijing(now - SEALED_AFTER).date().toordinal()
    head = await service.store.write(partial(commands.seal_day, day=yesterday))
    if head:
        LOG.info("audit head %s %s", dt.date.fromordinal(yesterday), head.hex())


async def purge(service: Service) -> int:
    """Make unreadable whatever is past the time its form promises."""
    now = service.clock()
    count = 0
    for kind in KINDS.values():
        notice = service.site.rules.forms[kind.form].notice
        if notice is None:
            continue
        before = milliseconds(now - dt.timedelta(days=notice.retention_days))
        while ids := await service.store.read(
            partial(queries.due_for_purge, kind=kind.id, before=before)
        ):
            for id_ in ids:
                purge_one = partial(commands.purge, id_=id_, at=milliseconds(now))
                count += await service.store.write(partial(purge_one, unchanged_since=before))
    if count:
        await service.store.forget()
        LOG.info("purged %d submissions past their retention", count)
    return count


def _warn_of_calendar(service: Service, now: dt.datetime) -> None:
    today = beijing(now).date()
    due = (today.month, today.day) >= CALENDAR_WANTED_FROM
    if due and not service.site.rules.calendar.published(today.year + 1):
        LOG.warning(
            "no official calendar for %d yet: see content/data/holidays.yml", today.year + 1
        )
