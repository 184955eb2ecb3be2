"""Keys and what is made with them: sealed records, blind indexes, query codes, signed tokens.

Each record has its own data key, wrapped by the master key. Deleting those 60 bytes makes the
record unreadable here and in every backup. Everything else comes from the key file, so there is
one secret to keep and none in the database.

A key file has one line, the master key; the file of a later master key has a second one, with the
lasting secrets of the first: the codes on people's receipts must stay valid, a repeated
submission must be known again, and a phone must be found again, whatever the master key is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import zlib
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from form_api.errors import ConfigError

NONCE = 12
KEY_BYTES = 32
LASTING = ("index", "code", "fingerprint", "webhook")
CODE_DIGITS = 8


class Tampered(Exception):
    """Something sealed or signed by us was changed, or belongs to another key."""


class Keys:
    """Everything that comes from a key file; while keys are changed, from two of them."""

    def __init__(self, master: bytes, lasting: bytes = b"") -> None:
        lasting = lasting or b"".join(_derive(master, purpose) for purpose in LASTING)
        if len(master) != KEY_BYTES or len(lasting) != KEY_BYTES * len(LASTING):
            raise ConfigError("密钥的长度不对；密钥文件请用 form-api new-key 生成")
        self._wrap = AESGCM(_derive(master, "wrap"))
        self._token = AESGCM(_derive(master, "token"))
        self._index, self._code, self._fingerprint, self.webhook = (
            lasting[start : start + KEY_BYTES] for start in range(0, len(lasting), KEY_BYTES)
        )
        self.challenge = _derive(master, "challenge").hex()
        self.backup = _derive(master, "backup")
        self.admin = _derive(master, "admin").hex()
        self.check = _derive(master, "check")[:16]
        """Kept in the database, so that a wrong key is noticed at start."""
        self.lasting = lasting
        self.second: Keys | None = None
        """The key before or after this one: what it sealed is read, too."""

    @property
    def second_check(self) -> bytes | None:
        """What the database keeps while it is under the second key."""
        return self.second.check if self.second else None

    # Sealed records

    def new_data_key(self, owner: str) -> tuple[AESGCM, bytes]:
        """Make a record's data key: ready to use, and wrapped for storing."""
        key = os.urandom(KEY_BYTES)
        return AESGCM(key), seal(self._wrap, f"key|{owner}", key)

    def data_key(self, owner: str, wrapped: bytes) -> AESGCM:
        """Unwrap a record's data key."""
        return AESGCM(self._unwrap(owner, wrapped))

    def wrapped_anew(self, owner: str, wrapped: bytes) -> bytes | None:
        """Wrap a data key by this master key, if only the second one opens it so far."""
        try:
            _open(self._wrap, wrapped, f"key|{owner}")
        except Tampered:
            return seal(self._wrap, f"key|{owner}", self._unwrap(owner, wrapped))
        return None

    def _unwrap(self, owner: str, wrapped: bytes) -> bytes:
        try:
            return _open(self._wrap, wrapped, f"key|{owner}")
        except Tampered:
            if self.second is None:
                raise
            return self.second._unwrap(owner, wrapped)

    # Digests

    def index(self, purpose: str, value: str) -> bytes:
        """Blind index: equal values are found again, and nothing else is learnt."""
        return _mac(self._index, f"{purpose}|{value}".encode())[:16]

    def fingerprint(self, content: bytes) -> bytes:
        """Tell two bodies apart without keeping either."""
        return _mac(self._fingerprint, content)

    def code(self, id_: str) -> str:
        """Return the query code of a submission; derived, so it is stored nowhere."""
        return _digits(_mac(self._code, f"code|{id_}".encode()), CODE_DIGITS)

    def code_digest(self, id_: str, code: str) -> bytes:
        """Return what is stored of a query code."""
        return _mac(self._code, f"digest|{id_}|{code}".encode())

    def numbers(self, id_: str, prefix: str) -> tuple[str, ...]:
        """Return candidates for a public number; the second is for when the first is taken."""
        digest = _mac(self._code, f"number|{id_}".encode())
        return tuple(
            f"{prefix}-{_digits(digest[start : start + 8], 8)}" for start in range(0, 32, 8)
        )

    # Tokens that pages carry instead of a session

    def token(self, purpose: str, content: dict[str, Any]) -> str:
        """Seal a small object into a text that pages may carry."""
        data = json.dumps(content, separators=(",", ":")).encode()
        sealed = seal(self._token, purpose, data)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open_token(self, purpose: str, token: str) -> dict[str, Any]:
        """Open a token made for that purpose."""
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError as error:
            raise Tampered from error
        try:
            content: dict[str, Any] = json.loads(_open(self._token, sealed, purpose))
        except Tampered:
            if self.second is None:
                raise
            return self.second.open_token(purpose, token)
        return content


def seal(key: AESGCM, purpose: str, content: bytes) -> bytes:
    """Encrypt with a record's data key; `purpose` ties the result to its place."""
    nonce = os.urandom(NONCE)
    return nonce + key.encrypt(nonce, content, purpose.encode())


def unseal(key: AESGCM, purpose: str, sealed: bytes) -> bytes:
    """Decrypt what `seal` made for the same place."""
    return _open(key, sealed, purpose)


def seal_json(key: AESGCM, purpose: str, content: Any) -> bytes:
    """Seal plain data, compressed: people write two thousand characters at times."""
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return seal(key, purpose, zlib.compress(data, 1))


def unseal_json(key: AESGCM, purpose: str, sealed: bytes) -> Any:
    """Read back what `seal_json` made."""
    return json.loads(zlib.decompress(unseal(key, purpose, sealed)))


def read_keys(path: Path, second: Path | None = None) -> Keys:
    """Read a key file; with a second one, what either sealed can be read."""
    keys = Keys(*_parts(path))
    if second is not None:
        keys.second = Keys(*_parts(second))
        if not hmac.compare_digest(keys.lasting, keys.second.lasting):
            raise ConfigError(
                f"{path} 和 {second}：这两个密钥文件不是一个换成另一个的；"
                "新的要用 form-api new-key --after 旧的 新的 生成"
            )
    return keys


def write_keys(path: Path, after: Path | None = None) -> Keys:
    """Make a key file that only its owner can read; `after` is the one it takes over from."""
    parts = [os.urandom(KEY_BYTES)]
    if after is not None:
        parts.append(read_keys(after).lasting)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(base64.b64encode(part) + b"\n" for part in parts)
        file.flush()
        os.fsync(file.fileno())
    return Keys(*parts)


def _parts(path: Path) -> list[bytes]:
    try:
        parts = [base64.b64decode(line, validate=True) for line in path.read_bytes().split()]
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}：没有密钥文件；已有的数据没有它读不出来，请放回原来的密钥文件"
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}：密钥文件读不出来（{error}）；请检查权限和内容") from error
    if len(parts) not in (1, 2):
        raise ConfigError(f"{path}：密钥文件应当有一行或两行；请检查内容")
    return parts


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, None, f"form-api|{purpose}".encode()).derive(master)


def _open(key: AESGCM, sealed: bytes, purpose: str) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE], sealed[NONCE:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise Tampered(purpose) from error


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, hashlib.sha256)


def _digits(digest: bytes, count: int) -> str:
    return str(int.from_bytes(digest[:16]) % 10**count).zfill(count)
