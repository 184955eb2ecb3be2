"""Who gets in, and what each role finds there."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from click.testing import CliRunner

from form_api.cli import main
from form_api.desk import accounts
from form_api.desk.accounts import Officer
from form_api.domain import milliseconds
from form_api.store import desk as stored
from tests import processes
from tests.form_api.desk.conftest import Office
from tests.office import PASSWORD, Desk, hire

PAGES: dict[str, str] = {
    "/desk/complaints/": "li sun wang",
    "/desk/complaints/triage/": "sun",
    "/desk/appointments/": "li sun wang",
    "/desk/appointments/phone/": "li sun wang",
    "/desk/capacity/": "sun",
    "/desk/publishing/": "pan",
    "/desk/statistics/": "li sun wang pan",
    "/desk/statistics/export.csv": "sun",
    "/desk/statistics/export.xlsx": "sun",
    "/desk/log/": "sun",
}


def sign_in(office: Office, id_: str, password: str = PASSWORD, code: str = "") -> httpx.Response:
    data = {"id": id_, "password": password, "code": code}
    return httpx.post(f"{office.api.base}/desk/sign-in", data=data, timeout=60)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_for_its_roles_only(office: Office, page: str) -> None:
    """A page answers 200 to the roles it is for, 403 to others, and nothing to strangers."""
    codes = {id_: desk.get(page).status_code for id_, desk in office.everybody.items()}
    allowed = PAGES[page].split()
    assert codes == {id_: 200 if id_ in allowed else 403 for id_ in codes}
    stranger = httpx.get(office.api.base + page)
    assert stranger.status_code == 303
    assert stranger.headers["location"].startswith("/desk/sign-in?next=")


def test_the_menu_shows_only_what_opens(office: Office) -> None:
    """Nobody is offered a page that would refuse them."""
    for id_, desk in office.everybody.items():
        menu = desk.get("/desk/statistics/").text.split("</nav>")[0]
        for address in re.findall(r'href="(/desk/[^"]+)"', menu.partition('"desk-nav"')[2]):
            assert id_ in PAGES[address].split(), address


def test_nothing_tells_a_wrong_name_from_a_wrong_password(office: Office) -> None:
    """Both get the same words, and no cookie."""
    answers = [sign_in(office, id_, "不对的密码一二三") for id_ in ("wang", "nobody")]
    texts = {re.sub(r'value="[^"]*"', "", a.text) for a in answers}
    assert len(texts) == 1
    assert {a.status_code for a in answers} == {401}
    assert not any("set-cookie" in a.headers for a in answers)


def test_the_cookie_is_kept_from_scripts_and_other_sites(office: Office) -> None:
    """The session's cookie is HttpOnly, SameSite=strict, for the desk only."""
    cookie = sign_in(office, "wang").headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/desk/"):
        assert part in cookie


def test_wrong_passwords_slow_down(office: Office) -> None:
    """After ten wrong ones an account waits, even for the right password; others do not."""
    hire(office.api, Officer("forgot", "忘了", ("window",), ""))
    for _ in range(accounts.WRONG_OF_AN_ACCOUNT):
        assert sign_in(office, "forgot", "不对的密码一二三").status_code == 401
    refused = sign_in(office, "forgot")
    assert refused.status_code == 429
    assert "请过一刻钟再试" in refused.text
    assert sign_in(office, "wang").status_code == 303
    office.forward(minutes=16)
    assert sign_in(office, "forgot").status_code == 303


