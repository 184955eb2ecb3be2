"""Colleagues at the desk, and a day in their office: for tests and for the handbook's pictures."""

from __future__ import annotations

import html
import re
from functools import cache, partial
from typing import Any

import httpx
from argon2 import PasswordHasher

from form_api.desk import accounts
from form_api.desk.accounts import Officer
from form_api.domain import milliseconds

PASSWORD = "长长的演示密码一二三"
LI, SUN, WANG, PAN = "li", "sun", "wang", "pan"
COLLEAGUES = (
    Officer(LI, "李敏", ("section",), "市场准入科"),
    Officer(SUN, "孙涛", ("supervisor",), "督查科"),
    Officer(WANG, "王芳", ("window",), "一窗受理区"),
    Officer(PAN, "潘宁", ("publisher",), "办公室"),
)


class Desk:
    """An officer signed in at the desk, pressing buttons of the pages they were given."""

    def __init__(self, base: str, id_: str) -> None:
        self.id = id_
        self.client = httpx.Client(
            base_url=base,
            follow_redirects=True,
            timeout=60,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self.sign_in()

    def sign_in(self) -> None:
        """Sign in, at the beginning or after the session has ended."""
        signed = self.client.post("/desk/sign-in", data={"id": self.id, "password": PASSWORD})
        assert signed.status_code == 200, signed.text

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.client.get(path)

    def fill_in(self, page: str, action: str, **answers: str) -> dict[str, str]:
        """Return what a form of a page would send, without sending it."""
        text = self.get(page).text
        form = next(
            (f for f in re.findall(r"<form.*?</form>", text, re.S) if f'"{action}"' in f), ""
        )
        assert form, f"no form for {action} on {page}:\n{text}"
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
        return {name: html.unescape(value) for name, value in hidden} | answers

    def press(self, page: str, action: str, **answers: str) -> httpx.Response:
        """Fill in the form of a page that posts to an address, and send it."""
        return self.client.post(action, data=self.fill_in(page, action, **answers))

    def step(self, number: str, name: str, **answers: str) -> httpx.Response:
        """Take a step on a case, on what its page shows now."""
        page = f"/desk/complaints/{number}/"
        return self.press(page, f"{page}{name}", **answers)

    def offers(self, number: str, name: str) -> bool:
        """Whether a case's page offers a step."""
        return f'/desk/complaints/{number}/{name}"' in self.get(f"/desk/complaints/{number}/").text


@cache
def hashed() -> str:
    """Return the digest of everybody's password: a cheap one, it is checked at every sign-in."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def hire(api: Any, *officers: Officer) -> None:
    """Make accounts."""
    for officer in officers:
        add = partial(
            accounts.add,
            keys=api.service.keys,
            at=milliseconds(api.clock()),
            officer=officer,
            password_hash=hashed(),
        )
        api.run(api.service.store.write(add))


def busy_day(api: Any) -> dict[str, tuple[str, str]]:
    """Fill the office with a week's work; return whose page shows what: name → (officer, address).

    `api` is a running server on the real site, with a clock that can be moved.
    """
    hire(api, *COLLEAGUES)
    li, sun = Desk(api.base, LI), Desk(api.base, SUN)

    def complain(text: str, **answers: Any) -> str:
        return str(api.complain(text=text, **answers).json()["number"])

    def pass_time(days: int) -> None:
        api.clock.forward(days=days)
        li.sign_in()
        sun.sign_in()

    food, wish = "food-business-license-new", {"reply_wanted": "yes"}
    complain("材料早就交齐了，说好 5 个工作日，到现在没有消息。", category="delay", matter=food)
    done = complain(
        "办小餐饮登记，窗口说要复印件，指南上写只带原件。", category="materials", window=9
    )
    li.step(done, "claim")
    fixed = "您说的情况我们核实了：9 号窗口多要了复印件。已经告诉全体窗口，只看原件。"
    li.step(done, "answer", outcome="solved", text=fixed)
    public = {"title": "窗口多要复印件", "question": "窗口要复印件，指南上写只带原件。"}
    public |= {"answer": fixed, "improved": "窗口清单已经删去“复印件”。"}
    li.step(done, "offer_to_public", **public)
    pass_time(3)
    chairs = "二楼等候区的椅子太少，老人只能站着等，请加几把椅子。"
    complain(chairs, category="facility")
    twin = complain(chairs + "谢谢", category="suggestion", **wish, contact="13900139000")
    refused = complain("我想用父亲的名义办营业执照，窗口说不行。", category="refused", window=7)
    sun.step(refused, "claim")
    sun.step(
        refused,
        "answer",
        outcome="no",
        text="营业执照要由经营者本人办理，代办要有委托书，依据是登记管理条例第十条。",
        alternative="让父亲写一份委托书，您带两人的身份证原件来 7 号窗口，当场就能办。",
    )
    pass_time(3)
    mine = complain(
        "10 月 18 日上午在 15 号窗口问医保转移，问了三遍才说清。\n希望改一改。",
        **({"category": "attitude", "window": 15, "contact": "13700137000"} | wish),
    )
    li.step(mine, "claim")
    li.step(mine, "note", text="已经调了当天的录像，等窗口负责人回话。")
    complain("指南里写“5 个工作日”，窗口贴的是“10 个工作日”，到底几天？", category="information")
    complain("加微信领补贴", category="other")
    slots = ("09:30-10:00", "09:30-10:00", "10:00-10:30", "14:00-14:30")
    for i, (name, slot) in enumerate(
        zip(("王女士", "张大爷", "周先生", "吴女士"), slots, strict=True)
    ):
        wanted = {"matter": food, "date": "2019-10-22", "slot": slot, "name": name}
        assert api.book(**wanted, phone=f"1380013800{i}").status_code == 201
    pass_time(1)
    closing = {"place": "hall:7-22", "first": "2019-10-22", "last": "2019-10-22"}
    closing |= {"label": "14:00-14:30", "units": "0", "reason": "设备检修"}
    sun.press("/desk/capacity/", "/desk/capacity/", **closing)
    return {
        "queue": (LI, "/desk/complaints/"),
        "case": (LI, f"/desk/complaints/{mine}/"),
        "answered": (LI, f"/desk/complaints/{done}/"),
        "day": (LI, "/desk/appointments/?place=hall:7-22"),
        "phone": (LI, "/desk/appointments/phone/"),
        "statistics": (LI, "/desk/statistics/"),
        "refused": (LI, "/desk/log/"),
        "sign": (SUN, f"/desk/complaints/{refused}/"),
        "alike": (SUN, f"/desk/complaints/{twin}/"),
        "triage": (SUN, "/desk/complaints/triage/"),
        "capacity": (SUN, "/desk/capacity/"),
        "log": (SUN, "/desk/log/"),
        "publishing": (PAN, "/desk/publishing/"),
    }
