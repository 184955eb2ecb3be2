"""Rules about who is who: ids, names, aliases, themes, departments."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from site_builder.check.rule import (
    Fault,
    Faults,
    Place,
    Site,
    entries,
    matter_rule,
    rule,
    suggestion,
)
from site_builder.errors import Severity
from site_builder.model import Matter, Source


def duplicates(source: Source, key: str, values: Iterable[str], parent: Place = ()) -> Faults:
    """Yield a fault for every value of a list of records that an earlier record has too."""
    seen: set[str] = set()
    for i, value in enumerate(values):
        if value and value in seen:
            yield Fault(
                source,
                (*parent, i, key),
                f"{key}“{value}”前面已经用过",
                "改成不重复的，或者删掉一处",
            )
        seen.add(value)


@rule("R-01")
def matter_ids_are_unique(site: Site) -> Faults:
    """事项的文件名不重复，不同主题的文件夹里也不重复。

    依据：文件名就是事项编码，用在网址里（C-12 编码唯一）。
    """
    seen: dict[str, Source] = {}
    for matter in site.catalogue.matters:
        if matter.id in seen:
            yield Fault(
                matter.source,
                (),
                f"编码“{matter.id}”在 {seen[matter.id].file} 已经用过",
                "给其中一个文件改名",
            )
        seen.setdefault(matter.id, matter.source)


@rule("R-02")
def names_are_unique(site: Site) -> Faults:
    """事项名称、套餐名称都不重复，全角半角算一样。

    依据：国家事项数据表 task_name；群众按名称找事项。
    """
    named = [
        *((m.name, m.source, "事项名称") for m in site.matters("name")),
        *((p.name, p.source, "套餐名称") for p in site.packages("name")),
    ]
    seen: dict[str, str] = {}
    for name, source, key in named:
        plain = unicodedata.normalize("NFKC", name)
        if plain in seen:
            yield Fault(source, (key,), f"“{name}”在 {seen[plain]} 已经用过", "改成分得清的名称")
        seen.setdefault(plain, source.file)


@matter_rule("R-03", Severity.WARNING, needs=("name", "aliases"))
def aliases_add_something(matter: Matter) -> Faults:
    """别名不重复，也不和事项名称一样。

    依据：本站约定，别名只用来帮群众搜索。
    """
    seen = {matter.name}
    for i, alias in enumerate(matter.aliases):
        if alias in seen:
            yield Fault(matter.source, ("别名", i), f"别名“{alias}”重复", "删掉这一行")
        seen.add(alias)


@rule("R-04", local=True)
def themes_are_registered(site: Site) -> Faults:
    """事项所在的文件夹都在 data/themes.yml 里登记为主题。

    依据：国家事项数据表的主题分类；没有登记的主题没有名称和页面。
    """
    if site.unreadable("themes"):
        return
    known = {theme.id for theme in site.catalogue.themes}
    for matter in site.catalogue.matters:
        if matter.theme_id not in known:
            yield Fault(
                matter.source,
                (),
                f"文件夹“{matter.theme_id}”不是登记过的主题",
                suggestion(matter.theme_id, known, "在 data/themes.yml 里登记，或者移动这个文件"),
            )


@rule("R-05")
def themes_are_unique(site: Site) -> Faults:
    """主题和通用材料的编码、名称不重复。

    依据：本站约定，编码用在网址里。
    """
    catalogue = site.catalogue
    for name, records in (
        ("themes", catalogue.themes),
        ("shared-materials", catalogue.shared_materials),
    ):
        yield from duplicates(site.source(name), "编码", [record.id for record in records])
        yield from duplicates(site.source(name), "名称", [record.name for record in records])


@rule("R-06", Severity.WARNING)
def themes_are_not_empty(site: Site) -> Faults:
    """每个主题下都有事项。

    依据：国办秘函〔2019〕19号（空白栏目达到 5 个属单项否决）D-54。
    """
    used = {file.split("/")[1] for file in site.files if file.startswith("matters/")}
    for i, theme in enumerate(site.catalogue.themes):
        if theme.id not in used:
            yield Fault(
                site.source("themes"),
                (i,),
                f"主题“{theme.name}”下没有事项",
                "补上事项，或者删掉这个主题",
            )


@rule("R-07", local=True)
def departments_are_registered(site: Site) -> Faults:
    """实施主体都在 data/departments.yml 里登记。

    依据：国家事项数据表 dept_name；没有登记的没有页面。
    """
    records = site.catalogue.data.get("departments")
    if not isinstance(records, list):
        return
    known = {record.get("名称", "") for record in records if isinstance(record, dict)}
    for matter in site.matters("department"):
        if matter.department not in known:
            yield Fault(
                matter.source,
                ("实施主体",),
                f"实施主体“{matter.department}”没有登记",
                suggestion(matter.department, known, "在 data/departments.yml 里登记"),
            )


@rule("R-09")
def data_files_name_existing_matters(site: Site) -> Faults:
    """数据文件“事项”一栏里的编码，都有这个事项。

    依据：首页、长者模式的入口指向事项指南（data/home.yml）。
    """
    for name, values in site.catalogue.data.items():
        for path, key, matter_id in entries(values):
            if key == "事项" and matter_id not in site.matter_ids:
                yield Fault(
                    site.source(name),
                    path,
                    f"没有编码为“{matter_id}”的事项",
                    suggestion(matter_id, site.matter_ids, "核对事项编码，它就是事项的文件名"),
                )


@rule("R-10", Severity.WARNING)
def owners_own_a_theme(site: Site) -> Faults:
    """分工表 data/owners.yml 左边写的都是主题，或者“其余”。

    依据：本站约定，待办按主题分派，写错的没有人收到。
    """
    owners = site.catalogue.data.get("owners")
    known = {theme.id for theme in site.catalogue.themes} | {"其余"}
    for theme_id in owners if isinstance(owners, dict) else ():
        if theme_id not in known:
            yield Fault(
                site.source("owners"),
                (theme_id,),
                f"没有编码为“{theme_id}”的主题",
                suggestion(theme_id, known, "核对主题编码，它在 data/themes.yml 里"),
            )


@matter_rule("R-08", Severity.WARNING, needs=("questions", "situations"))
def questions_are_asked_once(matter: Matter) -> Faults:
    """常见问题、情形不重复，情形至少有两个选项。

    依据：本站约定。
    """
    yield from duplicates(
        matter.source, "问题", [q.question for q in matter.questions], ("常见问题",)
    )
    yield from duplicates(matter.source, "问题", [s.question for s in matter.situations], ("情形",))
    for i, situation in enumerate(matter.situations):
        if len(situation.options) < 2:
            yield Fault(
                matter.source,
                ("情形", i, "选项"),
                f"情形“{situation.question}”只有一个选项",
                "至少写两个选项，或者删掉这个情形",
            )
