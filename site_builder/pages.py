"""Stage 4a: which pages the site has. Each function yields one family; templates only show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from form_definitions import Form
from site_builder.cases import case, cases, items
from site_builder.floorplan import floors
from site_builder.history import Change
from site_builder.model import Catalogue, Matter, Package
from site_builder.prose import Prose
from site_builder.structured import government_service


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


def all_pages(content: Content) -> Iterator[Page]:
    """Yield every page of the site, in one script's addresses."""
    families: tuple[Callable[[Content], Iterable[Page]], ...] = (
        home,
        matter_guides,
        matter_lists,
        packages,
        special_lists,
        places,
        forms,
        help_form,
        tools,
        prose_pages,
    )
    for family in families:
        yield from family(content)


def pages_of(content: Content, matter_ids: Set[str]) -> Iterator[Page]:
    """Yield the guides of some matters and every page of the packages in `content`."""
    yield from (p for p in matter_guides(content) if p.context["matter"].id in matter_ids)
    yield from (p for p in packages(content) if p.url != "packages/")


def home(content: Content) -> Iterator[Page]:
    """The front page and the calm one of senior mode."""
    home_prose = next((p for p in content.prose if p.url == ""), None)
    choices, site = content.catalogue.data.get("home", {}), content.catalogue.data["site"]
    context = {"often": choices.get("常办", ()), "events": choices.get("人生事件", ())}
    yield Page(
        "",
        "home",
        "首页",
        f"{site['大厅']}：办事指南、容缺受理、证照联办、预约和你提我改",
        section="home",
        context={"prose": home_prose, "articles": articles(content)[:3], **context},
    )
    yield Page(
        "senior/",
        "senior",
        "长者模式",
        "大字、简明的办事首页",
        section="senior",
        crumbs=(Crumb("长者模式", "senior/"),),
        context=context,
    )


def matter_guides(content: Content) -> Iterator[Page]:
    """One guide a matter."""
    themes = {theme.id: theme for theme in content.catalogue.themes}
    for matter in content.catalogue.matters:
        theme = themes[matter.theme_id]
        yield Page(
            f"matters/{matter.id}/",
            "matter",
            matter.name,
            matter.summary,
            section="matters",
            crumbs=(MATTERS, Crumb(theme.name, f"themes/{theme.id}/")),
            updated=matter.checked_on.isoformat(),
            context={
                "matter": matter,
                "theme": theme,
                "zone": content.catalogue.zone_of(matter),
                "packages": content.catalogue.packages_of[matter.id],
                "structured": government_service(matter, content.catalogue.data["site"]),
                "changes": content.changes_of.get(matter.id, []),
            },
        )


def matter_lists(content: Content) -> Iterator[Page]:
    """All matters, and the same by theme, audience, department, online and without a visit."""
    matters = content.catalogue.matters
    yield Page(
        "matters/",
        "matters",
        "办事指南",
        f"全部 {len(matters)} 个事项，按主题查找",
        section="matters",
        crumbs=(MATTERS,),
        context={"audiences": AUDIENCES},
    )
    for theme in content.catalogue.themes:
        yield _list(f"themes/{theme.id}/", theme.name, content.catalogue.of_theme(theme.id))
    for audience, identifier in AUDIENCES.items():
        yield _list(
            f"audiences/{identifier}/",
            f"{audience}办事",
            tuple(m for m in matters if audience in m.audiences),
        )
    for department in _departments(content.catalogue):
        yield _list(
            f"departments/{department['编码']}/",
            department["名称"],
            tuple(m for m in matters if m.department == department["名称"]),
        )
    yield _list("online/", "网上可办的事项", tuple(m for m in matters if m.online))
    yield _list("no-visit/", "不用跑腿的事项", tuple(m for m in matters if m.no_visit))


def _departments(catalogue: Catalogue) -> list[dict[str, str]]:
    return list(catalogue.data.get("departments", []))


def _list(url: str, title: str, matters: tuple[Matter, ...]) -> Page:
    return Page(
        url,
        "matter-list",
        title,
        f"{title}：{len(matters)} 个事项",
        section="matters",
        crumbs=(MATTERS, Crumb(title, url)),
        context={"matters": matters},
    )


def packages(content: Content) -> Iterator[Page]:
    """The one-chain packages, each with its merged list of materials."""
    catalogue = content.catalogue
    yield Page(
        "packages/",
        "packages",
        "一件事套餐",
        f"{len(catalogue.packages)} 个证照联办套餐，一张清单办齐",
        section="packages",
        crumbs=(PACKAGES,),
    )
    for package in catalogue.packages:
        yield Page(
            f"packages/{package.id}/",
            "package",
            package.name,
            package.summary,
            section="packages",
            crumbs=(PACKAGES,),
            context={
                "package": package,
                "case": case(catalogue, package),
                "all": [catalogue.by_id[i] for i in package.possible_matter_ids],
                "possible": items(catalogue, package.possible_matter_ids),
            },
        )
        yield from _case_pages(content, package)