def test_a_one_time_code_is_asked_for_and_works_once(office: Office) -> None:
    """With TOTP on, the password alone is not enough, and a code seen over a shoulder is spent."""
    hire(office.api, Officer("phone", "有动态码", ("window",), ""))
    secret, keys = pyotp.random_base32(), office.api.service.keys
    now = milliseconds(office.api.clock())
    turn_on = partial(accounts.set_totp, keys=keys, at=now, id_="phone", secret=secret)
    office.api.run(office.api.service.store.write(turn_on))
    code = pyotp.TOTP(secret).at(now // 1000)
    assert sign_in(office, "phone").status_code == 401
    assert sign_in(office, "phone", code="000000").status_code == 401
    assert sign_in(office, "phone", code=code).status_code == 303
    assert sign_in(office, "phone", code=code).status_code == 401
    later = pyotp.TOTP(secret).at(now // 1000 + 30)
    office.api.clock.forward(seconds=30)
    assert sign_in(office, "phone", code=later).status_code == 303


def test_a_form_without_the_sessions_token_changes_nothing(office: Office) -> None:
    """A forged form, a form of another session, and a form from another site are refused."""
    number = office.number()
    page = f"/desk/complaints/{number}/"
    sent = office.li.fill_in(page, f"{page}claim")
    other = Desk(office.api.base, "li").fill_in(page, f"{page}claim")
    for data, headers in (
        ({"version": sent["version"], "request": "r"}, {}),
        (sent | {"csrf": other["csrf"]}, {}),
        (sent, {"Origin": "https://evil.example"}),
        (sent, {"Sec-Fetch-Site": "cross-site"}),
    ):
        refused = office.li.client.post(f"{page}claim", data=data, headers=headers)
        assert refused.status_code == 403
    assert office.found(number).state == "received"


def test_a_link_cannot_lead_out_of_the_desk(office: Office) -> None:
    """After signing in one lands at the desk, whatever a link said."""
    for there in ("https://evil.example/", "//evil.example", "/desk//evil.example", "/\\evil"):
        data = {"id": "wang", "password": PASSWORD, "next": there}
        answer = httpx.post(f"{office.api.base}/desk/sign-in", data=data, timeout=60)
        assert answer.headers["location"] == "/desk/"


def test_sign_ins_are_on_record_and_the_record_holds(office: Office) -> None:
    """The log has who came and who was refused; a changed or missing line is found."""
    sign_in(office, "wang")
    sign_in(office, "wang", "不对的密码一二三")
    page = office.sun.get("/desk/log/").text
    for words in ("王芳", "登录没有成功"):
        assert words in page

    def broken(tx: Any) -> tuple[list[str], list[str]]:
        whole = list(stored.verify_log(tx))
        tx.run("UPDATE desk_log SET actor = 'li' WHERE seq = 2")
        return whole, list(stored.verify_log(tx))

    class Undo(Exception):
        pass

    seen: list[tuple[list[str], list[str]]] = []

    def command(tx: Any) -> None:
        seen.append(broken(tx))
        raise Undo

    with pytest.raises(Undo):
        office.api.run(office.api.service.store.write(command))
    assert seen[-1][0] == []
    assert seen[-1][1] == ["工作台日志断了：第 2 条"]


def test_the_command_line_makes_accounts(tmp_path: Path) -> None:
    """Accounts are made, listed, given a code, closed from the command line; mistakes are told."""
    database = f"sqlite:///{tmp_path / 'f.db'}"

    def staff(what: str, *rest: str, typed: str = "") -> str:
        done = CliRunner().invoke(
            main, ["staff", what, "--database", database, *rest], typed + "\n"
        )
        return str(done.output)

    assert processes.run(tmp_path, "migrate", "--database", database).returncode == 0
    options = ("--name", "李敏", "--role", "section", "--unit", "市场准入科")
    assert "账号建好了" in staff("add", "li", *options, typed=PASSWORD)
    assert "已经有账号" in staff("add", "li", *options, typed=PASSWORD)
    assert "密码至少" in staff("add", "xu", *options, typed="短")
    assert "角色只能是" in staff("add", "xu", "--name", "徐", "--role", "boss", typed=PASSWORD)
    assert "otpauth://totp/" in staff("totp", "li")
    assert staff("list") == "li\t李敏\t科室\t市场准入科\t动态码\n"
    assert "没有账号" in staff("disable", "nobody")
    assert "已停用" in staff("disable", "li")
    assert "已停用" in staff("list")
