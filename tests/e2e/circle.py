"""The whole circle, in real processes, as a script to read from top to bottom.

A colleague publishes through git; a person complains without a network; the desk answers; a second
person agrees; the answer comes to the public site through git; the person reads and grades it.
`STEPS` is the table of contents. `record` gets what each step saw: `tests/e2e/test_circle.py` only
runs it, `scripts/record-circle` writes docs/circle.md from it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from site_builder import district
from tests.factories import front_matter, matter, write
from tests.office import LI, PAN, PASSWORD
from tests.processes import COMMAND, Server

ROOT = Path(__file__).parents[2]
BUILDER = str(Path(sys.executable).with_name("site-builder"))
MATTER = "content/matters/daily-life/elder-card.md"
IDENTITY = ("-c", "user.name=小王", "-c", "user.email=wang@example.invalid")
COMPLAINT = "老年证窗口排了一上午队，只开了一个窗口，能不能多开几个。"
ANSWER = "我们核实了，当天上午只开了 1 个窗口。从今天起，每天上午开 3 个窗口，人多时再加 1 个。"
IMPROVED = "老年证窗口上午由 1 个改为 3 个"
PATIENCE = 60_000
"""Milliseconds for a page."""
WAIT_FOR_A_PUSH = 300
"""Seconds: a push builds the site before it returns, on whatever machine."""

Record = Callable[[str, str, Page | None], None]
"""Takes what was done, what was seen (a terminal's lines), and the page that was looked at."""


class Circle:
    """The places and people of the story."""

    def __init__(self, folder: Path, browser: Browser, record: Record, open_: ExitStack) -> None:
        self.folder, self.browser, self.record = folder, browser, record
        self.clone, self.place = folder / "clone", folder / "server"
        self.open = open_
        self.number = self.code = self.secret = ""
        self.person = self._visitor(width=390)
        self.newcomer = self._visitor(width=1280, service_workers="block")
        self.service: Server

    @property
    def base(self) -> str:
        """Where site, API and desk are served."""
        return self.service.base

    def page(self, address: str) -> Page:
        """Open a page as the person does, on their phone, which keeps the site for bad networks."""
        return self._open(self.person, address)

    def fresh(self, address: str) -> Page:
        """Open a page as it is on the server now."""
        return self._open(self.newcomer, address)

    def _open(self, context: BrowserContext, address: str) -> Page:
        page = context.pages[0] if context.pages else context.new_page()
        page.goto(f"{self.base}/{address}")
        return page

    def colleague(self, id_: str, code: str = "") -> Page:
        """Sign a colleague in at the desk."""
        page = self._visitor(width=1280).new_page()
        page.goto(f"{self.base}/desk/sign-in")
        page.get_by_label("账号").fill(id_)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_label("动态码").fill(code)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("button", name="退出")).to_be_visible()
        return page

    def git(self, *arguments: str) -> str:
        """Run git in the colleague's clone; return what their terminal shows."""
        done = _run("git", *IDENTITY, *arguments, cwd=self.clone)
        return done.stdout + done.stderr

    def edit_promise(self, days: str, message: str) -> str:
        """Promise another number of days, commit and push; return what the terminal shows."""
        path = self.clone / MATTER
        text = re.sub(r"(?m)^承诺办结时限: .*$", f"承诺办结时限: {days}", path.read_text("utf-8"))
        path.write_text(text, "utf-8")
        self.git("commit", "--quiet", "--all", "--message", message)
        return self.git("push", "origin", "HEAD:refs/heads/main")

    def _visitor(self, width: int, **options: Any) -> BrowserContext:
        context = self.browser.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        self.open.callback(context.close)
        return context


