"""Git told where to look by its folder alone, also when a git hook has started us."""

from __future__ import annotations

import os


def environment() -> dict[str, str]:
    """Return the environment without GIT_DIR and its like.

    Hooks inherit them, and they would send every git we start to the wrong repository.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
