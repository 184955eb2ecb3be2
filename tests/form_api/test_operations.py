"""The command line: backups, exports, purging, verifying, moving; with real processes."""

from __future__ import annotations

import csv
import json
import uuid
from pathlib import Path

import httpx
import pytest

from tests.postgres import Cluster
from tests.processes import Server, run

DATABASE = "sqlite:///form.db"


def complain(server: Server, **answers: str) -> dict[str, str]:
    body = {"category": "other", "text": "一件事"} | answers
    answer = httpx.post(
        f"{server.base}/api/complaints", json=body, headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert answer.status_code == 201, answer.text
    receipt: dict[str, str] = answer.json()
    return receipt


def status(server: Server, receipt: dict[str, str]) -> httpx.Response:
    return httpx.get(server.base + receipt["status_url"], headers={"X-Query-Code": receipt["code"]})


def test_backup_while_running_and_restore(tmp_path: Path) -> None:
    """A backup made under way opens elsewhere with the same key, and only with it."""
    with Server(tmp_path, DATABASE).start() as server:
        receipt = complain(server)
        made = run(tmp_path, "backup", "--database", DATABASE, "copy.backup")
        assert made.returncode == 0, made.stderr
    content = (tmp_path / "copy.backup").read_bytes()
    assert b"SQLite format" not in content
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "form.db-wal").write_bytes(b"left over from another database")
    refused = run(elsewhere, "restore", "--database", DATABASE, "../copy.backup")
    assert refused.returncode == 1
    assert "密钥" in refused.stderr
    (elsewhere / "form.db.key").write_bytes((tmp_path / "form.db.key").read_bytes())
    restored = run(elsewhere, "restore", "--database", DATABASE, "../copy.backup")
    assert restored.returncode == 0, restored.stderr
    with Server(elsewhere, DATABASE).start() as server:
        assert status(server, receipt).json()["answers"]["text"] == "一件事"


