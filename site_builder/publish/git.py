"""The few git commands publishing needs."""

from __future__ import annotations

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
    """Unpack a commit into `folder` and return its content folder.

    The repository may be the content itself or hold it in `content/`.
    """
    archive = _run(repository, "archive", "--format=tar", commit)
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    for content in (folder, folder / "content"):
        if (content / "matters").is_dir():
            return content
    raise SiteError("推送的内容里没有 matters 文件夹；请确认推送的是内容仓库")


def _run(repository: Path, *arguments: str) -> bytes:
    result = subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=False)
    if result.returncode:
        raise SiteError(f"git {arguments[0]} 没有成功：{result.stderr.decode().strip()}")
    return result.stdout
