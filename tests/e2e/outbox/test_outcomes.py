"""Every answer a submission can get: what becomes of the item, and what people are told."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Page, Route

from form_api.errors import PROBLEMS
from tests.e2e.proxy import Proxy

pytestmark = pytest.mark.browser

TOLD: Final = {
    "delivered": "已经收到。",
    "waiting": "还没有送到。",
    "later": "还没有送到。",
    "uncertain": "送出过，还没有收到回执。",
    "correct": "有几处要改，没有收下：",
    "full": "选的时段都约满了，没有约上。",
    "refused": "没有收下：",
}
RECEIPT: Final = {"number": "T201910-00000001", "code": "c", "due_on": "2019-10-22"} | {
    "received_at": "2019-10-15T09:00:00+08:00"
}

Outcome = dict[str, Any] | None
"""What the browser gets, as Playwright's `fulfill` takes it; None when the line is cut."""


def problem(type_: str, wait: int = 0) -> Outcome:
    """Return what the API answers when it refuses."""
    told = {"type": f"/api/problems/{type_}", "detail": "说明"}
    headers = {"Retry-After": str(wait)} if wait else {}
    return {"status": PROBLEMS[type_][0], "json": told, "headers": headers}


CASES: Final[dict[str, tuple[Outcome, str, str]]] = {
    "receipt": ({"status": 201, "json": RECEIPT}, "delivered", "delivered"),
    "the same receipt": ({"status": 200, "json": RECEIPT}, "delivered", "delivered"),
    "another's": ({"status": 201, "json": RECEIPT | {"id": "other"}}, "uncertain", "uncertain"),
    "no number": ({"status": 201, "json": {}}, "uncertain", "uncertain"),
    "a log-in page": ({"status": 200, "body": "<h1>请登录</h1>"}, "uncertain", "uncertain"),
    "a way to one": ({"status": 302, "headers": {"Location": "/"}}, "uncertain", "uncertain"),
    "cut": (None, "uncertain", "uncertain"),
    "401 of a front server": ({"status": 401}, "uncertain", "uncertain"),
    "413 of a front server": ({"status": 413}, "correct", "correct"),
    "502 of a front server": ({"status": 502}, "uncertain", "uncertain"),
    "later": (problem("too-many", 60), "later", "uncertain"),
    **{
        type_: (problem(type_), certain, uncertain)
        for types, certain, uncertain in (
            ("malformed-body invalid-answers too-large", "correct", "correct"),
            ("missing-key cross-site not-allowed conflict", "refused", "refused"),
            ("already-booked unsupported-type key-reused", "refused", "refused"),
            ("no-place", "full", "full"),
            ("not-found no-page method-not-allowed internal", "uncertain", "uncertain"),
            ("too-many too-slow busy storage-full", "waiting", "uncertain"),
            ("proof-required spent-proof", "waiting", "uncertain"),
        )
        for type_ in types.split()
    },
}
"""By what the API, or something on the way, answers: how an item stands that had not left before,
and one that may have arrived already."""

NO_WORK: Final = {"nonce": "00", "salt": "00", "cost": 1, "keyLength": 8, "keyPrefix": ""}

DELIVER: Final = """async (items) => {
  const module = (name) => {
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    return import(loaded.find((url) => url.includes(`/assets/${name}.`)));
  };
  const [{ deliver }, { root, store }] = await Promise.all(["outbox-send", "outbox"].map(module));
  return store.alone(async () => {
    for (const item of items) await deliver(store, root, await store.keep(item));
    await store.remove("nothing"); // a change waits for all readers: the page has drawn
    return Object.fromEntries((await store.all()).map(({ id, body }) => {
      const entry = document.querySelector(`[data-id="${id}"]`);
      const told = entry.querySelector("[data-state]:not([hidden]) strong").textContent;
      return [id, [entry.dataset.truth, told, body !== undefined]];
    }));
  });
}"""
"""While nobody else sends: by item, its state, what people are told, whether the text is kept."""


def item_of(id_: str, *, uncertain: bool) -> dict[str, Any]:
    """Return what a form leaves in the outbox."""
    item = {"id": id_, "kind": "complaint", "title": "你提我改", "script": "zh-Hans", "created": 1}
    item |= {"action": "api/complaints", "page": "/complaints/", "status": "/complaints/status/"}
    item |= {"state": "waiting", "values": {}, "summary": [], "body": "{}"}
    return item | {"uncertain": True} if uncertain else item


def test_the_table_has_every_problem_of_the_api() -> None:
    """A new refusal is thought through here, too."""
    assert PROBLEMS.keys() <= CASES.keys()


@pytest.mark.parametrize("uncertain", [False, True], ids=["certain", "uncertain"])
def test_every_outcome_leads_to_a_state_that_is_told(
    page: Page, proxy: Proxy, *, uncertain: bool
) -> None:
    """Only our own receipt ends the waiting, only a definite refusal asks for a change."""

    def answer(route: Route) -> None:
        key = route.request.headers["idempotency-key"]
        outcome = CASES[key][0]
        if outcome is None:
            return route.abort()
        if "json" in outcome and "type" not in outcome["json"]:
            outcome = outcome | {"json": {"id": key} | outcome["json"]}
        return route.fulfill(**outcome)

    page.route("**/api/complaints", answer)
    page.route("**/api/challenge*", lambda route: route.fulfill(json={"parameters": NO_WORK}))
    page.goto(f"{proxy.url}outbox/")
    page.locator("[data-empty]").wait_for()
    seen = page.evaluate(DELIVER, [item_of(name, uncertain=uncertain) for name in CASES])
    states = {name: case[2] if uncertain else case[1] for name, case in CASES.items()}
    assert seen == {
        name: [state, TOLD[state], state != "delivered"] for name, state in states.items()
    }


def test_what_cannot_leave_stays_as_certain_as_it_was(page: Page, proxy: Proxy) -> None:
    """Without the API nothing is sent, so nothing new is uncertain."""
    page.goto(f"{proxy.url}outbox/")
    page.locator("[data-empty]").wait_for()
    proxy.down = True
    seen = page.evaluate(DELIVER, [item_of(str(old), uncertain=old) for old in (False, True)])
    states = {"False": "waiting", "True": "uncertain"}
    assert seen == {name: [state, TOLD[state], True] for name, state in states.items()}
    assert proxy.submitted == []
