"""The desk on each database."""

from __future__ import annotations

from typing import Any

from form_api.decode import Posted
from form_api.desk.accounts import ROLES, Officer
from form_api.store import desk as stored
from tests.form_api.desk.conftest import ANSWER
from tests.office import Desk, hire

PAGES = (
    "complaints/",
    "complaints/?view=mine",
    "complaints/?view=bad",
    "complaints/?view=done",
    "complaints/triage/",
    "appointments/",
    "appointments/?date=2019-10-17",
    "appointments/phone/",
    "capacity/",
    "publishing/",
    "statistics/",
    "statistics/export.csv",
    "statistics/export.xlsx",
    "log/",
)


def test_every_page_works_on_every_engine(start: Any, database: str) -> None:
    """From a claim to a bad grade, and every page after it, on SQLite and on PostgreSQL."""
    api = start(database)
    hire(
        api,
        Officer("all", "什么都管", tuple(ROLES), "综合科"),
        Officer("two", "第二人", ("publisher",), ""),
    )
    everybody = Desk(api.base, "all")
    number = api.complain(category="delay", text="等了很久").json()["number"]
    everybody.step(number, "claim")
    everybody.step(number, "answer", outcome="solved", text=ANSWER)
    found = api.run(api.service.find_by_id(number))
    api.run(api.service.act(found, "rate", Posted({"grade": "1"}), "rate"))
    texts = {"title": "等候太久", "question": "等", "answer": ANSWER}
    everybody.step(number, "offer_to_public", **texts)
    second = Desk(api.base, "two")
    second.press("/desk/publishing/", f"/desk/publishing/{number}/publish")
    api.book()
    closing = {"place": "hall:1-1", "first": "2019-10-17", "last": "2019-10-17", "label": ""}
    everybody.press("/desk/capacity/", "/desk/capacity/", **closing, units="0", reason="检修")
    pages = {page: everybody.get(f"/desk/{page}") for page in PAGES}
    assert {page: answer.status_code for page, answer in pages.items()} == dict.fromkeys(PAGES, 200)
    assert number in pages["complaints/?view=bad"].text
    assert number in pages["complaints/?view=done"].text
    assert "要改期的" in pages["capacity/"].text
    assert "已同意公开" in pages["publishing/"].text
    assert not api.run(api.service.store.read(lambda tx: list(stored.verify_log(tx))))
