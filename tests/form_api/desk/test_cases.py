"""Complaints at the desk: every step, who may take it, who may not."""

from __future__ import annotations

import datetime as dt

import pytest

from form_api.decode import Posted
from tests.form_api.desk.conftest import ANSWER, Office
from tests.office import Desk

LONG_NO = "按条例第三条，这一项要由经营者本人来办，我们逐项核对过，现在确实不能办。"
OTHER_WAY = "请本人带身份证到 7 号窗口，当场就能办；来不了可以预约上门。"
STEPS = ("claim", "assign", "offer", "ask", "note", "extend", "merge", "answer", "reveal", "close")


def offered(desk: Desk, number: str) -> set[str]:
    """Return the steps a case's page offers."""
    text = desk.get(f"/desk/complaints/{number}/").text
    return {step for step in STEPS if f'/desk/complaints/{number}/{step}"' in text}


def test_each_role_is_offered_its_own_steps(office: Office) -> None:
    """A section claims, a supervisor assigns, a window sees what it was given, others nothing."""
    number = office.number(reply_wanted="yes", contact="13800138000")
    assert offered(office.li, number) == {"claim", "note"}
    assert offered(office.sun, number) >= {"claim", "assign", "answer", "extend", "merge", "reveal"}
    for desk, code in ((office.wang, 404), (office.pan, 403)):
        assert desk.get(f"/desk/complaints/{number}/").status_code == code
    office.li.step(number, "claim")
    assert offered(office.li, number) == set(STEPS) - {"claim", "assign", "close"}
    office.sun.step(number, "assign", to="wang")
    assert offered(office.wang, number) == set(STEPS) - {"claim", "assign", "close"}
    assert offered(office.li, number) == {"note"}


@pytest.mark.parametrize("step", [s for s in STEPS if s != "note"])
def test_a_step_that_is_not_offered_is_refused(office: Office, step: str) -> None:
    """Whoever sends a form that the page did not offer changes nothing."""
    number = office.number() if step != "claim" else office.claimed()
    sent = office.li.fill_in(f"/desk/complaints/{number}/", f"/desk/complaints/{number}/note")
    answers = {"text": ANSWER, "outcome": "solved", "to": "sun", "leader": office.number()}
    before = office.found(number).version
    refused = office.li.client.post(f"/desk/complaints/{number}/{step}", data=sent | answers)
    assert refused.status_code == 403, refused.text
    assert office.found(number).version == before


def test_a_window_sees_neither_queue_nor_refusals(office: Office) -> None:
    """What a window refused goes past every window; a window's queue has only its own."""
    refused, other = office.number(category="refused"), office.number()
    assert refused not in office.li.get("/desk/complaints/").text
    assert refused in office.sun.get("/desk/complaints/").text
    assert office.li.get(f"/desk/complaints/{refused}/").status_code == 404
    assert other not in office.wang.get("/desk/complaints/").text


def test_the_most_urgent_case_is_on_top(office: Office) -> None:
    """The queue counts working days: overdue first, then today, then soon; each in words."""
    numbers = []
    for days in (0, 1, 3, 3):
        office.forward(days=days)
        numbers.append(office.number(category="facility"))
    office.forward(days=2)
    text = office.li.get("/desk/complaints/").text
    places = [text.index(number) for number in numbers]
    assert places == sorted(places)
    lines = [text[:place].rsplit("<tr>", 1)[1] for place in places]
    wanted = ("due-overdue", "due-overdue", "due-amber", "due-calm")
    assert [next(w for w in wanted if w in line) for line in lines] == list(wanted)
    for words in ("已超期", "快到期"):
        assert words in text


def test_a_hand_over_counts_only_when_accepted(office: Office) -> None:
    """Until the colleague accepts, the case stays with its owner; declining leaves it there."""
    number = office.claimed()
    office.li.step(number, "offer", to="wang")
    assert "等您处理" in office.wang.get("/desk/complaints/?view=mine").text
    assert "answer" in offered(office.li, number)
    office.wang.step(number, "decline")
    assert office.wang.get(f"/desk/complaints/{number}/").status_code == 404
    office.li.step(number, "offer", to="wang")
    office.wang.step(number, "take")
    assert "answer" in offered(office.wang, number)
    assert "answer" not in offered(office.li, number)


def test_a_case_goes_only_to_somebody_who_answers(office: Office) -> None:
    """A case cannot be assigned to a stranger, or to a colleague who does not answer."""
    number = office.number()
    for to in ("", "nobody", "pan"):
        refused = office.sun.step(number, "assign", to=to)
        assert refused.status_code == 422
        assert "请选一位能办理的同事" in refused.text
    assert "claim" in offered(office.li, number)


