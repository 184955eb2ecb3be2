"""The few git commands publishing needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from site_builder.errors import SiteError
from site_builder.gitenv import environment


def git(repository: Path, *arguments: str, objects: Iterable[str] = ()) -> str:
    """Run git in a repository and return what it prints; it finds objects in other folders, too."""
    others = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(objects)}
    result = subprocess.run(
        ["git", "-c", "core.quotePath=false", "-C", repository, *arguments],
        env=environment() | others,
        capture_output=True,
        check=False,
    )
    if result.returncode:
        raise SiteError(f"git {arguments[0]} 没有成功：{result.stderr.decode().strip()}")
    return result.stdout.decode().strip()


def head(repository: Path, branch: str) -> str | None:
    """Return the commit of a branch, or None where nothing was pushed yet."""
    try:
        return git(repository, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    except SiteError:
        return None


def checkout(repository: Path, commit: str, folder: Path) -> Path:
    """Bring a commit with its history into `folder`; return its content folder.

    The folder is kept from push to push, so only files that differ are written and everything
    that remembers files by their place finds them again.
    """
    objects = [str(repository / "objects"), *_offered()]
    try:
        _checkout(objects, commit, folder)
    except SiteError:  # a crash may have left it in any state
        shutil.rmtree(folder, ignore_errors=True)
        _checkout(objects, commit, folder)
    return content_of(folder)


def continues(repository: Path, old: str, new: str) -> bool:
    """Tell whether a commit has another one among its forefathers."""
    return not git(repository, "rev-list", "--max-count=1", old, f"^{new}", objects=_offered())


def _offered() -> list[str]:
    """Return where the commits of a push are that a hook may still refuse (git's quarantine)."""
    folder = os.environ.get("GIT_QUARANTINE_PATH")
    return [folder] if folder else []


def _checkout(objects: list[str], commit: str, folder: Path) -> None:
    own = folder / ".git"
    if not own.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet")
        git(folder, "config", "core.logAllRefUpdates", "false")
    (own / "objects" / "info" / "alternates").write_text("\n".join(objects) + "\n", "utf-8")
    (own / "index.lock").unlink(missing_ok=True)
    git(folder, "read-tree", "--reset", "-u", commit)
    git(folder, "clean", "--quiet", "--force", "-dx")
    git(folder, "update-ref", "--no-deref", "HEAD", commit)


def content_of(folder: Path) -> Path:
    """Return the content folder of a checked-out repository: itself, or its `content/`."""
    for content in (folder, folder / "content"):
        if (content / "matters").is_dir():
            return content
    raise SiteError("推送的内容里没有 matters 文件夹；请确认推送的是内容仓库")
