"""How the desk says that a field has to be put right."""

from __future__ import annotations

from form_api.errors import FieldError, Problem


def wrong(field: str, message: str) -> Problem:
    """Return the refusal of one field."""
    errors = [FieldError(field, "wrong", message)]
    return Problem("invalid-answers", "请按提示改好，再提交一次。", errors=errors)


def ask(message: str) -> Problem:
    """Return the question whether a text that looks copied is meant so."""
    errors = [FieldError("confirmed", "copied", message)]
    return Problem("invalid-answers", "发出之前请再看一眼。", errors=errors)
