"""Refusals: what was asked, why not, by which clause, and what would help (RFC 9457).

    Refusal
    ├── Malformed      400  MALFORMED            cannot be read as what it should be (格式不符)
    ├── Forbidden      403  FORBIDDEN            this person may not do it (无权办理)
    │                       FOUR_EYES              … because they already acted in the case (职责分离)
    │                       ROLE_MISSING           … because they lack the role (缺少岗位权限)
    ├── NotFound       404  NOT_FOUND            there is no such thing, or not for this person (查无此项)
    ├── Conflict       409  CONFLICT             clashes with what is on record (与已有记录冲突)
    ├── Stale          412  STALE_VERSION        asked on a version that is no longer the last (版本已变化)
    ├── LegalRefusal   422  LEGAL_REFUSAL        the law bars it (依法不得办理)
    │                       ELEMENT_MISSING, BASIS_NOT_EFFECTIVE, LIST_NOT_ADMISSIBLE, RANK_TOO_LOW,
    │                       TERM_NOT_EXTENDABLE, MEASURE_NOT_LISTED
    ├── TooMany        429  TOO_MANY             more than one person can need to send (提交过多)
    └── Suspended      423  SUSPENDED            the case stands still (案件已中止)

A family fixes the HTTP status; a code within it is open, since each step of the procedure names its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Bar(BaseModel):
    """One thing that stands in the way (障碍): its code, in words, by which clause, and what would clear it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    text: str
    clause: str | None = None
    fix: str | None = None


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not an error
    """A request that is not carried out. `detail` is Chinese, for the person who asked; it holds no personal data."""

    status: ClassVar[int] = 422
    default_code: ClassVar[str] = "REFUSED"
    titles: ClassVar[Mapping[str, str]] = {"REFUSED": "不予办理"}

    def __init__(
        self,
        *,
        detail: str,
        code: str | None = None,
        title: str | None = None,
        clause: str | None = None,
        field: str | None = None,
        expected: str | None = None,
        blocked_by: Iterable[Bar] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code
        self.title = title or self.titles.get(self.code, self.titles[self.default_code])
        self.clause = clause
        self.field = field
        self.expected = expected
        self.blocked_by = list(blocked_by)

    @property
    def type(self) -> str:
        """A stable name of the kind of problem (RFC 9457 section 3.1.1); not an address to fetch."""
        return f"urn:chengxu:problem:{self.code.lower()}"

    def as_problem(self) -> dict[str, Any]:
        """The members of a problem document, JSON-ready (RFC 9457 section 3), and all that rebuilds the refusal."""
        return {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "clause": self.clause,
            "field": self.field,
            "expected": self.expected,
            "blocked_by": [bar.model_dump() for bar in self.blocked_by],
        }

    @classmethod
    def from_problem(cls, problem: Mapping[str, Any]) -> Refusal:
        """The refusal that `as_problem` described, of its own family again."""
        family = _FAMILIES.get(problem["status"], Refusal)
        return family(
            detail=problem["detail"],
            code=problem["code"],
            title=problem["title"],
            clause=problem.get("clause"),
            field=problem.get("field"),
            expected=problem.get("expected"),
            blocked_by=[Bar.model_validate(bar) for bar in problem.get("blocked_by") or ()],
        )

    def __reduce__(self) -> tuple[Any, tuple[dict[str, Any]]]:
        return (Refusal.from_problem, (self.as_problem(),))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refusal) and self.as_problem() == other.as_problem()

    __hash__ = Exception.__hash__


class Malformed(Refusal):
    """It cannot be read as what it should be: names the field and the expectation."""

    status = 400
    default_code = "MALFORMED"
    titles: ClassVar[Mapping[str, str]] = {"MALFORMED": "格式不符", "GLYPH_MISSING": "字库缺字"}


class Forbidden(Refusal):
    """This person may not do it."""

    status = 403
    default_code = "FORBIDDEN"
    titles: ClassVar[Mapping[str, str]] = {
        "FORBIDDEN": "无权办理",
        "FOUR_EYES": "须由另一人办理",
        "ROLE_MISSING": "缺少岗位权限",
        "DELEGATION_MISSING": "没有代办授权",
    }


class NotFound(Refusal):
    """There is no such thing, or none that this person may see."""

    status = 404
    default_code = "NOT_FOUND"
    titles: ClassVar[Mapping[str, str]] = {
        "NOT_FOUND": "查无此项",
        "REGIME_NOT_FOUND": "没有这项名单制度",
    }


class Conflict(Refusal):
    """It clashes with what is already on record."""

    status = 409
    default_code = "CONFLICT"
    titles: ClassVar[Mapping[str, str]] = {
        "CONFLICT": "与已有记录冲突",
        "DUPLICATE_CASE": "重复立案",
        "CASE_CLOSED": "案件已办结",
        "CASE_OPEN": "案件尚在办理",
        "ALREADY_DONE": "该步骤已经办理",
        "ALREADY_DECIDED": "认定决定已经作出",
        "NOT_OPEN": "尚未轮到该步骤",
        "ITEM_UNKNOWN": "本案没有所填的这一项",
        "OUT_OF_ORDER": "早于期限已有的记载",
        "TASK_CLOSED": "待办已办结",
        "TASK_TAKEN": "待办已被他人领取",
        "NOTHING_TO_CONFIRM": "没有待确认的值",
        "NOTHING_TO_WITHDRAW": "没有可以撤回的确认",
    }


