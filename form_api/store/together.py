"""Submissions that arrive together, stored with a few statements instead of several for each.

The rows are those of `commands.submit`; only the number of statements differs. Each statement
hands Python's lock to the thread that serves connections and waits to get it back, which under
load costs more than the statement. Whatever is not plain (a booking, photos, a proof to spend),
and every batch with something unusual in it, goes one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from form_api.domain import Submit
from form_api.store import commands, rows
from form_api.store.base import Tx
from form_api.store.commands import Accepted


class OneByOne(Exception):
    """Something in the batch needs a look of its own; nothing of it was kept."""


def plain(queued: Sequence[Callable[[Tx], Any]]) -> dict[int, Submit]:
    """Return the submissions among queued commands that are two rows and nothing else."""
    return {
        place: command.keywords["cmd"]
        for place, command in enumerate(queued)
        if isinstance(command, partial)
        and command.func is commands.submit
        and not _special(command.keywords["cmd"])
    }


def submit(tx: Tx, cmds: Sequence[Submit]) -> list[Accepted]:
    """Store submissions that are all new."""
    _keep_budgets(tx, cmds)
    sealed = rows.last_sealed(tx)
    events = [rows.first_event(cmd, sealed) for cmd in cmds]
    submissions = (
        rows.submission_row(cmd, cmd.numbers[0], event.hash)
        for cmd, event in zip(cmds, events, strict=True)
    )
    if rows.insert(tx, "submission", *submissions, known=rows.SKIPPED) < len(cmds):
        raise OneByOne  # one is a repetition, or its number is taken
    rows.insert(tx, "event", *map(rows.event_row, events))
    notices = [
        rows.notice_row(event) for cmd, event in zip(cmds, events, strict=True) if cmd.notify
    ]
    if notices:
        rows.insert(tx, "notice", *notices)
    return [commands.accepted(cmd, cmd.numbers[0], rows.NOT_BOOKED) for cmd in cmds]


def _special(cmd: Submit) -> bool:
    return bool(cmd.wishes or cmd.photos or cmd.spent)


def _keep_budgets(tx: Tx, cmds: Sequence[Submit]) -> None:
    """Leave it to the look at each when somebody may have sent too much."""
    sent = Counter(cmd.person for cmd in cmds if cmd.person and cmd.person_budget)
    if not sent:
        return
    since = min(cmd.at for cmd in cmds) - commands.BUDGET_MILLISECONDS
    for row in tx.all(
        "SELECT person, count(*) AS n FROM submission"
        f" WHERE person IN ({', '.join('?' * len(sent))}) AND received_at > ? GROUP BY person",
        *sent,
        since,
    ):
        sent[bytes(row["person"])] += row["n"]
    if any(cmd.person and sent[cmd.person] > cmd.person_budget > 0 for cmd in cmds):
        raise OneByOne
