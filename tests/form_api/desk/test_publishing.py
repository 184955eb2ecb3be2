"""Answers on their way to the public: the gate, the second person, the outbox and its faults."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from form_api.desk import gate
from form_api.desk import outbox as outbox_module
from form_api.desk.accounts import Officer
from form_api.desk.outbox import ALARM_AFTER, Outbox, bring
from form_api.store import desk as stored
from tests.form_api.desk.conftest import ANSWER, Office
from tests.office import Desk, hire

PERSONAL = {
    "手机": "打 13800138000 问过",
    "带空格的手机": "打 138 0013 8000 问过",
    "国际写法": "打 +86 13800138000 问过",
    "座机": "打 0539-8112233 问过",
    "身份证": "身份证 371312199001011234 也交了",
    "末位是 X": "身份证 37131219900101123X 也交了",
    "车牌": "车牌 鲁Q12345 停不进去",
    "新能源车牌": "车牌 鲁QD12345 停不进去",
    "邮箱": "写信到 someone@example.com 没回",
    "银行卡": "卡号 6222020200112233445",
    "称呼": "找了王建国先生",
    "自报": "我叫李大海，等了两个小时",
}
HARMLESS = (
    "2019 年 10 月 15 日上午 9:30 在 12 号窗口等了 40 分钟",
    "交了 3 份材料，跑了 2 次，一共 120 元",
    "何时能办好？高兴办成，金额 1000 元，方先生女士们都等着",
)


class Repository:
    """A bare content repository, and a hook that can say no."""

    def __init__(self, folder: Path) -> None:
        self.path, self.copy = folder / "content.git", folder / "copy"
        self.hook = self.path / "hooks" / "pre-receive"
        seed = folder / "seed"
        subprocess.run(["git", "init", "-q", "-b", "main", seed], check=True)
        (seed / "matters").mkdir()
        (seed / "matters" / "readme").write_text("x", encoding="utf-8")
        commit = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qm", "x")
        subprocess.run(["git", "-C", seed, "add", "."], check=True)
        subprocess.run(["git", "-C", seed, *commit], check=True)
        subprocess.run(["git", "clone", "-q", "--bare", seed, self.path], check=True)

    def refuse(self, words: str) -> None:
        self.hook.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n", encoding="utf-8")
        self.hook.chmod(0o755)

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", self.path, "-c", "core.quotepath=false", *arguments],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def show(self, path: str) -> str:
        return self.git("show", f"main:{path}")

    @property
    def commits(self) -> int:
        return len(self.git("log", "--oneline", "main").splitlines())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


@pytest.fixture
def deliver(office: Office, repository: Repository) -> Callable[[], int]:
    """Return a round of delivery to a repository of this test's own."""
    service = office.api.service
    outbox = Outbox(service.store, service.clock, str(repository.path), repository.copy)
    return lambda: int(office.api.run(outbox.deliver()))


def waiting(office: Office) -> dict[str, dict[str, Any]]:
    files = office.api.run(office.api.service.store.read(stored.files_waiting))
    return {file["path"]: file for file in files}


def propose(office: Office, number: str, **texts: str) -> Any:
    """Ask for an answer to be made public."""
    content = {"title": "等候太久", "question": "等了很久", "answer": ANSWER, "improved": ""}
    return office.li.step(number, "offer_to_public", **content | texts)


def decide(office: Office, number: str, decision: str, **answers: str) -> Any:
    return office.pan.press("/desk/publishing/", f"/desk/publishing/{number}/{decision}", **answers)


def published(office: Office, text: str, **texts: str) -> tuple[str, str]:
    """Return the number and file of an answer that was agreed to."""
    number = office.answered(text)
    propose(office, number, **texts)
    assert decide(office, number, "publish").status_code == 200
    return number, f"replies/2019/{number}.md"


@pytest.mark.parametrize("kind", PERSONAL)
def test_what_points_to_a_person_is_stopped(kind: str) -> None:
    """Telephones, identity numbers, plates, cards, mail and names do not pass the gate."""
    assert gate.traces("question", PERSONAL[kind])


def test_only_what_was_read_goes_out(office: Office) -> None:
    """Who presses "agree" on a page shown before the text was sent back and changed, is told."""
    number = office.answered(ANSWER + "先后两稿")
    propose(office, number, title="先前的稿子")
    path = f"/desk/publishing/{number}/publish"
    pressed = office.pan.fill_in("/desk/publishing/", path)
    decide(office, number, "refuse_public", reason="标题再说清楚一些")
    propose(office, number, title="后来的稿子")
    late = office.pan.client.post(path, data=pressed)
    assert late.status_code == 409
    assert "有人改动了这件答复" in late.text
    assert f"replies/2019/{number}.md" not in waiting(office)
    assert decide(office, number, "publish").status_code == 200
    assert "后来的稿子" in waiting(office)[f"replies/2019/{number}.md"]["content"]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_points_to_nobody_passes(text: str) -> None:
    """Days, times, windows and sums are not taken for people."""
    assert gate.traces("question", text) == []