def test_notes_stay_inside_and_questions_go_out(office: Office) -> None:
    """A note is seen by colleagues only, a question by the person; neither may be empty."""
    receipt = office.complain()
    number = receipt["number"]
    office.li.step(number, "claim")
    office.li.step(number, "note", text="已经问过窗口负责人")
    office.li.step(number, "ask", text="请问是几号窗口")
    assert office.li.step(number, "note", text=" ").status_code == 422
    page = office.li.get(f"/desk/complaints/{number}/").text
    assert "已经问过窗口负责人" in page
    timeline = str(office.api.status(receipt)["timeline"])
    assert "请问是几号窗口" in timeline
    assert "已经问过" not in timeline
    assert "李敏" not in timeline


def test_time_is_extended_once_and_with_a_reason(office: Office) -> None:
    """An extension needs a reason the person reads, adds five working days, and comes only once."""
    receipt = office.complain()
    number = receipt["number"]
    office.li.step(number, "claim")
    assert office.li.step(number, "extend", text="").status_code == 422
    before = office.found(number).due_on
    office.li.step(number, "extend", text="要请外单位一起核实")
    after = office.found(number).due_on
    calendar = office.api.service.site.rules.calendar
    assert after == calendar.workday_after(dt.date.fromisoformat(before), 5).isoformat()
    assert "要请外单位一起核实" in str(office.api.status(receipt)["timeline"])
    assert "extend" not in offered(office.li, number)


def test_an_answer_reaches_the_person(office: Office) -> None:
    """The person reads the answer and can grade it; who wrote it stays inside."""
    receipt = office.complain()
    number = receipt["number"]
    office.li.step(number, "claim")
    office.li.step(number, "answer", outcome="solved", text=ANSWER, confirmed="yes")
    status = office.api.status(receipt)
    assert status["state"] == "answered"
    assert ANSWER in str(status["timeline"])
    assert "li" not in {line["by"] for line in status["timeline"]}


def test_templates_are_added_to_what_is_typed(office: Office) -> None:
    """Ready-made sentences come below what is typed so far, which stays; nothing is sent."""
    number = office.claimed()
    sent = office.li.fill_in(
        f"/desk/complaints/{number}/",
        f"/desk/complaints/{number}/answer",
        text="我们查了当天的录像。",
        template="sorry-fixed",
    )
    page = office.li.client.post(f"/desk/complaints/{number}/template", data=sent)
    assert "我们查了当天的录像。\n您说的情况我们核实了" in page.text
    assert office.found(number).state == "in_progress"


def test_a_copied_answer_asks_back(office: Office) -> None:
    """A template alone, or another case's answer, is sent only once it is confirmed."""
    answer = (
        "您反映的三号电梯停运，是年检没有按时做完，十月二十日已经检完开通，以后提前一周贴出通知。"
    )
    office.answered(answer)
    number = office.claimed()
    again = office.li.step(number, "answer", outcome="solved", text=answer)
    assert again.status_code == 422
    assert "相同" in again.text
    assert answer in again.text
    template = office.api.service.site.rules.answer_templates[0]["text"]
    empty = office.li.step(number, "answer", outcome="solved", text=template)
    assert "只有套话" in empty.text
    office.li.step(number, "answer", outcome="solved", text=answer, confirmed="yes")
    assert office.found(number).state == "answered"


def test_a_no_needs_reason_way_out_and_second_person(office: Office) -> None:
    """窗口无权否决: a no is sent after another supervisor has signed, with another way to it."""
    receipt = office.complain()
    number = receipt["number"]
    office.li.step(number, "claim")
    hidden = office.li.step(number, "answer", outcome="solved", text=LONG_NO)
    assert "有“不能办”的意思" in hidden.text
    bare = office.li.step(number, "answer", outcome="no", text=LONG_NO)
    assert "还可以怎么办" in bare.text
    assert bare.status_code == 422
    office.li.step(number, "answer", outcome="no", text=LONG_NO, alternative=OTHER_WAY)
    assert office.found(number).state == "in_progress"
    assert "sign" not in office.li.get(f"/desk/complaints/{number}/").text.split('action="')[-1]
    assert office.sun.step(number, "sign", text="").status_code == 422
    office.sun.step(number, "send_back", text="先问问能不能容缺")
    assert office.found(number).state == "in_progress"
    office.li.step(number, "answer", outcome="no", text=LONG_NO, alternative=OTHER_WAY)
    office.sun.step(number, "sign", text="依据核对过，别的办法可行")
    status = office.api.status(receipt)
    assert status["state"] == "answered"
    assert OTHER_WAY in str(status["timeline"])
    assert "依据核对过" not in str(status["timeline"])


def test_nobody_signs_their_own_no(office: Office) -> None:
    """A supervisor who proposed a no can neither sign nor send it back."""
    number = office.number(category="refused")
    office.sun.step(number, "claim")
    office.sun.step(number, "answer", outcome="no", text=LONG_NO, alternative=OTHER_WAY)
    page = f"/desk/complaints/{number}/"
    sent = office.sun.fill_in(page, f"{page}note", text="自己签")
    assert office.sun.client.post(f"{page}sign", data=sent).status_code == 403
    assert office.found(number).state == "in_progress"


