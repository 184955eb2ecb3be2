"""Which slots a person asks for, by the bureau's rules: no store, no keys."""

from __future__ import annotations

import datetime as dt

from form_api import domain
from form_api.answers import Answers
from form_api.domain import Submission, Wish
from form_api.errors import FieldError, Problem
from form_api.site import Rules
from form_api.slots import Place, Slot, slot_id

WISH_FIELDS = (("date", "slot"), ("date_2", "slot_2"), ("date_3", "slot_3"))


def place_of(rules: Rules, matter: str, township: str | None) -> Place:
    """Return the queue a matter is handled in."""
    known = rules.matter(matter)
    if township:
        if known and not known.devolved:
            error = FieldError(
                "township", "not-devolved", "这个事项不在镇街办理，请选区政务服务中心"
            )
            raise Problem("invalid-answers", "请按提示改好，再提交一次。", errors=[error])
        return rules.schedule.township_place(township, rules.township(township))
    return rules.schedule.hall_place(known.windows if known else "")


def place_label(rules: Rules, place: str) -> str:
    """Return the words for a queue."""
    kind, _, detail = place.partition(":")
    if kind == "township":
        return rules.schedule.township_place(detail, rules.township(detail)).label
    return rules.schedule.hall_place(detail).label


def wishes_of(rules: Rules, place: Place, values: Answers, now: dt.datetime) -> tuple[Wish, ...]:
    """Return the slots asked for that can be booked; the first wish must say why not."""
    wishes: list[Wish] = []
    errors: list[FieldError] = []
    for date_field, slot_field in WISH_FIELDS:
        if date_field not in values:
            continue
        if slot_field not in values:
            errors.append(_wrong(rules, slot_field, "required", "请选时段"))
            continue
        day, label = dt.date.fromisoformat(values[date_field]), values[slot_field]
        why = rules.schedule.why_closed(day, label, now)
        if why:
            errors.append(_wrong(rules, date_field, "closed", why))
        else:
            slot = Slot(place.id, day, label, place.units)
            wishes.append(Wish(slot.id, place.id, values[date_field], label, place.units))
    if errors and not wishes:
        raise Problem("invalid-answers", "请按提示改好，再提交一次。", errors=errors)
    return tuple(wishes)


def _wrong(rules: Rules, field: str, code: str, why: str) -> FieldError:
    """Say which of the wishes is meant."""
    label = rules.forms[domain.APPOINTMENT.form].field(field).label
    return FieldError(field, code, f"{label}：{why}")


def another_slot(
    rules: Rules, found: Submission, values: Answers, now: dt.datetime
) -> tuple[Wish, ...]:
    """Return the slot an appointment is to be moved to."""
    place = place_of(rules, found.matter or "", found.township)
    current = found.booking
    if current and slot_id(place.id, values["date"], values["slot"]) == slot_id(
        current.place, current.date, current.label
    ):
        error = FieldError("slot", "same", "这就是您现在约的时段，不用改")
        raise Problem("invalid-answers", "请按提示改好。", errors=[error])
    return wishes_of(rules, place, values, now)
