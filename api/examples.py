"""Examples of what is submitted, as the API's document shows them: invented parties, the words of an office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Body = dict[str, Any]

_ORGANISATION: Final[Body] = {
    "kind": "organisation",
    "name": "南京秦淮河酿造有限公司",
    "id_number": "91320104MA1MHK7T37",
    "address": "南京市秦淮区中华路26号",
    "representative": "陆明远",
}
_PENALTY: Final[Body] = {
    "kind": "penalty",
    "number": "宁市监处罚〔2026〕15号",
    "title": "行政处罚决定书",
    "issued_by": "南京市市场监督管理局",
    "decided_on": "2026-02-02",
    "served_on": "2026-02-09",
    "facts": "当事人在黄酒生产中超限量使用食品添加剂，涉案货值金额28.6万元。",
    "legal_basis": "食品安全法 第一百二十四条",
    "result": "吊销食品生产许可证，罚款143万元。",
    "kinds": ["罚款", "吊销许可证"],
    "fine_wan": "143",
}

#: Opening a case, by what it rests on.
OPENINGS: Final[dict[str, Body]] = {
    "行政处罚决定": {
        "regime": "market_regulation",
        "authority": "nanjing-market-regulation",
        "subject": _ORGANISATION,
        "document": _PENALTY,
        "source": "双公示导入",
    },
    "法院判决": {
        "regime": "migrant_wages",
        "authority": "nanjing-human-resources",
        "subject": _ORGANISATION,
        "document": {
            "kind": "judgment",
            "number": "（2026）苏0104刑初12号",
            "title": "刑事判决书",
            "issued_by": "江苏省南京市秦淮区人民法院",
            "decided_on": "2026-02-02",
            "effectiveness": "effective",
            "effective_on": "2026-02-13",
            "facts": "被告单位有能力支付而不支付36名农民工的劳动报酬，经政府有关部门责令支付仍不支付。",
            "legal_basis": "刑法 第二百七十六条之一",
            "result": "被告单位犯拒不支付劳动报酬罪，判处罚金。",
        },
    },
}

_AGREED: Final[Body] = {"agreed": True, "opinion": "同意。"}
_SENT_BACK: Final[Body] = {"agreed": False, "opinion": "事由部分须补充证据名称，退回修改。"}
_CONTACT: Final = "张承办，025-12345678，南京市建邺区江东中路265号"
_FACTS: Final = "当事人超限量使用食品添加剂，涉案货值金额28.6万元，本机关已依法作出行政处罚。"
_BASIS: Final = ["国家市场监督管理总局令第44号 第五条", "宁信用〔2021〕1号 四（三）"]
_SERVED: Final[Body] = {
    "method": "direct",
    "outcome": "served",
    "on": "2026-03-02",
    "place": "南京市秦淮区中华路26号",
    "received_by": "陆明远",
    "evidence": {"receipt_signature": "送达回证存根1号"},
}

#: What is submitted with a step, by the step and, where it has several faces, by what it says.
STEPS: Final[dict[str, Body]] = {
    "confirm_effective": {
        "effective": True,
        "effective_on": "2026-02-09",
        "remedies_state": "当事人未申请行政复议，未提起行政诉讼。",
        "evidence": ["送达回证复印件"],
    },
    "confirm_ground": {"met": True, "ground": "food", "reasons": "违法行为属于食品安全领域。"},
    "assess_leniency": {"factors": [], "conclusion": "none", "reasons": "没有从宽或者豁免的情形。"},
    "draft_prior_notice": {
        "facts": _FACTS,
        "basis": _BASIS,
        "measures": ["A09", "A02"],
        "published": "当事人名称、统一社会信用代码；列入的事由、依据；作出决定的机关和日期",
        "rights": "可以书面陈述、申辩、提出异议，写明事实、理由，并附证据材料。",
        "contact": _CONTACT,
    },
    "review_prior_notice": _AGREED,
    "review_prior_notice：退回": _SENT_BACK,
    "issue_prior_notice": _AGREED,
    "serve_prior_notice": _SERVED,
    "serve_prior_notice：送达未成": _SERVED
    | {"outcome": "failed", "received_by": None, "evidence": {}, "remark": "住所无人。"},
    "raise_objection": {
        "channel": "online",
        "statement": "添加剂超限量系供应商标签有误所致，没有主观故意。",
        "evidence": ["供应商说明"],
    },
    "waive_objection": {"statement": "自愿放弃陈述、申辩和提出异议。", "evidence": ["放弃声明"]},
    "waive_hearing": {"statement": "自愿放弃申请听证。", "evidence": ["放弃声明"]},
    "accept_objection": {"contact": _CONTACT},
    "verify_objection": {
        "finding": "rejected",
        "verified": "本机关调取了进货查验记录，并询问了仓库管理人员。",
        "reasons": "当事人未履行进货查验义务，不足以否定主观故意。",
    },
    "answer_objection": _AGREED,
    "request_consent": {"opinion": "拟列入，请予同意。"},
    "give_consent": {"consents": True, "opinion": "同意列入。", "number": "苏市监信函〔2026〕21号"},
    "draft_decision": {
        "outcome": "list",
        "facts": _FACTS,
        "basis": _BASIS,
        "reasons": "上述行为情节严重、社会危害较大，属于应当列入名单的情形。",
        "measures": [
            {
                "code": "A09",
                "relevance": "违法行为发生在生产经营环节，与该项管理措施直接相关。",
                "proportion": "措施仅在列入期间适用，与违法情节和危害后果相当。",
            }
        ],
        "removal": "申请提前移出的，向本机关提交申请书和履行义务的证明材料。",
        "objections": "对当事人提出的陈述、申辩和异议，本机关已逐项核实并书面反馈。",
    },
    "review_decision": _AGREED,
    "decide": _AGREED,
    "serve_decision": _SERVED,
    "propose_extension": {"deadline": "decision", "count": 30, "reasons": "案情复杂，需向外地调取证据。"},
    "basis_fell": {
        "change": "revoked",
        "number": "宁行复〔2026〕9号",
        "decided_on": "2026-03-02",
        "reasons": "行政处罚决定已被行政复议机关撤销。",
        "evidence": ["行政复议决定书"],
    },
    "note": {"text": "已电话联系当事人。"},
}

#: Handing a task over.
HAND_OVERS: Final[dict[str, Body]] = {
    "转办": {"to": "nanjing-market-regulation-officer", "reason": "原承办人外出学习。"}
}
#: Confirming a figure.
CONFIRMATIONS: Final[dict[str, Body]] = {
    "确认期限": {
        "key": "objection_window",
        "since": "2021-12-15",
        "value": 5,
        "unit": "working_day",
        "document": "演示文件（仅供演练，不是真实出处）",
        "clause": "演示",
    }
}
#: Moving the practice clock.
CLOCKS: Final[dict[str, Body]] = {
    "过十日": {"days": 10},
    "到某时刻": {"to": "2026-03-16T09:00:00+08:00"},
}


def body_examples(examples: Mapping[str, Body], *, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The examples of one route's body, to be merged into its operation (OpenAPI 3.1, Media Type Object).

    `schema` says more than the type of the function's parameter does.
    """
    shown = {name: {"summary": name, "value": value} for name, value in examples.items()}
    content: dict[str, Any] = {"examples": shown} | ({"schema": dict(schema)} if schema else {})
    return {"requestBody": {"content": {"application/json": content}}}
