"""Rules a matter keeps or breaks by itself: time, visits, fees, phones, steps, law, dates."""

from __future__ import annotations

import re

from site_builder.check.rule import Fault, Faults, Site, matter_rule, rule
from site_builder.errors import Severity
from site_builder.model import Matter
from site_builder.schema import ON_THE_SPOT

LICENCE_DAYS = 20
LICENCE_STEPS = 5
_ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百千0-9]+条")
_TIME_LIMIT = re.compile(r"[日月]内")
_PHONE = re.compile(r"0\d{2,3}-\d{5,8}(?:转\d+)?")
_PHONE_SEPARATOR = re.compile(r"[、，,；; /]+")
_STAGES = {
    "受理": re.compile("受理|收件"),
    "审查": re.compile("审查|审核|核查|评审"),
    "决定": re.compile("决定"),
    "办结": re.compile("办结|制证"),
    "送达": re.compile("送达"),
}


@matter_rule("C-30", needs=("promised_days", "statutory_days"))
def promise_is_within_the_statutory_limit(matter: Matter) -> Faults:
    """承诺办结时限不长于法定办结时限。

    依据：事项要素核对规则 C-30；《行政许可法》第四十二条。
    """
    if matter.promised_days > matter.statutory_days:
        yield Fault(
            matter.source,
            ("承诺办结时限",),
            f"承诺 {matter.promised_days} 个工作日，比法定 {matter.statutory_days} 个工作日还长",
            "缩短承诺办结时限，或者核对法定办结时限",
        )


@matter_rule("C-31", needs=("promised_days", "handling"))
def on_the_spot_means_no_days(matter: Matter) -> Faults:
    """即办件的承诺办结时限是 0，承诺件大于 0。

    依据：事项要素核对规则 C-31。
    """
    if (matter.handling == ON_THE_SPOT) != (matter.promised_days == 0):
        yield Fault(
            matter.source,
            ("办件类型",),
            f"办件类型是{matter.handling}，承诺办结时限却写 {matter.promised_days} 个工作日",
            "即办件写 0，承诺件写大于 0 的工作日数",
        )


@matter_rule("C-32", needs=("visits", "visit_reason"))
def visits_have_a_reason(matter: Matter) -> Faults:
    """要到现场就写明原因，不用到现场就不写。

    依据：事项要素核对规则 C-32。
    """
    reason = matter.visit_reason not in ("", "无")
    if matter.visits and not reason:
        yield Fault(
            matter.source,
            ("到办事现场次数",),
            f"要到现场 {matter.visits} 次，没有写到场原因",
            "加一行“到场原因: ……”，说清楚为什么要来",
        )
    elif reason and not matter.visits:
        yield Fault(
            matter.source,
            ("到场原因",),
            "到办事现场次数是 0，却写了到场原因",
            "删掉到场原因，或者改正到办事现场次数",
        )


@matter_rule("C-33", needs=("visits", "online", "free_post"))
def somebody_who_stays_away_needs_a_channel(matter: Matter) -> Faults:
    """不用到现场又不能网上办的，必须可以邮寄。

    依据：事项要素核对规则 C-33；《优化营商环境条例》第三十七条（办理渠道由申请人选）。
    """
    if not (matter.visits or matter.online or matter.free_post):
        yield Fault(
            matter.source,
            ("到办事现场次数",),
            "不用到现场、不能网上办、也不能邮寄，群众没有办法申请",
            "核对到办事现场次数、是否网上可办和是否免费邮寄三栏",
        )


@matter_rule("C-35", needs=("charged", "fee", "fee_basis"))
def fees_are_explained(matter: Matter) -> Faults:
    """收费的写明标准和依据，不收费的不写。

    依据：事项要素核对规则 C-35。
    """
    for key, text in (("收费标准", matter.fee), ("收费依据", matter.fee_basis)):
        if matter.charged and not text:
            yield Fault(
                matter.source, ("是否收费",), f"写了收费，没有写{key}", f"加一行“{key}: ……”"
            )
        elif text and text != "无" and not matter.charged:
            yield Fault(
                matter.source,
                (key,),
                f"写了不收费，却有{key}",
                f"删掉{key}，或者把是否收费改成“是”",
            )


@matter_rule("C-36", needs=("phone", "complaint_phone"))
def phones_differ_and_have_area_codes(matter: Matter) -> Faults:
    """咨询电话和监督投诉电话不相同，都带区号。

    依据：事项要素核对规则 C-36。
    """
    phones = {"咨询电话": matter.phone, "监督投诉电话": matter.complaint_phone}
    for key, text in phones.items():
        if not all(map(_PHONE.fullmatch, _PHONE_SEPARATOR.split(text))):
            yield Fault(
                matter.source, (key,), f"{key}“{text}”没有区号或者写法不对", "写成 0539-1234567"
            )
    if matter.phone == matter.complaint_phone:
        yield Fault(
            matter.source,
            ("监督投诉电话",),
            "监督投诉电话和咨询电话是同一个号码",
            "写另一个号码，让群众可以向别人投诉",
        )


@matter_rule("C-38", needs=("type", "steps", "questions"))
def licences_show_their_whole_course(matter: Matter) -> Faults:
    """行政许可至少有五个环节、一个常见问题。

    依据：事项要素核对规则 C-38；《行政许可法》第三十条。
    """
    if not matter.licence:
        return
    if len(matter.steps) < LICENCE_STEPS:
        yield Fault(
            matter.source,
            ("办理流程",),
            f"行政许可只写了 {len(matter.steps)} 个环节",
            "至少写受理、审查、决定、办结、送达五个环节",
        )
    if not matter.questions:
        yield Fault(
            matter.source, ("常见问题",), "行政许可没有常见问题", "至少写一个群众常问的问题和回答"
        )


