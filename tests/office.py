"""Colleagues at the desk, and a day in their office: for tests and for the handbook's pictures."""

from __future__ import annotations

import html
import re
from functools import cache, partial
from typing import Any

import httpx

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
    """Return the digest of everybody's password, made once."""
    return accounts.hash_password(PASSWORD)


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
