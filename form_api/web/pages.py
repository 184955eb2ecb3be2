"""Pages the server draws: the same shell, words and classes as the site, in its two scripts.

For 繁体 the templates and our own words are converted, once; what people wrote is never touched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import opencc
from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

import form_definitions
from form_api.errors import Problem
from form_api.site import Rules, Site

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
BASES = {"hans": "/", "hant": "/hant/"}
LANGUAGES = {"hans": "zh-Hans", "hant": "zh-Hant"}
MINIMAL_SHELL = {
    "parts": [
        '<!doctype html><html lang="',
        '"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>',
        "</title>",
        '</head><body><header><a href="',
        '">河东政务零距离</a></header>',
        '<main id="main">',
        "</main></body></html>",
    ],
    "slots": ["lang", "title", "head", "base", "crumbs", "body"],
}


class _Converting(BaseLoader):
    """A loader that converts a template's own words."""

    def __init__(self, loader: BaseLoader, convert: Callable[[str], str]) -> None:
        self._loader, self._convert = loader, convert

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, name, fresh = self._loader.get_source(environment, template)
        return self._convert(source), name, fresh


class Pages:
    """Draws pages in either script."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._converter = opencc.OpenCC("s2tw")
        self._environments = {script: self._environment(script) for script in BASES}
        self._forms: tuple[object, Mapping[str, form_definitions.Forms]] = (None, {})

    def page(
        self,
        template: str,
        script: str,
        title: str,
        code: int | None = None,
        head: str = "",
        problem: Problem | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Draw a page of our own inside the site's shell; a problem gives it its status."""
        rules = self._site.rules
        if problem and problem.errors:
            title = f"要改：{title}"
        body = (
            self._environments[script]
            .get_template(template)
            .render(
                script=script,
                base=BASES[script],
                language=LANGUAGES[script],
                rules=rules,
                title=title,
                problem=problem,
                **context,
            )
        )
        values = {
            "title": escape(self.words(script, title)),
            "description": "",
            "head": '<meta name="robots" content="noindex">' + head,
            "body": body,
            "root": "/",
            "base": BASES[script],
            "twin": BASES["hans" if script == "hant" else "hant"],
            "kind": "api",
            "lang": LANGUAGES[script],
        }
        headers = {"Cache-Control": "no-store", "Content-Language": LANGUAGES[script]}
        if problem and problem.retry_after is not None:
            headers["Retry-After"] = str(problem.retry_after)
        return HTMLResponse(
            _fill(_shell(rules, script), values),
            code or (problem.status if problem else 200),
            headers,
        )

    def words(self, script: str, text: str) -> str:
        """Return our own words in a script."""
        return self._to_hant(text) if script == "hant" else text

    def form(self, script: str, name: str) -> form_definitions.Form:
        """Return a form with its words in a script."""
        forms = self._site.rules.forms
        if self._forms[0] is not forms:
            plain = form_definitions.dump(forms)
            self._forms = (
                forms,
                {
                    "hans": forms,
                    "hant": form_definitions.parse(
                        _convert_words(json.loads(plain), self._to_hant)
                    ),
                },
            )
        return self._forms[1][script][name]

    def _environment(self, script: str) -> Environment:
        loader: BaseLoader = FileSystemLoader([TEMPLATES / "api", TEMPLATES / "desk"])
        if script == "hant":
            loader = _Converting(loader, self._to_hant)
        environment = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["words"] = lambda text: self.words(script, text)
        environment.filters["lines"] = _lines
        environment.globals["field_form"] = lambda name: self.form(script, name)
        return environment

    def _to_hant(self, text: str) -> str:
        return _converted(self._converter, text)


@lru_cache(maxsize=4096)
def _converted(converter: opencc.OpenCC, text: str) -> str:
    result: str = converter.convert(text)
    return result


WORDS = {
    "title",
    "intro",
    "submit",
    "confirm",
    "label",
    "hint",
    "missing",
    "purpose",
    "kept",
    "rights",
    "contact",
}
"""The keys of a form definition that hold words people read."""


def _convert_words(value: Any, convert: Callable[[str], str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _convert_words(item, convert, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_convert_words(item, convert, key) for item in value]
    return convert(value) if key in WORDS and isinstance(value, str) else value


def _shell(rules: Rules, script: str) -> Mapping[str, Any]:
    return rules.shells.get(script) or MINIMAL_SHELL


def _fill(shell: Mapping[str, Any], values: Mapping[str, str]) -> str:
    pieces = [shell["parts"][0]]
    for slot, part in zip(shell["slots"], shell["parts"][1:], strict=True):
        pieces += values.get(slot, ""), part
    return "".join(pieces)


def _lines(text: str) -> Markup:
    """Show what a person wrote with its line breaks, and nothing of it as markup."""
    return Markup("<br>").join(text.split("\n"))
