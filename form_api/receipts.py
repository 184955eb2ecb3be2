"""Who sends, and what they get for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from form_api import domain
from form_api.domain import moment
from form_api.workdays import beijing

PHONE = "phone"
"""The channel of a booking that an officer takes down on the telephone."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of who sends: not who they are."""

    address: str
    channel: str
    proof: str = ""

    @property
    def has_page(self) -> bool:
        """Whether a person was seen to: by the check-your-answers page, or by an officer."""
        return self.channel in ("page", PHONE)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a person gets for a submission, the first time and every time.

    Number and code never change; day, slot and place are those that hold now: who asks again after
    a reschedule must not come on the day of before.
    """

    id: str
    kind: str
    number: str
    code: str
    received_at: str
    due_on: str
    created: bool
    date: str | None = None
    slot: str | None = None
    place: str | None = None
    purged_at: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer; equal for a submission and its repetitions."""
        body = {
            "id": self.id,
            "kind": self.kind,
            "number": self.number,
            "code": self.code,
            "received_at": self.received_at,
            "due_on": self.due_on,
            "timezone": "Asia/Shanghai",
            "status_url": f"/api/{domain.KINDS[self.kind].path}/{self.number}",
        }
        for name in ("date", "slot", "place", "purged_at"):
            if getattr(self, name) is not None:
                body[name] = getattr(self, name)
        return body


def local(milliseconds_: int) -> str:
    """Write a stored moment with Beijing's offset, to the second."""
    return beijing(moment(milliseconds_)).isoformat(timespec="seconds")
