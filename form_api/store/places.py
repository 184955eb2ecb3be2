"""Places in slots: taken by a booking, moved, given back. Never more than there are.

A place is taken by one conditional UPDATE, and the table checks the sum once more.
"""

from __future__ import annotations

from typing import Any

from form_api.domain import Act, Submit, Wish, moment
from form_api.store import desk
from form_api.store.base import Row, Tx
from form_api.store.refusals import ALREADY_BOOKED, NO_PLACE, NOT_NOW, Refused
from form_api.workdays import beijing


def book(tx: Tx, cmd: Submit) -> None:
    """Take the first wished slot that has room; one active booking for a phone and matter."""
    _end_past_bookings(tx, cmd)
    if cmd.person and tx.one(
        "SELECT 1 AS x FROM booking WHERE person = ? AND matter = ? AND active = 1",
        cmd.person,
        cmd.matter,
    ):
        raise Refused(ALREADY_BOOKED)
    wish = _take_first(tx, cmd.wishes, cmd.places, cmd.at)
    tx.run(
        "INSERT INTO booking (submission, slot, place, date, label, places, matter, person,"
        " active) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
        cmd.id,
        wish.slot,
        wish.place,
        wish.date,
        wish.label,
        cmd.places,
        cmd.matter or "",
        cmd.person,
    )


def _end_past_bookings(tx: Tx, cmd: Submit) -> None:
    """A booking of a day that has gone by is no longer in the person's way."""
    today = beijing(moment(cmd.at)).date().isoformat()
    tx.run(
        "UPDATE booking SET active = 0 WHERE person = ? AND matter = ? AND date < ?",
        cmd.person,
        cmd.matter,
        today,
    )


def _take_first(tx: Tx, wishes: tuple[Wish, ...], places: int, now: int) -> Wish:
    """Take the first wished slot that has room: one conditional update, never oversold."""
    for wish in wishes:
        units = desk.units(tx, wish)
        tx.run(
            "INSERT INTO slot (id, taken, units) VALUES (?, 0, ?) ON CONFLICT (id) DO UPDATE"
            " SET units = CASE WHEN slot.taken > excluded.units THEN slot.taken"
            " ELSE excluded.units END",
            wish.slot,
            units,
        )
        take_back_released(tx, wish.slot, now)
        if tx.run(
            "UPDATE slot SET taken = taken + ? WHERE id = ? AND taken + ? <= ?",
            places,
            wish.slot,
            places,
            units,
        ):
            return wish
    raise Refused(NO_PLACE)


def take_back_released(tx: Tx, slot: str, now: int) -> None:
    """Offer again what was given up and has waited long enough."""
    for row in tx.all("SELECT id, places FROM released WHERE slot = ? AND due <= ?", slot, now):
        if tx.run("DELETE FROM released WHERE id = ?", row["id"]):
            tx.run("UPDATE slot SET taken = taken - ? WHERE id = ?", row["places"], slot)


def rebook(tx: Tx, cmd: Act) -> dict[str, Any]:
    """Take the new slot, then let go of the old one: all of it or nothing."""
    old = tx.one("SELECT * FROM booking WHERE submission = ?", cmd.id)
    if old is None or old["slot"] in {wish.slot for wish in cmd.wishes}:
        raise Refused(NOT_NOW)
    wish = _take_first(tx, cmd.wishes, old["places"], cmd.at)
    _release(tx, f"{cmd.id}|{cmd.request}", old, cmd)
    tx.run(
        "UPDATE booking SET slot = ?, place = ?, date = ?, label = ? WHERE submission = ?",
        wish.slot,
        wish.place,
        wish.date,
        wish.label,
        cmd.id,
    )
    return {"date": wish.date, "slot": wish.label, "due_on": wish.date}


def give_back(tx: Tx, cmd: Act) -> None:
    """End a booking; only a cancelled one frees its places for others."""
    booking = tx.one("SELECT * FROM booking WHERE submission = ?", cmd.id)
    if booking is None or not booking["active"]:
        return
    if cmd.action == "cancel":
        _release(tx, f"{cmd.id}|{cmd.request}", booking, cmd)
    tx.run("UPDATE booking SET active = 0 WHERE submission = ?", cmd.id)


def _release(tx: Tx, id_: str, booking: Row, cmd: Act) -> None:
    if cmd.release_after:
        tx.run(
            "INSERT INTO released (id, slot, places, due) VALUES (?, ?, ?, ?)",
            id_,
            booking["slot"],
            booking["places"],
            cmd.at + cmd.release_after,
        )
    else:
        tx.run("UPDATE slot SET taken = taken - ? WHERE id = ?", booking["places"], booking["slot"])
