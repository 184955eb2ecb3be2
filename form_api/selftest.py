"""What must be true of the libraries underneath, tried out at start rather than believed.

Versions drift: a newer altcha may sign otherwise, another SQLite may come first on the path. The
service then does not start, and says which one it is.
"""

from __future__ import annotations

import sqlite3
import time

import altcha
import sqlite_utils.db

from form_api import bots
from form_api.errors import ConfigError

OLDEST_SQLITE = (3, 38, 0)
"""STRICT tables and RETURNING."""


def check() -> None:
    """Try the libraries; raise one error that names every one that is not as it should be."""
    wrong = [sentence for test in (_one_sqlite, _sqlite_version, _altcha) if (sentence := test())]
    if wrong:
        raise ConfigError("\n".join(wrong))


def _one_sqlite() -> str:
    """sqlite-utils silently takes another SQLite when it finds one."""
    used = vars(sqlite_utils.db)["sqlite3"]
    if used is sqlite3:
        return ""
    return (
        f"sqlite-utils 用的是 {used.__name__}，不是 Python 自带的 sqlite3；请卸载 {used.__name__}"
    )


def _sqlite_version() -> str:
    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return ""
    wanted = ".".join(map(str, OLDEST_SQLITE))
    return f"SQLite {sqlite3.sqlite_version} 太旧；请换用 {wanted} 或更新的"


def _altcha() -> str:
    """Solve and verify a challenge, the way a page and the service do."""
    try:
        challenge = altcha.create_challenge(
            bots.ALGORITHM,
            1,
            expires_at=int(time.time()) + 60,
            data={"id": "selftest"},
            hmac_secret="selftest",
        )
        solution = altcha.solve_challenge(challenge)
        if solution is None:
            return "altcha 解不出自己出的题；请安装 requirements.txt 里的版本"
        payload = bots.payload(challenge.to_dict(), solution.counter, solution.derived_key)
        if altcha.verify_solution(payload, "selftest").verified:
            return ""
        why = "自己出的题验证不了"
    except Exception as error:  # whatever another version does instead
        why = f"{type(error).__name__}：{error}"
    return f"altcha 与本程序不合（{why}）；请安装 requirements.txt 里的版本"
