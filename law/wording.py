"""Values of the law in an official's words."""

from __future__ import annotations

from domain.figures import StartEvent
from domain.rules import Extension, Level, Statement, Term, Unit

UNITS = {Unit.WORKING_DAY: "个工作日", Unit.DAY: "日（自然日）", Unit.MONTH: "个月", Unit.YEAR: "年"}
STARTS = {
    StartEvent.CASE_OPENED: "自立案之日起",
    StartEvent.NOTICE_SERVED: "自事先告知书送达之日起",
    StartEvent.OBJECTION_RECEIVED: "自收到异议之日起",
    StartEvent.WINDOW_CLOSED: "自陈述申辩期届满之日起",
    StartEvent.HEARING_HELD: "举行听证之日以前",
    StartEvent.DECISION_KNOWN: "自知道决定之日起",
    StartEvent.LISTED: "自列入之日起",
    StartEvent.PUBLISHED: "自公布之日起",
    StartEvent.CORRECTED: "自改正之日起",
    StartEvent.PAYMENT_TERM_ENDED: "自责令限期支付期满之日起",
    StartEvent.ANNOUNCEMENT_POSTED: "自公告之日起",
    StartEvent.BASIS_FELL: "自依据文书被撤销、变更或者确认无效之日起",
    StartEvent.BORN: "自出生之日起",
}
LEVELS = {
    Level.TOWNSHIP: "乡镇、街道",
    Level.DISTRICT: "区县级",
    Level.CITY: "设区的市级",
    Level.PROVINCE: "省级",
    Level.STATE: "国家级",
}


def term_in_words(term: Term) -> str:
    """自收到异议之日起 10 个工作日."""
    start = STARTS[StartEvent(term.starts)]
    if term.count is None:
        return f"{start}，没有规定数字"
    return f"{start} {term.count} {UNITS[term.unit]}{_extension_in_words(term.extendable)}"


def _extension_in_words(extension: Extension | None) -> str:
    if extension is None:
        return ""
    if extension.count is None:
        return f"，可以延长 {extension.times} 次"
    return f"，可以延长 {extension.times} 次，每次 {extension.count} {UNITS[extension.unit]}"


def level_in_words(level: Level) -> str:
    """区县级以上."""
    return f"{LEVELS[level]}以上"


def statement_in_words(statement: Statement) -> str:
    """是 or 否, with what the provision adds."""
    return "；".join(filter(None, ["是" if statement.holds else "否", statement.text]))
