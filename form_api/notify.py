"""Tells staff that something came in: by mail, or by a signed call to another program.

The message names the number, the kind and the due date, never the person or what they wrote. It
is stored with the submission and delivered afterwards, so no mail server can hold one up.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import logging
import smtplib
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from urllib.parse import urlsplit

from form_api.domain import ACTIONS, KINDS, milliseconds, moment
from form_api.metrics import DELIVERED
from form_api.service import Clock
from form_api.settings import Settings
from form_api.store import Store, commands, queries
from form_api.store.base import Row

LOG = logging.getLogger("form_api.notify")
TIMEOUT_SECONDS = 10
FIRST_WAIT = 60_000
LONGEST_WAIT = 6 * 3_600_000
Channel = Callable[[Row], None]


def channels(settings: Settings, secret: bytes) -> list[Channel]:
    """Return the ways to tell, as set."""
    found: list[Channel] = []
    if settings.smtp_url and settings.notify_to:
        found.append(partial(send_mail, settings))
    if settings.webhook_url:
        found.append(partial(call_webhook, settings.webhook_url, secret))
    return found


async def deliver(store: Store, ways: list[Channel], clock: Clock) -> int:
    """Deliver what is due; what fails is tried again later, ever less often."""
    now = milliseconds(clock())
    done = 0
    for notice in await store.read(partial(queries.notices, now=now)):
        wait = min(FIRST_WAIT * 2 ** notice["attempts"], LONGEST_WAIT)
        claim = partial(commands.claim_notice, notice=notice, next_at=now + wait)
        if not await store.write(claim):
            continue
        try:
            for way in ways:
                await asyncio.to_thread(way, notice)
        except (OSError, ValueError, smtplib.SMTPException, http.client.HTTPException) as error:
            LOG.warning("notice not delivered: %s", type(error).__name__)
            DELIVERED.labels("failed").inc()
            continue
        await store.write(partial(commands.delivered, notice=notice["id"], at=now))
        DELIVERED.labels("delivered").inc()
        done += 1
    return done


def words(notice: Row) -> str:
    """Say what happened, in one line."""
    kind = KINDS[notice["kind"]].title
    action = "新提交" if notice["action"] == "submit" else ACTIONS[notice["action"]].label
    return f"{kind}：{action}，编号 {notice['number']}，最晚 {notice['due_on']}"


def send_mail(settings: Settings, notice: Row) -> None:
    """Send one mail."""
    url = urlsplit(settings.smtp_url)
    message = EmailMessage()
    message["Subject"] = words(notice)
    message["From"] = settings.notify_from or settings.notify_to[0]
    message["To"] = ", ".join(settings.notify_to)
    message["Date"] = moment(notice["at"])
    # The same for every attempt: a mailbox that got it twice shows it once.
    message["Message-ID"] = f"<{notice['id'].replace('|', '.')}@form-api>"
    message.set_content(f"{words(notice)}。\n请到工作台办理。\n", cte="base64")
    encrypted = url.scheme == "smtps"
    connect = smtplib.SMTP_SSL if encrypted else smtplib.SMTP
    with connect(url.hostname or "", url.port or 0, timeout=TIMEOUT_SECONDS) as server:
        if url.username:
            if not encrypted:
                server.starttls()
            server.login(url.username, url.password or "")
        server.send_message(message)


def call_webhook(url: str, secret: bytes, notice: Row) -> None:
    """Call another program; the signature proves that it was us, the id that it is one event."""
    names = ("id", "kind", "action", "number", "due_on", "category", "township", "at")
    body = json.dumps({name: notice[name] for name in names}, ensure_ascii=False).encode()
    signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        url,
        body,
        {"Content-Type": "application/json", "X-Signature": f"sha256={signature}"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        response.read()
