"""A PostgreSQL cluster of its own for the tests: started on a free port, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
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

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
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
def cluster(parent: Path | None = None) -> Iterator[Cluster]:
    """Run a server for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="form-api-postgres-", dir=parent))
    if os.getuid() == 0:
        shutil.chown(folder, _user())
    server = Cluster(folder)
    server.init()
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"
