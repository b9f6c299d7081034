"""Prior notice and notice of the hearing (事先告知书、听证通知书)."""

from __future__ import annotations

from domain.paperwork.after_listing import told_in_advance
from domain.paperwork.source import Issue, Parts, basis, basis_of_lines, cited, length, list_title


def prior_notice(issue: Issue) -> Parts:
    """事先告知书: what is intended and why, and what the subject may do against it (宁信用〔2021〕1号 四（三）)."""
    rule, draft = issue.file.rule, issue.drafted("draft_prior_notice")
    announced = set(draft.get("measures", ()))
    return {
        "ground": issue.ground(),
        "facts": draft.get("facts"),
        "founding": issue.founding(),
        "basis": basis_of_lines(draft.get("basis", ())),
        "measures": [
            {"code": measure.code, "name": measure.name, "basis": measure.basis}
            for measure in rule.measures
            if measure.code in announced
        ],
        "publication": issue.publication(),
        "rights": {
            "window": {"length": length(rule.objection_window)},
            "how": draft.get("rights"),
            "where": f"{issue.authority}（联系方式见文末）",
            "oral": rule.oral_objection.holds,
            "hearing": {
                "window": {"length": length(rule.hearing.request_within)},
                "how": f"{issue.you}要求听证的，应当在上述期限内向本机关提出；逾期未提出的，视为放弃要求听证的权利。",
            }
            if rule.hearing is not None
            else None,
        },
        "contact": issue.contact(),
        "further": told_in_advance(issue),
    }


def hearing_notice(issue: Issue) -> Parts:
    """听证通知书: when, where and before whom, and the subject's rights there (行政处罚法 第六十四条)."""
    hearing, form = issue.file.rule.hearing, issue.event.data
    requested, you = issue.file.last("request_hearing"), issue.you
    return {
        "requested_on": requested.day if requested else None,
        "subject": f"拟将{you}列入{list_title(issue.file.rule.title)}一案的事实、理由、依据和拟采取的失信惩戒措施。",
        "held_on": form["held_on"],
        "held_at": form["held_at"],
        "place": form["place"],
        "presiding": form["presided_by"],
        "recorder": form["recorder"],
        "public": form["public"],
        "rights": f"{you}可以亲自参加听证，也可以委托一至二人代理；"
        f"认为主持人与本案有直接利害关系的，有权申请回避；"
        f"听证中可以进行申辩和质证，听证笔录交{you}核对无误后签字或者盖章。",
        "absence": f"{you}及代理人无正当理由拒不出席听证或者未经许可中途退出听证的，"
        "视为放弃听证权利，本机关终止听证。",
        "basis": basis(cited(issue.event.clause), *([hearing.basis] if hearing else [])),
        "contact": issue.contact(),
    }
