"""An office with a server and four colleagues at their desks, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from form_api.crypto import Keys
from form_api.domain import Submission
from form_api.settings import Settings
from form_api.store import open_store
from tests.form_api.conftest import Api, make_site
from tests.office import COLLEAGUES, LI, PAN, SUN, WANG, Desk, hire

ANSWER = "我们核实了，当天只开了一个窗口，现在每天上午都开三个窗口，不会再等这么久。"


class Office:
    """The server, and who sits at the desk: section, supervisor, window, publisher."""

    def __init__(self, api: Api) -> None:
        self.api = api
        hire(api, *COLLEAGUES)
        self.li, self.sun, self.wang, self.pan = (Desk(api.base, i) for i in (LI, SUN, WANG, PAN))

    @property
    def everybody(self) -> dict[str, Desk]:
        return {desk.id: desk for desk in (self.li, self.sun, self.wang, self.pan)}

    def forward(self, **span: float) -> None:
        """Let time pass; whoever was away for long has to sign in again."""
        self.api.clock.forward(**span)
        for desk in self.everybody.values():
            desk.sign_in()

    def complain(self, **answers: Any) -> dict[str, Any]:
        """Send a complaint and return its receipt."""
        sent = self.api.complain(**({"category": "delay", "text": "等了很久"} | answers))
        assert sent.status_code == 201, sent.text
        receipt: dict[str, Any] = sent.json()
        return receipt

    def number(self, **answers: Any) -> str:
        return str(self.complain(**answers)["number"])

    def claimed(self, **answers: Any) -> str:
        """Return a complaint that Li works on."""
        number = self.number(**answers)
        assert self.li.step(number, "claim").status_code == 200
        return number

    def answered(self, text: str = "", **answers: Any) -> str:
        """Return a complaint that Li has answered."""
        number = self.claimed(**answers)
        sent = self.li.step(
            number, "answer", outcome="solved", text=text or ANSWER, confirmed="yes"
        )
        assert self.found(number).state == "answered", sent.text
        return number

    def found(self, number: str) -> Submission:
        found: Submission = self.api.run(self.api.service.find_by_id(number))
        return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for a whole module; every test brings its own complaints."""
    folder: Path = tmp_path_factory.mktemp("office")
    keys, url = Keys(bytes(range(32))), f"sqlite:///{folder / 'form.db'}"
    settings = Settings(database=url, site=make_site(folder / "site"), bot_checks=False)
    api = Api(settings, open_store(url, keys.check, 1000), keys)
    yield Office(api)
    api.close()
