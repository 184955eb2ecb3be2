"""Rules about one-chain packages: their matters, questions, days and merged list."""

from __future__ import annotations

import re
from collections import defaultdict

from site_builder.check.rule import Fault, Faults, Place, Site, package_rule, rule, suggestion
from site_builder.errors import Severity
from site_builder.model import Package

JOINT_DAYS, JOINT_EXTENSION = 45, 15
_VALUE = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


@rule("P-01")
def package_matters_exist(site: Site) -> Faults:
    """套餐包含、增加、减少的事项都有。

    依据：证照联办的含义 C-50；没有的事项没有指南可看。
    """
    for package in site.packages():
        for path, matter_id in _mentions(package):
            if matter_id not in site.matter_ids:
                yield Fault(
                    package.source,
                    path,
                    f"没有编码为“{matter_id}”的事项",
                    suggestion(matter_id, site.matter_ids, "核对事项编码，它就是事项的文件名"),
                )


def _mentions(package: Package) -> list[tuple[Place, str]]:
    """Return every matter id a package names, with its place."""
    options = [
        (("情形", q, "选项", o), option)
        for q, question in enumerate(package.questions)
        for o, option in enumerate(question.options)
    ]
    return [
        *((("包含事项", i), matter_id) for i, matter_id in enumerate(package.matter_ids)),
        *(
            ((*path, "增加事项", i), matter_id)
            for path, option in options
            for i, matter_id in enumerate(option.adds)
        ),
        *(
            ((*path, "减少事项", i), matter_id)
            for path, option in options
            for i, matter_id in enumerate(option.drops)
        ),
    ]


@package_rule("P-02", needs=("matter_ids",))
def package_matters_are_listed_once(package: Package) -> Faults:
    """套餐里每个事项只列一次。

    依据：合并清单不重复 C-54。
    """
    for i, matter_id in enumerate(package.matter_ids):
        if matter_id in package.matter_ids[:i]:
            yield Fault(package.source, ("包含事项", i), f"“{matter_id}”列了不止一次", "只留一处")


@package_rule("P-03", Severity.WARNING, needs=("matter_ids", "questions"))
def options_change_something(package: Package) -> Faults:
    """情形里增加的事项原来没有，减少的事项原来有。

    依据：证照联办的情形引导 C-52。
    """
    usual = set(package.matter_ids)
    for q, question in enumerate(package.questions):
        for o, option in enumerate(question.options):
            path = ("情形", q, "选项", o)
            for matter_id in usual.intersection(option.adds):
                yield Fault(
                    package.source,
                    (*path, "增加事项"),
                    f"选“{option.label}”增加的“{matter_id}”套餐里已经有了",
                    "删掉这一项，或者从包含事项里去掉",
                )
            for matter_id in set(option.drops).difference(package.possible_matter_ids):
                yield Fault(
                    package.source,
                    (*path, "减少事项"),
                    f"选“{option.label}”减少的“{matter_id}”套餐里本来没有",
                    "删掉这一项，或者核对事项编码",
                )


@package_rule("P-04", needs=("questions",))
def questions_and_values_are_unique(package: Package) -> Faults:
    """情形的问题编码和选项值只用小写字母、数字、连字符，互不重复，每问至少两个选项。

    依据：编码用在网址里（本站约定）。
    """
    codes = [question.id for question in package.questions]
    for q, question in enumerate(package.questions):
        yield from _code(package, ("情形", q, "问题编码"), question.id, codes[:q])
        values = [option.value for option in question.options]
        for o, value in enumerate(values):
            yield from _code(package, ("情形", q, "选项", o, "选项值"), value, values[:o])
        if len(values) < 2:
            yield Fault(
                package.source,
                ("情形", q, "选项"),
                f"问题“{question.question}”只有一个选项",
                "至少写两个选项，或者删掉这个问题",
            )


def _code(package: Package, path: Place, code: str, others: list[str]) -> Faults:
    if not _VALUE.match(code):
        yield Fault(
            package.source, path, f"“{code}”不能用在网址里", "只用小写英文字母、数字和连字符"
        )
    elif code in others:
        yield Fault(package.source, path, f"“{code}”用了两次", "换一个不重复的编码")


