"""Where a case stands, and how it can end. Values are stable codes; `label` is the office's word."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Stage of a case (办理阶段), as lists and counts show it."""

    LEAD = "lead"
    ASSESSMENT = "assessment"
    PRIOR_NOTICE = "prior_notice"
    SERVICE = "service"
    OBJECTION_WINDOW = "objection_window"
    VERIFICATION = "verification"
    CONSENT = "consent"
    DECISION = "decision"
    DECISION_SERVICE = "decision_service"
    EXEMPTION = "exemption"
    WINDING_UP = "winding_up"
    LISTED = "listed"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _STAGES[self]


_STAGES = {
    Stage.LEAD: "线索核查",
    Stage.ASSESSMENT: "从宽与豁免审查",
    Stage.PRIOR_NOTICE: "事先告知",
    Stage.SERVICE: "告知送达",
    Stage.OBJECTION_WINDOW: "陈述申辩与异议期",
    Stage.VERIFICATION: "异议核实答复",
    Stage.CONSENT: "报请上级同意",
    Stage.DECISION: "认定决定",
    Stage.DECISION_SERVICE: "决定送达",
    Stage.EXEMPTION: "豁免办理",
    Stage.WINDING_UP: "终止办理",
    Stage.LISTED: "在列",
    Stage.CLOSED: "已办结",
}


class Outcome(StrEnum):
    """How a case ended (办理结果)."""

    LISTED = "listed"
    NOT_LISTED = "not_listed"
    TERMINATED = "terminated"
    EXEMPTED = "exempted"
    BASIS_NOT_EFFECTIVE = "basis_not_effective"
    NO_GROUND = "no_ground"
    BASIS_FELL = "basis_fell"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.LISTED: "列入严重失信主体名单",
    Outcome.NOT_LISTED: "不予列入",
    Outcome.TERMINATED: "终止认定",
    Outcome.EXEMPTED: "予以豁免",
    Outcome.BASIS_NOT_EFFECTIVE: "依据文书未生效，不予立案",
    Outcome.NO_GROUND: "不符合列入情形，不予立案",
    Outcome.BASIS_FELL: "依据文书失去效力，终止认定",
    Outcome.WITHDRAWN: "认定机关撤回",
    Outcome.EXPIRED: "期满移出",
    Outcome.REVOKED: "撤销列入",
}
