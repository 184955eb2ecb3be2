"""Faults 27 to 29: backups under load, purges and migrations that die half-way."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest

from tests.faults.client import client, complain, count, status, wait_until
from tests.faults.loads import Load
from tests.postgres import Cluster
from tests.processes import COMMAND, Server, run

DATABASE = "sqlite:///form.db"


def test_backup_under_load_restores_elsewhere(tmp_path: Path) -> None:
    """A backup made under load opens, verifies, and holds all that was answered before it began."""
    with Server(tmp_path, DATABASE).start() as server:
        load = Load(server.base, workers=4).start()
        load.wait_for(50)
        before = dict(load.acknowledged)
        made = run(tmp_path, "backup", "--database", DATABASE, "copy.backup")
        load.join()
    assert made.returncode == 0, made.stderr
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "form.db.key").write_bytes((tmp_path / "form.db.key").read_bytes())
    for suffix in ("-wal", "-shm"):
        (elsewhere / f"form.db{suffix}").write_bytes(b"left over from another database" * 500)
    restored = run(elsewhere, "restore", "--database", DATABASE, "../copy.backup")
    assert restored.returncode == 0, restored.stderr
    assert run(elsewhere, "verify", "--database", DATABASE).returncode == 0
    with Server(elsewhere, DATABASE).start() as server, client(server.base) as http:
        for key, receipt in list(before.items())[:20]:
            assert status(http, receipt)["answers"]["text"] == f"第 {key} 件"
    assert count(f"sqlite:///{elsewhere / 'form.db'}") >= len(before)


def test_wrong_key_opens_nothing(tmp_path: Path) -> None:
    """With another key neither backup nor database opens, and neither is changed."""
    assert run(tmp_path, "migrate", "--database", DATABASE).returncode == 0
    assert run(tmp_path, "backup", "--database", DATABASE, "copy.backup").returncode == 0
    content = (tmp_path / "form.db").read_bytes()
    assert run(tmp_path, "new-key", "other.key").returncode == 0
    other = {"FORM_API_KEY_FILE": "other.key"}
    for command in (
        ["serve", "--port", "0", "--database", DATABASE],
        ["restore", "--database", "sqlite:///new.db", "copy.backup"],
        ["verify", "--database", DATABASE],
        ["export", "--database", DATABASE, "all.csv"],
    ):
        refused = run(tmp_path, *command, **other)
        assert refused.returncode == 1
        assert "密钥" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert (tmp_path / "form.db").read_bytes() == content
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "all.csv").exists()


def test_erased_words_are_nowhere_on_the_disk(tmp_path: Path) -> None:
    """After an erasure the record's key is neither in the file nor in its journal."""
    with Server(tmp_path, DATABASE).start() as server, client(server.base) as http:
        receipt = complain(http, text="请忘掉我").json()
        with sqlite3.connect(tmp_path / "form.db") as connection:
            key, sealed = connection.execute("SELECT data_key, sealed FROM submission").fetchone()
        assert found_in(tmp_path, key)
        assert run(tmp_path, "erase", "--database", DATABASE, receipt["number"]).returncode == 0
        complain(http)
        wait_until(lambda: not (found_in(tmp_path, key) or found_in(tmp_path, sealed)))
        gone = status(http, receipt)
        assert "answers" not in gone
        assert gone["purged_at"]
        replay = complain(http, receipt["id"], text="请忘掉我")
        assert (replay.status_code, replay.json()["number"]) == (200, receipt["number"])
        assert complain(http, receipt["id"], text="别的").status_code == 422


def found_in(folder: Path, content: bytes) -> bool:
    return any(content in file.read_bytes() for file in folder.glob("form.db*"))


def killed_at(calls: int) -> list[str]:
    """A command line that is killed at its n-th write to the disk."""
    inject = f"inject=pwrite64:signal=KILL:when={calls}"
    quiet = ["-f", "-o", "/dev/null"]
    return ["strace", *quiet, "-e", "trace=pwrite64", "-e", inject, COMMAND]