@package_rule("C-52", needs=("promised_days",))
def joint_handling_is_within_the_law(package: Package) -> Faults:
    """套餐的承诺办结时限不超过 45 个工作日，经批准延长不超过 60 个。

    依据：《行政许可法》第四十二条（联合办理 45 日，可延长 15 日）；C-52。
    """
    if package.promised_days > JOINT_DAYS + JOINT_EXTENSION:
        yield Fault(
            package.source,
            ("承诺办结时限",),
            f"承诺 {package.promised_days} 个工作日，超过联办的上限 "
            f"{JOINT_DAYS + JOINT_EXTENSION} 个工作日",
            "缩短承诺办结时限",
        )


@rule("P-05", Severity.WARNING)
def package_days_fit_its_matters(site: Site) -> Faults:
    """套餐的承诺时限不短于其中最长的事项，也不长于逐个办理。

    依据：证照联办应当并联审批 C-50、C-52。
    """
    for package in site.packages("promised_days", "matter_ids"):
        matters = [site.catalogue.by_id.get(i) for i in package.matter_ids]
        days = [m.promised_days for m in matters if m and "promised_days" not in m.broken]
        if len(days) < len(matters):
            continue
        if package.promised_days < max(days, default=0):
            yield Fault(
                package.source,
                ("承诺办结时限",),
                f"套餐承诺 {package.promised_days} 个工作日，其中一个事项就要 {max(days)} 个工作日",
                "核对套餐和事项的承诺办结时限",
            )
        elif package.promised_days > sum(days):
            yield Fault(
                package.source,
                ("承诺办结时限",),
                f"套餐承诺 {package.promised_days} 个工作日，逐个办只要 {sum(days)} 个工作日",
                "缩短套餐的承诺办结时限",
            )


@rule("P-06", Severity.WARNING)
def options_fit_the_package_days(site: Site) -> Faults:
    """情形里增加的事项，承诺时限不长于套餐的承诺时限。

    依据：套餐承诺的时限对每种情形都算数 C-52。
    """
    for package in site.packages("promised_days", "questions"):
        for path, matter_id in _mentions(package):
            matter = site.catalogue.by_id.get(matter_id)
            if matter is None or "增加事项" not in path or "promised_days" in matter.broken:
                continue
            if matter.promised_days > package.promised_days:
                yield Fault(
                    package.source,
                    path,
                    f"增加的“{matter.name}”要 {matter.promised_days} 个工作日，"
                    f"套餐只承诺 {package.promised_days} 个",
                    "在这个选项的说明里写明时限，或者延长套餐的承诺办结时限",
                )


@rule("C-54", Severity.WARNING)
def merged_materials_are_listed_once(site: Site) -> Faults:
    """合并后的材料清单里，同名的材料只出现一次。

    依据：套餐核对规则 C-54（合并清单等于各事项材料的并集，不重复）。
    """
    for package in site.packages("matter_ids"):
        keys: dict[str, set[str]] = defaultdict(set)
        for matter_id in package.matter_ids:
            matter = site.catalogue.by_id.get(matter_id)
            for material in matter.materials if matter else ():
                keys[material.name].add(material.shared_id)
        for name in (name for name, shared in keys.items() if len(shared) > 1):
            yield Fault(
                package.source,
                ("包含事项",),
                f"“{name}”在合并清单里会出现两次，因为各事项登记的通用材料不一样",
                "在每个事项里给这份材料写同一个“通用材料”编码",
            )


@rule("P-07", Severity.WARNING)
def a_package_needs_one_visit(site: Site) -> Faults:
    """套餐里每个事项最多跑一次，合在一起才可能一次办成。

    依据：套餐核对规则 C-54（到现场不超过一次）。
    """
    for package in site.packages("matter_ids"):
        for i, matter_id in enumerate(package.matter_ids):
            matter = site.catalogue.by_id.get(matter_id)
            if matter and "visits" not in matter.broken and matter.visits > 1:
                yield Fault(
                    package.source,
                    ("包含事项", i),
                    f"“{matter.name}”要到现场 {matter.visits} 次，套餐做不到最多跑一次",
                    "核对这个事项的到办事现场次数",
                )


@package_rule("P-08", Severity.WARNING, needs=("matter_ids",))
def a_package_joins_matters(package: Package) -> Faults:
    """套餐至少包含两个事项。

    依据：证照联办的含义 C-50。
    """
    if len(set(package.matter_ids)) < 2:
        yield Fault(
            package.source,
            ("包含事项",),
            "套餐只有一个事项",
            "补上一起办的事项，或者删掉这个套餐",
        )
