"""Submissions: accepted exactly once, found again with number and code."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest

import form_definitions
from form_api import site as site_module


def test_complaint_gets_a_receipt(api: Any) -> None:
    """A complaint is answered 201 with number, code, time received and a working-day due date."""
    answer = api.complain()
    receipt = answer.json()
    assert answer.status_code == 201
    assert receipt["number"].startswith("T191015-")
    assert len(receipt["code"]) == 8
    assert receipt["received_at"] == "2019-10-15T09:00:00+08:00"
    assert receipt["due_on"] == "2019-10-22"


def test_same_key_and_body_is_the_same_receipt(api: Any) -> None:
    """Sending the same submission again gives 200 and the very same receipt."""
    key = str(uuid.uuid4())
    first, again = api.complain(key), api.complain(key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"


def test_same_key_with_another_body_is_refused(api: Any) -> None:
    """One key cannot stand for two different submissions."""
    key = str(uuid.uuid4())
    api.complain(key)
    refused = api.complain(key, text="别的内容")
    assert refused.status_code == 422
    assert refused.json()["type"] == "/api/problems/key-reused"


def test_key_of_another_kind_is_refused(api: Any) -> None:
    """A complaint's key cannot be used for an appointment."""
    key = str(uuid.uuid4())
    api.complain(key)
    assert api.book(key).json()["type"] == "/api/problems/key-reused"


def test_fifty_at_once_are_one(api: Any) -> None:
    """Fifty simultaneous posts of one submission make one row and one receipt."""
    key = str(uuid.uuid4())
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(api.complain(key))) for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize("key", ["", "{key}", "urn:uuid:{key}", "-{key}", "十六"])
def test_only_a_uuid_is_a_key(api: Any, key: str) -> None:
    """What is not written as a UUID is refused, for a submission as for a step on one."""
    headers = {"Idempotency-Key": key.format(key=f"{{{uuid.uuid4()}}}").encode()}
    body = {"category": "other", "text": "话"}
    refused = api.client.post("/api/complaints", json=body, headers=headers)
    assert refused.json()["type"] == "/api/problems/missing-key"
    receipt = api.complain().json()
    headers["X-Query-Code"] = receipt["code"]
    refused = api.client.post(f"{receipt['status_url']}/withdraw", headers=headers)
    assert refused.json()["type"] == "/api/problems/missing-key"
    assert api.status(receipt)["state"] == "received"


def test_missing_key_is_explained(api: Any) -> None:
    """Without an Idempotency-Key nothing is stored, and the answer says what to add."""
    answer = api.client.post("/api/complaints", json={"category": "other", "text": "话"})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]


def test_all_field_problems_come_at_once(api: Any) -> None:
    """Every wrong field is listed, each with a pointer and a Chinese sentence."""
    answer = api.post("/api/complaints", {"category": "?", "window": 999, "surprise": 1})
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in problem["errors"]] == [
        "/category",
        "/text",
        "/window",
        "/surprise",
    ]
    assert problem["errors"][1]["message"] == "请写一写事情的经过"


def test_contact_is_needed_when_a_reply_is_wanted(api: Any) -> None:
    """Who wants a reply must leave a contact; who does not need not."""
    answer = api.complain(reply_wanted="yes")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/contact"]
    assert api.complain(reply_wanted="yes", contact="someone@example.com").status_code == 201


