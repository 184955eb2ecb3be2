"""Everything the desk's pages work with, put together once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from form_api.desk.accounts import Accounts
from form_api.desk.answers import Answers
from form_api.desk.capacity import Capacity
from form_api.desk.cases import Cases
from form_api.desk.hall import Hall
from form_api.desk.outbox import Outbox
from form_api.desk.publishing import Publishing
from form_api.desk.steps import Steps
from form_api.service import Service
from form_api.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's parts."""

    service: Service
    accounts: Accounts
    cases: Cases
    steps: Steps
    answers: Answers
    hall: Hall
    capacity: Capacity
    publishing: Publishing
    outbox: Outbox


def make_desk(service: Service, settings: Settings) -> Desk:
    """Put the desk together."""
    cases = Cases(service)
    hall = Hall(service)
    steps = Steps(service, cases)
    folder = settings.content_folder or Path("var/content")
    return Desk(
        service,
        Accounts(service.store, service.keys, service.clock),
        cases,
        steps,
        Answers(service, cases, steps),
        hall,
        Capacity(service, hall),
        Publishing(service, cases),
        Outbox(service.store, service.clock, settings.content_repository, folder),
    )