@matter_rule("M-01", Severity.WARNING, needs=("type", "steps"))
def licence_steps_are_named(matter: Matter) -> Faults:
    """行政许可的环节名称看得出受理、审查、决定、办结、送达。

    依据：事项要素核对规则 C-38。两个环节合成一个的（如“制证与送达”）算两个。
    """
    names = "、".join(step.name for step in matter.steps)
    missing = [stage for stage, words in _STAGES.items() if not words.search(names)]
    if matter.licence and len(matter.steps) >= LICENCE_STEPS and missing:
        yield Fault(
            matter.source,
            ("办理流程",),
            f"环节名称里看不出“{'、'.join(missing)}”",
            "补上这个环节，或者在环节名称里写明",
        )


@matter_rule("C-40", Severity.WARNING, needs=("type", "statutory_days", "legal_bases"))
def long_licence_limits_name_their_law(matter: Matter) -> Faults:
    """行政许可的法定时限超过 20 个工作日的，设定依据里写明是哪一条规定的。

    依据：《行政许可法》第四十二条（另有规定的依照其规定）、第八十二条；C-40。
    """
    if not matter.licence or matter.statutory_days <= LICENCE_DAYS:
        return
    if not any(_TIME_LIMIT.search(basis.digest) for basis in matter.legal_bases):
        yield Fault(
            matter.source,
            ("法定办结时限",),
            f"法定 {matter.statutory_days} 个工作日超过一般的 {LICENCE_DAYS} 个，"
            "设定依据里看不出是哪一条规定的",
            "在设定依据里加上规定时限的条款，内容摘要写出“……日内”",
        )


@matter_rule("C-41", needs=("legal_bases",))
def legal_bases_name_document_and_article(matter: Matter) -> Faults:
    """每条设定依据都写明文件名称和第几条。

    依据：事项要素核对规则 C-41；《行政许可法》第三十条。
    """
    for i, basis in enumerate(matter.legal_bases):
        if not ("《" in basis.document and "》" in basis.document):
            yield Fault(
                matter.source,
                ("设定依据", i, "文件名称"),
                f"文件名称“{basis.document}”没有书名号",
                "写全称并加书名号，如《中华人民共和国行政许可法》",
            )
        if not _ARTICLE.search(basis.article):
            yield Fault(
                matter.source,
                ("设定依据", i, "条款"),
                f"条款“{basis.article}”没有写到第几条",
                "写成“第……条”",
            )


@matter_rule("M-02", needs=("type", "in_office"))
def only_licences_stay_in_one_office(matter: Matter) -> Faults:
    """是否审批不出科室：行政许可写是或否，其他事项写不适用。

    依据：本局“减环节”的口径，首页的比例按它计算。
    """
    if matter.licence == (matter.in_office == "不适用"):
        yield Fault(
            matter.source,
            ("是否审批不出科室",),
            f"事项类型是{matter.type}，这一栏却写“{matter.in_office}”",
            "行政许可写“是”或“否”，其他类型写“不适用”",
        )


@matter_rule("M-03", needs=("effective_on", "expires_on"))
def effect_precedes_expiry(matter: Matter) -> Faults:
    """失效日期不早于生效日期。

    依据：国家事项数据表的计划生效日期、计划取消日期。
    """
    start, end = matter.effective_on, matter.expires_on
    if start and end and end < start:
        yield Fault(
            matter.source,
            ("失效日期",),
            f"失效日期 {end} 早于生效日期 {start}",
            "核对这两个日期",
        )


@rule("M-04", local=True)
def checks_are_not_in_the_future(site: Site) -> Faults:
    """核对日期不晚于今天。

    依据：国办秘函〔2019〕19号（虚构发布日期属单项否决）D-51。
    """
    for matter in site.matters("checked_on"):
        if matter.checked_on > site.today:
            yield Fault(
                matter.source,
                ("核对日期",),
                f"核对日期 {matter.checked_on} 还没有到",
                "写真正核对的那一天",
            )


@rule("M-05", Severity.WARNING, local=True)
def expired_matters_are_taken_down(site: Site) -> Faults:
    """已经失效的事项不再公布。

    依据：国家事项数据表的计划取消日期；国办发〔2017〕47号（失效的要标明）D-64。
    """
    for matter in site.matters("expires_on"):
        if matter.expires_on and matter.expires_on < site.today:
            yield Fault(
                matter.source,
                ("失效日期",),
                f"事项已在 {matter.expires_on} 失效，网站上还有",
                "删掉这个文件，或者改正失效日期",
            )


@rule("M-06", Severity.TODO)
def matters_are_checked_again_in_time(site: Site) -> Faults:
    """事项在核对期限内重新核对过。

    依据：data/site.yml 的核对期限；国家事项数据表的核对日期 C.3。
    """
    period = _review_period(site)
    stale = [m for m in site.matters("checked_on") if (site.today - m.checked_on).days > period]
    if period and stale:
        oldest = min(stale, key=lambda m: m.checked_on)
        yield Fault(
            oldest.source,
            ("核对日期",),
            f"{len(stale)} 个事项超过 {period} 天没有核对，最早的一个是 {oldest.checked_on}",
            "逐个核对内容，再把核对日期改成当天",
        )


def _review_period(site: Site) -> int:
    values = site.catalogue.data.get("site")
    text = values.get("核对期限", "") if isinstance(values, dict) else ""
    return int(text) if isinstance(text, str) and text.isdecimal() else 0
