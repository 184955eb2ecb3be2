"""Everything that can be refused, each with a stable type and one Chinese sentence.

Clients switch on `type`, people read `title` and `detail`; both come from this one catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from form_definitions import Choice

PROBLEMS: dict[str, tuple[int, str]] = {
    "malformed-body": (400, "收到的内容读不出来"),
    "missing-key": (400, "缺少提交标识"),
    "spent-proof": (400, "验证已经用过"),
    "cross-site": (403, "不能从别的网站提交"),
    "not-allowed": (403, "您的角色不能这样做"),
    "not-found": (404, "没有查到"),
    "no-page": (404, "没有这个地址"),
    "method-not-allowed": (405, "这个地址不支持这种请求"),
    "too-slow": (408, "传得太慢"),
    "conflict": (409, "现在不能这样做"),
    "no-place": (409, "这个时段约满了"),
    "already-booked": (409, "您已经约过这件事"),
    "too-large": (413, "内容太大"),
    "unsupported-type": (415, "不支持这种格式"),
    "invalid-answers": (422, "有几处需要改一下"),
    "key-reused": (422, "同一标识提交了不同内容"),
    "proof-required": (428, "请先完成验证"),
    "too-many": (429, "提交得太频繁"),
    "internal": (500, "出了差错"),
    "busy": (503, "现在忙不过来"),
    "storage-full": (503, "暂时不能保存"),
}


class FormApiError(Exception):
    """Base of everything this package raises on purpose."""


class ConfigError(FormApiError):
    """The service cannot start like this; the sentence says what to change."""


class StoreUnavailable(FormApiError):
    """The store could not make the change durable; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one answer."""

    field: str
    code: str
    message: str
    choices: tuple[Choice, ...] = ()
    """What may have been meant."""

    def as_json(self) -> dict[str, Any]:
        """Return it with a JSON pointer, as problem documents carry it."""
        told = {"pointer": f"/{self.field}", "code": self.code, "message": self.message}
        choices = [{"value": choice.value, "label": choice.label} for choice in self.choices]
        return told | {"choices": choices} if choices else told


class Problem(FormApiError):
    """A refusal in words (RFC 9457); handlers turn it into JSON or a page."""

    def __init__(
        self,
        type_: str,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        retry_after: int | None = None,
        **extra: Any,
    ) -> None:
        self.type = type_
        self.status, self.title = PROBLEMS[type_]
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.extra = extra
        super().__init__(f"{type_}: {detail}")

    @property
    def choices(self) -> dict[str, tuple[Choice, ...]]:
        """Return what may have been meant in each field."""
        return {error.field: error.choices for error in self.errors if error.choices}

    @property
    def by_field(self) -> dict[str, str]:
        """Return what is wrong with each field."""
        wrong: dict[str, list[str]] = {}
        for error in self.errors:
            wrong.setdefault(error.field, []).append(error.message)
        return {field: "；".join(messages) for field, messages in wrong.items()}

    def as_json(self) -> dict[str, Any]:
        """Return the problem document."""
        document: dict[str, Any] = {
            "type": f"/api/problems/{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [error.as_json() for error in self.errors]
        if self.retry_after is not None:
            document["retry_after"] = self.retry_after
        return document | self.extra
