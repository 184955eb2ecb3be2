"""The few git commands publishing needs."""

from __future__ import annotations

import os
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from site_builder.errors import SiteError


def git(repository: Path, *arguments: str) -> str:
    """Run git in a repository and return what it prints."""
    return _run(repository, *arguments).decode().strip()


def head(repository: Path, branch: str) -> str | None:
    """Return the commit of a branch, or None where nothing was pushed yet."""
    result = subprocess.run(
        ["git", "-C", repository, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.strip() or None


def extract(repository: Path, commit: str, folder: Path) -> Path:
    """Unpack a commit that is only being offered into `folder`; return its content folder."""
    archive = _run(repository, "archive", "--format=tar", commit)
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return _content_of(folder)


def clone(repository: Path, commit: str, folder: Path) -> Path:
    """Check a commit out with its history, sharing the objects, and return its content folder."""
    _run(repository, "clone", "--quiet", "--shared", "--no-checkout", str(repository), str(folder))
    _run(folder, "checkout", "--quiet", "--detach", commit)
    return _content_of(folder)


def leave_hook() -> None:
    """Forget what git tells its hooks: GIT_DIR would send every later git to the wrong place."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]


def _content_of(folder: Path) -> Path:
    """Return the content folder of a repository: itself, or its `content/`."""
    for content in (folder, folder / "content"):
        if (content / "matters").is_dir():
            return content
    raise SiteError("推送的内容里没有 matters 文件夹；请确认推送的是内容仓库")


def _run(repository: Path, *arguments: str) -> bytes:
    result = subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=False)
    if result.returncode:
        raise SiteError(f"git {arguments[0]} 没有成功：{result.stderr.decode().strip()}")
    return result.stdout
