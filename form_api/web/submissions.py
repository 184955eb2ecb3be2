"""Submissions: JSON commits at once; a plain form is shown back first, then committed.

The page to check carries a sealed token with the submission's id, so a double click, the back
button and a reload all lead to the one receipt. There is no session and no cookie.
"""

from __future__ import annotations

import asyncio
import base64
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from form_api.answers import CONTROL, Checked
from form_api.crypto import Tampered
from form_api.decode import Posted
from form_api.domain import Kind
from form_api.errors import Problem, StoreUnavailable
from form_api.receipts import Receipt
from form_api.service import Service, parse_id
from form_api.web.bodies import LARGE_BODY, SMALL_BODY
from form_api.web.pages import Pages
from form_api.web.problems import noted
from form_api.web.requests import (
    field,
    read_posted,
    script_of,
    sender_of,
    service_of,
    wants_page,
)

CONFIRM_HOURS = 24
RECEIPT_MINUTES = 60


class Submissions:
    """The addresses of one kind of submission."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    async def create(self, request: Request) -> Response:
        """Take a submission, from a program or from a page."""
        service = service_of(request)
        form = service.site.rules.forms[self.kind.form]
        limit = LARGE_BODY if form.encoding == "multipart/form-data" else SMALL_BODY
        posted = await read_posted(request, limit)
        if wants_page(request):
            return await self._page(request, service, posted)
        id_ = parse_id(request.headers.get("idempotency-key", ""))
        _refuse_trap(posted, form.trap)
        receipt = await service.submit(self.kind, posted, id_, sender_of(request, "script"))
        return _receipt_answer(receipt)

    async def _page(self, request: Request, service: Service, posted: Posted) -> Response:
        script, pages = script_of(posted), _pages(request)
        try:
            if field(posted, "edit"):
                return self._form_page(pages, script, posted)
            return await self._checked_page(request, service, pages, script, posted)
        except Problem as problem:
            return self._form_page(pages, script, posted, problem)

    async def _checked_page(
        self, request: Request, service: Service, pages: Pages, script: str, posted: Posted
    ) -> Response:
        form = service.site.rules.forms[self.kind.form]
        _refuse_trap(posted, form.trap)
        token = self._token(service, posted)
        if token is None:
            checked = await service.check(self.kind, posted)
            return self._check_page(service, pages, script, checked, posted)
        await asyncio.sleep(service.bots.too_fast_by(token["at"], service.clock()))
        sender = sender_of(request, "page")
        try:
            receipt = await service.submit(self.kind, posted, token["id"], sender)
        except (Problem, StoreUnavailable) as error:
            problem = noted(error)
            if problem.retry_after is None:
                raise problem from error
            checked = await service.check(self.kind, posted)
            return self._check_page(service, pages, script, checked, posted, problem)
        return RedirectResponse(receipt_address(service, receipt, script), 303)

    def _token(self, service: Service, posted: Posted) -> dict[str, Any] | None:
        """Return the confirmation a page carried, if it is ours, fresh, and of these answers."""
        try:
            token = service.keys.open_token("confirm", field(posted, "confirmation"))
        except Tampered:
            return None
        fresh = 0 <= service.clock().timestamp() - token["at"] < CONFIRM_HOURS * 3600
        same = token["answers"] == service.fingerprint(posted).hex()
        return token if fresh and same and token["kind"] == self.kind.id else None

    def _check_page(
        self,
        service: Service,
        pages: Pages,
        script: str,
        checked: Checked,
        posted: Posted,
        problem: Problem | None = None,
    ) -> Response:
        """Show the answers back. The hidden fields are what will be posted, and nothing else.

        With a problem that passes, they wait there to be sent again, as the same submission.
        """
        form = pages.form(script, self.kind.form)
        hidden = _hidden(checked)
        shown = Posted(
            {name: [value for key, value in hidden if key == name] for name, _ in hidden},
            is_form=True,
        )
        token = {
            "id": str(uuid.uuid4()),
            "kind": self.kind.id,
            "at": service.clock().timestamp(),
            "answers": service.fingerprint(shown).hex(),
        }
        return pages.page(
            "check.html",
            script,
            "核对后提交",
            problem=problem,
            form=form,
            values=checked.values,
            photos=len(checked.photos),
            hidden=hidden,
            confirmation=field(posted, "confirmation")
            if problem
            else service.keys.token("confirm", token),
            version=field(posted, "form_version"),
        )

    def _form_page(
        self, pages: Pages, script: str, posted: Posted, problem: Problem | None = None
    ) -> Response:
        """Give the form back filled in, with what is wrong at the top and beside each field."""
        form = pages.form(script, self.kind.form)
        values = {
            name: value if form_has_many(form, name) else value[-1].replace("\r\n", "\n")
            for name, value in posted.values.items()
            if name not in CONTROL
        }
        values.pop("photos", None)
        return pages.page(
            "form.html",
            script,
            form.title,
            problem=problem,
            form=form,
            values=values,
            action=form.action,
            errors=problem.by_field if problem else {},
        )


def form_has_many(form: Any, name: str) -> bool:
    """Whether a field of that name may have several values."""
    return any(item.name == name and item.multiple for item in form.fields)


def receipt_address(service: Service, receipt: Receipt, script: str) -> str:
    """Return the address of a receipt's page: it says nothing, and opens it for an hour."""
    until = service.clock().timestamp() + RECEIPT_MINUTES * 60
    token = service.keys.token("receipt", {"id": receipt.id, "until": until, "script": script})
    return f"/api/receipts/{token}"


async def receipt_page(request: Request) -> Response:
    """Show a receipt: number, query code, due date; to print or write down."""
    service = service_of(request)
    token = open_page_token(service, "receipt", request.path_params["token"])
    receipt = await service.receipt(token["id"])
    return _pages(request).page(
        "receipt.html",
        token["script"],
        "已经收到",
        receipt=receipt,
        token=request.path_params["token"],
    )


def open_page_token(service: Service, purpose: str, text: str) -> dict[str, Any]:
    """Open the token in a page's address, or say that the page has closed."""
    try:
        token = service.keys.open_token(purpose, text)
    except Tampered as error:
        raise Problem("not-found", "这个页面打不开。请凭编号和查询码查询。") from error
    if token["until"] < service.clock().timestamp():
        raise Problem("not-found", "为了您的信息安全，这个页面已经关闭。请凭编号和查询码查询。")
    return token


def _receipt_answer(receipt: Receipt) -> Response:
    headers = {"Cache-Control": "no-store"}
    if not receipt.created:
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(receipt.as_json(), 201 if receipt.created else 200, headers=headers)


def _hidden(checked: Checked) -> list[tuple[str, str]]:
    """Return the answers as hidden fields; photos travel in the page, stored nowhere yet."""
    pairs: list[tuple[str, str]] = []
    for name, value in checked.values.items():
        for item in value if isinstance(value, list) else [value]:
            pairs.append((name, "yes" if item is True else str(item)))
    pairs += [("photos", base64.b64encode(photo).decode()) for photo in checked.photos]
    return pairs


def _refuse_trap(posted: Posted, trap: str) -> None:
    if field(posted, trap):
        raise Problem("too-many", "请过一会儿再提交，或者打电话给我们。", retry_after=3600)


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages
