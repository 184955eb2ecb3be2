"""The whole life of submissions, in any order Hypothesis thinks of, on both engines."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from form_api import bots, domain, progress
from form_api.crypto import Keys
from form_api.decode import Posted
from form_api.domain import APPOINTMENT, COMPLAINT
from form_api.errors import Problem
from form_api.receipts import Sender
from form_api.service import Service
from form_api.site import Site
from form_api.store import Store, commands, open_store, queries
from tests import postgres
from tests.form_api.conftest import Clock

EXAMPLES = int(os.environ.get("STATE_EXAMPLES", "6"))
"""`make soak` tries 300 lives of 60 steps."""
STEPS = int(os.environ.get("STATE_STEPS", "25"))
KEYS = Keys(bytes(range(32)))
SENDER = Sender("192.0.2.7", "script")
OPEN = {"received", "in_progress"}
PERSON_MAY = {
    "add": OPEN | {"answered"},
    "withdraw": OPEN,
    "reopen": {"answered", "closed"},
    "rate": {"answered", "closed", "attended"},
    "cancel": {"booked"},
}
STAFF_MAY = {
    "accept": {"received"},
    "reply": OPEN,
    "close": {"answered"},
    "attend": {"booked"},
    "miss": {"booked"},
}
LEADS_TO = {
    "withdraw": "withdrawn",
    "reopen": "in_progress",
    "cancel": "cancelled",
    "accept": "in_progress",
    "reply": "answered",
    "close": "closed",
    "attend": "attended",
    "miss": "missed",
}
ONCE = {"reopen", "rate"}
FOR_BOOKINGS = {"cancel", "attend", "miss"}
BODIES = {
    "add": {"text": "补一句"},
    "reopen": {"text": "没解决"},
    "rate": {"grade": "5"},
}
SLOTS = st.tuples(
    st.sampled_from(["2019-10-17", "2019-10-18"]), st.sampled_from(["09:00-09:30", "14:00-14:30"])
)


class Life:
    """What the test believes of one submission."""

    def __init__(self, kind: domain.Kind, body: dict[str, Any], receipt: Any) -> None:
        self.kind, self.body, self.receipt = kind, body, receipt
        self.state = kind.first_state
        self.done: set[str] = set()
        self.purged = False
        self.slot = (body.get("date"), body.get("slot"))
        self.keeps_place = kind is APPOINTMENT

    @property
    def holds(self) -> bool:
        """Whether it stands in the way of another booking of the same phone."""
        return self.state == "booked" and not self.purged

    def may(self, action: str, states: dict[str, set[str]]) -> bool:
        booking = self.kind is APPOINTMENT
        fits = action == "rate" or booking == (action in FOR_BOOKINGS)
        fresh = action not in ONCE or action not in self.done
        return fits and fresh and self.state in states[action] and not self.purged


class Lives(RuleBasedStateMachine):
    """Everything people and staff can do, and everything that can happen to the store."""

    ids = Bundle("ids")

    def __init__(self, site: Site, make_database: Any) -> None:
        super().__init__()
        self.site, self.url = site, make_database()
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.lives: dict[str, Life] = {}
        self.open()

    # The store

    def open(self) -> None:
        self.store: Store = open_store(self.url, KEYS.check)
        undefended = bots.Bots(KEYS.challenge, enabled=False)
        self.service = Service(self.site, KEYS, self.store, undefended, self.clock)
        self.run(self.store.open())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def write(self, command: Any, **values: Any) -> Any:
        return self.run(self.store.write(partial(command, **values)))

    @rule()
    def crash(self) -> None:
        """Go on with what lies on the disk at this moment, as after a kill -9."""
        if self.url.startswith("sqlite"):
            path = Path(self.url.removeprefix("sqlite:///"))
            after = path.with_name(f"{uuid.uuid4()}.db")
            for suffix in ("", "-wal"):
                if path.with_name(path.name + suffix).exists():
                    shutil.copy(path.with_name(path.name + suffix), f"{after}{suffix}")
            self.url = f"sqlite:///{after}"
        self.run(self.store.close())
        self.open()

    def outcome(self, work: Callable[[], Any]) -> tuple[str, Any]:
        """Do something; return the type of the refusal, or nothing, and what it gave."""
        try:
            return "", work()
        except Problem as problem:
            return problem.type, None

    # People

    def submit(self, kind: domain.Kind, id_: str, body: dict[str, Any]) -> Any:
        self.clock.forward(seconds=20)
        return self.run(self.service.submit(kind, Posted(values=dict(body)), id_, SENDER))

    @rule(target=ids, text=st.text("甲乙👨‍👩‍👧\U00030edd \n", min_size=1).filter(str.strip))
    def complain(self, text: str) -> str:
        id_, body = str(uuid.uuid4()), {"category": "other", "text": text}
        receipt = self.submit(COMPLAINT, id_, body)
        assert receipt.created
        self.lives[id_] = Life(COMPLAINT, body, receipt)
        return id_

    @rule(target=ids, phone=st.sampled_from(["13800138000", "13900139000"]), slot=SLOTS)
    def book(self, phone: str, slot: tuple[str, str]) -> Any:
        id_ = str(uuid.uuid4())
        body = dict(zip(("date", "slot"), slot, strict=True)) | {
            "matter": "small-shop",
            "name": "王",
            "phone": phone,
        }
        same = [life for life in self.lives.values() if life.body.get("phone") == phone]
        missed = sum(life.state == "missed" and not life.purged for life in same)
        expected = ""
        if missed >= 3:
            expected = "conflict"
        elif any(life.holds for life in same):
            expected = "already-booked"
        elif self.taken(slot):
            expected = "no-place"
        refused, receipt = self.outcome(lambda: self.submit(APPOINTMENT, id_, body))
        assert refused == expected
        if refused:
            return multiple()
        self.lives[id_] = Life(APPOINTMENT, body, receipt)
        return id_

    @rule(id_=ids)
    def send_again(self, id_: str) -> None:
        life = self.lives[id_]
        again = self.submit(life.kind, id_, life.body)
        assert not again.created
        assert (again.number, again.code, again.received_at) == (
            life.receipt.number,
            life.receipt.code,
            life.receipt.received_at,
        )

    @rule(id_=ids)
    def send_another_body(self, id_: str) -> None:
        life = self.lives[id_]
        with pytest.raises(Problem) as caught:
            self.submit(life.kind, id_, life.body | {"name": "别人"})
        assert caught.value.type == "key-reused"

    @rule()
    def act_before_submitting(self) -> None:
        with pytest.raises(Problem) as caught:
            self.run(self.service.find(str(uuid.uuid4()), "12345678", SENDER.address))
        assert caught.value.type == "not-found"

    @rule(id_=ids, action=st.sampled_from(sorted(PERSON_MAY)), twice=st.booleans())
    def person_acts(self, id_: str, action: str, twice: bool) -> None:
        life, request = self.lives[id_], str(uuid.uuid4())
        found = self.run(self.service.find(life.receipt.number, life.receipt.code, SENDER.address))
        body = Posted(values=dict(BODIES.get(action, {})))
        self.attempt(
            life, action, PERSON_MAY, lambda: self.service.act(found, action, body, request)
        )
        if twice and action in life.done and not life.purged:
            again = self.run(self.service.find_by_id(id_))
            before = len(again.events)
            if any(event.request == request for event in again.events):
                after = self.run(self.service.act(again, action, body, request))
                assert len(after.events) == before

    @rule(id_=ids, action=st.sampled_from(sorted(STAFF_MAY)))
    def staff_acts(self, id_: str, action: str) -> None:
        life = self.lives[id_]
        found = self.run(self.service.find_by_id(id_))
        self.attempt(
            life, action, STAFF_MAY, lambda: self.service.act_as_staff(found, action, "7", "答复")
        )

    def attempt(self, life: Life, action: str, states: dict[str, set[str]], work: Any) -> None:
        self.clock.forward(seconds=20)
        refused, _ = self.outcome(lambda: self.run(work()))
        assert refused == ("" if life.may(action, states) else "conflict"), (action, life.state)
        if not refused:
            life.done.add(action)
            life.state = LEADS_TO.get(action, life.state)
            life.keeps_place &= action != "cancel"

    @rule(id_=ids, slot=SLOTS)
    def reschedule(self, id_: str, slot: tuple[str, str]) -> None:
        life = self.lives[id_]
        found = self.run(self.service.find_by_id(id_))
        body = Posted(values=dict(zip(("date", "slot"), slot, strict=True)))
        expected = ""
        if life.kind is not APPOINTMENT or life.purged:
            expected = "conflict"
        elif slot == life.slot:
            expected = "invalid-answers"
        elif not life.holds:
            expected = "conflict"
        elif self.taken(slot):
            expected = "no-place"
        work = self.service.act(found, "reschedule", body, str(uuid.uuid4()))
        refused, _ = self.outcome(lambda: self.run(work))
        assert refused == expected
        if not refused:
            life.slot = slot

    @rule(id_=consumes(ids))
    def purge(self, id_: str) -> None:
        """What is purged keeps its receipt and says nothing any more."""
        life = self.lives[id_]
        at = domain.milliseconds(self.clock())
        self.write(commands.purge, id_=id_, at=at)
        life.keeps_place &= not life.holds
        life.purged = True
        assert self.submit(life.kind, id_, life.body).purged_at
        found = self.run(self.service.find_by_id(id_))
        assert "answers" not in self.status(found)
        assert progress.possible(found) == []

    # What always holds

    def status(self, found: domain.Submission) -> dict[str, Any]:
        return progress.status(self.service.site.rules, self.service.keys, found)

    def taken(self, slot: tuple[str, str]) -> int:
        return sum(life.slot == slot and life.keeps_place for life in self.lives.values())

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        rows = self.run(self.store.read(lambda tx: tx.one("SELECT count(*) AS n FROM submission")))
        assert rows["n"] == len(self.lives)
        for id_, life in self.lives.items():
            found = self.run(self.service.find_by_id(id_))
            assert found.state == life.state
            if not life.purged:
                answers = self.status(found)["answers"]
                assert answers.get("text") == life.body.get("text")

    @invariant()
    def places_and_chain_are_right(self) -> None:
        slots = self.run(
            self.store.read(lambda tx: {r["id"]: r["taken"] for r in tx.all("SELECT * FROM slot")})
        )
        for name, taken in slots.items():
            _, day, label = name.split("|")
            assert taken == self.taken((day, label))
        assert self.run(self.store.read(lambda tx: list(queries.verify(tx)))) == []

    def teardown(self) -> None:
        self.run(self.store.close())
        self.loop.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_lives_of_submissions(
    request: pytest.FixtureRequest, tmp_path: Path, site: Path, engine: str
) -> None:
    """In any order of events each submission is there once, in the state it should be in."""

    def make_database() -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path / str(uuid.uuid4())}.db"
        cluster: postgres.Cluster = request.getfixturevalue("cluster")
        return cluster.fresh()

    rules = Site(site)
    run_state_machine_as_test(
        lambda: Lives(rules, make_database),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=EXAMPLES < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )
