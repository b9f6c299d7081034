"""What follows a listing, as the rule has it: the ways off the list, and the remedies (移出条件、救济措施)."""

from __future__ import annotations

from domain.paperwork.source import Issue, Parts, length
from domain.rules import EarlyExit, Rule


def listing_term(rule: Rule) -> str:
    """How long one stays on the list, in words."""
    return length(rule.listing_term) or "至符合移出条件之日止"


def removal_conditions(rule: Rule) -> list[str]:
    """When one comes off the list: at the end of the term, or before it in each of the ways that the regime gives."""
    term = length(rule.listing_term)
    expiry = f"列入期限（{term}）届满" if term else "符合规定的移出条件"
    return [
        f"{expiry}的，由本机关移出名单，停止公示，解除相应的失信惩戒措施。",
        *map(_early_exit, rule.early_exits),
    ]


def _early_exit(way: EarlyExit) -> str:
    waits = length(way.waits) if way.waits is not None else None
    since = f"列入满{waits}，且" if waits else ""
    return f"{since}{'、'.join(way.conditions)}的，可以申请提前移出（依据：{way.basis}）。"


def remedies(issue: Issue) -> Parts:
    """To whom one may turn against the decision, and within what time."""
    rule, authority = issue.file.rule, issue.file.opening.authority
    return {
        "reconsideration": {
            "body": authority.reconsideration,
            "within": length(rule.reconsideration),
            "basis": rule.reconsideration.basis,
        },
        "litigation": {
            "body": authority.court,
            "within": length(rule.litigation),
            "basis": rule.litigation.basis,
        },
    }


def told_in_advance(issue: Issue) -> dict[str, str]:
    """The same for a prior notice, by element: some regimes want it told before the decision."""
    rule, authority = issue.file.rule, issue.file.opening.authority
    texts = {
        "removal": "\n".join(removal_conditions(rule)),
        "remedies": f"对本机关将来作出的认定决定不服的，可以自收到决定书之日起{length(rule.reconsideration)}内，"
        f"向{authority.reconsideration}申请行政复议；也可以自收到决定书之日起{length(rule.litigation)}内，"
        f"向{authority.court}提起行政诉讼。",
    }
    asked = {element.key for element in rule.notice_elements}
    return {key: text for key, text in texts.items() if key in asked}
