"""What the staff desk keeps beside the submissions: accounts, work, quotas, what is published.

`work` is a colleague's side of a submission; it changes only together with an event of the
submission's own chain (`Act.work`). What concerns no single submission (sign-ins, opening hours,
lists looked at, exports) goes into `desk_log`, a chain of its own.
"""

from __future__ import annotations

from form_api.store.desk.journal import log, log_lines, verify_log
from form_api.store.desk.places import (
    WALK_IN,
    Quota,
    add_quota,
    booked_from,
    bookings,
    quotas,
    units,
    units_of,
)
from form_api.store.desk.publications import (
    file_done,
    file_failed,
    files_due,
    files_waiting,
    publication,
    publications,
    set_publication,
    want_file,
    wanted_file,
)
from form_api.store.desk.tables import KEYS, TABLES
from form_api.store.desk.work import (
    cases,
    done_cases,
    followers,
    leads,
    owners,
    sent_answers,
    set_work,
    to_call_back,
    work,
)

__all__ = [
    "KEYS",
    "TABLES",
    "WALK_IN",
    "Quota",
    "add_quota",
    "booked_from",
    "bookings",
    "cases",
    "done_cases",
    "file_done",
    "file_failed",
    "files_due",
    "files_waiting",
    "followers",
    "leads",
    "log",
    "log_lines",
    "owners",
    "publication",
    "publications",
    "quotas",
    "sent_answers",
    "set_publication",
    "set_work",
    "to_call_back",
    "units",
    "units_of",
    "verify_log",
    "want_file",
    "wanted_file",
    "work",
]