class Stale(Refusal):
    """It was asked on a version that is no longer the last one."""

    status = 412
    default_code = "STALE_VERSION"
    titles: ClassVar[Mapping[str, str]] = {"STALE_VERSION": "版本已变化"}


class LegalRefusal(Refusal):
    """The law bars it; `clause` or `blocked_by` says which."""

    status = 422
    default_code = "LEGAL_REFUSAL"
    titles: ClassVar[Mapping[str, str]] = {
        "LEGAL_REFUSAL": "依法不得办理",
        "ELEMENT_MISSING": "文书缺少必备要素",
        "BASIS_NOT_EFFECTIVE": "依据文书未生效",
        "LIST_NOT_ADMISSIBLE": "不属于可以列入的情形",
        "RANK_TOO_LOW": "认定标准或认定机关的层级不够",
        "PENALTY_OF_ANOTHER_BODY": "处罚由其他机关作出",
        "TERM_NOT_EXTENDABLE": "期限不得延长",
        "MEASURE_NOT_LISTED": "惩戒措施不在清单之内",
        # what opens a case
        "BASIS_NOT_ALLOWED": "该种文书不能作为认定依据",
        "GROUND_UNKNOWN": "列入情形不属于本名单制度",
        "SUBJECT_IS_MINOR": "当事人未成年",
        "REGIME_IS_DRAFT": "名单制度尚有未核实事项",
        "NOT_VERIFIED": "该事项尚未核实",
        "LEAD_MALFORMED": "记录不能作为立案表单",
        # dates and terms
        "DATE_IMPOSSIBLE": "日期不合情理",
        "START_FIXED": "期限的起算日不能另填",
        "DEADLINE_UNKNOWN": "没有正在计算的这一期限",
        "TERM_ENDED": "期限已经届满",
        "TERM_SILENT": "条文没有规定期限",
        "TERM_NOT_SUSPENDABLE": "不属于规定的中止情形",
        "NOT_SUSPENDED": "期限没有中止",
        "BEYOND_HORIZON": "超出日历范围",
        # prior notice, service, objections
        "NOTICE_NOT_ISSUED": "事先告知书尚未签发",
        "NOTICE_NOT_SERVED": "事先告知书尚未送达",
        "PAPER_UNKNOWN": "没有这一已签发的文书",
        "PAPER_NOT_ISSUED": "文书尚未签发制作",
        "SERVICE_NOT_ADMITTED": "不采用该种送达方式",
        "SERVICE_BEFORE_ISSUE": "送达早于签发",
        "SERVICE_IN_FUTURE": "送达晚于登记",
        "SERVICE_EVIDENCE_MISSING": "缺少送达证据",
        "ANNOUNCEMENT_TOO_EARLY": "尚不得公告送达",
        "POSTMARK_INVALID": "交邮日期不可采用",
        "WINDOW_OPEN": "异议期未满",
        "WINDOW_CLOSED": "异议期已满或者已放弃",
        "ORAL_NOT_ADMITTED": "不接受口头异议",
        "OBJECTION_UNANSWERED": "尚有异议未答复",
        "OBJECTION_SETTLED": "异议已经办结",
        # hearing
        "NO_HEARING": "没有听证的规定",
        "HEARING_WINDOW_OPEN": "申请听证的期限未满",
        "HEARING_WINDOW_CLOSED": "不能再申请听证",
        "HEARING_TOO_LATE": "申请听证的期限已过",
        "HEARING_WAIVED": "已放弃申请听证",
        "HEARING_NOT_ASKED": "没有听证申请",
        "HEARING_NOTICE_TOO_SHORT": "听证通知过迟",
        "HEARING_PENDING": "听证尚未完成",
        "HEARING_HELD": "已经举行听证",
        # decision, winding up
        "CONSENT_MISSING": "尚未取得上级机关意见",
        "CONSENT_REFUSED": "上级机关不同意列入",
        "CONSENT_NOT_NEEDED": "无须上级机关同意",
        "CARRIER_NOT_ADMITTED": "须另行制作决定书",
        "DRAFT_OUTDATED": "决定稿已过时",
        "MEASURE_NOT_NOTIFIED": "惩戒措施未经告知",
        "MEASURE_REPEATED": "惩戒措施重复",
        "THIRD_PARTY_FORCED": "不得强制第三方实施惩戒",
        "NOTHING_PROPOSED": "没有待批准的拟办意见",
        "BASIS_NOT_CHANGED": "依据文书没有变更",
        "WINDING_UP": "案件正在终止办理",
        "NOT_WINDING_UP": "案件没有进入终止办理",
    }


class Suspended(Refusal):
    """The case stands still: nothing moves until it resumes."""

    status = 423
    default_code = "SUSPENDED"
    titles: ClassVar[Mapping[str, str]] = {"SUSPENDED": "案件已中止"}


class TooMany(Refusal):
    """More than one person can need to send; nothing was received."""

    status = 429
    default_code = "TOO_MANY"
    titles: ClassVar[Mapping[str, str]] = {"TOO_MANY": "提交过多"}


_FAMILIES: dict[int, type[Refusal]] = {
    family.status: family
    for family in (Malformed, Forbidden, NotFound, Conflict, Stale, LegalRefusal, TooMany, Suspended)
}
