"""Fault 2: power loss. What was answered had reached the disk before the answer left."""

from __future__ import annotations

import re
import sys
import uuid
from pathlib import Path

import httpx
import pytest

from tests.faults.strace import attached
from tests.processes import COMMAND, Server

CALLS = "trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg"
LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<rest>.*)$")
RESUMED = re.compile(r"^\d+ +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)$")
UNSYNCED = """
import sqlite3, sys
from form_api.store import sqlite
connect = sqlite.connect
def careless(path):
    connection = connect(path)
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection
sqlite.connect = careless
from form_api.cli import main
main()
"""
"""The same service without the sync: the test must notice."""


def answers_before_sync(trace: str) -> tuple[int, int]:
    """Count the 201s in a trace, and those that left while the journal was not yet synced."""
    answered = early = 0
    unsynced = written = False
    for line in trace.splitlines():
        found = LINE.match(line) or RESUMED.match(line)
        if not found:
            continue
        call, rest = found["call"], found["rest"]
        if call == "pwrite64" and "-wal>" in rest:
            unsynced = written = True
        elif call in ("fdatasync", "fsync") and rest.endswith("= 0"):
            # The end of an interrupted call does not name its file; only the journal is synced
            # between a submission's writes and its answer.
            unsynced = False
        elif "HTTP/1.1 201" in rest:
            answered += 1
            early += unsynced or not written
            written = False
    return answered, early


@pytest.mark.parametrize("careful", [True, False], ids=["FULL", "NORMAL"])
def test_answer_leaves_after_the_sync(tmp_path: Path, careful: bool) -> None:
    """Every 201 leaves after the journal's sync returned; without that sync the check bites."""
    command = (COMMAND,) if careful else (sys.executable, "-c", UNSYNCED)
    with Server(tmp_path, f"sqlite:///{tmp_path / 'form.db'}", command=command).start() as server:
        with (
            httpx.Client(base_url=server.base, timeout=60) as client,
            attached(server.process.pid, tmp_path, "-e", CALLS) as trace,
        ):
            for number in range(20):
                key = {"Idempotency-Key": str(uuid.uuid4())}
                body = {"category": "other", "text": f"第 {number} 件"}
                assert client.post("/api/complaints", json=body, headers=key).status_code == 201
        answered, early = answers_before_sync(trace.read_text(encoding="utf-8"))
    assert answered == 20
    assert early == (0 if careful else 20)
