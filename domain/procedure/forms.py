"""What is submitted with each step (办理表单). Titles are the office's words; they become the form on the page."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.rules import FoundingKind, ServiceMethod, SubjectKind
from domain.strict import Line, LongText, StrictModel, Text

Reasons = Annotated[Text, Field(title="理由")]
Evidence = Annotated[tuple[Line, ...], Field(title="证据材料", max_length=50)]


class ClockRan(StrictModel):
    """Entered by the procedure itself when an instant has come."""

    deadline: Line


class PaperProduced(StrictModel):
    """A numbered paper is on file: its SM3 digest goes into the record (文书已制作)."""

    of_seq: int
    kind: Line
    number: Line
    sm3: Line


# -- intake


class Effectiveness(StrEnum):
    """Whether the founding document has legal effect (生效状态)."""

    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not_effective"
    UNKNOWN = "unknown"


class FoundingDocument(StrictModel):
    """The legal document a case rests on (认定依据文书; 宁信用〔2021〕1号 三（二）)."""

    kind: FoundingKind = Field(title="文书种类")
    number: Line = Field(title="文号", description="照原文书填写，旧式写法不改")
    title: Line = Field(title="文书名称")
    issued_by: Line = Field(title="作出机关")
    issued_by_code: Line | None = Field(default=None, title="作出机关代码")
    decided_on: date = Field(title="作出日期")
    served_on: date | None = Field(default=None, title="送达日期")
    effectiveness: Effectiveness = Field(default=Effectiveness.UNKNOWN, title="生效状态")
    effective_on: date | None = Field(default=None, title="生效日期")
    facts: LongText = Field(title="认定的事实")
    legal_basis: LongText = Field(title="适用依据")
    result: LongText = Field(title="处理结果")
    kinds: tuple[Line, ...] = Field(default=(), title="处罚类别")
    fine_wan: Decimal | None = Field(default=None, ge=0, title="罚款金额（万元）")
    permitted_by: Line | None = Field(
        default=None,
        title="准许作为依据的规定",
        description="“其他文书”须写明法律、法规或者中央政策文件",
    )


class Subject(StrictModel):
    """Who the case is about (信用主体). Personal fields are encrypted wherever they rest."""

    kind: SubjectKind = Field(title="主体类别")
    name: Line = Field(title="名称或者姓名")
    id_number: Line = Field(title="统一社会信用代码或者证件号码")
    id_kind: Line = Field(default="统一社会信用代码", title="证件类型")
    address: Line | None = Field(default=None, title="住所")
    contact: Line | None = Field(default=None, title="联系方式")
    representative: Line | None = Field(default=None, title="法定代表人或者负责人")
    born_on: date | None = Field(default=None, title="出生日期")


class OpenCase(StrictModel):
    """Opening a case (线索登记)."""

    regime: Line = Field(title="名单制度")
    authority: Line = Field(title="认定机关代码")
    subject: Subject = Field(title="信用主体")
    document: FoundingDocument = Field(title="依据文书")
    ground: Line | None = Field(default=None, title="拟适用的列入情形")
    source: Line = Field(default="登记", title="线索来源")


class ConfirmEffective(StrictModel):
    """Is the founding document effective? (核实依据文书效力)"""

    effective: bool = Field(title="依据文书已经生效")
    effective_on: date | None = Field(default=None, title="生效日期")
    remedies_state: Text = Field(title="复议、诉讼情况")
    evidence: Evidence


class ConfirmGround(StrictModel):
    """Does the conduct meet a ground of the regime? (核实列入情形)"""

    met: bool = Field(title="符合列入情形")
    ground: Line | None = Field(default=None, title="列入情形")
    reasons: Reasons
    counted_from: date | None = Field(
        default=None,
        title="认定期限起算日",
        description="认定期限自本案以外的事件起算的（如责令支付期限届满），填写该事件之日",
    )


class LeniencyFactor(StrEnum):
    """Circumstances that the plan wants treated leniently (宁信用〔2021〕1号 四（二）)."""

    MINOR = "minor"  # 未成年人
    FORCE_MAJEURE = "force_majeure"  # 不可抗力
    NOT_INTENTIONAL = "not_intentional"  # 非主观故意
    SLIGHT = "slight"  # 情节轻微


class LeniencyConclusion(StrEnum):
    NONE = "none"
    LENIENT = "lenient"
    EXEMPT = "exempt"


class AssessLeniency(StrictModel):
    """Reasoned assessment of leniency and exemption, before anything else (从宽与豁免审查)."""

    factors: tuple[LeniencyFactor, ...] = Field(title="从宽情形")
    conclusion: LeniencyConclusion = Field(title="结论")
    reasons: Reasons
    evidence: Evidence = ()


class Review(StrictModel):
    """Another person's check (审核). Not agreed sends it back to the drafter, with the reason."""

    agreed: bool = Field(title="同意")
    opinion: Text = Field(title="审核意见")


