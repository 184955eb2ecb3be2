"""Work without end: reading, writing, repeating and backing up, in bounded memory."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from tests.faults.client import client, complain, count, status
from tests.faults.loads import Load
from tests.processes import Server, run

MINUTES = float(os.environ.get("SOAK_MINUTES", "0.15"))
"""CI takes some seconds, `make soak` half an hour."""
MIB = 2**20
DATABASE = "sqlite:///form.db"


def resident(server: Server) -> int:
    return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * 4096


def test_soak(tmp_path: Path) -> None:
    """Under lasting load nothing fails, memory and journal stay bounded, and all is there."""
    sizes: list[int] = []
    backups = 0
    with Server(tmp_path, DATABASE).start() as server, client(server.base) as http:
        load = Load(server.base, workers=4).start()
        load.wait_for(20)
        until = time.monotonic() + MINUTES * 60
        while time.monotonic() < until or not backups:
            for key, receipt in random.sample(list(load.acknowledged.items()), 10):
                assert status(http, receipt)["answers"]["text"] == f"第 {key} 件"
                assert complain(http, key, **load.sent[key]).json() == receipt
            assert http.get("/api/readyz").status_code == 200
            assert (tmp_path / "form.db-wal").stat().st_size < 128 * MIB
            sizes.append(resident(server))
            if len(sizes) % 100 == 10:
                backups += 1
                made = run(tmp_path, "backup", "--database", DATABASE, f"{backups}.backup")
                assert made.returncode == 0, made.stderr
                (tmp_path / f"{backups}.backup").unlink()
        load.join()
        assert load.refused == []
    mib = [size // MIB for size in (sizes[0], sizes[-1], max(sizes))]
    print(
        f"soak: {MINUTES} min, {len(load.sent)} submissions, {backups} backups, resident MiB {mib}"
    )
    settled = sorted(sizes[: max(1, len(sizes) // 3)])[-1]
    assert sizes[-1] < settled * 1.5 + 64 * MIB
    assert count(f"sqlite:///{tmp_path / 'form.db'}") == len(load.sent)
    verified = run(tmp_path, "verify", "--database", DATABASE)
    assert verified.returncode == 0, verified.stderr