def _case_pages(content: Content, package: Package) -> Iterator[Page]:
    """Every way of answering a package's questions, for browsers without scripts."""
    for answered in cases(content.catalogue, package):
        told = "、".join(answer.label for answer in answered.answers)
        yield Page(
            f"packages/{package.id}/{answered.path}",
            "package-case",
            f"{package.name}：{told}",
            f"{package.name}，{told}：{len(answered.matters)} 个事项一张清单",
            section="packages",
            crumbs=(PACKAGES, Crumb(package.name, f"packages/{package.id}/")),
            context={"package": package, "case": answered},
        )


def special_lists(content: Content) -> Iterator[Page]:
    """What may wait, what a signature replaces, what nobody has to bring any more."""
    catalogue = content.catalogue
    figures = catalogue.figures
    waivable = tuple(m for m in catalogue.matters if m.waivable)
    commitment = tuple(m for m in catalogue.matters if m.commitment)
    yield Page(
        "waivable/",
        "waivable",
        "容缺受理清单",
        f"{figures['waivable_matters']} 个事项的 {figures['waivable_materials']} 份材料可以后补",
        section="matters",
        crumbs=(MATTERS, Crumb("容缺受理清单", "waivable/")),
        context={"matters": waivable},
    )
    yield Page(
        "commitment/",
        "commitment",
        "告知承诺",
        f"{len(commitment)} 个事项签承诺书代替部分材料",
        section="matters",
        crumbs=(MATTERS, Crumb("告知承诺", "commitment/")),
        context={"matters": commitment},
    )
    yield Page(
        "cancelled/",
        "cancelled",
        "取消的证明",
        f"{len(catalogue.cancelled)} 项证明和盖章不用再提供",
        section="matters",
        crumbs=(MATTERS, Crumb("取消的证明", "cancelled/")),
    )


def places(content: Content) -> Iterator[Page]:
    """The hall with its windows, and the townships."""
    catalogue = content.catalogue
    hall = catalogue.data.get("hall", {})
    yield Page(
        "hall/",
        "hall",
        "政务大厅",
        f"{catalogue.figures['windows']} 个窗口在哪一层、办什么",
        section="hall",
        crumbs=(HALL,),
        context={
            "hall": hall,
            "floors": floors(catalogue.zones, hall),
            "handled": {
                zone.id: [m for m in catalogue.matters if catalogue.zone_of(m) == zone]
                for zone in catalogue.zones
            },
        },
    )
    devolved = tuple(m for m in catalogue.matters if m.devolved)
    townships = Crumb("镇街服务", "townships/")
    yield Page(
        "townships/",
        "townships",
        "镇街服务",
        f"{len(devolved)} 个事项可以在 {len(catalogue.townships)} 个镇街就近办理",
        section="hall",
        crumbs=(HALL, townships),
        context={"matters": devolved},
    )
    for township in catalogue.townships:
        yield Page(
            f"townships/{township.id}/",
            "township",
            township.name,
            f"在{township.name}可以办理的 {len(devolved)} 个事项",
            section="hall",
            crumbs=(HALL, townships),
            context={"township": township, "matters": devolved},
        )


def forms(content: Content) -> Iterator[Page]:
    """The forms that reach the API, and where to look up what became of them."""
    yield Page(
        "complaints/",
        "complaints",
        "你提我改",
        "吐槽、找茬、提建议：写下来，给你编号，按期答复",
        section="complaints",
        crumbs=(COMPLAINTS,),
        context={
            "form": content.forms.get("complaint"),
            "replies": content.catalogue.replies,
            "handled": content.catalogue.data.get("complaint-figures") or {},
        },
    )
    yield Page(
        "complaints/status/",
        "status",
        "查询答复",
        "凭编号和查询码看处理到哪一步",
        section="complaints",
        crumbs=(COMPLAINTS, Crumb("查询答复", "complaints/status/")),
        context={"resource": "complaints", "form": content.forms.get("status")},
    )
    yield Page(
        "appointments/",
        "appointments",
        "预约办理",
        "选日期和时段，到了就办",
        section="appointments",
        crumbs=(APPOINTMENTS,),
        context={
            "form": content.forms.get("appointment"),
            "slots": tuple(_slots(content.catalogue.data.get("appointments", {}))),
        },
    )
    yield Page(
        "appointments/status/",
        "status",
        "查询预约",
        "凭编号和查询码查看、改期或取消",
        section="appointments",
        crumbs=(APPOINTMENTS, Crumb("查询预约", "appointments/status/")),
        context={"resource": "appointments", "form": content.forms.get("status")},
    )


