"""How a submission stands, for the person it belongs to: state, timeline, what they can do."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from form_api import crypto, domain
from form_api.crypto import Keys
from form_api.domain import Event, Submission
from form_api.receipts import local
from form_api.site import Rules
from form_api.wishes import place_label

SYSTEM_LABELS = {"submit": "提交", "purge": "保存期满，内容已删除"}


def status(rules: Rules, keys: Keys, found: Submission) -> dict[str, Any]:
    """Say how a submission stands, in data; the words a person wrote are in it."""
    body: dict[str, Any] = {
        "number": found.number,
        "kind": found.kind,
        "state": found.state,
        "state_label": domain.STATES[found.state],
        "received_at": local(found.received_at),
        "due_on": found.due_on,
        "timezone": "Asia/Shanghai",
        "matter": found.matter,
        "township": found.township,
        "photos": found.photos,
        "timeline": timeline(keys, found),
        "actions": [action.id for action in possible(found)],
    }
    if found.booking:
        body |= {
            "date": found.booking.date,
            "slot": found.booking.label,
            "place": place_label(rules, found.booking.place),
            "party_size": found.booking.places,
        }
    if found.purged_at:
        body["purged_at"] = local(found.purged_at)
    if found.data_key and found.sealed:
        key = keys.data_key(found.id, found.data_key)
        answers = crypto.unseal_json(key, f"answers|{found.id}", found.sealed)["answers"]
        body["answers"] = _without_personal(rules, found.kind, answers)
    return body


def possible(found: Submission) -> list[domain.Action]:
    """List what the person can do now."""
    if found.data_key is None:
        return []
    return domain.possible(found.kind, found.state, found.done)


def timeline(keys: Keys, found: Submission) -> list[dict[str, Any]]:
    """Return what happened, without what is between colleagues."""
    key = keys.data_key(found.id, found.data_key) if found.data_key else None
    return [line(found, event, key) for event in found.events if not domain.is_internal(event)]


def line(found: Submission, event: Event, key: AESGCM | None) -> dict[str, Any]:
    """Return a line of the timeline."""
    known = domain.ACTIONS.get(event.action)
    written: dict[str, Any] = {
        "at": local(event.at),
        "action": event.action,
        "label": known.label if known else SYSTEM_LABELS.get(event.action, event.action),
        "by": event.actor.partition(":")[0],
    }
    written |= {k: v for k, v in event.data.items() if k in ("grade", "date", "slot", "due_on")}
    if key and event.sealed:
        written["text"] = crypto.unseal_json(key, f"event|{found.id}", event.sealed)
    return written


def _without_personal(rules: Rules, kind: str, answers: dict[str, Any]) -> dict[str, Any]:
    """Leave out who the person is: a receipt may lie about on a shared computer."""
    form = rules.forms[domain.KINDS[kind].form]
    personal = {field.name for field in form.fields if field.personal}
    return {name: value for name, value in answers.items() if name not in personal}
