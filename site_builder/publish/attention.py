"""The list of what needs attention, written beside the site every night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from site_builder import report
from site_builder.catalogue import examine
from site_builder.publish import git
from site_builder.publish.place import Place
from site_builder.whole import write_whole


def write_report(place: Place, day: dt.date) -> Path:
    """Write report.html for the content that is up; it is for colleagues and not served."""
    content = git.content_of(place.work)
    catalogue, findings = examine(content)
    page = report.as_html(report.report(catalogue, findings, content, day), day)
    path = place.folder / "report.html"
    write_whole(path, page)
    return path
