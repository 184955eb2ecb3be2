"""What the API reads of the built site: its catalogue, forms, calendar and page shells.

They meet through files, so the site can be published anew while the API runs: a changed file is
noticed at the next request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import form_definitions
from form_api.errors import ConfigError
from form_api.matters import Matter, Matters
from form_api.slots import Schedule
from form_api.workdays import Calendar

LOG = logging.getLogger("form_api.site")
CONTENT = Path(__file__).parent.parent / "content" / "data"
"""What counts when there is no site: the content this program came with."""
SHELL_SCRIPTS = ("hans", "hant")


@dataclass(frozen=True, slots=True)
class Rules:
    """One consistent reading of the site's files."""

    forms: form_definitions.Forms
    schedule: Schedule
    matters: Matters | None = None
    """None when there is no catalogue: any matter is then taken."""
    townships: Mapping[str, str] | None = None
    shells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    csp_hashes: Mapping[str, list[str]] = field(default_factory=dict)
    answer_templates: tuple[Mapping[str, str], ...] = ()
    """Ready-made sentences for answers at the desk: id, title, text."""

    @property
    def calendar(self) -> Calendar:
        """The bureau's calendar."""
        return self.schedule.calendar

    def matter(self, id_: str | None) -> Matter | None:
        """Return a matter, when it is in the catalogue."""
        return self.matters.get(id_ or "") if self.matters is not None else None

    def township(self, id_: str) -> str:
        """Return a township's name; whatever else it is stays as it is."""
        return (self.townships or {}).get(id_, id_)


class Site:
    """The site's files, read again when they change.

    A broken site is refused at start. One that is published broken while the service runs must
    not stop it: the rules of before stay, and the log says why.
    """

    def __init__(self, root: Path | None) -> None:
        if root is not None and not root.is_dir():
            raise ConfigError(f"{root}：没有这个网站文件夹；请先用 site-builder build 建好")
        self.root = root
        self._stamp = self._current_stamp()
        self._rules = read_rules(root)

    @property
    def rules(self) -> Rules:
        """The current rules."""
        stamp = self._current_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._rules = read_rules(self.root)
            except ConfigError as error:
                LOG.error("the new site cannot be used, the rules of before stay: %s", error)
        return self._rules

    @property
    def public_text(self) -> str:
        """What every page says: a telephone number in it is public already."""
        shell = self.rules.shells.get(SHELL_SCRIPTS[0], {})
        notices = [form.notice.contact for form in self.rules.forms.values() if form.notice]
        return "\n".join([*shell.get("parts", ()), *notices])

    def _current_stamp(self) -> object:
        """Return what differs after a switch to another release, and after a file was replaced."""
        if self.root is None:
            return None
        try:
            stat = (self.root / "data").stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns


def read_rules(root: Path | None) -> Rules:
    """Read everything from the site, or from the program's own content."""
    if root is not None and not (root / "data" / "catalogue.json").is_file():
        raise ConfigError(
            f"{root}：不是建好的网站（没有 data/catalogue.json）；请先用 site-builder build 建好"
        )
    try:
        return _read(root / "data" if root else None)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            f"{root or CONTENT}：内容不对（{type(error).__name__}：{error}）；请重新建站再启动"
        ) from error


def _read(data: Path | None) -> Rules:
    calendar = Calendar.of(_plain(data, "holidays"))
    catalogue = _json(data, "catalogue")
    return Rules(
        forms=form_definitions.parse(_plain(data, "forms"), "forms"),
        schedule=Schedule.of(_plain(data, "appointments") or {}, calendar),
        matters=Matters(map(_matter, catalogue["matters"])) if catalogue else None,
        townships={item["id"]: item["name"] for item in catalogue.get("townships", [])}
        if catalogue
        else None,
        shells={script: shell for script in SHELL_SCRIPTS if (shell := _shell(data, script))},
        csp_hashes=_json(data, "csp") or {},
        answer_templates=tuple(_plain(data, "answer-templates") or ()),
    )


def _plain(data: Path | None, name: str) -> Any:
    found = _json(data, name)
    if found is not None:
        return found
    try:
        text = (CONTENT / f"{name}.yml").read_text(encoding="utf-8")
        return yaml.load(text, yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{CONTENT / name}.yml：读不出来（{error}）；请改正后再启动") from error


def _json(data: Path | None, name: str) -> Any:
    path = data / f"{name}.json" if data else None
    if path is None or not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}：读不出来（{error}）；请重新建站") from error


def _shell(data: Path | None, script: str) -> Any:
    shell = _json(data, f"shell.{script}")
    if shell and len(shell["parts"]) != len(shell["slots"]) + 1:
        raise ValueError(f"shell.{script}.json 的 parts 应当比 slots 多一个")
    return shell


def _matter(raw: Mapping[str, Any]) -> Matter:
    windows = raw.get("windows") or ""
    if isinstance(windows, dict):
        windows = f"{windows['first']}-{windows['last']}"
    elif isinstance(windows, list):
        windows = "-".join(map(str, (windows[0], windows[-1])))
    return Matter(
        raw["id"],
        raw["name"],
        str(windows),
        bool(raw.get("devolved")),
        str(raw.get("theme", "")),
        tuple(raw.get("aliases", ())),
    )
