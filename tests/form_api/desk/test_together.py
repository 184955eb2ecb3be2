"""Several people at one case, and sessions that end while somebody types: nothing is written over
and nothing typed is lost."""

from __future__ import annotations

import asyncio
import html
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest

from form_api import progress
from form_api.desk import accounts
from form_api.desk.accounts import Officer
from form_api.desk.case import Step
from form_api.desk.cases import Cases
from form_api.desk.steps import Steps
from form_api.domain import milliseconds
from form_api.errors import Problem
from tests.form_api.desk.conftest import ANSWER, Office
from tests.office import COLLEAGUES, LI, PASSWORD, SUN, Desk, hire


def test_of_two_who_claim_one_gets_it(office: Office) -> None:
    """Two officers claim at the same moment: one owns the case, the other is told who."""
    for _ in range(5):
        number = office.number()
        page = f"/desk/complaints/{number}/"
        sent = [(d, d.fill_in(page, f"{page}claim")) for d in (office.li, office.sun)]
        with ThreadPoolExecutor(2) as both:
            presses = [both.submit(d.client.post, f"{page}claim", data=data) for d, data in sent]
            results = [press.result() for press in presses]
        assert sorted(r.status_code for r in results) == [200, 409]
        lost = next(r for r in results if r.status_code == 409)
        assert "您看的时候，有这些变化" in lost.text
        assert re.search("(李敏|孙涛)：开始办理", lost.text)
        claims = [e for e in office.found(number).events if e.action == "accept"]
        assert len(claims) == 1


