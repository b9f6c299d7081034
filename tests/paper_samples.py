"""One complete paper of each kind, for tests: invented parties, valid shapes."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from domain.citation import Citation
from domain.document_numbers import DocumentNumber
from domain.papers import Paper, PaperKind, draw_up
from domain.rules import Element

PLAN = Citation(document="宁信用〔2021〕1号", clause="四（三）")
MARKET = Citation(document="国家市场监督管理总局令第44号", clause="第二条")
PENALTY_LAW = Citation(document="行政处罚法", clause="第六十四条")

NOTICE_ELEMENTS = [
    Element(key=key, title=title, basis=PLAN)
    for key, title in (("facts", "事由"), ("basis", "依据"), ("rights", "当事人享有的权利"))
]
DECISION_ELEMENTS = [
    Element(key=key, title=title, basis=PLAN)
    for key, title in (
        ("facts", "事由"),
        ("basis", "依据"),
        ("measures", "失信惩戒措施提示"),
        ("removal", "移出条件和程序"),
        ("remedies", "救济措施"),
    )
]

TITLES = {
    "国家市场监督管理总局令第44号": "市场监督管理严重违法失信名单管理办法",
    "宁信用〔2021〕1号": "南京市进一步完善失信约束制度构建诚信建设长效机制工作方案",
    "行政处罚法": "中华人民共和国行政处罚法",
    "行政复议法": "中华人民共和国行政复议法",
    "行政诉讼法": "中华人民共和国行政诉讼法",
}

FACTS = (
    "2026年1月12日，本机关执法人员在抽样检验中发现，你单位生产的“金陵春”牌黄酒（生产日期2025年11月3日）甜蜜素项目不符合"
    "GB 2760的要求。经查，你单位在生产过程中超限量使用食品添加剂，涉案货值金额28.6万元，违法所得6.2万元。\n"
    "你单位曾于2025年3月因同类违法行为受到行政处罚，属于两年内再次实施同类违法行为，情节严重、社会危害较大。本机关已依法"
    "作出吊销食品生产许可证、罚款143万元的行政处罚。"
)


def header(kind: PaperKind, **changes: Any) -> dict[str, Any]:
    return {
        "authority": "南京市市场监督管理局",
        "number": DocumentNumber(series=f"宁市监{kind.mark}", year=2026, sequence=12),
        "addressee": {
            "kind": "organisation",
            "name": "南京秦淮河酿造有限公司",
            "identifier": "91320104MA1MHK7T3X",
            "representative": "陆明远",
            "address": "南京市秦淮区中华路26号",
        },
        "made_on": date(2026, 4, 1),
        "case_number": "320100-2026-0007",
        "list_title": "市场监督管理严重违法失信名单",
        "titles": TITLES,
    } | changes


def _basis(*citations: Citation, gist: str = "") -> list[dict[str, Any]]:
    return [{"citation": citation, "gist": gist} for citation in citations]


FOUNDING = {
    "title": "行政处罚决定书",
    "number": "宁市监处罚〔2026〕15号",
    "issued_by": "南京市市场监督管理局",
    "made_on": date(2026, 2, 2),
    "effective_on": date(2026, 2, 9),
}
CONTACT = {
    "unit": "信用监督管理处",
    "person": "顾承办",
    "phone": "025-0000 1234",
    "address": "南京市建邺区江东中路265号",
}
PUBLICATION = {
    "items": ["当事人名称、统一社会信用代码、法定代表人姓名", "列入的事由、依据和决定机关", "列入日期"],
    "channels": ["国家企业信用信息公示系统", "信用南京网站"],
    "period": "列入期间",
}
NOTICE_GIVEN = {
    "number": DocumentNumber(series="宁市监严失告", year=2026, sequence=12),
    "served_on": date(2026, 3, 9),
    "method": "direct",
}
HEARD = {
    "heard": [
        {
            "received_on": date(2026, 3, 12),
            "gist": "超限量系供应商提供的复合添加剂标签有误所致，无主观故意。",
            "result": "rejected",
            "reasons": "你单位未履行进货查验义务，且在本机关责令改正后仍使用同批添加剂，足以认定存在主观故意。",
        }
    ]
}
REFERENCE = {
    "kind": "prior_notice",
    "number": DocumentNumber(series="宁市监严失告", year=2026, sequence=12),
    "made_on": date(2026, 3, 5),
}

CONTENT: dict[PaperKind, dict[str, Any]] = {
    PaperKind.PRIOR_NOTICE: {
        "ground": "生产经营超范围、超限量使用食品添加剂的食品，情节严重",
        "facts": FACTS,
        "founding": FOUNDING,
        "basis": _basis(MARKET, PLAN),
        "measures": [
            {
                "code": "M03",
                "name": "限制享受“告知承诺制”等便利措施",
                "basis": Citation(document="宁信用〔2021〕1号", clause="四（一）"),
            },
            {
                "code": "M07",
                "name": "列为重点监督管理对象，提高检查频次",
                "basis": Citation(document="宁信用〔2021〕1号", clause="四（一）"),
            },
        ],
        "publication": PUBLICATION,
        "rights": {
            "window": {
                "length": "5个工作日",
                "due": {"on": date(2027, 1, 4), "provisional": True, "earliest": date(2026, 12, 31)},
            },
            "how": "可以书面提出，写明事实、理由，并附证据材料。",
            "where": "南京市建邺区江东中路265号信用监督管理处，或者网上办事大厅",
            "oral": True,
            "hearing": {"window": {"length": "5个工作日"}, "how": "要求听证的，向本机关书面提出。"},
        },
        "contact": CONTACT,
    },
    PaperKind.SERVICE_RETURN: {
        "documents": [REFERENCE],
        "address": "南京市秦淮区中华路26号",
        "method": "left",
        "servers": ["顾承办", "沈送达"],
        "served": {
            "served_on": date(2026, 3, 9),
            "receiver": "陆明远",
            "relation": "法定代表人",
            "refusal": "以“不认可处罚”为由拒绝签收",
            "witnesses": ["中华路社区居民委员会 吴见证"],
            "recorded": True,
            "evidence": [
                {"name": "送达过程录像", "digest": "ab" * 32},
                {"name": "张贴告知书照片 3 张"},
            ],
        },
        "remark": "文书留置于受送达人住所。",
    },
    PaperKind.OBJECTION_ACCEPTANCE: {
        "received_on": date(2026, 3, 12),
        "manner": "written",
        "objected": "认为超限量系供应商提供的复合添加剂标签有误所致，无主观故意，请求不予列入。",
        "verification": {
            "length": "10个工作日",
            "starts": "自收到异议之日起",
            "due": {"on": date(2026, 3, 26)},
        },
        "basis": _basis(PLAN),
        "contact": CONTACT,
    },
    PaperKind.OBJECTION_ANSWER: {
        "received_on": date(2026, 3, 12),
        "objected": "认为超限量系供应商提供的复合添加剂标签有误所致，无主观故意。",
        "verified": "本机关调取了进货查验记录、供应商出厂检验报告和责令改正通知书，并于2026年3月18日询问了仓库管理人员。",
        "result": "rejected",
        "reasons": "现有证据证明你单位未履行进货查验义务，且在责令改正后仍使用同批添加剂。",
        "basis": _basis(PLAN),
        "consequence": "本机关将依照程序继续办理，并在认定决定中载明对你单位异议的处理。",
        "contact": CONTACT,
    },
    PaperKind.LATE_OBJECTION_ANSWER: {
        "received_on": date(2026, 3, 20),
        "window_ended": {"on": date(2026, 3, 16)},
        "objected": "认为处罚金额过高。",
        "admitted": False,
        "reasons": "提出时间已逾异议期限，且所述内容针对行政处罚决定，不属于本程序核实的范围。",
        "basis": _basis(PLAN),
        "consequence": "你单位所提材料已存入案卷；对行政处罚决定不服的，可以依法另行申请行政复议或者提起行政诉讼。",
        "contact": CONTACT,
    },
    PaperKind.LISTING_DECISION: {
        "ground": "生产经营超范围、超限量使用食品添加剂的食品，情节严重",
        "facts": FACTS,
        "founding": FOUNDING,
        "basis": _basis(MARKET, PLAN),
        "notice": NOTICE_GIVEN,
        "objections": HEARD,
        "consent": {
            "body": "江苏省市场监督管理局",
            "given_on": date(2026, 3, 30),
            "number": "苏市监信函〔2026〕21号",
            "basis": Citation(document="国家市场监督管理总局令第44号", clause="第三条"),
        },
        "measures": [
            {
                "code": "M03",
                "name": "限制享受“告知承诺制”等便利措施",
                "basis": Citation(document="宁信用〔2021〕1号", clause="四（一）"),
                "relevance": "违法行为发生在许可后的生产环节，与以承诺代替核查的便利直接相关。",
                "proportion": "仅在列入期间限制便利，不影响正常申请许可，与违法情节相当。",
            },
            {
                "code": "M07",
                "name": "列为重点监督管理对象，提高检查频次",
                "basis": Citation(document="宁信用〔2021〕1号", clause="四（一）"),
                "relevance": "两年内再次实施同类违法行为，食品安全风险较高。",
                "proportion": "检查频次以风险等级为限，不增加无关负担。",
            },
        ],
        "removal": {
            "term": "3年",
            "ends": {"on": date(2029, 4, 1)},
            "conditions": [
                "列入期限届满，由本机关移出，停止公示，解除惩戒措施；",
                "列入满1年，已经履行行政处罚决定确定的义务，主动消除危害后果和不良影响，且未再受到较重行政处罚的，可以申请提前移出。",
            ],
            "procedure": "提前移出的，向本机关提交申请书、身份证明、守信承诺书和履行义务的证明材料；本机关受理后依法核实并作出是否准予的决定。不收取费用。",
        },
        "publication": PUBLICATION,
        "remedies": {
            "reconsideration": {
                "body": "南京市人民政府",
                "within": "60日",
                "basis": Citation(document="行政复议法", clause="第二十条"),
            },
            "litigation": {
                "body": "有管辖权的人民法院",
                "within": "6个月",
                "basis": Citation(document="行政诉讼法", clause="第四十六条"),
            },
        },
    },
    PaperKind.NON_LISTING_DECISION: {
        "facts": FACTS,
        "founding": FOUNDING,
        "notice": NOTICE_GIVEN,
        "objections": HEARD,
        "reasons": "经核实，你单位提供的证据足以证明没有主观故意。",
        "basis": _basis(MARKET),
    },
    PaperKind.EXEMPTION_DECISION: {
        "facts": FACTS,
        "founding": FOUNDING,
        "grounds": ["force_majeure", "slight"],
        "reasons": "违法行为发生于防汛抢险期间，危害后果轻微并已及时纠正。",
        "basis": _basis(Citation(document="宁信用〔2021〕1号", clause="四（二）")),
    },
    PaperKind.TERMINATION_NOTICE: {
        "stage": "异议核实",
        "reasons": "据以启动程序的行政处罚决定已于2026年3月20日被依法撤销。",
        "basis": _basis(Citation(document="宁信用〔2021〕1号", clause="三（二）")),
        "consequence": "本案不再作出列入决定，已采取的信息标注一并撤销。",
        "ended_on": date(2026, 3, 21),
        "contact": CONTACT,
    },
    PaperKind.EXTENSION_NOTICE: {
        "term": {
            "name": "作出认定决定的期限",
            "was": {"on": date(2026, 12, 10)},
            "by": "30日",
            "now": {"on": date(2027, 1, 11), "provisional": True, "earliest": date(2027, 1, 4)},
        },
        "reasons": "案情复杂，需向两地监管部门调取证据。",
        "basis": _basis(PENALTY_LAW),
        "approval": {"by": "南京市市场监督管理局负责人", "on": date(2026, 12, 8)},
    },
    PaperKind.SUSPENSION_NOTICE: {
        "terms": ["异议核实的期限", "作出认定决定的期限"],
        "since": date(2026, 3, 16),
        "reasons": "涉案添加剂需委托专业机构检验。",
        "basis": _basis(PLAN),
        "resumes_when": "收到检验报告之日的次日起恢复计算。",
        "approval": {"by": "南京市市场监督管理局负责人", "on": date(2026, 3, 16)},
    },
    PaperKind.RESUMPTION_NOTICE: {
        "suspended_on": date(2026, 3, 16),
        "resumed_on": date(2026, 3, 24),
        "reasons": "检验报告已于2026年3月23日收到。",
        "terms": [
            {"name": "异议核实的期限", "lost": "6个工作日", "now": {"on": date(2026, 4, 3)}},
            {"name": "作出认定决定的期限", "lost": "6个工作日", "now": {"on": date(2026, 4, 20)}},
        ],
        "basis": _basis(PLAN),
    },
    PaperKind.HEARING_NOTICE: {
        "requested_on": date(2026, 3, 12),
        "subject": "拟将你单位列入市场监督管理严重违法失信名单一案",
        "held_on": date(2026, 3, 25),
        "held_at": time(9, 30),
        "place": "南京市建邺区江东中路265号 3楼听证室",
        "presiding": "韩主持",
        "recorder": "秦记录",
        "public": True,
        "rights": "你单位可以亲自参加听证，也可以委托一至二人代理；认为听证主持人与本案有直接利害关系的，有权申请回避。",
        "absence": "无正当理由拒不出席或者未经许可中途退出的，视为放弃听证权利，本机关终止听证。",
        "basis": _basis(PENALTY_LAW),
        "contact": CONTACT,
    },
    PaperKind.CORRECTION_NOTICE: {
        "corrects": REFERENCE,
        "corrections": [
            {"where": "第1页第一部分", "was": "涉案货值金额28.6万元", "now": "涉案货值金额26.8万元"}
        ],
        "reasons": "制作文书时数字录入有误。",
        "basis": _basis(PLAN),
        "effect": "原文书的其他内容不变，提出陈述、申辩和异议的期限自本通知书送达之日起重新计算。",
    },
}

ELEMENTS = {PaperKind.PRIOR_NOTICE: NOTICE_ELEMENTS, PaperKind.LISTING_DECISION: DECISION_ELEMENTS}


def paper(kind: PaperKind, *, in_header: dict[str, Any] | None = None, **changes: Any) -> Paper:
    return draw_up(
        kind,
        header(kind) | (in_header or {}),
        CONTENT[kind] | changes,
        elements=ELEMENTS.get(kind, ()),
    )