@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_damaged_backup_is_refused(tmp_path: Path, damage: str) -> None:
    """A backup that was cut short or changed by one bit is not restored."""
    assert run(tmp_path, "migrate", "--database", DATABASE).returncode == 0
    run(tmp_path, "backup", "--database", DATABASE, "copy.backup")
    backup = tmp_path / "copy.backup"
    content = bytearray(backup.read_bytes())
    if damage == "cut":
        del content[-100:]
    else:
        content[len(content) // 2] ^= 1
    backup.write_bytes(content)
    (tmp_path / "form.db").unlink()
    refused = run(tmp_path, "restore", "--database", DATABASE, "copy.backup")
    assert refused.returncode == 1
    assert not (tmp_path / "form.db").exists()


def test_erase_reaches_the_running_service(tmp_path: Path) -> None:
    """Erasing at a person's request works beside the service, and leaves nothing readable."""
    with Server(tmp_path, DATABASE).start() as server:
        receipt = complain(server, text="独一无二的内容", reply_wanted="yes", contact="13800138000")
        done = run(tmp_path, "erase", "--database", DATABASE, receipt["number"])
        assert done.returncode == 0, done.stderr
        body = status(server, receipt).json()
        assert "answers" not in body
        assert body["purged_at"]
    assert run(tmp_path, "verify", "--database", DATABASE).returncode == 0


def test_the_running_service_says_why_it_refuses(tmp_path: Path) -> None:
    """A command the running service does not carry out ends with its reason, in words.

    It asks the service itself, whatever proxy this machine uses for others.
    """
    proxy = {"http_proxy": "http://127.0.0.1:1", "no_proxy": ""}
    with Server(tmp_path, DATABASE).start():
        refused = run(tmp_path, "staff", "disable", "--database", DATABASE, "nobody", **proxy)
        assert (refused.returncode, "没有账号 nobody" in refused.stderr) == (1, True)
        refused = run(tmp_path, "erase", "--database", DATABASE, "T191015-00000000")
        assert (refused.returncode, "没有查到" in refused.stderr) == (1, True)


def test_export_is_safe_and_masked(tmp_path: Path) -> None:
    """In the table no cell is a formula and no phone is whole; a person's own data is."""
    with Server(tmp_path, DATABASE).start() as server:
        for text in ("=1+1", "＝cmd", " +86", "@x", "-1", "平常"):
            receipt = complain(
                server, text=text, reply_wanted="yes", name="王女士", contact="13800138000"
            )
        code = {"X-Query-Code": receipt["code"]}
        more = f"{server.base}{receipt['status_url']}/add"
        httpx.post(more, json={"text": "还有一句"}, headers=code, timeout=60).raise_for_status()
        table = run(tmp_path, "export", "--database", DATABASE, "all.csv")
        own = run(tmp_path, "export", "--database", DATABASE, "--person", "13800138000", "own.txt")
    assert (table.returncode, own.returncode) == (0, 0), table.stderr + own.stderr
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = {row["内容"] for row in rows}
    assert texts == {"'=1+1", "'＝cmd", "' +86", "'@x", "'-1", "平常"}
    assert {row["联系方式"] for row in rows} == {"138****8000"}
    assert {row["称呼"] for row in rows} == {"王**"}
    lines = (tmp_path / "own.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6
    assert json.loads(lines[0])["answers"]["contact"] == "13800138000"
    assert json.loads(lines[-1])["timeline"][-1]["text"] == "还有一句"
    for name in ("all.csv", "own.txt"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0, "for whoever made it alone"


def test_missing_parts_are_not_replaced(tmp_path: Path) -> None:
    """A database without its key, and a key without its database, are refused in words."""
    assert run(tmp_path, "migrate", "--database", DATABASE).returncode == 0
    key = tmp_path / "form.db.key"
    key.rename(tmp_path / "away")
    assert "密钥" in run(tmp_path, "serve", "--port", "0", "--database", DATABASE).stderr
    (tmp_path / "away").rename(key)
    (tmp_path / "form.db").unlink()
    refused = run(tmp_path, "serve", "--port", "0", "--database", DATABASE)
    assert refused.returncode == 1
    assert "没有新建空的" in refused.stderr


def test_corrupt_database_is_left_alone(tmp_path: Path) -> None:
    """A file that is no database is refused with the way out, and not changed."""
    assert run(tmp_path, "migrate", "--database", DATABASE).returncode == 0
    (tmp_path / "form.db").write_bytes(b"no database at all " * 1000)
    refused = run(tmp_path, "serve", "--port", "0", "--database", DATABASE)
    assert refused.returncode == 1
    assert "restore" in refused.stderr
    assert (tmp_path / "form.db").read_bytes().startswith(b"no database at all")


def test_second_service_is_refused(tmp_path: Path) -> None:
    """Two services never write to one file."""
    with Server(tmp_path, DATABASE).start():
        refused = run(tmp_path, "serve", "--port", "0", "--database", DATABASE)
        assert refused.returncode == 1
        assert "另一个服务" in refused.stderr


def test_stop_finishes_and_ends_well(tmp_path: Path) -> None:
    """Asked to stop, the service ends with 0 and leaves one whole file."""
    server = Server(tmp_path, DATABASE).start()
    complain(server)
    assert server.stop() == 0
    assert run(tmp_path, "verify", "--database", DATABASE).returncode == 0


def test_settings_report_all_mistakes_at_once(tmp_path: Path) -> None:
    """Every wrong setting is named in one go, with what it should look like."""
    wrong = {
        "FORM_API_DATABASE": "mysql://host/forms",
        "FORM_API_PORT": "x",
        "FORM_API_BOT_CHECKS": "no",
        "FORM_API_NOPE": "1",
        "FORM_API_SMTP_URL": "mail.example.com",
        "FORM_API_WEBHOOK_URL": "ftp://example.com",
        "FORM_API_NOTIFY_TO": "desk",
        "FORM_API_LOG_FORMAT": "xml",
        "FORM_API_ALLOWED_ORIGINS": "example.com",
    }
    refused = run(tmp_path, "serve", **wrong)
    assert refused.returncode == 1
    for name in wrong:
        assert name in refused.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("task", ["serve", "migrate", "verify"])
def test_an_unknown_engine_is_refused_and_nothing_made(tmp_path: Path, task: str) -> None:
    """An address of no engine we know gets its form explained; no key, no folder is left."""
    refused = run(tmp_path, task, "--database", "mysql://host/forms")
    assert refused.returncode == 1
    assert "mysql://… 不认识" in refused.stderr
    assert not list(tmp_path.iterdir())


def test_log_lines_can_be_json(tmp_path: Path) -> None:
    """With FORM_API_LOG_FORMAT=json every line is one JSON object, from the first to the last."""
    with Server(tmp_path, DATABASE, FORM_API_LOG_FORMAT="json").start() as server:
        complain(server)
    lines = [json.loads(line) for line in server.said().splitlines()]
    assert {"time", "level", "logger", "message"} <= set(lines[0])
    assert any("running on" in line["message"] for line in lines)


def test_move_to_postgresql(tmp_path: Path, cluster: Cluster) -> None:
    """A store moved to PostgreSQL answers the same, with number, code and receipt."""
    with Server(tmp_path, DATABASE).start() as server:
        receipt = complain(server, text="搬家")
    target = cluster.fresh()
    moved = run(tmp_path, "migrate", "--database", DATABASE, "--to", target)
    assert moved.returncode == 0, moved.stderr
    environment = {"FORM_API_KEY_FILE": str(tmp_path / "form.db.key")}
    with Server(tmp_path, target, **environment).start() as server:
        assert status(server, receipt).json()["answers"]["text"] == "搬家"
    verified = run(tmp_path, "verify", "--database", target, **environment)
    assert verified.returncode == 0, verified.stderr
