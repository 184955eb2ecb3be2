"""Other editions of the same site: for a USB stick, and for the terminals of the hall.

An edition is a function from the site's files to its own; `pipeline.build` applies it.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from site_builder.compact_json import compact_json
from site_builder.compose import Shell
from site_builder.offline import KEPT_DATA
from site_builder.output import Edition
from site_builder.render import Output
from site_builder.script import Converter

_MODULE = re.compile(r'<script type="module"[^>]* src="([^"]*?)assets/([\w.-]+)"></script>\n?')
_LINK = re.compile(r'(<(?:a|area)\b[^>]*?\shref=")(\.{1,2}/[^"?#]*?/?)([?#][^"]*)?(")')
_POST = re.compile(r'<form\b[^>]*method="post".*?</form>', re.S)
_SEARCH = re.compile(r'(<form\b[^>]*\saction="[^"]*/)(")')
_WAY_OUT = re.compile(
    r'<a\b(?P<class>\sclass="[^"]*")?[^>]*\shref="(?:(?:https?:)?//|tel:|mailto:|[^"]*\.(?:json|xml|ics)")'
    r"[^>]*>(?P<words>.*?)</a>",
    re.S,
)
"""Links to other sites, to a telephone, and to files that a browser shows without our scripts."""
_MANIFEST = re.compile(r'<link rel="manifest"[^>]*>\n?')
_IMPORTED = re.compile(r'["\']\./([\w.-]+\.js)["\']')
_ONLINE_ONLY: Final = re.compile(r"(offline|outbox|forms)\b")
"""Scripts that need a server or a worker."""
_KEEPING: Final = re.compile(r"(offline|outbox)\b")
"""Scripts that keep something on a device; forms.js knows a terminal (data-kiosk)."""
_OWN_DEVICE = re.compile(r"<section\b[^>]*\sdata-own-device\b.*?</section>", re.S)
"""What makes sense on a person's own phone or computer only."""
_LEFT_OUT: Final = ("sw.js", "data/offline", "data/shell.", "data/matters/", "manifest.webmanifest")
NO_FORMS: Final = (
    '<p class="notice">这是随身带的版本，没有网络，不能在这里提交。可以到大厅咨询台提，'
    "可以打电话，也可以在有网络时打开本站再提交；电话在本页最下面。</p>"
)
STICK_IS_A_COPY: Final = (
    '<p class="notice">这是随身带的版本，全部内容已经在这个文件夹里，没有网络也能看。</p>'
)
KIOSK_KEEPS_NOTHING: Final = (
    '<p class="notice">自助终端不存任何内容。请用您自己的手机或电脑打开本站。</p>'
)
KIOSK_WARNING: Final = (
    '<p class="notice" role="alert" data-kiosk-warning hidden>'
    "还在用吗？碰一下屏幕就继续。不用了，马上回到首页，您填的都会清掉。</p>"
)


def portable(templates: Path) -> Edition:
    """Return the edition that opens from a folder by double-click: no server, no worker."""

    def edition(outputs: Iterable[Output]) -> Iterator[Output]:
        convert, modules = Converter(), dict[str, str]()
        for output in outputs:
            if output.path.removeprefix("hant/").startswith(_LEFT_OUT):
                continue
            if output.path.endswith(".html"):
                page = _portable_page(output, convert)
                yield page
                if re.match(r"(hant/)?(hall/|(matters|packages)/.+/)", output.path):
                    yield _twin(page.path, page.data.decode())
                continue
            if output.path.startswith("assets/") and output.path.endswith(".js"):
                modules[output.path.removeprefix("assets/")] = output.data.decode()
            if output.path.startswith(KEPT_DATA):
                yield _twin(output.path, json.loads(output.data))
            yield output
        yield _loader(templates, modules)

    return edition


def kiosk(outputs: Iterable[Output]) -> Iterator[Output]:
    """Yield the edition for the self-service hall: no way out, and nothing personal stays."""
    outputs = list(outputs)
    script = next(o.path for o in outputs if re.match(r"assets/kiosk\.\w+\.js$", o.path))
    convert = Converter()
    for output in outputs:
        if output.path.startswith(("sw.js", "data/offline")):
            continue  # a terminal has a network; it must not keep what it showed
        if output.path.endswith(".html"):
            yield _kiosk_page(output, script, convert)
        elif output.path.startswith("data/shell."):
            yield _kiosk_shell(output, script, convert)
        else:
            yield output


