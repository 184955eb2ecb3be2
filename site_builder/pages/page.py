"""What a page is, and what pages are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from site_builder.history import Change
from site_builder.model import Catalogue
from site_builder.prose import Prose

if TYPE_CHECKING:
    from form_definitions import Form


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the breadcrumb (当前位置); `url` is relative to the script's root."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be composed. `kind` names its template (templates/pages/<kind>.html)."""

    url: str
    kind: str
    title: str
    description: str
    section: str = ""
    """The entry of the main navigation it belongs to."""
    crumbs: tuple[Crumb, ...] = ()
    updated: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def meta_tags(self) -> dict[str, str]:
        """The meta tags of government websites beyond the site's own (standards D.7)."""
        if [crumb.url for crumb in self.crumbs] != [self.url]:
            return dict(self.meta)
        return {
            "ColumnName": self.title,
            "ColumnType": "栏目",
            "ColumnDescription": self.description,
            "ColumnKeywords": self.title,
            **self.meta,
        }


MATTERS, PACKAGES, HALL = (
    Crumb("办事指南", "matters/"),
    Crumb("一件事套餐", "packages/"),
    Crumb("政务大厅", "hall/"),
)
COMPLAINTS, APPOINTMENTS = Crumb("你提我改", "complaints/"), Crumb("预约办理", "appointments/")
ARTICLES = Crumb("资讯", "articles/")

SECTIONS = (
    "home",
    "matters",
    "packages",
    "hall",
    "appointments",
    "complaints",
    "articles",
    "search",
)
"""The entries of the main navigation (templates/partials/masthead.html)."""

AUDIENCES = {
    "个人": "person",
    "企业": "business",
    "社会组织": "organisation",
    "机关事业单位": "institution",
}
"""The address of each service object's list."""


@dataclass(frozen=True)
class Content:
    """Everything pages are made from."""

    catalogue: Catalogue
    prose: tuple[Prose, ...]
    forms: Mapping[str, Form]
    changes: tuple[Change, ...] = ()
    """What changed in the matters, newest first (history.changes)."""

    @cached_property
    def changes_of(self) -> dict[str, list[Change]]:
        """The changes of each matter, by its id."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            if change.family == "matters":
                found.setdefault(change.id, []).append(change)
        return found