def test_the_gate_blocks_and_says_where(office: Office) -> None:
    """Personal data, also the name this person left, blocks the proposal at its field."""
    number = office.answered("第一件的答复：现在开三个窗口。", name="慕容雪", reply_wanted="no")
    for field, text in (
        ("question", "打 13800138000 问过"),
        ("answer", ANSWER + "慕容雪"),
        ("title", "鲁Q12345 停不下"),
        ("improved", "给 someone@example.com 回信"),
    ):
        blocked = propose(office, number, **{field: text})
        assert blocked.status_code == 422
        assert f'href="#offer_to_public-{field}"' in blocked.text
        assert text in blocked.text
    assert number not in office.pan.get("/desk/publishing/").text
    assert propose(office, number).status_code == 200
    assert number in office.pan.get("/desk/publishing/").text


def test_every_trace_is_told_once_at_its_field(office: Office) -> None:
    """A field with several traces names them all; what is inside another one is not told again."""
    left = {"name": "慕容女士", "contact": "13800138000", "reply_wanted": "yes"}
    number = office.answered("又一件的答复：门口装了扶手。", **left)
    blocked = propose(office, number, question="慕容女士，电话 13800138000，车牌 鲁Q12345").text
    (beside,) = re.findall(r'id="offer_to_public-question-error">(.*?)</p>', blocked, re.S)
    for trace in ("慕容女士", "13800138000", "鲁Q12345"):
        assert beside.count(f"“{trace}”") == 1


def test_a_public_telephone_may_stand() -> None:
    """The offices' own numbers are public already and pass."""
    public = "监督电话 0539-0000012"
    assert gate.traces("answer", "请打 0539-0000012", (), public) == []
    assert gate.traces("answer", "请打 0539-0000013", (), public)


def test_nobody_publishes_alone(office: Office) -> None:
    """Who proposes does not agree; who only answers cannot decide; a refusal needs a reason."""
    number = office.answered("第二件：窗口已经加开。")
    propose(office, number)
    action = f"/desk/publishing/{number}/publish"
    token = office.li.fill_in(f"/desk/complaints/{number}/", f"/desk/complaints/{number}/note")
    assert office.li.client.post(action, data=token).status_code == 403
    assert decide(office, number, "refuse_public", reason="").status_code == 422
    decide(office, number, "refuse_public", reason="请写得再具体些")
    assert "请写得再具体些" in office.li.get(f"/desk/complaints/{number}/").text
    hire(office.api, Officer("both", "又写又审", ("section", "publisher"), ""))
    both = Desk(office.api.base, "both")
    texts = {"title": "等候太久", "question": "等", "answer": ANSWER}
    both.step(number, "offer_to_public", **texts)
    token = both.fill_in("/desk/publishing/", f"/desk/publishing/{number}/refuse_public")
    assert both.client.post(action, data=token).status_code == 403
    assert waiting(office).get(f"replies/2019/{number}.md") is None


def test_an_agreed_answer_becomes_a_file(
    office: Office, repository: Repository, deliver: Callable[[], int]
) -> None:
    """The file has what the builder reads, in git's history under the desk's name."""
    number, path = published(office, "第三件：改了清单。", improved="清单删去“复印件”")
    assert deliver() >= 1
    text = repository.show(path)
    front = yaml.safe_load(text.split("---")[1])
    assert front["标题"] == "等候太久"
    assert front["改进"] == "清单删去“复印件”"
    assert str(front["编号"]) == number
    assert text.rstrip().endswith(ANSWER)
    assert f"公开答复 {number}" in repository.git("log", "main", "--format=%an %s")
    assert path not in waiting(office)


def test_withdrawing_leaves_a_note_in_its_place(
    office: Office, repository: Repository, deliver: Callable[[], int]
) -> None:
    """A published answer is taken back with a reason that names nobody; the file says only that."""
    number, path = published(office, "第四件：已经改好。")
    deliver()
    assert decide(office, number, "unpublish", reason="").status_code == 422
    blocked = decide(office, number, "unpublish", reason="13800138000 的机主要求撤下")
    assert blocked.status_code == 422
    assert "有电话号码“13800138000”" in blocked.text
    decide(office, number, "unpublish", reason="情况有变化，正在重新核实")
    deliver()
    text = repository.show(path)
    assert "情况有变化" in text
    assert ANSWER not in text
    assert "已撤下" in office.li.get(f"/desk/complaints/{number}/").text


def test_delivering_again_changes_nothing(
    office: Office, repository: Repository, deliver: Callable[[], int]
) -> None:
    """A round without anything new, and the same file twice, make no commit."""
    _, path = published(office, "第五件：电梯修好了。")
    files = waiting(office)
    deliver()
    before = repository.commits
    assert deliver() == 0
    bring(str(repository.path), repository.copy, files[path])
    assert repository.commits == before


