"""The rehearsal of losing a database server: `deploy/rehearse-failover`.

On this machine: a PostgreSQL with a synchronous standby, the API before both, people submitting
all the time. The primary is killed with -9 and the standby promoted. Nobody restarts or changes
anything else. Afterwards every submission that was acknowledged, before, while and after, must be
there exactly once, and the audit chain must hold.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg

from tests import postgres
from tests.processes import Server, run

PEOPLE = 16
PATIENCE = 120.0


class People:
    """People whose submissions wait in an outbox and go out again until they are acknowledged."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.acknowledged: dict[str, float] = {}
        self.unanswered = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._submit) for _ in range(PEOPLE)]
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """Let everybody finish what they have begun, and go."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _submit(self) -> None:
        with httpx.Client(base_url=self.base, timeout=60) as client:
            while not self._stop.is_set():
                key = str(uuid.uuid4())
                while not self._delivered(client, key):
                    self.unanswered += 1
                    time.sleep(0.2)
                self.acknowledged[key] = time.monotonic()

    def _delivered(self, client: httpx.Client, key: str) -> bool:
        body = {"category": "other", "text": f"第 {key} 件"}
        headers = {"Idempotency-Key": key}
        try:
            answer = client.post("/api/complaints", json=body, headers=headers)
        except httpx.TransportError:
            return False
        assert answer.status_code in (200, 201, 503), answer.text
        return answer.status_code != 503


def rehearse(folder: Path, before: int, after: int, say: Callable[[str], None] = print) -> None:
    """Do it, with so many submissions before the loss and after it."""
    folder.chmod(0o711)  # the database server runs as a user of its own
    with postgres.cluster(folder) as primary, postgres.standby_of(primary, folder) as standby:
        database = _both(primary, standby)
        say(f"primary on port {primary.port}, synchronous standby on port {standby.port}")
        with Server(folder, database, FORM_API_KEY_FILE=str(folder / "master.key")).start() as api:
            people = People(api.base)
            _wait(lambda: len(people.acknowledged) >= before)
            say(f"{len(people.acknowledged)} submissions acknowledged; kill -9 to the primary")
            killed = time.monotonic()
            primary.kill()
            standby.promote()
            say(f"standby promoted after {time.monotonic() - killed:.1f} s")
            count = len(people.acknowledged)
            _wait(lambda: len(people.acknowledged) >= count + after)
            people.leave()
        _check(folder, standby, database, people, killed, say)


def _both(primary: postgres.Cluster, standby: postgres.Cluster) -> str:
    """Return an address that leads to whichever of the two takes writes."""
    name = primary.fresh().rpartition("/")[2]
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    options = "target_session_attrs=read-write&connect_timeout=2"
    return f"postgresql://test@{hosts}/{name}?{options}"


def _check(
    folder: Path,
    standby: postgres.Cluster,
    database: str,
    people: People,
    killed: float,
    say: Callable[[str], None],
) -> None:
    name = database.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(standby.url(name)) as connection:
        rows = connection.execute("SELECT id FROM submission").fetchall()
    stored = Counter(row[0] for row in rows)
    wrong = [key for key in people.acknowledged if stored[key] != 1]
    times = sorted(people.acknowledged.values())
    gap = max(later - earlier for earlier, later in itertools.pairwise(times))
    earlier = sum(moment < killed for moment in times)
    say(f"acknowledged: {earlier} before the kill, {len(times) - earlier} after it")
    say(f"attempts put off with 503 or a lost connection, and sent again: {people.unanswered}")
    say(f"longest time without an acknowledgement: {gap:.1f} s")
    say(f"acknowledged but not there exactly once: {len(wrong)}")
    assert not wrong
    assert set(stored) == set(people.acknowledged)
    key = {"FORM_API_KEY_FILE": str(folder / "master.key")}
    verified = run(folder, "verify", "--database", database, **key)
    assert verified.returncode == 0, verified.stderr
    say("audit chain, checked by form-api: it holds")


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, "nothing is acknowledged any more"
        time.sleep(0.02)


def main() -> None:
    """Rehearse, and say what happens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=int, default=2000, help="submissions before the kill")
    parser.add_argument("--after", type=int, default=1000, help="submissions after it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="failover-") as name:
        rehearse(Path(name), options.before, options.after, lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
