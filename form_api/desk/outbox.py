"""Brings wanted files into the content repository: clone, write, commit, push.

The store says what each file should hold; whatever happens in between, doing it again leads to
the same. Only when the repository has taken a file is it marked as done; a crash between the two
finds nothing to commit and marks it then.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from form_api.domain import milliseconds
from form_api.errors import FormApiError
from form_api.service import Clock
from form_api.store import Store, desk

LOG = logging.getLogger("form_api.desk.outbox")
BRANCH = "main"
FIRST_WAIT = 30_000
LONGEST_WAIT = 3_600_000
ALARM_AFTER = 3_600_000
GIT_SECONDS = 900
"""A push builds the site before it returns; at ten thousand matters that takes a while."""
AUTHOR = ("-c", "user.name=工作台", "-c", "user.email=desk@localhost")


class GitFailed(FormApiError):
    """Git or the repository said no; the text is what it said last."""


class Outbox:
    """Delivers to one repository, one file after the other."""

    def __init__(self, store: Store, clock: Clock, repository: str, folder: Path) -> None:
        self._store, self._clock = store, clock
        self._repository, self._folder = repository, folder
        self._turn = asyncio.Lock()

    @property
    def connected(self) -> bool:
        """Whether there is a repository to bring anything to."""
        return bool(self._repository)

    async def deliver(self) -> int:
        """Bring what is due; what fails stays, and is tried again ever less often."""
        if not self._repository:
            return 0
        async with self._turn:
            count = 0
            for file in await self._store.read(partial(desk.files_due, now=self._now())):
                count += await self._bring(file)
            return count

    async def _bring(self, file: dict[str, Any]) -> int:
        try:
            await asyncio.to_thread(bring, self._repository, self._folder, file)
        except (GitFailed, OSError, subprocess.TimeoutExpired) as error:
            age = self._now() - file["wanted_at"]
            level = logging.ERROR if age > ALARM_AFTER else logging.WARNING
            LOG.log(level, "not published for %d minutes: %s", age // 60_000, file["path"])
            wait = min(FIRST_WAIT * 2 ** file["attempts"], LONGEST_WAIT)
            failed = partial(
                desk.file_failed, file=file, error=str(error), next_at=self._now() + wait
            )
            await self._store.write(failed)
            return 0
        await self._store.write(partial(desk.file_done, file=file, at=self._now()))
        LOG.info("published %s", file["path"])
        return 1

    def _now(self) -> int:
        return milliseconds(self._clock())


def bring(repository: str, folder: Path, file: dict[str, Any]) -> None:
    """Make a file in the repository hold what is wanted; nothing to do is done, too."""
    with _alone(folder):
        _bring(repository, folder, file)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Take turns at the copy: several services on one machine share it.

    Else one resets the copy while another has a file ready, which then finds nothing to commit.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _bring(repository: str, folder: Path, file: dict[str, Any]) -> None:
    _refresh(repository, folder)
    content = folder / "content"
    path = (content if (content / "matters").is_dir() else folder) / file["path"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file["content"], encoding="utf-8")
    _git(folder, "add", "--", str(path))
    if not _git(folder, "diff", "--cached", "--name-only"):
        return
    _git(folder, *AUTHOR, "commit", "--quiet", "--message", file["message"])
    _git(folder, "push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}")


def _refresh(repository: str, folder: Path) -> None:
    """Have exactly what the repository has, whatever a crash left here."""
    if (folder / ".git").is_dir() and _git(folder, "remote", "get-url", "origin") == repository:
        _git(folder, "fetch", "--quiet", "origin", BRANCH)
        try:
            _git(folder, "reset", "--quiet", "--hard", f"origin/{BRANCH}")
        except GitFailed as error:  # a lock left by a crash: nobody else works in this copy
            LOG.warning("the copy is cloned anew: %s", error)
        else:
            return
    shutil.rmtree(folder, ignore_errors=True)
    _git(folder.parent, "clone", "--quiet", "--branch", BRANCH, "--", repository, str(folder))


def _git(folder: Path, *arguments: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    result = subprocess.run(
        ["git", "-c", "core.quotepath=false", *arguments],
        cwd=folder,
        env=environment | {"GIT_TERMINAL_PROMPT": "0"},
        capture_output=True,
        text=True,
        timeout=GIT_SECONDS,
        check=False,
    )
    if result.returncode:
        raise GitFailed(result.stderr.strip() or f"git {arguments[0]} 没有成功")
    return result.stdout.strip()
