"""Exports: everything as a table staff can open, or one person's own data on their request."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from form_api import crypto, domain, progress
from form_api.crypto import Keys
from form_api.domain import Submission
from form_api.receipts import local
from form_api.store import queries
from form_api.store.base import Tx

COLUMNS = (
    "编号",
    "类别",
    "状态",
    "收到时间",
    "期限",
    "分类",
    "事项",
    "镇街",
    "预约日期",
    "时段",
    "内容",
    "称呼",
    "联系方式",
)
_SKIPPED = r"[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]"
"""What spreadsheets pass over before they look for a formula."""
_FORMULA = re.compile(rf"[\t\r\n]|{_SKIPPED}*[=+@＝＋－＠-]")


def write_csv(tx: Tx, keys: Keys, file: TextIO) -> int:
    """Write all submissions; names and phones are masked."""
    file.write("\ufeff")  # or the office's spreadsheet reads Chinese as noise
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for found in queries.everything(tx):
        writer.writerow([safe(cell) for cell in _row(keys, found)])
        count += 1
    return count


def person(tx: Tx, keys: Keys, index: bytes) -> Iterator[str]:
    """Yield one JSON document for each submission of a person, complete and in clear."""
    for found in queries.of_person(tx, index):
        yield json.dumps(
            {
                "number": found.number,
                "kind": found.kind,
                "state": domain.STATES[found.state],
                "received_at": local(found.received_at),
                "answers": opened(keys, found),
                "timeline": progress.timeline(keys, found),
            },
            ensure_ascii=False,
        )


def opened(keys: Keys, found: Submission) -> dict[str, Any]:
    """Return what a person wrote, or nothing once it is purged."""
    if found.data_key is None or found.sealed is None:
        return {}
    key = keys.data_key(found.id, found.data_key)
    answers: dict[str, Any] = crypto.unseal_json(key, f"answers|{found.id}", found.sealed)[
        "answers"
    ]
    return answers


def safe(cell: str) -> str:
    """Keep a spreadsheet from running what somebody typed."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def masked_name(name: str) -> str:
    """Keep a name's first character."""
    return name[:1] + "*" * (len(name) - 1)


def masked_contact(contact: str) -> str:
    """Keep the ends of a phone number; of a mail address its first letter and where it is."""
    box, at, host = contact.partition("@")
    if at:
        return f"{box[:1]}***@{host}"
    return f"{contact[:3]}****{contact[-4:]}" if len(contact) > 8 else "****"


def _row(keys: Keys, found: Submission) -> list[str]:
    answers = opened(keys, found)
    contact = answers.get("phone") or answers.get("contact") or ""
    return [
        found.number,
        domain.KINDS[found.kind].title,
        domain.STATES[found.state],
        local(found.received_at),
        found.due_on,
        found.category or "",
        found.matter or "",
        found.township or "",
        found.booking.date if found.booking else "",
        found.booking.label if found.booking else "",
        answers.get("text", ""),
        masked_name(answers.get("name", "")),
        masked_contact(contact) if contact else "",
    ]