def test_migration_killed_anywhere_resumes(tmp_path: Path) -> None:
    """Killed at any of its writes, a migration is done or undone, and the next run completes it."""
    ends: set[int] = set()
    for calls in (2, 9, 30):
        folder = tmp_path / str(calls)
        folder.mkdir()
        assert run(folder, "new-key", "form.db.key").returncode == 0
        killed = subprocess.run(
            [*killed_at(calls), "migrate", "--database", DATABASE], cwd=folder, check=False
        )
        ends.add(killed.returncode)
        resumed = run(folder, "migrate", "--database", DATABASE)
        assert resumed.returncode == 0, resumed.stderr
        with sqlite3.connect(folder / "form.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert min(ends) < 0, "no run was killed"
    with Server(tmp_path / "9", DATABASE).start() as server, client(server.base) as http:
        assert complain(http).status_code == 201


def test_migration_of_postgresql_killed_half_way_resumes(tmp_path: Path, cluster: Cluster) -> None:
    """Killed while it waits inside a step, a migration leaves the step undone for the next run."""
    database = cluster.fresh()
    key = {"FORM_API_KEY_FILE": str(tmp_path / "shared.key")}
    assert run(tmp_path, "new-key", "shared.key").returncode == 0
    with psycopg.connect(database) as blocker:
        blocker.execute("CREATE TABLE view (in_the_way INT)")  # uncommitted: the step must wait
        stuck = subprocess.Popen(
            [COMMAND, "migrate", "--database", database], cwd=tmp_path, env=os.environ | key
        )
        wait_until(lambda: _waiting(database) > 0)
        stuck.kill()
        stuck.wait()
        blocker.rollback()
    with psycopg.connect(database) as look:
        assert look.execute("SELECT to_regclass('submission')").fetchone() == (None,)
    resumed = run(tmp_path, "migrate", "--database", database, **key)
    assert resumed.returncode == 0, resumed.stderr


def _waiting(database: str) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(database) as look:
        row = look.execute(query).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize("version", ["1", "999"])
def test_forms_of_other_versions_are_taken(shared: Server, version: str) -> None:
    """A form that a phone kept, older or newer than today's, is still accepted."""
    with client(shared.base) as http:
        answer = complain(http, str(uuid.uuid4()), form_version=int(version))
        assert answer.status_code == 201, answer.text


DIES_AT_THE_SIXTH = """
import os, signal
from form_api import rotation
from form_api.cli import main
wrap, calls = rotation.wrap_page, []
def one_then_die(*args, **kwargs):
    result = wrap(*args, **kwargs)
    calls.append(1)
    if len(calls) == 6:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
rotation.wrap_page, rotation.PAGE = one_then_die, 1
main()
"""
"""The same command, one record a transaction; the sixth is changed but never committed."""


def test_change_of_keys_killed_half_way_resumes(tmp_path: Path, database: str) -> None:
    """Killed between two records, the change of the master key is completed by the next run."""
    keys = {"FORM_API_KEY_FILE": str(tmp_path / "old.key")}
    with Server(tmp_path, database, **keys).start() as server, client(server.base) as http:
        receipts = [complain(http, text=f"第 {n} 件").json() for n in range(12)]
    assert run(tmp_path, "new-key", "new.key", "--after", "old.key").returncode == 0
    keys = {
        "FORM_API_KEY_FILE": str(tmp_path / "new.key"),
        "FORM_API_SECOND_KEY_FILE": str(tmp_path / "old.key"),
    }
    before = wrapped(database)
    command = [sys.executable, "-c", DIES_AT_THE_SIXTH, "rotate-keys", "--database", database]
    died = subprocess.run(command, cwd=tmp_path, env=os.environ | keys, check=False)
    assert died.returncode == -signal.SIGKILL
    assert len(before & wrapped(database)) == 12 - 5
    with Server(tmp_path, database, **keys).start() as server, client(server.base) as http:
        assert [status(http, r)["answers"]["text"] for r in receipts] == [
            f"第 {n} 件" for n in range(12)
        ]
        resumed = run(tmp_path, "rotate-keys", "--database", database, **keys)
        assert resumed.returncode == 0, resumed.stderr
    assert not before & wrapped(database)
    del keys["FORM_API_SECOND_KEY_FILE"]
    with Server(tmp_path, database, **keys).start() as server, client(server.base) as http:
        assert status(http, receipts[0])["answers"]["text"] == "第 0 件"
    assert run(tmp_path, "verify", "--database", database, **keys).returncode == 0


def wrapped(database: str) -> set[bytes]:
    """Return the wrapped data keys as they are in the database."""
    query = "SELECT data_key FROM submission"
    if database.startswith("sqlite"):
        with sqlite3.connect(database.removeprefix("sqlite:///")) as look:
            return {row[0] for row in look.execute(query)}
    with psycopg.connect(database) as look_:
        return {row[0] for row in look_.execute(query)}
