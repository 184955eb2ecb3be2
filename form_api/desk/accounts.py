"""Colleagues: what each may do, how they prove who they are, how long they stay signed in.

Passwords are kept as argon2 digests; a session is a random text in a cookie, kept here only as a
digest. Nothing tells a wrong name from a wrong password.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from form_api import crypto
from form_api.bots import HOUR, Budget, network
from form_api.crypto import Keys
from form_api.domain import milliseconds
from form_api.errors import ConfigError, Problem
from form_api.service import Clock
from form_api.store import Store, desk
from form_api.store.base import Row, Tx

HALL, ANSWER, CLAIM, SUPERVISE, PUBLISH = "hall", "answer", "claim", "supervise", "publish"
ROLES: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        "window": ("窗口", frozenset({HALL, ANSWER})),
        "section": ("科室", frozenset({HALL, ANSWER, CLAIM})),
        "supervisor": ("督查", frozenset({HALL, ANSWER, CLAIM, SUPERVISE})),
        "publisher": ("公开审核", frozenset({PUBLISH})),
    }
)
"""Each role's name, and what it may do."""
LEAST_PASSWORD = 10
IDLE = 60 * 60_000
LONGEST = 12 * 60 * 60_000
NOTED_EVERY = 5 * 60_000
TOTP_SECONDS = 30
WRONG_OF_AN_ACCOUNT = 10
WRONG_OF_A_NETWORK = 50
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Officer:
    """A colleague at the desk."""

    id: str
    name: str
    roles: tuple[str, ...]
    unit: str
    has_totp: bool = False
    disabled: bool = False

    def may(self, right: str) -> bool:
        """Whether one of their roles allows it."""
        return any(right in ROLES[role][1] for role in self.roles)

    @property
    def role_names(self) -> str:
        """Their roles in words."""
        return "、".join(ROLES[role][0] for role in self.roles)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in; `csrf` goes into every form they are shown."""

    officer: Officer
    csrf: str

    def proves(self, given: str) -> bool:
        """Whether a form was drawn for this session."""
        return hmac.compare_digest(self.csrf.encode(), given.encode())


class Accounts:
    """Signing in and out."""

    def __init__(self, store: Store, keys: Keys, clock: Clock) -> None:
        self._store, self._keys, self._clock = store, keys, clock
        self._wrong_account = Budget(WRONG_OF_AN_ACCOUNT, HOUR / 4)
        self._wrong_network = Budget(WRONG_OF_A_NETWORK, HOUR / 4)

    async def sign_in(self, id_: str, password: str, code: str, address: str) -> str:
        """Check who it is and return the text for the cookie."""
        self._admit(id_, address)
        row = await self._store.read(lambda tx: tx.one("SELECT * FROM staff WHERE id = ?", id_))
        good = await asyncio.to_thread(_matches, row["password"] if row else "", password)
        step = self._totp_step(row, code) if row is not None else 0
        if row is None or not good or row["disabled_at"] is not None or step is None:
            self._wrong_account.add(id_, self._now() / 1000)
            self._wrong_network.add(network(address), self._now() / 1000)
            await self._log(id_ if row is not None else "?", "sign_in_refused")
            raise Problem("not-found", "没有登录。请核对账号、密码和动态码。")
        token = secrets.token_urlsafe(32)
        if not await self._store.write(partial(self._begin, token=token, row=row, step=step)):
            raise Problem("not-found", "这个动态码已经用过，请等下一个；或者密码刚刚改过。")
        return token

    async def session(self, token: str) -> Session | None:
        """Return who a cookie stands for, while they are active."""
        if not token:
            return None
        now, id_ = self._now(), _digest(token)
        row = await self._store.read(
            lambda tx: tx.one(
                "SELECT t.seen_at, t.ends_at, s.* FROM staff_session t"
                " JOIN staff s ON s.id = t.staff WHERE t.id = ?",
                id_,
            )
        )
        if row is None or row["disabled_at"] is not None:
            return None
        if now >= row["ends_at"] or now - row["seen_at"] >= IDLE:
            return None
        if now - row["seen_at"] >= NOTED_EVERY:
            await self._store.write(
                lambda tx: tx.run("UPDATE staff_session SET seen_at = ? WHERE id = ?", now, id_)
            )
        return Session(officer_of(row), hashlib.sha256(b"csrf" + token.encode()).hexdigest())

    async def sign_out(self, token: str) -> None:
        """End a session."""
        id_ = _digest(token)
        await self._store.write(lambda tx: tx.run("DELETE FROM staff_session WHERE id = ?", id_))

    def _admit(self, id_: str, address: str) -> None:
        moment = self._now() / 1000
        for budget, key in (
            (self._wrong_account, id_),
            (self._wrong_network, network(address)),
        ):
            if budget.count(key, moment) >= budget.limit:
                raise Problem(
                    "too-many",
                    "登录错得太多，请过一刻钟再试，或者找管理员重设密码。",
                    retry_after=budget.wait(key, moment),
                )

    def _begin(self, tx: Tx, token: str, row: Row, step: int) -> bool:
        """Begin a session on what was proved, if the account still asks for just that."""
        now = self._now()
        code, values = "totp IS NULL", [step, row["id"], row["password"]]
        if row["totp"] is not None:
            code = "totp = ? AND totp_step < ?"
            values += [bytes(row["totp"]), step]
        if not tx.run(
            "UPDATE staff SET totp_step = ? WHERE id = ? AND disabled_at IS NULL"
            f" AND password = ? AND {code}",
            *values,
        ):
            return False
        tx.run("DELETE FROM staff_session WHERE ends_at < ? OR seen_at < ?", now, now - IDLE)
        tx.run(
            "INSERT INTO staff_session (id, staff, seen_at, ends_at) VALUES (?, ?, ?, ?)",
            _digest(token),
            row["id"],
            now,
            now + LONGEST,
        )
        desk.log(tx, now, row["id"], "sign_in", {})
        return True

    def _totp_step(self, row: Row, code: str) -> int | None:
        """Return the time step a code belongs to; 0 where none is asked for, None when wrong."""
        if row["totp"] is None:
            return 0
        secret = open_totp(self._keys, row)
        now = self._now() // 1000
        for step in (now // TOTP_SECONDS, now // TOTP_SECONDS - 1):
            if hmac.compare_digest(
                pyotp.TOTP(secret).at(step * TOTP_SECONDS).encode(), code.encode()
            ):
                return step
        return None

    async def _log(self, actor: str, action: str) -> None:
        await self._store.write(
            partial(desk.log, at=self._now(), actor=actor, action=action, data={})
        )

    def _now(self) -> int:
        return milliseconds(self._clock())


# What the command line does


def add(tx: Tx, keys: Keys, at: int, officer: Officer, password_hash: str) -> None:
    """Make an account."""
    _check_roles(officer.roles)
    _, wrapped = keys.new_data_key(f"staff|{officer.id}")
    if not tx.run(
        "INSERT INTO staff (id, name, roles, unit, password, data_key, totp_step, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO NOTHING",
        officer.id,
        officer.name,
        " ".join(officer.roles),
        officer.unit,
        password_hash,
        wrapped,
        at,
    ):
        raise ConfigError(
            f"已经有账号 {officer.id}；请换一个，或者用 form-api staff password 改密码"
        )
    desk.log(tx, at, "command", "staff_add", {"staff": officer.id, "roles": list(officer.roles)})


def change(tx: Tx, keys: Keys, at: int, what: Mapping[str, Any]) -> None:
    """Do what the command line asks for."""
    match what["change"]:
        case "add":
            officer = Officer(what["id"], what["name"], tuple(what["roles"]), what["unit"])
            add(tx, keys, at, officer, what["password"])
        case "password":
            set_password(tx, at, what["id"], what["password"])
        case "totp":
            set_totp(tx, keys, at, what["id"], what["secret"])
        case "disable":
            disable(tx, at, what["id"])


def set_password(tx: Tx, at: int, id_: str, password_hash: str) -> None:
    """Change a password; whoever was signed in has to sign in again."""
    _change(tx, at, id_, "staff_password", "password = ?", password_hash)


def disable(tx: Tx, at: int, id_: str) -> None:
    """Close an account; what it did stays on record."""
    _change(tx, at, id_, "staff_disable", "disabled_at = ?", at)


def set_totp(tx: Tx, keys: Keys, at: int, id_: str, secret: str) -> None:
    """Ask for a one-time code at every sign-in from now on; an empty secret ends that."""
    row = tx.one("SELECT data_key FROM staff WHERE id = ?", id_)
    if row is None:
        raise _unknown(id_)
    key = keys.data_key(f"staff|{id_}", bytes(row["data_key"]))
    sealed = crypto.seal(key, f"totp|{id_}", secret.encode()) if secret else None
    _change(tx, at, id_, "staff_totp", "totp_step = 0, totp = ?", sealed)


def officers(tx: Tx) -> list[Officer]:
    """List the accounts."""
    return [officer_of(row) for row in tx.all("SELECT * FROM staff ORDER BY id")]


def officer_of(row: Row) -> Officer:
    """Return a stored account without its secrets."""
    return Officer(
        row["id"],
        row["name"],
        tuple(row["roles"].split()),
        row["unit"],
        row["totp"] is not None,
        row["disabled_at"] is not None,
    )


def hash_password(password: str) -> str:
    """Digest a new password, if it is long enough."""
    if len(password) < LEAST_PASSWORD:
        raise ConfigError(f"密码至少 {LEAST_PASSWORD} 个字符；几个词连起来就好记又安全")
    return _HASHER.hash(password)


def open_totp(keys: Keys, row: Row) -> str:
    """Return an account's secret for one-time codes."""
    key = keys.data_key(f"staff|{row['id']}", bytes(row["data_key"]))
    return crypto.unseal(key, f"totp|{row['id']}", bytes(row["totp"])).decode()


def _change(tx: Tx, at: int, id_: str, action: str, setting: str, value: object) -> None:
    if not tx.run(f"UPDATE staff SET {setting} WHERE id = ?", value, id_):
        raise _unknown(id_)
    tx.run("DELETE FROM staff_session WHERE staff = ?", id_)
    desk.log(tx, at, "command", action, {"staff": id_})


def _check_roles(roles: Iterable[str]) -> None:
    wrong = [role for role in roles if role not in ROLES]
    if wrong or not list(roles):
        known = "、".join(f"{id_}（{name}）" for id_, (name, _) in ROLES.items())
        raise ConfigError(f"角色只能是 {known}；可以有几个，至少一个")


def _unknown(id_: str) -> ConfigError:
    return ConfigError(f"没有账号 {id_}；用 form-api staff list 看有哪些")


@lru_cache
def _nobody() -> str:
    """Return what is checked when there is no such account: an answer takes as long as for one."""
    return _HASHER.hash(secrets.token_hex())


def _matches(hashed: str, password: str) -> bool:
    nobody = _nobody()  # made by the first sign-in of all, whoever it is
    try:
        return _HASHER.verify(hashed or nobody, password)
    except (Argon2Error, InvalidHashError):
        return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
