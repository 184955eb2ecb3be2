"""What a submission is, which states it has, and who may do what to it when. No I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

PERSON = "person"
STAFF = "staff"
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of submission: its form, its address, and its promise."""

    id: str
    path: str
    letter: str
    form: str
    first_state: str
    due_workdays: int
    title: str


COMPLAINT = Kind("complaint", "complaints", "T", "complaint", "received", 5, "你提我改")
APPOINTMENT = Kind("appointment", "appointments", "Y", "appointment", "booked", 0, "预约办理")
HELP = Kind("help", "help-requests", "B", "help_request", "received", 2, "帮办代办")
KINDS: Mapping[str, Kind] = MappingProxyType({k.id: k for k in (COMPLAINT, APPOINTMENT, HELP)})

STATES: Mapping[str, str] = MappingProxyType(
    {
        "received": "已收到，等待办理",
        "in_progress": "正在办理",
        "answered": "已答复",
        "closed": "已办结",
        "withdrawn": "已撤回",
        "booked": "已预约",
        "cancelled": "已取消",
        "attended": "已到场办理",
        "missed": "没有到场",
    }
)
OPEN_STATES = frozenset({"received", "in_progress", "booked"})
OPEN_CASE = "received in_progress"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done to a submission."""

    id: str
    label: str
    kinds: frozenset[str]
    states: frozenset[str]
    to: str | None = None
    actor: str = PERSON
    once: bool = False
    form: str | None = None
    """The form it asks for, when people do it on a page."""
    internal: bool = False
    """Whether it is between colleagues: not on the person's timeline."""
    only_looks: bool = False
    """Whether it is in the record only because somebody read personal data."""


def _action(
    id_: str,
    label: str,
    kinds: str,
    states: str,
    to: str | None = None,
    actor: str = PERSON,
    once: bool = False,
) -> Action:
    form = id_ if actor == PERSON else None
    return Action(
        id_, label, frozenset(kinds.split()), frozenset(states.split()), to, actor, once, form
    )


def _between_colleagues(id_: str, label: str, *, only_looks: bool = False) -> Action:
    return Action(
        id_,
        label,
        frozenset(KINDS),
        frozenset(STATES),
        actor=STAFF,
        internal=True,
        only_looks=only_looks,
    )


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        action.id: action
        for action in (
            _action(
                "rate", "评价", "complaint help appointment", "answered closed attended", once=True
            ),
            _action("reopen", "重新办", "complaint", "answered closed", "in_progress", once=True),
            _action("add", "补充说明", "complaint help", "received in_progress answered"),
            _action("withdraw", "撤回", "complaint help", "received in_progress", "withdrawn"),
            _action("reschedule", "改期", "appointment", "booked"),
            _action("cancel", "取消预约", "appointment", "booked", "cancelled"),
            _action("accept", "开始办理", "complaint help", "received", "in_progress", STAFF),
            _action("ask", "请您补充", "complaint help", "received in_progress", None, STAFF),
            _action(
                "extend", "延长期限", "complaint", "received in_progress", None, STAFF, once=True
            ),
            _action("reply", "答复", "complaint help", "received in_progress", "answered", STAFF),
            _action("close", "办结", "complaint help", "answered", "closed", STAFF),
            _action("attend", "到场", "appointment", "booked", "attended", STAFF),
            _action("miss", "没有到场", "appointment", "booked", "missed", STAFF),
            _action("serve", "办完", "appointment", "attended", "closed", STAFF),
            _action("move", "大厅改期", "appointment", "booked", None, STAFF),
            _action("dismiss", "不属于受理范围", "complaint", OPEN_CASE, "closed", STAFF),
            _action("merge", "与同一件事一并办理", "complaint", OPEN_CASE, None, STAFF),
            _between_colleagues("look", "看了内容", only_looks=True),
            _between_colleagues("reveal", "看了联系方式", only_looks=True),
            _between_colleagues("assign", "分派"),
            _between_colleagues("offer", "请同事接手"),
            _between_colleagues("take", "接手"),
            _between_colleagues("decline", "没有接手"),
            _between_colleagues("note", "内部备注"),
            _between_colleagues("propose", "拟答复“不能办”，等待签字"),
            _between_colleagues("send_back", "退回重拟"),
            _between_colleagues("offer_to_public", "申请公开"),
            _between_colleagues("publish", "同意公开"),
            _between_colleagues("refuse_public", "不同意公开"),
            _between_colleagues("unpublish", "撤下公开"),
            _between_colleagues("call", "叫号"),
            _between_colleagues("call_back", "差评回访"),
            _between_colleagues("tell", "已电话告知"),
        )
    }
)
TAKES_ANOTHER_SLOT = frozenset({"reschedule", "move"})
FREES_THE_SLOT = frozenset({"cancel", "miss", "attend"})
"""Actions after which a booking no longer counts as the person's active one."""


