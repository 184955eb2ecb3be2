"""The built site, served as it lies on the disk: for one-machine use and for `make run`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HASHED = re.compile(r"[.-][0-9a-f]{8,}\.")
"""Files named after their content never change."""
FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
PREVIEWS = "previews"
"""Branches built for colleagues to look at lie beside the site (site-builder publish)."""
TYPES = {
    ".webmanifest": "application/manifest+json",
    ".md": "text/plain; charset=utf-8",
    ".bin": "application/gzip",  # parts of the offline copy: compressing them again gains nothing
}


class StaticSite(StaticFiles):
    """Static files with directory indexes, the 404 page of the right script, and cache rules."""

    def __init__(self, root: Path) -> None:
        super().__init__(directory=root, html=True, follow_symlink=True)
        self._root = root

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file, by its real name.

        The site may be a link that publishing points elsewhere between looking and reading; one
        answer must come from one release.
        """
        folder, inside = self._root, path
        if path.split("/")[0] == PREVIEWS:
            folder, inside = self._root.parent / PREVIEWS, path[len(PREVIEWS) + 1 :]
        folder = folder.resolve()
        full = (folder / inside).resolve()
        if full != folder and folder not in full.parents:
            return "", None
        try:
            return str(full), full.stat()
        except OSError:
            return "", None

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, its directory's index, or the 404 page."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404:
                raise
            return self._not_found(path)
        if response.status_code == 404:
            return self._not_found(path)
        response.headers["Cache-Control"] = FOREVER if HASHED.search(path) else REVALIDATE
        suffix = Path(path).suffix
        if suffix in TYPES:
            response.headers["Content-Type"] = TYPES[suffix]
        return response

    def _not_found(self, path: str) -> Response:
        script = ["hant"] if path.split("/")[0] == "hant" else []
        for folder in (self._root.joinpath(*script), self._root):
            page = folder / "404.html"
            if page.is_file():
                return FileResponse(page, 404, headers={"Cache-Control": REVALIDATE})
        raise HTTPException(404)
