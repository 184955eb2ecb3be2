"""A PostgreSQL cluster of its own for the tests: started on a free port, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg


def binaries() -> Path | None:
    """Return the folder of the newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    return found[-1].parent if found else None


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Cluster:
    """A running server."""

    def __init__(self, folder: Path, sync: bool = True) -> None:
        self.folder, self.port, self.sync = folder, free_port(), sync
        self._databases = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, *command: str) -> None:
        """Run a server program; PostgreSQL refuses to run as root."""
        bin_ = binaries()
        assert bin_
        prefix = ["runuser", "-u", _user(), "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*prefix, str(bin_ / command[0]), *command[1:]],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )

    def init(self, *options: str) -> None:
        self.run("initdb", "-D", str(self.data), "-U", "test", "-A", "trust", "--no-sync", *options)

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        if not self.sync:
            options += " -c fsync=off -c full_page_writes=off"
        self.run(
            "pg_ctl",
            "-D",
            str(self.data),
            "-w",
            "-o",
            options,
            "-l",
            str(self.folder / "log"),
            "start",
        )

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def kill(self) -> None:
        """Kill every process of the server at once, as a machine does that loses its power."""
        first = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="utf-8")
        for process in (first, *map(int, children.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def promote(self) -> None:
        """Make a standby the server that takes writes."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://test@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """Make an empty database and return its address."""
        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@contextlib.contextmanager
def cluster(parent: Path | None = None, sync: bool = True) -> Iterator[Cluster]:
    """Run a server for as long as the block lasts; without syncs it is much faster."""
    folder = Path(tempfile.mkdtemp(prefix="form-api-postgres-", dir=parent))
    if os.getuid() == 0:
        shutil.chown(folder, _user())
    server = Cluster(folder, sync)
    server.init()
    with _running(server):
        yield server


@contextlib.contextmanager
def standby_of(primary: Cluster, parent: Path) -> Iterator[Cluster]:
    """Run a synchronous standby: the primary's commits wait until they are on its disk, too."""
    folder = parent / "standby"
    folder.mkdir()
    if os.getuid() == 0:
        shutil.chown(folder, _user())
    standby = Cluster(folder)
    source = f"host=127.0.0.1 port={primary.port} user=test"
    standby.run("pg_basebackup", "-D", str(standby.data), "-d", source, "-R", "-c", "fast")
    with _running(standby), psycopg.connect(primary.url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
        state = "SELECT sync_state FROM pg_stat_replication"
        while connection.execute(state).fetchone() != ("sync",):
            time.sleep(0.05)
        connection.close()
        yield standby


@contextlib.contextmanager
def _running(server: Cluster) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):  # it may have been killed
            server.stop("immediate")
        shutil.rmtree(server.folder, ignore_errors=True)


def _user() -> str:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"
