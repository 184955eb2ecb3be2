"""Why the rules of the stored data say no."""

from __future__ import annotations

from form_api.errors import FormApiError

ALREADY_BOOKED = "already-booked"
NO_PLACE = "no-place"
SPENT = "spent-proof"
TOO_MANY = "too-many"
GONE = "gone"
NOT_NOW = "not-now"
STALE = "stale"


class Refused(FormApiError):
    """The rules of the stored data say no; `code` says which."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
