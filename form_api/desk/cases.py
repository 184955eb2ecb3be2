"""Complaints and requests for help at the desk: the queues, one case, and its record.

Every step is one event of the submission's chain, with the officer in it; so is every look at
what a person wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from form_api import crypto, domain
from form_api.desk import similar
from form_api.desk.accounts import SUPERVISE, Officer, officers
from form_api.desk.case import OPEN, Case, Line, Step, visible
from form_api.desk.urgency import Urgency, urgency
from form_api.domain import Act, Submission, milliseconds
from form_api.errors import Problem
from form_api.export import opened
from form_api.service import Service
from form_api.store import commands, desk, queries, refusals
from form_api.store.base import Tx
from form_api.workdays import beijing

COMPARED = 200
LOOK_MINUTES = 10
"""Looking again within so long is the same look."""


class Cases:
    """Reads cases, and writes what is done with them."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def queue(self, officer: Officer, states: Iterable[str] = OPEN) -> list[Line]:
        """List the cases an officer may see, the most urgent first."""
        names = await self.names()
        rows = await self._service.store.read(partial(desk.cases, states=states))
        return [self._line(officer, row, names) for row in rows if visible(officer, row)]

    async def done(self, officer: Officer) -> list[Line]:
        """List what was answered, the newest first."""
        names = await self.names()
        rows = await self._service.store.read(desk.done_cases)
        return [self._line(officer, row, names) for row in rows if visible(officer, row)]

    async def badly_rated(self, officer: Officer) -> list[Line]:
        """List answers that people were not content with, until somebody has talked to them."""
        names = await self.names()
        rows = await self._service.store.read(desk.to_call_back)
        return [self._line(officer, row, names) for row in rows if visible(officer, row)]

    async def together(self, case: Case) -> tuple[str, list[str]]:
        """Return the number a case is answered with, and those answered with it."""
        leader = case.work["leader"]
        main = (await self._service.find_by_id(leader)).number if leader else ""
        return main, [found.number for found in await self.followers(case)]

    async def followers(self, case: Case) -> list[Submission]:
        """Return the open cases that get the answer of this one."""

        def query(tx: Tx) -> list[Submission]:
            return queries.by_ids(tx, desk.followers(tx, case.found.id))

        return await self._service.store.read(query)

    async def names(self) -> dict[str, Officer]:
        """Return everybody with an account, by id."""
        return {o.id: o for o in await self._service.store.read(officers)}

    async def open(self, number: str, officer: Officer) -> Case:
        """Open a case; the look goes into its record."""
        case = await self.load(number, officer)
        if case.answers:
            minute = milliseconds(self._service.clock()) // (LOOK_MINUTES * 60_000)
            look = Step("look", case.found.version, f"look|{officer.id}|{minute}")
            await self.write([self.act(case.found, officer, look, checked=False)])
            case = await self.load(number, officer)
        return case

    async def alike(self, case: Case) -> list[tuple[str, int]]:
        """List open cases that may be about the same thing, with how alike they are in percent."""
        text = case.answers.get("text", "")

        def query(tx: Tx) -> list[Submission]:
            rows = desk.cases(tx, OPEN, COMPARED)
            return queries.by_ids(tx, [row["id"] for row in rows if visible(case.officer, row)])

        found: list[tuple[str, int]] = []
        for other in await self._service.store.read(query):
            if other.id == case.found.id:
                continue
            share = similar.resemblance(text, opened(self._service.keys, other).get("text", ""))
            if share >= similar.ALARM / 2:
                found.append((other.number, round(share * 100)))
        return sorted(found, key=lambda item: -item[1])

    # For those who take steps

    async def load(self, number: str, officer: Officer) -> Case:
        """Return a case without noting a look, if the officer may see it."""
        found, work = await self._service.store.read(partial(_with_work, number=number))
        if (
            found is None
            or found.kind == "appointment"
            or not visible(officer, {"category": found.category} | work)
        ):
            raise Problem("not-found", "没有这个编号，或者不归您办。")
        proposal = None
        if work["proposal"] is not None and found.data_key is not None:
            proposal = crypto.unseal_json(
                self.key(found), f"proposal|{found.id}", bytes(work["proposal"])
            )
        return Case(
            found,
            work,
            opened(self._service.keys, found),
            self._urgency(found.due_on),
            proposal,
            officer,
        )

    def act(self, found: Submission, officer: Officer, step: Step, checked: bool = True) -> Act:
        """Return the event a step will be, what was written sealed."""
        key = self.key(found)
        return Act(
            id=found.id,
            action=step.action,
            at=milliseconds(self._service.clock()),
            actor=f"{domain.STAFF}:{officer.id}",
            request=step.request,
            data=step.data or {},
            sealed=crypto.seal_json(key, f"event|{found.id}", step.text) if step.text else None,
            expected_version=step.version if checked else None,
            work=step.work or {},
        )

    async def write(self, acts: list[Act], still: Callable[[Tx], bool] = lambda _: True) -> None:
        """Write events together; whoever was quicker wins, and the officer is told.

        `still` tells, once the first act has taken its case, whether what the acts rest on holds.
        """

        def command(tx: Tx) -> None:
            commands.act(tx, acts[0])
            if not still(tx):
                raise refusals.Refused(refusals.STALE)
            for act in acts[1:]:
                commands.act(tx, act)

        try:
            await self._service.store.write(command)
        except refusals.Refused as refused:
            raise Problem(
                "conflict",
                "您看的时候，同事改动了这件事。您写的还在，请看过再做。",
                stale=True,
            ) from refused

    def key(self, found: Submission) -> Any:
        """Return the key of what belongs to a submission; purged ones have none left."""
        if found.data_key is None:
            raise Problem("conflict", "保存期已满，内容已经删除，不能再改。")
        return self._service.keys.data_key(found.id, found.data_key)

    def _urgency(self, due_on: str) -> Urgency:
        today = beijing(self._service.clock()).date()
        return urgency(due_on, today, self._service.site.rules.calendar)

    def _line(self, officer: Officer, row: Mapping[str, Any], names: Mapping[str, Officer]) -> Line:
        rules = self._service.site.rules
        kind = domain.KINDS[row["kind"]]
        field = rules.forms[kind.form].field("category" if row["kind"] == "complaint" else "way")
        matter = rules.matter(row["matter"])
        signs = row["proposed_by"] is not None
        return Line(
            row["number"],
            kind.title,
            field.label_of(row["category"]) if field and row["category"] else kind.title,
            matter.name if matter else row["matter"] or "",
            beijing(domain.moment(row["received_at"])).date().isoformat(),
            self._urgency(row["due_on"]),
            domain.STATES[row["state"]],
            names[row["owner"]].name if row["owner"] in names else "",
            row["owner"] == officer.id,
            row["offered_to"] == officer.id
            or (signs and officer.may(SUPERVISE) and row["proposed_by"] != officer.id),
            "等待签字" if signs else "并案" if row["leader"] else "",
        )


def _with_work(tx: Tx, number: str) -> tuple[Submission | None, dict[str, Any]]:
    """Read both sides of a case as of one moment: a colleague may be writing to both."""
    found = queries.by_number(tx, number)
    return found, desk.work(tx, found.id) if found else {}