def test_merged_cases_are_answered_together(office: Office) -> None:
    """What is the same is noticed, joined, and answered once for everybody."""
    text = "二楼等候区的椅子太少，老人只能站着等，请加几把椅子。"
    first, second = office.complain(text=text), office.complain(text=text + "谢谢")
    leader, follower = first["number"], second["number"]
    assert leader in office.sun.get(f"/desk/complaints/{follower}/").text
    for wrong in (follower, "T191015-00000000", ""):
        refused = office.sun.step(follower, "merge", leader=wrong)
        assert (refused.status_code, 'href="#merge-leader"' in refused.text) == (422, True)
    office.sun.step(follower, "merge", leader=leader.lower())
    assert "请反过来" in office.sun.step(leader, "merge", leader=office.number()).text
    page = office.sun.get(f"/desk/complaints/{follower}/").text
    assert f"随 {leader} 一起答复" in page
    assert "还没有人接" not in page
    office.sun.step(leader, "claim")
    assert follower in office.sun.get(f"/desk/complaints/{leader}/").text
    office.sun.step(leader, "answer", outcome="solved", text=ANSWER + "椅子", confirmed="yes")
    assert ANSWER in str(office.api.status(second)["timeline"])


def test_spam_is_closed_in_bulk_with_a_reason(office: Office) -> None:
    """A supervisor ticks spam and closes it together; without a reason nothing happens."""
    numbers = [office.number(text=f"加微信领补贴 {i}") for i in range(3)]
    page, action = "/desk/complaints/triage/", "/desk/complaints/triage/dismiss"
    assert office.li.get(page).status_code == 403
    kept = office.sun.press(page, action, number=numbers[0], reason="")
    assert kept.status_code == 422
    assert f'value="{numbers[0]}" checked' in kept.text
    sent: dict[str, object] = {**office.sun.fill_in(page, action, reason="广告")}
    office.sun.client.post(action, data=sent | {"number": numbers[:2]})
    assert [office.found(n).state for n in numbers] == ["closed", "closed", "received"]


def test_a_bad_rating_waits_for_a_call_back(office: Office) -> None:
    """After 不满意 the case stands in the call-back list until somebody has noted the talk."""
    number = office.answered()
    receipt = office.complain()
    good = receipt["number"]
    office.li.step(good, "claim")
    office.li.step(good, "answer", outcome="solved", text=ANSWER + "好", confirmed="yes")
    found = office.found(number)
    for one, grade in ((found, "2"), (office.found(good), "5")):
        posted = Posted({"grade": grade, "reason": "还是要等"})
        office.api.run(office.api.service.act(one, "rate", posted, f"rate-{one.number}"))
    listed = office.li.get("/desk/complaints/?view=bad").text
    assert number in listed
    assert good not in listed
    assert "请在 1 个工作日内联系" in office.li.get(f"/desk/complaints/{number}/").text
    office.li.step(number, "call_back", text="电话里说清了，窗口再加一个")
    assert number not in office.li.get("/desk/complaints/?view=bad").text


def test_a_person_can_have_it_done_again(office: Office) -> None:
    """What the person reopens is back in the queue, with its owner and a new due date."""
    receipt = office.complain()
    number = receipt["number"]
    office.li.step(number, "claim")
    office.li.step(number, "answer", outcome="solved", text=ANSWER + "一", confirmed="yes")
    assert number not in office.li.get("/desk/complaints/").text
    assert office.api.act(receipt, "reopen", {"text": "还是一样"}).status_code == 200
    assert number in office.li.get("/desk/complaints/?view=mine").text


def test_every_look_at_personal_data_is_on_record(office: Office) -> None:
    """Opening a case and looking at the contact is recorded; the contact is not shown unasked."""
    number = office.claimed(reply_wanted="yes", name="赵女士", contact="13911112222")
    before = office.li.get(f"/desk/complaints/{number}/").text
    assert "13911112222" not in before
    assert "赵女士" not in before
    assert "13911112222" in office.li.step(number, "reveal").text
    looks = [(e.actor, e.action) for e in office.found(number).events]
    assert ("staff:li", "look") in looks
    assert ("staff:li", "reveal") in looks


def test_a_case_is_found_by_its_number(office: Office) -> None:
    """The number somebody reads out leads to the case; a wrong one says so beside the field."""
    number = office.number()
    action = "/desk/complaints/find"
    there = office.li.press("/desk/complaints/", action, number=number.lower())
    assert there.url.path == f"/desk/complaints/{number}/"
    wrong = office.li.press("/desk/complaints/", action, number="T000000-1")
    assert wrong.status_code == 404
    assert "没有" in wrong.text
    assert 'value="T000000-1"' in wrong.text
