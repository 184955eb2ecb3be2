"""Faults 3, 4 and 6: the disk is full, fails, or holds something that is not ours."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from form_api.launch import BROKEN_EXIT
from tests.faults.client import SLOW, client, complain, count, status
from tests.faults.strace import attached, failing
from tests.processes import Server, run


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path, f"sqlite:///{tmp_path / 'form.db'}").start() as running:
        yield running


def wal(folder: Path) -> Path:
    return folder / "form.db-wal"


def test_full_disk_refuses_and_recovers(tmp_path: Path, server: Server) -> None:
    """While no byte can be written each submission gets 503, reading works; then all goes on."""
    key = str(uuid.uuid4())
    with client(server.base) as http:
        receipt = complain(http).json()
        with attached(server.process.pid, tmp_path, *failing("pwrite64", "ENOSPC", wal(tmp_path))):
            refused = complain(http, key)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
            assert refused.json()["type"] == "/api/problems/storage-full"
            assert status(http, receipt)["answers"]["text"] == "一件事"
        assert count(server.database) == 1
        assert complain(http, key).status_code == 201
    assert count(server.database) == 2
    server.stop()
    assert run(tmp_path, "verify", "--database", server.database).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=72m", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("only root may make a small file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_small_disk_is_noticed_before_it_is_full(small_disk: Path) -> None:
    """The probe turns red while there is still room, and green again; nothing is lost."""
    database = f"sqlite:///{small_disk / 'form.db'}"
    ballast = small_disk / "ballast"
    with Server(small_disk, database).start() as server, client(server.base) as http:
        assert http.get("/api/readyz").status_code == 200
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room(small_disk) - 64 * 1024)
        ready = http.get("/api/readyz")
        assert (ready.status_code, "磁盘" in ready.json()["detail"]) == (503, True)
        answers = [complain(http, text="长" * 2000) for _ in range(40)]
        codes = {answer.status_code for answer in answers}
        assert codes == {201, 503}
        ballast.unlink()
        assert http.get("/api/readyz").status_code == 200
        for answer in answers:
            if answer.status_code == 201:
                assert status(http, answer.json())["answers"]["text"] == "长" * 2000
        assert complain(http).status_code == 201
    taken = sum(answer.status_code == 201 for answer in answers)
    assert count(database) == taken + 1


def room(folder: Path) -> int:
    stats = os.statvfs(folder)
    return stats.f_bavail * stats.f_frsize


@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_failed_write_ends_the_process(tmp_path: Path, server: Server, call: str) -> None:
    """After an I/O error nothing is acknowledged and the process leaves; the next one is whole."""
    key = str(uuid.uuid4())
    with client(server.base) as http:
        receipt = complain(http).json()
        with attached(server.process.pid, tmp_path, *failing(call, "EIO", wal(tmp_path))):
            assert complain(http, key).status_code == 503
            assert server.process.wait(SLOW) == BROKEN_EXIT
    assert "store broken" in server.said()
    with server.start(), client(server.base) as http:
        assert status(http, receipt)["number"] == receipt["number"]
        assert complain(http, key).status_code in (200, 201)
    assert count(server.database) == 2


def test_failed_checkpoint_ends_the_process(tmp_path: Path, server: Server) -> None:
    """A sync that fails while the journal is folded in is not taken for a success next time."""
    with client(server.base) as http:
        options = failing("fdatasync", "EIO", tmp_path / "form.db")
        with attached(server.process.pid, tmp_path, *options):
            receipts = [complain(http).json() for _ in range(5)]
            assert server.process.wait(SLOW) == BROKEN_EXIT
    with server.start(), client(server.base) as http:
        for receipt in receipts:
            assert status(http, receipt)["number"] == receipt["number"]


def damaged(database: Path) -> None:
    """Write noise over a page in the middle."""
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2)
        file.write(os.urandom(4096))


def cut(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


@pytest.mark.parametrize("harm", [damaged, cut])
def test_damaged_file_is_refused_and_left(tmp_path: Path, harm: object) -> None:
    """A damaged file is refused with the way out; it is neither repaired nor replaced."""
    database = tmp_path / "form.db"
    with Server(tmp_path, f"sqlite:///{database}").start() as server, client(server.base) as http:
        for _ in range(20):
            complain(http, text="字" * 1000)
    assert callable(harm)
    harm(database)
    content = database.read_bytes()
    refused = run(tmp_path, "serve", "--port", "0", "--database", f"sqlite:///{database}")
    assert refused.returncode == 1
    assert "restore" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert database.read_bytes() == content


def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A folder that is gone (a disk not mounted) is named, and no empty database is made there."""
    assert run(tmp_path, "migrate", "--database", "sqlite:///form.db").returncode == 0
    key = str(tmp_path / "form.db.key")
    database = "sqlite:///gone/form.db"
    refused = run(tmp_path, "serve", "--port", "0", "--database", database, FORM_API_KEY_FILE=key)
    assert refused.returncode == 1
    assert "没有新建空的" in refused.stderr
    assert not (tmp_path / "gone").exists()


def test_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """Something else under the database's name is refused with whom to ask for which right."""
    assert run(tmp_path, "migrate", "--database", "sqlite:///form.db").returncode == 0
    (tmp_path / "form.db").rename(tmp_path / "elsewhere")
    (tmp_path / "form.db").mkdir()
    refused = run(tmp_path, "serve", "--port", "0", "--database", "sqlite:///form.db")
    assert refused.returncode == 1
    assert "属于运行服务的用户" in refused.stderr
    assert "Traceback" not in refused.stderr