def test_a_crash_between_push_and_mark_delivers_once(
    office: Office, repository: Repository, deliver: Callable[[], int]
) -> None:
    """If we die after the push and before noting it, the next round finds it there and notes it."""
    _, path = published(office, "第六件：空调修好了。")
    bring(str(repository.path), repository.copy, waiting(office)[path])
    before = repository.commits
    assert path in waiting(office)
    deliver()
    assert path not in waiting(office)
    assert repository.commits == before


def test_a_crash_before_the_push_is_made_good(
    office: Office, repository: Repository, deliver: Callable[[], int]
) -> None:
    """A half-written working copy and a lock left behind do not hinder the delivery."""
    deliver()
    _, first = published(office, "第七件：等候椅加了。")
    deliver()
    _, path = published(office, "第八件：饮水机修好了。")
    (repository.copy / first).write_text("半个文件", encoding="utf-8")
    (repository.copy / ".git" / "index.lock").touch()
    deliver()
    assert path not in waiting(office)
    assert "半个文件" not in repository.show(first)


def test_two_services_take_turns_at_one_copy(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes while another's file is ready to be committed does not sweep it away."""
    files = [{"path": f"{name}.md", "content": name, "message": name} for name in ("a", "b")]
    second = threading.Thread(
        target=bring, args=(str(repository.path), repository.copy, files[1]), daemon=True
    )
    git = outbox_module._git

    def crowded(folder: Path, *arguments: str) -> str:
        said = git(folder, *arguments)
        if arguments[0] == "add" and not second.ident:
            second.start()
            second.join(1)
        return said

    monkeypatch.setattr(outbox_module, "_git", crowded)
    bring(str(repository.path), repository.copy, files[0])
    second.join(30)
    assert [repository.show(f"{name}.md") for name in ("a", "b")] == ["a", "b"]


def test_while_git_is_down_the_answer_waits(
    office: Office, repository: Repository, deliver: Callable[[], int]
) -> None:
    """With the repository gone the file waits, is tried ever less often, and then arrives."""
    _, path = published(office, "第九件：停车场加了车位。")
    away = repository.path.with_name("away.git")
    repository.path.rename(away)
    deliver()
    tries = [waiting(office)[path]]
    assert tries[0]["error"]
    assert deliver() == 0, "too early to try again"
    assert waiting(office)[path]["attempts"] == 1
    office.forward(minutes=1)
    deliver()
    tries.append(waiting(office)[path])
    assert tries[1]["next_at"] - tries[1]["wanted_at"] > tries[0]["next_at"] - tries[0]["wanted_at"]
    away.rename(repository.path)
    office.forward(minutes=5)
    deliver()
    assert path not in waiting(office)
    assert repository.show(path)


def test_a_refused_push_is_shown_and_alarms_by_age(
    office: Office,
    repository: Repository,
    deliver: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the repository said stands on the page; after an hour it is an error, not a warning."""
    _, path = published(office, "第十件：加了引导员。")
    repository.refuse("第 3 行：类别 不对")
    deliver()
    assert "第 3 行：类别 不对" in waiting(office)[path]["error"]
    assert "会自动再送" in office.pan.get("/desk/publishing/").text
    assert not [r for r in caplog.records if r.levelname == "ERROR"]
    office.forward(seconds=ALARM_AFTER / 1000 + 60)
    deliver()
    assert [r for r in caplog.records if r.levelname == "ERROR" and path in r.getMessage()]
    assert "超过一小时了" in office.pan.get("/desk/publishing/").text
    repository.hook.unlink()
    office.forward(hours=1)
    deliver()
    assert path not in waiting(office)


def test_a_change_while_delivering_is_not_forgotten(office: Office) -> None:
    """If the file should hold something else by the time it is delivered, it is delivered again."""
    _, path = published(office, "第十一件：加了老花镜。")
    old = waiting(office)[path]
    store = office.api.service.store
    want = partial(stored.want_file, path=path, content="新的", message="改", at=old["wanted_at"])
    office.api.run(store.write(want))
    office.api.run(store.write(partial(stored.file_done, file=old, at=old["wanted_at"] + 1)))
    assert waiting(office)[path]["content"] == "新的"


def test_git_is_told_nothing_of_our_environment(
    office: Office, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR and its kin of whoever started us do not lead the delivery astray."""
    monkeypatch.setitem(os.environ, "GIT_DIR", "/nowhere")
    monkeypatch.setitem(os.environ, "GIT_INDEX_FILE", "/nowhere/index")
    _, path = published(office, "第十二件：加了母婴室。")
    deliver()
    monkeypatch.undo()
    assert path not in waiting(office)