class Approve(StrictModel):
    """Approval and issue (批准签发). Not agreed sends it back, with the reason."""

    agreed: bool = Field(title="批准")
    opinion: Text = Field(title="批准意见")


# -- notice and service


class DraftNotice(StrictModel):
    """The prior notice as drafted (拟制事先告知书)."""

    facts: LongText = Field(title="事由")
    basis: tuple[Line, ...] = Field(title="依据", min_length=1, max_length=30)
    measures: tuple[Line, ...] = Field(title="拟采取的惩戒措施（清单编码）", min_length=1, max_length=30)
    published: Text = Field(title="拟公示的信息")
    rights: Text = Field(title="当事人权利")
    contact: Line = Field(
        title="联系人及联系方式",
        description="依次写联系人、电话、地址，如：张承办，025-12345678，南京市中山路1号",
    )


class ServiceOutcome(StrEnum):
    SERVED = "served"
    FAILED = "failed"


class ServePaper(StrictModel):
    """One act of service, or an attempt that failed (送达)."""

    method: ServiceMethod = Field(title="送达方式")
    outcome: ServiceOutcome = Field(title="结果")
    on: date = Field(
        title="送达日期",
        description="签收、留置、到达或者登报张贴之日；公告送达填公告最后张贴或者刊登之日",
    )
    place: Line = Field(title="送达地点")
    received_by: Line | None = Field(default=None, title="签收人")
    evidence: dict[Line, Line] = Field(title="送达证据", description="要件 → 材料编号或者说明", max_length=20)
    consent: bool = Field(default=False, title="受送达人同意以此方式送达")
    consent_on: date | None = Field(
        default=None, title="受送达人同意之日", description="电子送达填写；不填的，为送达之日"
    )
    whereabouts_unknown: bool = Field(default=False, title="下落不明")
    remark: Text | None = Field(default=None, title="备注")


# -- objection and hearing


class ObjectionChannel(StrEnum):
    ONLINE = "online"
    WRITTEN = "written"
    ORAL = "oral"
    POST = "post"


class RaiseObjection(StrictModel):
    """The subject states, defends or objects (陈述、申辩、异议)."""

    channel: ObjectionChannel = Field(title="提出方式")
    statement: LongText = Field(title="异议内容")
    evidence: Evidence = ()
    posted_on: date | None = Field(default=None, title="交邮日期（邮寄的，以邮戳为准）")
    record: Line | None = Field(default=None, title="口头陈述笔录编号")


class WaiveObjection(StrictModel):
    """The subject gives up the rest of the window, in writing (书面放弃陈述申辩和异议)."""

    statement: Text = Field(title="放弃声明")
    evidence: Evidence = Field(min_length=1)
    hearing: bool = Field(
        default=False,
        title="同时放弃申请听证",
        description="不选的，申请听证的权利在其期限内保留；之后可以另行办理“书面放弃申请听证”",
    )