def possible(kind: str, state: str, done: frozenset[str], actor: str = PERSON) -> list[Action]:
    """List what that actor can do now."""
    return [
        action
        for action in ACTIONS.values()
        if action.actor == actor
        and kind in action.kinds
        and state in action.states
        and not (action.once and action.id in done)
    ]


@dataclass(frozen=True, slots=True)
class Wish:
    """A slot a person would take, with what it would need."""

    slot: str
    place: str
    date: str
    label: str
    units: int
    """People the slot can take."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Everything the store needs to accept a submission, personal data already sealed."""

    id: str
    kind: str
    numbers: tuple[str, ...]
    code_digest: bytes
    fingerprint: bytes
    channel: str
    at: int
    due_on: str
    category: str | None
    matter: str | None
    township: str | None
    person: bytes | None
    data_key: bytes
    sealed: bytes
    photos: tuple[bytes, ...] = ()
    wishes: tuple[Wish, ...] = ()
    places: int = 0
    """How many people the booking is for."""
    spent: tuple[str, int] | None = None
    """A proof's nonce and when it would expire anyway."""
    person_budget: int = 0
    """How many submissions one phone may send in a day (0: any number)."""
    notify: bool = False
    """Whether the staff's mailbox or program wants to know."""


@dataclass(frozen=True, slots=True)
class Act:
    """One action on one submission."""

    id: str
    action: str
    at: int
    actor: str
    request: str
    """The request's own id: doing it again is the same doing."""
    data: Mapping[str, Any]
    """What the timeline says in clear; no personal data."""
    sealed: bytes | None = None
    wishes: tuple[Wish, ...] = ()
    release_after: int = 0
    """Milliseconds before a place given up is offered again."""
    expected_version: int | None = None
    """What staff had before them; someone else's change in between is not written over."""
    notify: bool = False
    work: Mapping[str, Any] = field(default_factory=dict)
    """What changes at the desk with it: owner, offer, proposal (columns of `work`)."""


@dataclass(frozen=True, slots=True)
class Booking:
    """The slot an appointment holds."""

    place: str
    date: str
    label: str
    places: int


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline."""

    seq: int
    at: int
    actor: str
    action: str
    data: Mapping[str, Any]
    sealed: bytes | None
    request: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A stored submission as the service sees it."""

    id: str
    kind: str
    number: str
    code_digest: bytes
    fingerprint: bytes
    state: str
    version: int
    received_at: int
    due_on: str
    category: str | None
    matter: str | None
    township: str | None
    data_key: bytes | None
    sealed: bytes | None
    purged_at: int | None
    booking: Booking | None = None
    events: tuple[Event, ...] = ()
    photos: int = 0

    @property
    def done(self) -> frozenset[str]:
        """Actions that happened at least once."""
        return frozenset(event.action for event in self.events)


def is_internal(event: Event) -> bool:
    """Whether an event is between colleagues."""
    return event.action in ACTIONS and ACTIONS[event.action].internal


def milliseconds(moment: dt.datetime) -> int:
    """Return a moment as the store keeps it: UTC milliseconds."""
    return int(moment.timestamp() * 1000)


def moment(milliseconds_: int) -> dt.datetime:
    """Return the moment of stored milliseconds."""
    return dt.datetime.fromtimestamp(milliseconds_ / 1000, dt.UTC)
