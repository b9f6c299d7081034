"""The kinds of official paper (文书种类)."""

from __future__ import annotations

from enum import StrEnum


class PaperKind(StrEnum):
    """Kind of paper. Each kind has a numbering series of its own per authority and year."""

    PRIOR_NOTICE = "prior_notice"
    SERVICE_RETURN = "service_return"
    OBJECTION_ACCEPTANCE = "objection_acceptance"
    OBJECTION_ANSWER = "objection_answer"
    LATE_OBJECTION_ANSWER = "late_objection_answer"
    LISTING_DECISION = "listing_decision"
    NON_LISTING_DECISION = "non_listing_decision"
    EXEMPTION_DECISION = "exemption_decision"
    TERMINATION_NOTICE = "termination_notice"
    EXTENSION_NOTICE = "extension_notice"
    SUSPENSION_NOTICE = "suspension_notice"
    RESUMPTION_NOTICE = "resumption_notice"
    HEARING_NOTICE = "hearing_notice"
    CORRECTION_NOTICE = "correction_notice"

    @property
    def label(self) -> str:
        """Name of the paper, as an officer says it."""
        return _NAMES[self][0]

    @property
    def mark(self) -> str:
        """Characters that follow the authority's own in the number: 宁市监 + 严失告."""
        return _NAMES[self][1]


_NAMES: dict[PaperKind, tuple[str, str]] = {
    PaperKind.PRIOR_NOTICE: ("事先告知书", "严失告"),
    PaperKind.SERVICE_RETURN: ("送达回证", "严失送"),
    PaperKind.OBJECTION_ACCEPTANCE: ("异议受理通知书", "严失受"),
    PaperKind.OBJECTION_ANSWER: ("异议核实结果反馈书", "严失复"),
    PaperKind.LATE_OBJECTION_ANSWER: ("逾期异议答复书", "严失逾"),
    PaperKind.LISTING_DECISION: ("列入决定书", "严失列"),
    PaperKind.NON_LISTING_DECISION: ("不予列入决定书", "严失不列"),
    PaperKind.EXEMPTION_DECISION: ("豁免决定书", "严失免"),
    PaperKind.TERMINATION_NOTICE: ("终止通知书", "严失终"),
    PaperKind.EXTENSION_NOTICE: ("延期通知书", "严失延"),
    PaperKind.SUSPENSION_NOTICE: ("中止通知书", "严失中"),
    PaperKind.RESUMPTION_NOTICE: ("恢复通知书", "严失恢"),
    PaperKind.HEARING_NOTICE: ("听证通知书", "严失听"),
    PaperKind.CORRECTION_NOTICE: ("更正通知书", "严失更"),
}