def help_form(content: Content) -> Iterator[Page]:
    """Ask for somebody to help (帮办代办)."""
    form = content.forms.get("help_request")
    if form:
        yield Page(
            "help/request/",
            "help-request",
            "请人帮办",
            "自己办有困难，就请帮办员",
            section="hall",
            crumbs=(Crumb("帮办代办", "help/"), Crumb("请人帮办", "help/request/")),
            context={"form": form},
        )


def _slots(appointments: Mapping[str, Any]) -> Iterator[str]:
    """Yield the half-hours of an opening day, as the form API names them: 09:00-09:30."""
    length = dt.timedelta(minutes=int(appointments.get("slot_minutes", 30)))
    for span in appointments.get("hours", ()):
        start, end = (dt.datetime.strptime(span[edge], "%H:%M") for edge in ("from", "to"))
        while start + length <= end:
            yield f"{start:%H:%M}-{start + length:%H:%M}"
            start += length


def tools(content: Content) -> Iterator[Page]:
    """Search, questions and answers, offline copy, what changed, the map, and the lost page."""
    for url, title, description in (
        ("search/", "搜索", "搜事项、套餐、窗口和文章"),
        ("ask/", "智能问答", "用自己的话问：带什么、几天、多少钱、去哪办"),
        ("offline/", "离线使用", "没有网络也能看指南"),
        ("outbox/", "待送出的", "写好还没送到的意见和预约"),
    ):
        section = url.strip("/")
        yield Page(url, section, title, description, section=section, crumbs=(Crumb(title, url),))
    yield Page(
        "sitemap/",
        "sitemap",
        "网站地图",
        "本站全部栏目和页面",
        crumbs=(Crumb("网站地图", "sitemap/"),),
        context={
            "articles": articles(content),
            "prose": [p for p in content.prose if p.url and p.meta.get("kind") != "article"],
            "departments": _departments(content.catalogue),
            "audiences": AUDIENCES,
        },
    )
    yield Page(
        "changes/",
        "changes",
        "最近更新",
        "哪些事项变了、怎么变的",
        crumbs=(Crumb("最近更新", "changes/"),),
        context={"changes": content.changes, "listed": _addresses(content.catalogue)},
    )
    missing = "没有网络，这一页打不开"
    yield Page("offline/missing.html", "offline-missing", missing, missing)
    yield Page("404.html", "404", "找不到这个页面", "这个地址没有页面")


def _addresses(catalogue: Catalogue) -> set[str]:
    """Return the addresses of guides and packages that there are."""
    packages = {f"packages/{package.id}/" for package in catalogue.packages}
    return packages | {f"matters/{matter.id}/" for matter in catalogue.matters}


def articles(content: Content) -> list[Prose]:
    """Return the articles (`kind: article` in the front matter), newest first."""
    found = [p for p in content.prose if p.meta.get("kind") == "article"]
    return sorted(found, key=lambda p: str(p.meta.get("published", "")), reverse=True)


def prose_pages(content: Content) -> Iterator[Page]:
    """What colleagues wrote in Markdown."""
    written = articles(content)
    yield Page(
        "articles/",
        "articles",
        "资讯",
        "访谈、通知和政策解读",
        section="articles",
        crumbs=(ARTICLES,),
        context={"articles": written},
    )
    for i, prose in enumerate(written):
        newer, older = written[i - 1] if i else None, written[i + 1 : i + 2]
        yield Page(
            prose.url,
            "article",
            prose.title,
            _description(prose),
            section="articles",
            crumbs=(ARTICLES, Crumb(str(prose.meta.get("column", "")), "articles/")),
            updated=str(prose.meta.get("published", ""))[:10],
            meta={
                "ArticleTitle": prose.title,
                "PubDate": str(prose.meta.get("published", "")),
                "ContentSource": str(prose.meta.get("source", "")),
            },
            context={"prose": prose, "newer": newer, "older": older[0] if older else None},
        )
    for prose in content.prose:
        if prose.url and prose.meta.get("kind") != "article":
            yield Page(
                prose.url,
                str(prose.meta.get("kind", "prose")),
                prose.title,
                _description(prose),
                section=str(prose.meta.get("section", "")),
                crumbs=(Crumb(prose.title, prose.url),),
                context={"prose": prose},
            )


def _description(prose: Prose) -> str:
    return str(prose.meta.get("description", prose.title))