def test_a_case_is_read_in_one_look(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A colleague who is quicker while the case is being read is told of, not half seen."""
    service = office.api.service
    number = office.number()
    version, read = office.found(number).version, service.store.read
    steps = Steps(service, Cases(service))
    li, sun = (next(o for o in COLLEAGUES if o.id == id_) for id_ in (LI, SUN))

    async def overtaken(query: Any) -> Any:
        result = await read(query)
        monkeypatch.undo()
        await steps.claim(number, li, Step("claim", version, "the quicker one"))
        return result

    monkeypatch.setattr(service.store, "read", overtaken)
    with pytest.raises(Problem) as refused:
        office.api.run(steps.claim(number, sun, Step("claim", version, "the slower one")))
    assert refused.value.type == "conflict"


def overtake(office: Office, monkeypatch: pytest.MonkeyPatch, quicker: Any) -> None:
    """Let something else happen between what the next step reads and what it writes."""
    store = office.api.service.store
    write = store.write

    async def overtaken(command: Any) -> Any:
        monkeypatch.undo()
        await asyncio.to_thread(quicker)
        return await write(command)

    monkeypatch.setattr(store, "write", overtaken)


def test_a_case_merged_while_its_leader_is_answered_gets_the_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is left behind with a case that was answered just before: the officer looks again."""
    leader, follower = office.claimed(), office.complain()
    page = f"/desk/complaints/{leader}/"
    words = ANSWER + "谁也没有落下"
    answer = office.li.fill_in(page, f"{page}answer", outcome="solved", text=words)
    number = follower["number"]
    overtake(office, monkeypatch, lambda: office.sun.step(number, "merge", leader=leader))
    late = office.li.client.post(f"{page}answer", data=answer | {"confirmed": "yes"})
    assert late.status_code == 409
    assert words in late.text
    again = {"outcome": "solved", "text": words, "confirmed": "yes"}
    assert office.li.step(leader, "answer", **again).status_code == 200
    assert office.api.status(follower)["state"] == "answered"


def test_a_leader_answered_while_a_case_is_merged_takes_it_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case is not joined to one that got its answer a moment ago."""
    leader, follower = office.claimed(), office.number()
    page = f"/desk/complaints/{follower}/"
    merge = office.sun.fill_in(page, f"{page}merge", leader=leader)
    answer = {"outcome": "solved", "text": ANSWER + "只差一步", "confirmed": "yes"}
    overtake(office, monkeypatch, lambda: office.li.step(leader, "answer", **answer))
    assert office.sun.client.post(f"{page}merge", data=merge).status_code == 409
    assert office.found(leader).state == "answered"
    assert "merge" not in office.found(follower).done


def test_a_password_changed_meanwhile_lets_nobody_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever signs in with the old password while it is being changed stays outside."""
    hire(office.api, Officer("ma", "马超", ("section",), "市场准入科"))
    api = office.api
    at = milliseconds(api.clock())
    change = partial(accounts.set_password, at=at, id_="ma", password_hash="another")
    overtake(office, monkeypatch, lambda: api.run(api.service.store.write(change)))
    signed = httpx.post(f"{api.base}/desk/sign-in", data={"id": "ma", "password": PASSWORD})
    assert signed.status_code == 401
    assert "desk" not in signed.cookies


def test_a_stale_answer_shows_what_changed_and_keeps_the_text(office: Office) -> None:
    """Whoever answers on an old page gets 409, the news and their text; the next press sends."""
    number = office.claimed()
    page = f"/desk/complaints/{number}/"
    sent = office.li.fill_in(
        page, f"{page}answer", outcome="solved", text=ANSWER + "电梯修好了", confirmed="yes"
    )
    office.sun.step(number, "note", text="刚接到电话，窗口已经改了")
    stale = office.li.client.post(f"{page}answer", data=sent)
    assert stale.status_code == 409
    assert "孙涛：内部备注" in stale.text
    assert "刚接到电话，窗口已经改了" in stale.text
    assert ANSWER + "电梯修好了</textarea>" in stale.text
    assert office.found(number).state == "in_progress"
    form = next(f for f in re.findall("<form.*?</form>", stale.text, re.S) if "/answer" in f)
    again = sent | dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert office.li.client.post(f"{page}answer", data=again).status_code == 200
    assert office.found(number).state == "answered"


def test_text_is_kept_when_the_step_is_gone(office: Office) -> None:
    """If a colleague answered first, what was typed is shown, to be copied, and is not sent."""
    number = office.claimed()
    page = f"/desk/complaints/{number}/"
    sent = office.li.fill_in(page, f"{page}answer", outcome="solved", text="我写了很久的答复")
    office.sun.step(number, "answer", outcome="solved", text=ANSWER + "先", confirmed="yes")
    late = office.li.client.post(f"{page}answer", data=sent)
    assert late.status_code == 409
    assert "您刚才写的没有发出" in late.text
    assert "我写了很久的答复" in late.text
    assert "我写了很久" not in str(office.found(number).events)


def test_text_is_kept_when_the_case_is_taken_away(office: Office) -> None:
    """If a case is given to somebody else, what its former owner typed is shown to them."""
    number = office.number()
    office.sun.step(number, "assign", to="wang")
    page = f"/desk/complaints/{number}/"
    sent = office.wang.fill_in(page, f"{page}answer", outcome="solved", text="窗口写的答复")
    office.sun.step(number, "assign", to="li")
    gone = office.wang.client.post(f"{page}answer", data=sent)
    assert gone.status_code == 404
    assert "窗口写的答复" in gone.text


def test_pressing_twice_is_pressing_once(office: Office) -> None:
    """The same form sent twice answers once, and both times leads on."""
    number = office.claimed()
    page = f"/desk/complaints/{number}/"
    sent = office.li.fill_in(
        page, f"{page}answer", outcome="solved", text=ANSWER + "两次", confirmed="yes"
    )
    for _ in range(2):
        assert office.li.client.post(f"{page}answer", data=sent).status_code == 200
    assert sum(e.action == "reply" for e in office.found(number).events) == 1


def test_text_survives_the_end_of_a_session(office: Office) -> None:
    """What was typed when the session ended waits behind the sign-in, and is sent on request."""
    number = office.claimed()
    page = f"/desk/complaints/{number}/"
    text = ANSWER + "\n第二行 <b>&amp;"
    sent = office.li.fill_in(page, f"{page}answer", outcome="solved", text=text, confirmed="yes")
    office.api.clock.forward(minutes=61)
    ended = office.li.client.post(f"{page}answer", data=sent)
    assert ended.status_code == 401
    assert "您刚才写的还在" in ended.text
    assert office.found(number).state == "in_progress"
    kept = _hidden(ended.text)
    wrong = office.li.client.post("/desk/sign-in", data=kept | {"id": LI, "password": "错了"})
    assert wrong.status_code == 401
    kept = _hidden(wrong.text)
    back = office.li.client.post("/desk/sign-in", data=kept | {"id": LI, "password": PASSWORD})
    assert "第二行 &lt;b&gt;&amp;amp;" in back.text
    form = re.findall("<form.*?</form>", back.text, re.S)[-1]
    assert office.li.client.post(f"{page}answer", data=_hidden(form)).status_code == 200
    found = office.found(number)
    assert found.state == "answered"
    service = office.api.service
    line = progress.status(service.site.rules, service.keys, found)["timeline"][-1]
    assert line["text"] == text
    office.forward(minutes=1)


def test_ticks_survive_the_end_of_a_session(office: Office) -> None:
    """Several ticked boxes are all still ticked after signing in again."""
    numbers = [office.number(text=f"广告 {i}") for i in range(2)]
    action = "/desk/complaints/triage/dismiss"
    sent: dict[str, object] = {
        **office.sun.fill_in("/desk/complaints/triage/", action, reason="广告")
    }
    office.api.clock.forward(minutes=61)
    ended = office.sun.client.post(action, data=sent | {"number": numbers})
    for number in numbers:
        assert f'name="kept-number" value="{number}"' in ended.text
    office.forward(minutes=1)


def test_a_closed_account_is_out_at_once(office: Office) -> None:
    """Closing an account ends its session with the next click."""
    hire(office.api, Officer("temp", "临时", ("section",), "市场准入科"))
    temp = Desk(office.api.base, "temp")
    assert "意见与求助" in temp.get("/desk/complaints/").text
    disable = partial(accounts.disable, at=milliseconds(office.api.clock()), id_="temp")
    office.api.run(office.api.service.store.write(disable))
    assert "登录工作台" in temp.get("/desk/complaints/").text


def _hidden(text: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}