def the_site_goes_up(circle: Circle) -> None:
    """准备内容仓库，第一次推送，网站上线."""
    _run(
        *(BUILDER, "publish", "init", str(circle.place), "--config", str(ROOT / "mkdocs.yml")),
        cwd=circle.folder,
    )
    district.start(circle.clone, ROOT / "content", "河东区", "https://www.example.gov.cn/")
    hall = {"实施主体": "区行政审批服务局", "进驻分区": "综合服务"}
    write(circle.clone / MATTER, front_matter(matter(结果样本=None, **hall)))
    circle.git("init", "--quiet", "--initial-branch=main")
    circle.git("remote", "add", "origin", str(circle.place / "content.git"))
    circle.git("add", "--all")
    circle.git("commit", "--quiet", "--message", "第一次发布")
    said = circle.git("push", "origin", "HEAD:refs/heads/main")
    assert (circle.place / "current" / "index.html").is_file(), said
    expect.set_options(timeout=PATIENCE)
    circle.service = Server(
        circle.folder,
        f"sqlite:///{circle.folder / 'form.db'}",
        FORM_API_CONTENT_REPOSITORY=str(circle.place / "content.git"),
        FORM_API_CONTENT_FOLDER=str(circle.folder / "copy"),
    )
    circle.open.enter_context(circle.service.start("--site", str(circle.place / "current")))
    for id_, name, role in ((LI, "李敏", "section"), (PAN, "潘宁", "publisher")):
        options = ("--name", name, "--role", role, "--database", circle.service.database)
        _run(COMMAND, "staff", "add", id_, *options, typed=PASSWORD)
    shown = _run(COMMAND, "staff", "totp", PAN, "--database", circle.service.database).stdout
    circle.secret = pyotp.parse_uri(shown.splitlines()[-1]).secret
    circle.record("小王把内容推送到仓库，网站就上线了。", said, circle.fresh(""))


def an_error_is_refused(circle: Circle) -> None:
    """改错一处，推送被退回，网站没有变."""
    said = circle.edit_promise("很快", "承诺时限改短")
    assert "没有收下这次推送" in said
    assert re.search(r"elder-card\.md:\d+", said), said
    page = circle.fresh("matters/elder-card/")
    expect(page.locator("main")).not_to_contain_text("很快")
    circle.record("小王把承诺时限写成“很快”。推送被退回，说清了哪一行、怎么改。", said, None)


def the_fixed_edit_goes_live(circle: Circle) -> None:
    """改好再推，网站跟着变."""
    began = time.monotonic()
    said = circle.edit_promise("'3'", "承诺时限改为 3 个工作日")
    took = time.monotonic() - began
    page = circle.fresh("matters/elder-card/")
    expect(page.locator("main")).to_contain_text("3 个工作日")
    circle.record(f"改成 3 个工作日再推送：{took:.0f} 秒后网站上就是新的。", said, page)


def a_person_complains_without_a_network(circle: Circle) -> None:
    """群众断网写意见，存在手机上，有网时自动送到."""
    page = circle.page("complaints/")
    page.check("[value=delay]")
    page.fill("[name=text]", COMPLAINT)
    page.check("[name=reply_wanted][value=yes]")
    page.fill("[name=name]", "赵女士")
    page.fill("[name=contact]", "13800138000")
    page.click(".form button[type=submit]")
    circle.person.set_offline(True)
    page.click("[data-action=send]")
    expect(page.locator(".panel h2")).to_have_text("已经存在这台设备上，还没有送到")
    circle.record("赵女士提意见时断了网。意见存在手机上，当场有临时编号。", "", page)
    circle.person.set_offline(False)
    page = circle.page("outbox/")
    receipt = page.locator("[data-truth=delivered]")
    expect(receipt).to_have_count(1, timeout=PATIENCE)
    circle.number = receipt.locator("[data-fill=number]").inner_text()
    circle.code = receipt.locator("[data-fill=code]").inner_text()
    circle.record("有网以后自动送到，换成正式编号和查询码。", "", page)


