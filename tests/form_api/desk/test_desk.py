"""The desk: sign-in, work on a case, two people for a no and for the public."""

from __future__ import annotations

import re
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from form_api.desk import accounts
from form_api.desk.accounts import Officer
from form_api.domain import milliseconds

PASSWORD = "长长的演示密码一二三"
REFUSED, GENERAL = "refused", "delay"


class Desk:
    """An officer signed in at the desk."""

    def __init__(self, api: Any, id_: str, *roles: str) -> None:
        officer = Officer(id_, f"{id_}同事", roles, "市场科")
        hashed = accounts.hash_password(PASSWORD)
        at = milliseconds(api.clock())
        add = partial(
            accounts.add, keys=api.service.keys, at=at, officer=officer, password_hash=hashed
        )
        api.run(api.service.store.write(add))
        self.client = httpx.Client(
            base_url=api.base,
            follow_redirects=True,
            timeout=30,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        signed = self.client.post("/desk/sign-in", data={"id": id_, "password": PASSWORD})
        assert signed.status_code == 200, signed.text

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def press(self, page: str, action: str, **answers: str) -> httpx.Response:
        """Fill in the form of a page that posts to an address, and send it."""
        html = self.get(page).text
        form = next(f for f in re.findall(r"<form.*?</form>", html, re.S) if f'"{action}"' in f)
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
        return self.client.post(action, data=dict(hidden) | answers)


@pytest.fixture
def number(api: Any) -> str:
    return str(api.complain(category=GENERAL, text="材料交了两次，还要再交").json()["number"])


def step(desk: Desk, number: str, name: str, **answers: str) -> httpx.Response:
    page = f"/desk/complaints/{number}/"
    return desk.press(page, f"{page}{name}", **answers)


def test_nobody_enters_without_signing_in(api: Any) -> None:
    """Without a session every page leads to the sign-in, and a wrong password stays outside."""
    assert "登录工作台" in httpx.get(f"{api.base}/desk/complaints/", follow_redirects=True).text
    wrong = httpx.post(f"{api.base}/desk/sign-in", data={"id": "x", "password": "y"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers


def test_an_answer_reaches_the_person(api: Any, number: str) -> None:
    """A claimed and answered case shows the answer to the person, without the officer's name."""
    officer = Desk(api, "li", "section")
    assert number in officer.get("/desk/complaints/").text
    assert step(officer, number, "claim").status_code == 200
    text = "我们核实了，第二次要的材料是多要的，已经退还给您，并且改了窗口的清单。"
    sent = step(officer, number, "answer", outcome="solved", text=text)
    assert sent.status_code == 200
    found = api.run(api.service.find_by_id(number))
    status = api.service.status(found)
    assert status["state"] == "answered"
    assert text in str(status["timeline"])
    assert "li" not in {line["by"] for line in status["timeline"]}


def test_a_no_needs_a_second_person(api: Any, number: str) -> None:
    """An answer that says no is sent only after a supervisor has signed it."""
    officer, chief = Desk(api, "li", "section"), Desk(api, "sun", "supervisor")
    step(officer, number, "claim")
    text = "按规定这一项现在不能办，依据是有关条例的第三条，已经逐项核对过。"
    hidden = step(officer, number, "answer", outcome="solved", text=text)
    assert hidden.status_code == 422
    step(officer, number, "answer", outcome="no", text=text, alternative="可以先办备案")
    assert api.run(api.service.find_by_id(number)).state == "in_progress"
    step(chief, number, "sign", text="核对过依据")
    assert api.run(api.service.find_by_id(number)).state == "answered"


def test_what_a_window_refused_is_not_for_the_windows(api: Any) -> None:
    """A complaint about a refusal is seen by the supervisor and by nobody at the windows."""
    number = api.complain(category=REFUSED).json()["number"]
    assert number not in Desk(api, "li", "section").get("/desk/complaints/").text
    assert number in Desk(api, "sun", "supervisor").get("/desk/complaints/").text


def test_every_page_opens(api: Any, number: str) -> None:
    """Every page of the desk answers for somebody with every role, and every look is verified."""
    everybody = Desk(api, "all", *accounts.ROLES)
    api.book()
    pages = ("complaints/", "complaints/triage/", f"complaints/{number}/", "capacity/", "log/")
    pages += ("appointments/", "appointments/phone/", "publishing/", "statistics/", "desk.css")
    pages += ("statistics/export.csv", "statistics/export.xlsx", "appointments/?date=2019-10-17")
    answers = {page: everybody.get(f"/desk/{page}").status_code for page in pages}
    assert set(answers.values()) == {200}, answers


def test_a_forged_form_is_refused(api: Any, number: str) -> None:
    """A form without this session's token changes nothing."""
    officer = Desk(api, "li", "section")
    forged = officer.client.post(f"/desk/complaints/{number}/claim", data={"version": "1"})
    assert forged.status_code == 403


def test_a_published_answer_arrives_in_git(start: Any, tmp_path: Path) -> None:
    """Two people and the gate later, the answer is a file of the content repository."""
    seed, bare = tmp_path / "seed", tmp_path / "content.git"
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    subprocess.run(["git", "init", "-q", "-b", "main", seed], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], cwd=seed, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", seed, bare], check=True)
    api = start(content_repository=str(bare), content_folder=tmp_path / "copy")
    number = api.complain(category=GENERAL, text="等了很久").json()["number"]
    officer, other = Desk(api, "li", "section"), Desk(api, "pan", "publisher")
    step(officer, number, "claim")
    answer = "等候时间长是因为当天只开了一个窗口，现在每天上午都开三个窗口。"
    step(officer, number, "answer", outcome="solved", text=answer)
    texts = {"title": "等候太久", "question": "打 13800138000 问过", "answer": answer}
    assert step(officer, number, "offer_to_public", **texts).status_code == 422
    texts["question"] = "等了很久"
    assert step(officer, number, "offer_to_public", **texts).status_code == 200
    action = f"/desk/publishing/{number}/publish"
    assert other.press("/desk/publishing/", action).status_code == 200
    show = ["git", "-C", str(bare), "show", f"main:replies/2019/{number}.md"]
    for _ in range(100):
        shown = subprocess.run(show, capture_output=True, text=True, check=False)
        if shown.returncode == 0:
            break
        other.get("/desk/publishing/")
    assert "等候太久" in shown.stdout
