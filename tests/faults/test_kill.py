"""Fault 1: kill -9 under load. Nothing acknowledged is lost, nothing is there twice."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from pathlib import Path

import httpx

from tests.faults.loads import Load
from tests.postgres import Cluster
from tests.processes import Server, run

CYCLES = int(os.environ.get("KILL_CYCLES", "25"))
"""CI kills 25 times on each engine; `make soak` 500."""


def test_kill_under_load(tmp_path: Path, database: str) -> None:
    """Every receipt given before a kill -9 is honoured after it, exactly once."""
    load = Load("")
    server = Server(tmp_path, database)
    for _ in range(CYCLES):
        server.start()
        load.base = server.base
        before = len(load.acknowledged)
        load.start().wait_for(before + random.randint(1, 40))
        server.kill()
        load.join()
    with server.start():
        load.send_all_again(server.base)
        with httpx.Client(base_url=server.base) as client:
            for key, receipt in random.sample(sorted(load.acknowledged.items()), 50):
                status = client.get(
                    receipt["status_url"], headers={"X-Query-Code": receipt["code"]}
                ).json()
                assert status["answers"]["text"] == f"第 {key} 件"
    numbers = [receipt["number"] for receipt in load.acknowledged.values()]
    assert len(set(numbers)) == len(load.sent)
    assert _rows(database) == len(load.sent)
    verified = run(tmp_path, "verify", "--database", database)
    assert verified.returncode == 0, verified.stderr
    print(f"{CYCLES} kills, {len(load.sent)} sent, each there once, the chain holds")


def test_stop_under_load_keeps_its_word(tmp_path: Path, database: str) -> None:
    """Asked to stop under load, the service answers what it took on, ends with 0, loses nothing."""
    server = Server(tmp_path, database).start()
    load = Load(server.base).start()
    load.wait_for(40)
    assert server.stop() == 0
    load.join()
    assert set(load.refused) <= {503}
    with server.start():
        load.send_all_again(server.base)
    assert _rows(database) == len(load.sent)


def test_several_processes_on_one_postgresql(tmp_path: Path, cluster: Cluster) -> None:
    """Three processes share a database; one is killed under load, and every promise holds."""
    database = cluster.fresh()
    servers = []
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        environment = {"FORM_API_KEY_FILE": str(tmp_path / "shared.key")}
        servers.append(Server(folder, database, **environment).start())
    load = Load("", workers=4)
    loads = [
        Load(server.base, workers=4, sent=load.sent, acknowledged=load.acknowledged)
        for server in servers
    ]
    for one in loads:
        one.start()
    loads[0].wait_for(60)
    servers[1].kill()
    time.sleep(0.2)
    for one in loads:
        one.join()
    for server in (servers[0], servers[2]):
        load.send_all_again(server.base)
    for server in (servers[0], servers[2]):
        server.stop()
    assert _rows(database) == len(load.sent)
    numbers = {receipt["number"] for receipt in load.acknowledged.values()}
    assert len(numbers) == len(load.sent)


def _rows(database: str) -> int:
    if database.startswith("sqlite"):
        with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
            row = connection.execute("SELECT count(*) FROM submission").fetchone()
    else:
        import psycopg

        with psycopg.connect(database) as connection_:
            row = connection_.execute("SELECT count(*) FROM submission").fetchone()
    assert row
    count: int = row[0]
    return count
