"""Rules about files and links: everything that is named exists, every file is read by somebody."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from site_builder.check.rule import Fault, Faults, Place, Site, Text, entries, rule, suggestion
from site_builder.errors import Severity
from site_builder.model import Matter

_LINK = re.compile(
    r"\]\(\s*<?(?P<inline>[^)\s>]+)|^\[[^\]]+\]:\s*<?(?P<reference>[^\s>]+)"
    r"|\b(?:href|src)=[\"'](?P<html>[^\"']*)",
    re.MULTILINE,
)
_LINK_SIGNS = ("]", "=")
"""One of them is in every link; most matters have none and need no search."""
_SIGNATURES = {
    ".pdf": (b"%PDF",),
    ".docx": (b"PK",),
    ".xlsx": (b"PK",),
    ".png": (b"\x89PNG",),
    ".jpg": (b"\xff\xd8",),
    ".jpeg": (b"\xff\xd8",),
    ".svg": (b"<",),
    ".webp": (b"RIFF",),
}
_READ = (
    re.compile(r"matters/[^/]+/[^/]+\.md"),
    re.compile(r"packages/[^/]+\.md"),
    re.compile(r"replies/[^/]+/[^/]+\.md"),
    re.compile(r"data/[^/]+\.yml"),
    re.compile(r"(?:pages|files)/.+"),
)


@rule("F-01", local=True)
def named_files_exist(site: Site) -> Faults:
    """空白表格、示例样表、结果样本的文件都在 content/files/ 下，打得开。

    依据：事项要素核对规则 C-43；国办秘函〔2019〕19号（表格、样表准确）D-58。
    """
    for matter in site.matters("result_sample", "materials"):
        for path, name in _named_files(matter):
            problem = _problem_of_file(site, name) if name else None
            if problem:
                yield Fault(matter.source, path, *problem)


def _named_files(matter: Matter) -> Iterator[tuple[Place, str]]:
    yield ("结果样本",), matter.result_sample
    for i, material in enumerate(matter.materials):
        yield ("申请材料", i, "空白表格"), material.blank_form
        yield ("申请材料", i, "示例样表"), material.sample_form


def _problem_of_file(site: Site, name: str) -> tuple[str, str] | None:
    """Return what is wrong with a file of content/files and what to do."""
    file = posixpath.normpath(f"files/{name}")
    if file not in site.file_set or not file.startswith("files/"):
        known = [f.removeprefix("files/") for f in site.files if f.startswith("files/")]
        return (
            f"content/files/ 下没有“{name}”",
            suggestion(name, known, "把文件放进去，或者核对路径"),
        )
    with (site.content / file).open("rb") as stream:
        start = stream.read(8)
    expected = _SIGNATURES.get(posixpath.splitext(file)[1].lower())
    if not start or (expected and not start.startswith(expected)):
        return f"文件“{name}”是空的，或者不是它的扩展名所说的格式", "重新另存为正确的格式"
    return None


@rule("F-02", local=True)
def links_lead_somewhere(site: Site) -> Faults:
    """正文里指向事项、套餐、主题、镇街、附件和其他页面的链接，都有对应的内容。

    依据：国办秘函〔2019〕19号（链接可用）D-58；C-43。
    """
    for text in site.texts:
        base = _address(text.file)
        if base is None or not any(sign in text.text for sign in _LINK_SIGNS):
            continue
        for match in _LINK.finditer(text.text):
            link = next(filter(None, match.groups()), "")
            if not _resolves(site, text.file, base, link):
                yield Fault(
                    text.at(match.start()),
                    (),
                    f"链接“{link}”指的内容没有",
                    "核对地址；事项的地址是 /matters/事项编码/",
                )


@rule("F-04")
def data_links_lead_somewhere(site: Site) -> Faults:
    """数据文件“链接”一栏里的地址，都有对应的内容。

    依据：国办秘函〔2019〕19号（链接可用）D-58。
    """
    for name, values in site.catalogue.data.items():
        for path, key, link in entries(values):
            if key == "链接" and not _resolves(site, "", "/", link):
                yield Fault(
                    site.source(name), path, f"链接“{link}”指的内容没有", "核对地址，从首页算起"
                )


@rule("F-05")
def everyday_words_name_a_page(site: Site) -> Faults:
    """同义词表“说法”一栏写的事项和套餐，都有对应的内容。

    依据：国办秘函〔2019〕19号（站内搜索可用）D-58。
    """
    values = site.catalogue.data.get("synonyms")
    said = values.get("说法") if isinstance(values, dict) else None
    for address in said or {}:
        if not _resolves(site, "", "/", address):
            yield Fault(
                site.source("synonyms"),
                ("说法", address),
                f"没有“{address}”这个页面",
                "核对地址；内容撤了就删掉这一项",
            )


@rule("F-06")
def ways_to_ask_can_be_read(site: Site) -> Faults:
    """智能问答词表的每一行都读得懂：括号成对，至少要说一个字。

    依据：国办秘函〔2019〕19号（网站功能可用）D-58。
    """
    for path, _, line in entries(site.catalogue.data.get("questions")):
        if not _says_something(line):
            yield Fault(
                site.source("questions"),
                path,
                f"智能问答读不懂“{line}”",
                "核对括号、竖线和问号；每一行不能整行都可有可无",
            )


def _says_something(expression: str) -> bool:
    try:
        return not re.fullmatch(expression, "")
    except re.error:
        return False


def _address(file: str) -> str | None:
    """Return the address of the page a Markdown file becomes, or None when it becomes none."""
    folder, _, rest = file.partition("/")
    stem, dot, suffix = rest.rpartition(".")
    if suffix != "md" or not dot:
        return None
    if folder == "pages":
        page = stem.removesuffix("index") if stem.split("/")[-1] == "index" else f"{stem}/"
        return f"/{page}"
    if folder in ("matters", "packages"):
        return f"/{folder}/{stem.split('/')[-1]}/"
    return "/complaints/" if folder == "replies" else None


def _resolves(site: Site, file: str, base: str, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path:
        return True
    path = unquote(parts.path)
    if path.endswith(".md"):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
        return target in site.file_set
    address = posixpath.normpath(posixpath.join(base, path)).removeprefix("/hant")
    family, _, name = address.strip("/").partition("/")
    if family == "files":
        return f"files/{name}" in site.file_set
    known = _known(site, family)
    # Lists such as /matters/ and pages made by the builder are proved by the crawl of the site.
    return not name or known is None or name.split("/")[0] in known


def _known(site: Site, family: str) -> frozenset[str] | None:
    """Return the ids that have a page below an address, or None where no content decides."""
    catalogue = site.catalogue
    if family == "matters":
        return site.matter_ids
    if family == "packages":
        return frozenset(p.id for p in catalogue.packages)
    if family == "themes":
        return frozenset(t.id for t in catalogue.themes)
    if family == "townships":
        return frozenset(t.id for t in catalogue.townships)
    return None


@rule("F-03", Severity.WARNING)
def every_file_is_read(site: Site) -> Faults:
    """内容文件都放在该放的地方，扩展名正确，才会发布。

    依据：本站约定；放错地方的文件没有人看得到。
    """
    for file in site.files:
        if not any(pattern.fullmatch(file) for pattern in _READ):
            yield Fault(
                Text(file, "").at(0),
                (),
                "这个文件不会被读取",
                "事项放 matters/主题/编码.md，套餐放 packages/编码.md，数据放 data/名称.yml，"
                "附件放 files/",
            )