class WaiveHearing(StrictModel):
    """The subject gives up the right to a hearing, in writing (书面放弃申请听证)."""

    statement: Text = Field(title="放弃声明")
    evidence: Evidence = Field(min_length=1)


class WithdrawObjection(StrictModel):
    """The subject takes an objection back (撤回异议)."""

    statement: Text = Field(title="撤回说明")
    evidence: Evidence = ()


class AcceptObjection(StrictModel):
    """The objection is registered and its receipt confirmed (异议受理)."""

    contact: Line = Field(
        title="联系人及联系方式",
        description="依次写联系人、电话、地址，如：张承办，025-12345678，南京市中山路1号",
    )


class Finding(StrEnum):
    UPHELD = "upheld"  # 异议成立
    PARTLY = "partly"  # 部分成立
    REJECTED = "rejected"  # 异议不成立


class VerifyObjection(StrictModel):
    """What the verification found (异议核实)."""

    finding: Finding = Field(title="核实结果")
    verified: LongText = Field(title="核实情况")
    reasons: Reasons
    evidence: Evidence = ()


class AnswerObjection(StrictModel):
    """The written answer is approved and issued (书面反馈)."""

    agreed: bool = Field(title="同意反馈")
    opinion: Text = Field(title="审核意见")


class AdmitLateObjection(StrictModel):
    """An objection that came late is kept; whether it is heard is decided with reasons (逾期异议)."""

    admitted: bool = Field(title="予以受理")
    reasons: Reasons


class RequestHearing(StrictModel):
    """The subject asks for a hearing (申请听证)."""

    statement: Text = Field(title="申请理由")


class WithdrawHearing(StrictModel):
    """The subject takes the request for a hearing back (撤回听证申请)."""

    statement: Text = Field(title="撤回说明")
    evidence: Evidence = ()


class ArrangeHearing(StrictModel):
    """Time and place of the hearing; the notice goes to the subject (听证通知)."""

    held_on: date = Field(title="听证日期")
    held_at: time = Field(title="听证时间", description="如 09:30")
    place: Line = Field(title="听证地点")
    presided_by: Line = Field(title="主持人")
    recorder: Line | None = Field(default=None, title="记录人")
    public: bool = Field(
        default=True, title="公开举行", description="涉及国家秘密、商业秘密或者个人隐私的，不公开举行"
    )


class HoldHearing(StrictModel):
    """The record of the hearing (听证笔录)."""

    held_on: date = Field(title="举行日期")
    attended: bool = Field(title="当事人到场")
    record: Line = Field(title="听证笔录编号")
    summary: LongText = Field(title="听证意见")


# -- consent and decision


class RequestConsent(StrictModel):
    """Consent of the superior authority is asked for (报请上级机关同意)."""

    opinion: Text = Field(title="拟办意见")


class GiveConsent(StrictModel):
    """The superior authority answers (上级机关意见)."""

    consents: bool = Field(title="同意")
    opinion: Text = Field(title="意见")
    number: Line = Field(title="批复文号")


class DecisionOutcome(StrEnum):
    LIST = "list"
    NOT_LIST = "not_list"
    TERMINATE = "terminate"


class Carrier(StrEnum):
    """What carries the decision: a paper of its own, or the penalty decision (宁信用〔2021〕1号 四（三）)."""

    SEPARATE = "separate"
    PENALTY_DECISION = "penalty_decision"


class ChosenMeasure(StrictModel):
    """One measure with why it fits (关联性与比例说明; 宁信用〔2021〕1号 四（一）（二）)."""

    code: Line = Field(title="措施编码")
    relevance: Text = Field(title="关联性说明")
    proportion: Text = Field(title="适当性说明")
    forces_third_parties: bool = Field(default=False, title="强制金融机构、协会、媒体等第三方实施")


