"""The only module that knows MkDocs: Material renders the page shell and the prose, we do the rest.

MkDocs runs through `MattersPlugin`. It keeps the theme's own files out of the site, collects each
prose page's HTML and takes the first rendered `main.html` as the shell. `mkdocs build` and
`mkdocs serve` then call the same pipeline as `site-builder build`.
"""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as MkDocsPage
from watchdog.events import FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent
from watchdog.observers import Observer

from site_builder import overlay
from site_builder.assets import Assets
from site_builder.compose import Shell
from site_builder.errors import ContentError, Finding, SiteError
from site_builder.load import read_data
from site_builder.prose import Heading, Prose, Rendered, widen_lone_links


class MattersPlugin(BasePlugin):  # type: ignore[no-untyped-call, type-arg]
    """Collects what MkDocs rendered; in a plain MkDocs run it then writes the whole site."""

    def __init__(self) -> None:
        self.collect_only = False
        self._shell = ""
        self._prose: list[Prose] = []

    @property
    def rendered(self) -> Rendered:
        """What one MkDocs run rendered."""
        if not self._shell:
            raise SiteError("content/pages 里没有页面：至少要有 index.md")
        return Rendered(Shell.cut(self._shell), tuple(self._prose))

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Start anew, because `mkdocs serve` reuses the plugin."""
        self._shell, self._prose = "", []

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Leave 404 and sitemap to us: MkDocs would list only the prose."""
        config.theme.static_templates = set()
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Keep Material's scripts, styles and icons (2.5 MB) out of the site."""
        return Files([file for file in files if file.is_documentation_page()])

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Give the shell the site's own words and the addresses of its styles and scripts."""
        content = Path(config.docs_dir).parent
        site = read_data(content / "data" / "site.yml", content)
        if isinstance(site, Finding):
            raise ContentError([site])
        folder = Path(config.config_file_path).parent / "templates" / "assets"
        env.globals.update(site=site.values, assets=Assets(folder))
        return env

    def on_page_content(
        self,
        html: str,
        *,
        page: MkDocsPage,
        config: MkDocsConfig,
        files: Files,
    ) -> str:
        """Note a prose page."""
        toc = tuple(
            Heading(anchor.title, anchor.id)
            for top in page.toc
            for anchor in (top, *top.children)
            if anchor.level == 2
        )
        self._prose.append(
            Prose(
                url="" if page.url in (".", "./") else page.url,
                title=str(page.title or ""),
                html=widen_lone_links(html),
                headings=toc,
                meta={key: _text(value) for key, value in page.meta.items()},
                file=f"pages/{page.file.src_uri}",
            )
        )
        return html

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Take the shell and write nothing: the pipeline writes every page."""
        self._shell = self._shell or output
        return ""

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the whole site when MkDocs itself was started."""
        if self.collect_only:
            return
        from site_builder.pipeline import build  # the pipeline imports this module

        build(
            content=Path(config.docs_dir).parent,
            out=Path(config.site_dir),
            config=Path(config.config_file_path),
            rendered=self.rendered,
            with_downloads=True,
        )


def _text(value: Any) -> Any:
    """Give dates back as people wrote them: YAML reads 2019-10-15 09:00 as a point in time."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, dt.date) else value


def render(config_file: Path, content: Path) -> Rendered:
    """Run MkDocs over the prose and return the shell and the prose pages.

    Raises SiteError when MkDocs refuses its configuration or a page.
    """
    with tempfile.TemporaryDirectory() as folder:
        # What `mkdocs serve` watches need not be beside the configuration.
        options: dict[str, Any] = {"docs_dir": str(content / "pages"), "site_dir": folder}
        options["watch"] = []
        try:
            config = load_config(str(config_file), **options)
            plugin = config.plugins["matters"]
            assert isinstance(plugin, MattersPlugin)
            plugin.collect_only = True
            logging.getLogger("mkdocs").setLevel(logging.WARNING)
            mkdocs_build(config)
        except SiteError:
            raise
        except Exception as error:
            raise SiteError(f"mkdocs 生成页面时停下了：{error}") from error
        return plugin.rendered


class _Server(LiveReloadServer):
    """MkDocs' server, which also tells an open page what check finds."""

    findings: Callable[[], str]

    def serve_request(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer with the findings, a file of the site, or news of a change."""
        if environ["PATH_INFO"] != overlay.ADDRESS:
            answer: Iterable[bytes] = super().serve_request(environ, start_response)
            return answer
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [self.findings().encode()]

    def _inject_js_into_html(self, content: bytes, epoch: int) -> bytes:
        injected: bytes = super()._inject_js_into_html(content, epoch)  # type: ignore[no-untyped-call]
        return injected + overlay.SCRIPT.encode()


_CHANGES = [FileCreatedEvent, FileModifiedEvent, FileMovedEvent, FileDeletedEvent]
"""Reading a file is an event, too, and every build reads them all."""


def serve(
    builder: Callable[[], None],
    root: Path,
    watched: Iterable[Path],
    port: int,
    findings: Callable[[], str],
) -> None:
    """Serve `root` on the loopback, run `builder` on every change and reload open pages."""
    server = _Server(builder, "127.0.0.1", port, str(root))
    server.findings = findings
    # The system tells at once what changed; MkDocs would look at every file again and again.
    observer = Observer()
    observer.schedule = partial(observer.schedule, event_filter=_CHANGES)  # type: ignore[method-assign]
    server.observer = observer  # type: ignore[assignment]
    server.build_delay = 0.02
    server.error_handler = lambda code: (root / "404.html").read_bytes() if code == 404 else None
    for path in watched:
        server.watch(str(path))
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        server.shutdown()