TEXTS = [
    "𠮷野家 👨‍👩‍👧‍👦 ①②③",
    "第一行\n第二行\t制表",
    "\U00030edd\U0002a6d6\U000e0100",
    "<script>alert(1)</script>'; DROP TABLE submission; --",
    "  两边有空格  ",
    "e\u0301 \uf900 １２３",
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back_exactly(api: Any, text: str) -> None:
    """What a person wrote is shown back character for character."""
    receipt = api.complain(text=text).json()
    assert api.status(receipt)["answers"]["text"] == text


def test_control_characters_are_removed(api: Any) -> None:
    """Invisible direction marks and controls are removed; line ends become LF."""
    receipt = api.complain(text="甲\u202e乙\x07丙\r\n丁").json()
    assert api.status(receipt)["answers"]["text"] == "甲乙丙\n丁"


def test_status_needs_the_code(api: Any) -> None:
    """A wrong code and an unknown number get the same answer."""
    receipt = api.complain().json()
    wrong = api.client.get(receipt["status_url"], headers={"X-Query-Code": "00000000"})
    unknown = api.client.get("/api/complaints/T191015-00000000", headers={"X-Query-Code": "1"})
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json() == unknown.json()


def test_status_by_the_id_a_phone_made(api: Any) -> None:
    """The number a phone made offline works for looking up as well."""
    key = str(uuid.uuid4())
    receipt = api.complain(key).json()
    answer = api.client.get(f"/api/complaints/{key}", headers={"X-Query-Code": receipt["code"]})
    assert answer.json()["number"] == receipt["number"]


def test_status_hides_who_wrote(api: Any) -> None:
    """The status shows what was written, not the name or the contact."""
    receipt = api.complain(reply_wanted="yes", name="王女士", contact="13800138000").json()
    assert set(api.status(receipt)["answers"]) == {"category", "text", "reply_wanted"}


def test_add_rate_and_reopen(api: Any) -> None:
    """A person can add to a complaint, rate the answer, and reopen it once."""
    receipt = api.complain().json()
    assert api.act(receipt, "add", {"text": "补一句"}).status_code == 200
    found = api.run(api.service.find_by_id(receipt["id"]))
    api.run(api.service.act_as_staff(found, "reply", "7", "已经改好"))
    status = api.status(receipt)
    assert (status["state"], status["actions"]) == ("answered", ["rate", "reopen", "add"])
    assert [line.get("text") for line in status["timeline"]] == [None, "补一句", "已经改好"]
    assert api.act(receipt, "rate", {"grade": "1", "reason": "没改"}).json()["state"] == "answered"
    assert api.act(receipt, "rate", {"grade": "5"}).status_code == 409
    assert api.act(receipt, "reopen", {"text": "还是不行"}).json()["state"] == "in_progress"
    found = api.run(api.service.find_by_id(receipt["id"]))
    api.run(api.service.act_as_staff(found, "reply", "7", "这次改好了"))
    assert api.act(receipt, "reopen", {"text": "再来"}).status_code == 409


def test_withdraw_is_final(api: Any) -> None:
    """A withdrawn complaint cannot be added to."""
    receipt = api.complain().json()
    assert api.act(receipt, "withdraw").json()["state"] == "withdrawn"
    assert api.act(receipt, "add", {"text": "补"}).status_code == 409


def test_same_action_twice_is_once(api: Any) -> None:
    """An action repeated with its key is done once."""
    receipt = api.complain().json()
    headers = {"X-Query-Code": receipt["code"], "Idempotency-Key": str(uuid.uuid4())}
    for _ in range(2):
        answer = api.client.post(
            f"{receipt['status_url']}/add", json={"text": "补"}, headers=headers
        )
    assert len(answer.json()["timeline"]) == 2


def test_officer_does_not_write_over_a_change(api: Any) -> None:
    """An officer who looked before a change is told, and nothing is written."""
    receipt = api.complain().json()
    seen = api.run(api.service.find_by_id(receipt["id"]))
    api.act(receipt, "add", {"text": "补"})
    with pytest.raises(Exception, match="conflict"):
        api.run(api.service.act_as_staff(seen, "reply", "7", "答复"))


def test_help_request(api: Any) -> None:
    """Asking for help gets a number and a call within two working days."""
    body = {"township": "jiuqu", "way": "visit", "name": "李大爷", "phone": "0539-8381234"}
    receipt = api.post("/api/help-requests", body).json()
    assert receipt["number"].startswith("B191015-")
    assert receipt["due_on"] == "2019-10-17"


def test_view_counts(api: Any) -> None:
    """Readings of a page in both scripts are counted together."""
    for path in ("/matters/barber/", "/hant/matters/barber/"):
        answer = api.client.post("/api/views", json={"path": path})
    assert answer.json() == {"path": "/matters/barber/", "views": 2}
    counts = api.client.get("/api/views", params={"path": ["/matters/barber/", "/none/"]}).json()
    assert counts == {"views": {"/matters/barber/": 2, "/none/": 0}}


def test_form_a_phone_kept_is_still_taken(start: Any, site: Any) -> None:
    """Half a year later version 1 is taken: not asked what is new, its old answers kept."""
    forms = form_definitions.load(site_module.CONTENT / "forms.yml")
    raw = json.loads(form_definitions.dump(forms))
    raw["complaint"] |= {"version": 2, "retired": ["place"]}
    raw["complaint"]["fields"].append(
        {"name": "when", "label": "时间", "required": True, "since": 2}
    )
    category = raw["complaint"]["fields"][0]
    category["choices"].append({"value": "parking", "label": "停车不便", "retired": True})
    (site / "data" / "forms.json").write_text(json.dumps(raw), encoding="utf-8")
    api = start()
    api.clock.forward(days=200)
    taken = api.complain(form_version=1, place="三楼", category="parking")
    assert taken.status_code == 201
    answers = api.status(taken.json())["answers"]
    assert (answers["place"], answers["category"]) == ("三楼", "parking")
    page = api.client.post("/api/complaints", data={"edit": "1"}, headers={"Accept": "text/html"})
    assert ("停车不便" in page.text, "窗口说了" in page.text) == (False, True)
    refused = api.complain(form_version=2)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/when"]
    assert api.complain(form_version=2, when="上午").status_code == 201
    assert api.complain(form_version=1, place=["三楼"]).status_code == 422
