"""The return of service (送达回证; 民事诉讼法 第八十七条)."""

from __future__ import annotations

from typing import Final

from domain.paperwork.source import Issue, Parts, reference
from domain.rules import ServiceMethod

#: What the service rules ask for, in the office's words (law/service.yaml).
_EVIDENCE: Final = {
    "receipt_signature": "受送达人签收",
    "refusal_note": "拒收情况记录",
    "witness_or_recording": "见证或者录像材料",
    "postal_receipt": "邮寄回执",
    "consent_form": "送达地址及方式确认书",
    "delivery_record": "电子送达记录",
    "whereabouts_or_failure_record": "下落不明或者无法送达的查证材料",
    "announcement_copy": "公告文本",
}


def service_return(issue: Issue) -> Parts:
    """送达回证: which paper, where, how and by whom, with the proof that the way of service wants."""
    act = issue.event.data
    issuing = issue.file.course.steps[issue.event.step].serves
    issued = issue.file.agreed(issuing, issue.event.item or None)
    paper = issue.file.paper_of(issued)
    return {
        "documents": [reference(paper, issued)] if paper and issued else [],
        "address": act["place"],
        "method": act["method"],
        "servers": [f"{issue.authority}承办人（工号 {issue.event.person}）"],
        "served": _served(act),
        "remark": act["remark"],
    }


def _served(act: Parts) -> Parts:
    method, evidence = ServiceMethod(act["method"]), act["evidence"]
    served: Parts = {
        "served_on": act["on"],
        "receiver": act["received_by"],
        "signed": bool(evidence.get("receipt_signature")),
        "evidence": [
            {"name": f"{_EVIDENCE[key]}：{what}" if key in _EVIDENCE else f"{key}：{what}"}
            for key, what in evidence.items()
        ],
    }
    match method:
        case ServiceMethod.LEFT:
            served["refusal"] = evidence.get("refusal_note")
            served["witnesses"] = [
                f"{_EVIDENCE[key]}：{evidence[key]}" for key in ("witness_or_recording",) if evidence.get(key)
            ]
        case ServiceMethod.ELECTRONIC if act["consent"]:
            served["consent_on"] = act["consent_on"] or act["on"]
        case ServiceMethod.ANNOUNCEMENT:
            served["announced_for"] = (
                "受送达人下落不明" if act["whereabouts_unknown"] else "以其他方式无法送达"
            )
    return served