def pack(folder: Path) -> Path:
    """Return a zip of a portable folder, beside it."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                member = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
                member.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(member, path.read_bytes())
    return target


def _portable_page(output: Output, convert: Converter) -> Output:
    html = output.data.decode()
    loaded = [(root, name) for root, name in _MODULE.findall(html) if not _ONLINE_ONLY.match(name)]
    html = _MANIFEST.sub("", _MODULE.sub("", html))
    html = _POST.sub(_words(output, NO_FORMS, convert), html)
    html = _OWN_DEVICE.sub(_words(output, STICK_IS_A_COPY, convert), html)
    html = _LINK.sub(_to_file, html)
    html = _SEARCH.sub(r"\1index.html\2", html)
    if loaded:
        names = " ".join(name for _, name in loaded)
        src = f"{loaded[0][0]}assets/portable.js"
        html = html.replace(
            "</body>", f'<script defer src="{src}" data-modules="{names}"></script>\n</body>'
        )
    return Output(output.path, html.encode())


def _to_file(match: re.Match[str]) -> str:
    start, path, rest, end = match.groups()
    if path.endswith("/"):
        path += "index.html"
    return start + path + (rest or "") + end


def _kiosk_page(output: Output, script: str, convert: Converter) -> Output:
    root = "../" * output.path.count("/") or "./"
    if output.path.endswith("404.html"):
        root = "/"
    html = _OWN_DEVICE.sub(_words(output, KIOSK_KEEPS_NOTHING, convert), output.data.decode())
    warning = _words(output, KIOSK_WARNING, convert)
    return Output(output.path, _confined(html, root + script, warning).encode())


def _kiosk_shell(output: Output, script: str, convert: Converter) -> Output:
    """Confine the API's own pages, too: receipts and progress are where people are named."""
    given = json.loads(output.data)
    shell = Shell(tuple(given["parts"]), tuple(given["slots"]))
    html = shell.fill({slot: f"@@{slot}@@" for slot in shell.slots}).decode()
    warning = convert(KIOSK_WARNING) if ".hant." in output.path else KIOSK_WARNING
    confined = Shell.cut(_confined(html, f"@@root@@{script}", warning))
    return Output(output.path, compact_json(confined.as_json()))


def _confined(html: str, script: str, warning: str) -> str:
    """Return a page without ways out, which returns to the start after quiet time."""
    html = _MODULE.sub(lambda m: "" if _KEEPING.match(m[2]) else m[0], _MANIFEST.sub("", html))
    html = _WAY_OUT.sub(r"<span\g<class>>\g<words></span>", html)
    html = html.replace("<html ", "<html data-kiosk ", 1)
    added = f'{warning}<script type="module" src="{script}"></script>\n</body>'
    return html.replace("</body>", added)


def _words(output: Output, words: str, convert: Converter) -> str:
    return convert(words) if output.path.startswith("hant/") else words


def _twin(path: str, value: object) -> Output:
    """Return a file's twin as a classic script, which `site-data.js` loads instead."""
    start = f'(self.siteData ??= {{}})["{path}"] = '
    return Output(f"{path}.js", start.encode() + compact_json(value) + b";")


def _loader(templates: Path, modules: dict[str, str]) -> Output:
    """Return the script that runs the modules, each after those it imports."""
    ordered: dict[str, str] = {}

    def add(name: str) -> None:
        if name in ordered or name not in modules or _ONLINE_ONLY.match(name):
            return
        for other in _IMPORTED.findall(modules[name]):
            add(other)
        ordered[name] = modules[name]

    for name in modules:
        add(name)
    text = json.dumps(ordered, ensure_ascii=False).replace("</", "<\\/")
    program = (templates / "worker" / "portable.js").read_text("utf-8")
    return Output("assets/portable.js", f"{{const modules = {text};\n{program}}}\n".encode())
