"""Rules about places: zones and windows of the hall, where a matter is handled, townships."""

from __future__ import annotations

from itertools import pairwise

from site_builder.check.identity import duplicates
from site_builder.check.rule import Fault, Faults, Site, rule, suggestion
from site_builder.errors import Severity
from site_builder.model import Windows


@rule("H-01")
def zones_have_whole_ranges(site: Site) -> Faults:
    """分区的窗口起、窗口止一起写，起不大于止，从 1 开始编号。

    依据：本站约定，窗口总数按分区计算。
    """
    for i, zone in enumerate(site.catalogue.zones):
        if (zone.first_window is None) != (zone.last_window is None):
            yield Fault(
                site.source("hall"),
                ("分区", i),
                f"“{zone.name}”的窗口起、窗口止只写了一个",
                "两个都写；不设窗口的两个都不写",
            )
        elif zone.windows is not None and not 1 <= zone.windows.first <= zone.windows.last:
            yield Fault(
                site.source("hall"),
                ("分区", i, "窗口起"),
                f"“{zone.name}”的窗口号段 {zone.windows} 不成立",
                "窗口起从 1 开始，不大于窗口止",
            )


@rule("H-02")
def zones_do_not_overlap(site: Site) -> Faults:
    """一个窗口只属于一个分区。

    依据：本站约定，群众按窗口号找地方。
    """
    for (_, before), (i, zone) in pairwise(_by_window(site)):
        if zone.first <= before.last:
            yield Fault(
                site.source("hall"),
                ("分区", i, "窗口起"),
                f"窗口 {zone.first} 同时在两个分区里",
                "核对两个分区的窗口起、窗口止",
            )


@rule("H-03", Severity.WARNING)
def windows_are_contiguous(site: Site) -> Faults:
    """窗口号从 1 连续编排，中间不缺号。

    依据：本站约定；缺号常常是漏了一个分区。
    """
    expected = 1
    for i, zone in _by_window(site):
        if zone.first > expected:
            missing = f"{expected}-{zone.first - 1}" if zone.first - 1 > expected else f"{expected}"
            yield Fault(
                site.source("hall"),
                ("分区", i, "窗口起"),
                f"窗口 {missing} 不在任何分区里",
                "补上缺的分区，或者核对窗口号",
            )
        expected = max(expected, zone.last + 1)


def _by_window(site: Site) -> list[tuple[int, Windows]]:
    """Return the zones' windows with the zone's index, in the order of their numbers."""
    ranges = [(i, zone.windows) for i, zone in enumerate(site.catalogue.zones) if zone.windows]
    return sorted(ranges, key=lambda entry: entry[1].first)


@rule("H-04")
def zones_are_unique(site: Site) -> Faults:
    """分区编码、分区名称不重复。

    依据：本站约定。
    """
    for key, values in (
        ("分区编码", [zone.id for zone in site.catalogue.zones]),
        ("名称", [zone.name for zone in site.catalogue.zones]),
    ):
        yield from duplicates(site.source("hall"), key, values, ("分区",))


@rule("H-05", local=True)
def matters_are_handled_in_a_zone(site: Site) -> Faults:
    """事项的窗口都在一个分区里，进驻分区就是那个分区所属的区域。

    依据：国家事项数据表 center_name、transact_addr；群众照着找窗口。
    """
    if site.unreadable("hall"):
        return
    zones = [(zone.windows, zone.area) for zone in site.catalogue.zones if zone.windows]
    areas = {zone.area for zone in site.catalogue.zones}
    for matter in site.matters("windows", "area"):
        area = next((area for windows, area in zones if matter.windows.within(windows)), None)
        if area is None:
            yield Fault(
                matter.source,
                ("窗口",),
                f"窗口 {matter.windows} 不在大厅的任何一个分区里",
                "核对窗口号；分区登记在 data/hall.yml",
            )
        elif area != matter.area:
            yield Fault(
                matter.source,
                ("进驻分区",),
                f"窗口 {matter.windows} 属于“{area}”，进驻分区写的是“{matter.area}”",
                suggestion(matter.area, areas - {area}, f"改成“{area}”，或者核对窗口号"),
            )


@rule("H-06")
def townships_are_unique(site: Site) -> Faults:
    """镇街的编码和名称不重复。

    依据：本站约定，编码用在网址里。
    """
    for key, values in (
        ("镇街编码", [township.id for township in site.catalogue.townships]),
        ("名称", [township.name for township in site.catalogue.townships]),
    ):
        yield from duplicates(site.source("townships"), key, values)


@rule("H-07", Severity.WARNING)
def township_names_end_in_their_type(site: Site) -> Faults:
    """街道的名称以“街道”结尾，镇的名称以“镇”结尾。

    依据：本站约定，镇街写全称。
    """
    for i, township in enumerate(site.catalogue.townships):
        if township.name and township.type and not township.name.endswith(township.type):
            yield Fault(
                site.source("townships"),
                (i, "名称"),
                f"“{township.name}”的类型是{township.type}",
                "核对名称和类型",
            )


@rule("H-08", Severity.TODO)
def townships_are_verified(site: Site) -> Faults:
    """镇街的名称和归属都核实过。

    依据：data/townships.yml 的可信度；国办秘函〔2019〕19号（严重表述错误属单项否决）D-51。
    """
    for i, township in enumerate(site.catalogue.townships):
        if township.provisional:
            yield Fault(
                site.source("townships"),
                (i, "可信度"),
                f"“{township.name}”{township.confidence}",
                "上线前向区民政局核实，再把可信度改成“较确定”",
            )


@rule("H-09")
def devolved_matters_have_somewhere_to_go(site: Site) -> Faults:
    """有下放镇街的事项，就有镇街名单。

    依据：本局下放镇街的口径；国家事项数据表 entrust_name。
    """
    if site.catalogue.townships or site.unreadable("townships"):
        return
    devolved = next((m for m in site.matters("devolved") if m.devolved), None)
    if devolved:
        yield Fault(
            devolved.source,
            ("是否下放镇街",),
            "事项下放镇街，可是没有镇街名单",
            "在 data/townships.yml 里登记镇街",
        )


@rule("H-10")
def the_hall_is_described(site: Site) -> Faults:
    """有 data/hall.yml，里面登记了分区。

    依据：国家事项数据表 center_name；没有分区，办事地点都是空的。
    """
    if not site.catalogue.zones and not site.unreadable("hall"):
        yield Fault(
            site.source("hall"), ("分区",), "没有登记大厅的分区", "照手册写“分区:”和每个分区的几栏"
        )