def the_desk_answers(circle: Circle) -> None:
    """工作台接下、答复，申请公开；带电话的被拦下."""
    page = circle.colleague(LI)
    page.get_by_role("link", name=circle.number).click()
    page.get_by_role("button", name="我来办").click()
    page.get_by_label("已经解决").check()
    page.get_by_role("textbox", name="答复", exact=True).fill(ANSWER)
    circle.record("李敏在工作台点“我来办”，写答复。", "", page)
    page.get_by_role("button", name="发出答复").click()
    expect(page.get_by_role("heading", name="公开答复")).to_be_visible()
    page.get_by_label("标题").fill("老年证窗口排队久")
    page.get_by_label("反映的事").fill(f"{COMPLAINT}我的电话 13800138000")
    page.get_by_label("改进了什么").fill(IMPROVED)
    page.get_by_role("button", name="申请公开").click()
    expect(page.locator(".error-summary")).to_contain_text("有电话号码“13800138000”")
    circle.record("李敏申请公开。文字里有电话，被拦下，指出在哪里。", "", page)
    page.get_by_label("反映的事").fill(COMPLAINT)
    page.get_by_role("button", name="申请公开").click()
    expect(page.locator("main")).to_contain_text("等待另一个人同意")


def a_second_person_agrees(circle: Circle) -> None:
    """另一个人登录（带动态码），同意公开."""
    page = circle.colleague(PAN, pyotp.TOTP(circle.secret).now())
    circle.record("潘宁用密码和动态码登录，看过以后同意公开。", "", page)
    page.get_by_role("button", name=f"同意公开 {circle.number}").click()
    expect(page.locator("main")).to_contain_text("已同意公开")


def the_answer_is_public(circle: Circle) -> None:
    """答复经 git 发布到网站，写着改进了什么."""
    page = circle.fresh("complaints/")
    reply = page.locator(".reply")
    until = time.monotonic() + WAIT_FOR_A_PUSH
    while not reply.count() and time.monotonic() < until:
        time.sleep(0.5)
        page = circle.fresh("complaints/")
    expect(reply).to_contain_text(ANSWER)
    expect(reply).to_contain_text(IMPROVED)
    assert "13800138000" not in page.content()
    reply.scroll_into_view_if_needed()
    log = _run("git", "-C", str(circle.place / "content.git"), "log", "--format=%h %an %s", "main")
    assert f"公开答复 {circle.number}" in log.stdout
    circle.record("答复成了内容仓库里的一个文件，网站上看得到。", log.stdout, page)


def the_person_reads_and_grades(circle: Circle) -> None:
    """本人凭编号和查询码查到答复，给出评价；工作台看得到."""
    page = circle.page("complaints/status/")
    page.fill("[name=number]", circle.number)
    page.fill("[name=code]", circle.code)
    page.click("main button[type=submit]")
    expect(page.locator(".timeline")).to_contain_text(ANSWER)
    page.get_by_label("满意", exact=True).check()
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator(".timeline")).to_contain_text("评价")
    circle.record("赵女士查到答复，评了“满意”。", "", page)
    desk = circle.colleague(LI)
    desk.goto(f"{circle.base}/desk/complaints/{circle.number}/")
    expect(desk.locator(".timeline")).to_contain_text("评价（满意）")
    circle.record("李敏看到评价。一圈走完。", "", desk)


STEPS = (
    the_site_goes_up,
    an_error_is_refused,
    the_fixed_edit_goes_live,
    a_person_complains_without_a_network,
    the_desk_answers,
    a_second_person_agrees,
    the_answer_is_public,
    the_person_reads_and_grades,
)


def go_round(
    folder: Path, browser: Browser, record: Record, headline: Callable[[str], Any]
) -> None:
    """Take every step, one after the other."""
    with ExitStack() as open_:
        circle = Circle(folder, browser, record, open_)
        for step in STEPS:
            headline((step.__doc__ or "").rstrip("."))
            step(circle)


def _run(
    *command: str, cwd: Path | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
        input=typed + "\n",
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode and command[0] != "git":
        raise AssertionError(done.stdout + done.stderr)
    return done