class DraftDecision(StrictModel):
    """The decision as drafted (拟制决定)."""

    outcome: DecisionOutcome = Field(title="拟作决定")
    facts: LongText = Field(title="事由")
    basis: tuple[Line, ...] = Field(title="依据", max_length=30)
    reasons: LongText = Field(title="认定理由")
    measures: tuple[ChosenMeasure, ...] = Field(default=(), title="惩戒措施提示", max_length=30)
    removal: LongText | None = Field(default=None, title="移出条件和程序")
    objections: LongText | None = Field(default=None, title="异议采纳情况")
    leniency: LongText | None = Field(
        default=None, title="从宽情形的考虑", description="审查结论为从宽的，须写明决定中如何体现"
    )
    carrier: Carrier = Field(default=Carrier.SEPARATE, title="决定载体")
    penalty_elements: tuple[Line, ...] = Field(
        default=(), title="处罚决定书已载明的要素", description="仅当以处罚决定书为载体时填写"
    )


# -- the file, at any time


class ProposeSuspension(StrictModel):
    """The officer proposes that a clock of the authority stand still (拟中止)."""

    deadline: Line = Field(title="期限")
    ground: Line = Field(title="中止情形")
    reasons: Reasons
    evidence: Evidence = Field(min_length=1)


class ProposeExtension(StrictModel):
    """The officer proposes to lengthen a period of the authority (拟延期)."""

    deadline: Line = Field(title="期限")
    count: Annotated[int, Field(ge=1, le=366)] = Field(title="延长数量", description="单位同该期限的延长规定")
    reasons: Reasons


class ApproveChange(StrictModel):
    """Another person approves or refuses the proposed change of a deadline (批准中止、延期)."""

    deadline: Line = Field(title="期限")
    agreed: bool = Field(title="批准")
    opinion: Text = Field(title="批准意见")


class ResumeDeadline(StrictModel):
    """The ground has gone; the clock runs on (恢复)."""

    deadline: Line = Field(title="期限")
    reasons: Reasons


class BasisChange(StrEnum):
    """What became of the founding document (依据文书的变动)."""

    REVOKED = "revoked"  # 撤销
    VOID = "void"  # 确认无效
    CHANGED = "changed"  # 变更


class BasisFell(StrictModel):
    """The founding document was revoked, changed or held void (依据文书变动)."""

    change: BasisChange = Field(title="变动情形")
    number: Line = Field(title="变动文书文号")
    decided_on: date = Field(title="变动日期")
    reasons: Reasons
    evidence: Evidence = Field(min_length=1)


class AmendListing(StrictModel):
    """The entry on the list is changed to what the document says now (变更列入信息; 行政复议法 第六十三条)."""

    entry: LongText = Field(title="变更后的列入信息")
    reasons: Reasons


class BasisHeldUnlawful(StrictModel):
    """Held unlawful but kept in force: the document stands, the file knows it (确认违法但不撤销; 行政复议法 第六十五条)."""

    number: Line = Field(title="确认文书文号")
    decided_on: date = Field(title="确认日期")
    consequence: Text = Field(title="对本案的影响评估")


class WithdrawCase(StrictModel):
    """The authority takes the case back (撤回)."""

    reasons: Reasons


class ReopenCase(StrictModel):
    """A closed case is taken up again over the same file (重新办理)."""

    reasons: Reasons
    evidence: Evidence = ()


class CorrectPaper(StrictModel):
    """A slip in an issued paper is put right by a paper of its own (更正)."""

    of_seq: Annotated[int, Field(ge=1)] = Field(title="被更正文书的事件序号")
    wrong: Text = Field(title="原文")
    right: Text = Field(title="更正为")
    reasons: Reasons


class VoidPaper(StrictModel):
    """A paper that was issued but not served is withdrawn; its number stays, explained (作废文号)."""

    reasons: Reasons


class Note(StrictModel):
    """A remark on the file (备注)."""

    text: Text = Field(title="备注")
