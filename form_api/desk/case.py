"""One complaint or request for help as an officer sees it, and what they may do with it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from form_api.desk.accounts import ANSWER, CLAIM, SUPERVISE, Officer
from form_api.desk.urgency import Urgency
from form_api.domain import Submission

REFUSED_AT_WINDOW = "refused"
"""The category that goes past the window straight to the supervisor."""
OPEN = ("received", "in_progress")
BAD_GRADE = 2
NO, EXPLAINED, SOLVED = "no", "explained", "solved"
OUTCOMES = {SOLVED: "已经解决", EXPLAINED: "说明情况", NO: "不能办"}


@dataclass(frozen=True, slots=True)
class Line:
    """A case in the queue; nothing personal in it."""

    number: str
    kind: str
    category: str
    matter: str
    received_on: str
    urgency: Urgency
    state: str
    owner: str
    mine: bool
    waits_for_me: bool
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case opened by an officer."""

    found: Submission
    work: Mapping[str, Any]
    answers: Mapping[str, Any]
    urgency: Urgency
    proposal: Mapping[str, Any] | None
    officer: Officer

    @property
    def is_open(self) -> bool:
        """Whether it still wants an answer."""
        return self.found.state in OPEN

    @property
    def mine(self) -> bool:
        """Whether the officer may work on it."""
        return bool(self.work["owner"] == self.officer.id)

    @property
    def seen(self) -> int:
        """The newest event the officer has been shown."""
        return self.found.events[-1].seq if self.found.events else 0

    @property
    def _waits_for_a_call(self) -> bool:
        """Whether the person gave a bad grade that nobody has talked with them about."""
        rated = [e.seq for e in self.found.events if e.action == "rate" and is_bad(e.data)]
        called = [e.seq for e in self.found.events if e.action == "call_back"]
        return bool(rated) and max(called, default=0) < rated[-1]

    def may(self, step: str) -> bool:
        """Whether the officer can take a step now; pages show only those."""
        works = self.is_open and (self.mine or self.officer.may(SUPERVISE))
        waiting = self.work["proposed_by"] is not None
        match step:
            case "claim":
                return self.is_open and self.work["owner"] is None and self.officer.may(CLAIM)
            case "take" | "decline":
                return self.is_open and self.work["offered_to"] == self.officer.id
            case "assign" | "dismiss":
                return self.is_open and self.officer.may(SUPERVISE)
            case "offer":
                return self.is_open and self.mine
            case "sign" | "send_back":
                return waiting and self.is_open and self.officer.may(SUPERVISE)
            case "extend":
                return works and step not in self.found.done and self.found.kind == "complaint"
            case "answer":
                return works and not waiting
            case "ask":
                return works
            case "merge":
                return works and self.work["leader"] is None
            case "close":
                return self.found.state == "answered" and (self.mine or self.officer.may(SUPERVISE))
            case "call_back":
                return not self.is_open and self._waits_for_a_call
            case "reveal":
                return (self.mine or self.officer.may(SUPERVISE)) and bool(self.answers)
            case "offer_to_public":
                answered = self.found.state in ("answered", "closed")
                return answered and "reply" in self.found.done and bool(self.answers)
            case _:
                return self.officer.may(ANSWER)


@dataclass(frozen=True, slots=True)
class Step:
    """What an officer asks for, and the state of things they saw."""

    action: str
    version: int
    request: str
    text: str = ""
    data: Mapping[str, Any] | None = None
    work: Mapping[str, Any] | None = None


def is_bad(rating: Mapping[str, Any]) -> bool:
    """Whether a grade is one of the two bad ones (不满意, 非常不满意)."""
    return int(rating.get("grade", 5)) <= BAD_GRADE


def visible(officer: Officer, row: Mapping[str, Any]) -> bool:
    """Whether an officer may see a case: what a window refused is not for the windows."""
    if officer.may(SUPERVISE) or officer.id in (row["owner"], row["offered_to"]):
        return True
    return officer.may(CLAIM) and row["category"] != REFUSED_AT_WINDOW


def was_done(found: Submission, step: Step) -> bool:
    """Whether this is the repetition of a step already taken: a double click, a reload."""
    return any(event.request == step.request for event in found.events)
