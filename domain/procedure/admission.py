"""Admission: what the law forbids to open a case on (受理前的合法性审查; 宁信用〔2021〕1号 三（二）–四（三）)."""

from __future__ import annotations

from datetime import date

from domain.penalty_record import EARLIEST
from domain.procedure import clauses
from domain.procedure.forms import Effectiveness
from domain.procedure.opening import Opening
from domain.procedure.steps import Matter
from domain.refusals import Bar
from domain.rules import FoundingKind, Level, StandardLevel

_NATIONAL = (
    StandardLevel.LAW,
    StandardLevel.ADMINISTRATIVE_REGULATION,
    StandardLevel.CENTRAL_POLICY,
    StandardLevel.DEPARTMENTAL_RULE,
)
_LEVELS = {
    Level.TOWNSHIP: "乡镇、街道",
    Level.DISTRICT: "区县级",
    Level.CITY: "设区的市级",
    Level.PROVINCE: "省级",
    Level.STATE: "国家级",
}


def _opening(matter: Matter) -> Opening:
    """What is handed in: nobody asks what could be opened without it."""
    opening: Opening = matter.form
    return opening


def list_within_the_areas(matter: Matter) -> Bar | None:
    """The list falls in the four permitted areas, and the named ground is one of its own."""
    opening = _opening(matter)
    grounds = {ground.key for ground in opening.rule.grounds}
    if opening.form.ground is None or opening.form.ground in grounds:
        return None
    return Bar(
        code="LIST_NOT_ADMISSIBLE",
        text="所填列入情形不在本名单制度及四类允许领域之内",
        clause=clauses.AREAS,
        fix="从中选择：" + "、".join(f"{g.key}（{g.title}）" for g in opening.rule.grounds),
    )


def standard_has_rank(matter: Matter) -> Bar | None:
    """The standard is set at a lawful level; a local list needs a local regulation."""
    opening = _opening(matter)
    rule = opening.rule
    if rule.local and rule.standard is not StandardLevel.LOCAL_REGULATION:
        return Bar(
            code="LIST_NOT_ADMISSIBLE",
            text="仅在本地实施的名单须由地方性法规设定认定标准",
            clause=clauses.LOCAL_LIST,
            fix="待地方性法规规定后再行认定",
        )
    if not rule.local and rule.standard not in _NATIONAL:
        return Bar(
            code="LIST_NOT_ADMISSIBLE",
            text="认定标准的制定层级不符合规定",
            clause=clauses.STANDARD,
            fix="认定标准须由法律、行政法规、党中央国务院政策文件或者部门规章规定",
        )
    return None


def list_holds_here(matter: Matter) -> Bar | None:
    """The body applies the lists of its own field and place."""
    opening = _opening(matter)
    if opening.rule.regime in opening.authority.regimes:
        return None
    return Bar(
        code="LIST_NOT_ADMISSIBLE",
        text=f"{opening.authority.name}不是该名单制度的认定机关",
        clause=str(opening.rule.min_level_basis),
        fix="由主管机关认定",
    )


def body_has_rank(matter: Matter) -> Bar | None:
    """The deciding body is of the level that the regime, or by default the plan, wants."""
    opening = _opening(matter)
    if opening.authority.level >= opening.rule.min_level:
        return None
    return Bar(
        code="RANK_TOO_LOW",
        text=f"{opening.authority.name}为{_LEVELS[opening.authority.level]}机关，低于认定所需层级",
        clause=str(opening.rule.min_level_basis),
        fix=f"由{_LEVELS[opening.rule.min_level]}以上机关认定",
    )


def document_of_allowed_kind(matter: Matter) -> Bar | None:
    """Only an allowed kind of legal document founds a case; 'other' must name what permits it."""
    opening = _opening(matter)
    document = opening.document
    if document.kind not in opening.rule.founding:
        return Bar(
            code="BASIS_NOT_ALLOWED",
            text="该种文书不能作为本名单制度的认定依据",
            clause=str(opening.rule.founding_basis),
            fix="可作为依据的文书：" + "、".join(kind.value for kind in opening.rule.founding),
        )
    if document.kind is FoundingKind.OTHER_BY_LAW and document.permitted_by is None:
        return Bar(
            code="BASIS_NOT_ALLOWED",
            text="其他文书须写明准许其作为依据的法律、法规或者中央政策文件",
            clause=clauses.FOUNDING,
            fix="填写“准许作为依据的规定”",
        )
    return None


def penalised_by_the_deciding_body(matter: Matter) -> Bar | None:
    """谁处罚、谁认定: who made the penalty decides on the list; where the regime says otherwise, a body above may.

    Documents of courts and arbitral bodies are nobody's penalty: who decides on them the regime's level alone says.
    """
    opening = _opening(matter)
    if opening.document.kind is not FoundingKind.PENALTY:
        return None
    rule, body, issuer = opening.rule.penalising_body_decides, opening.authority, opening.issuer
    if rule is None:  # an opening of before this was data
        return None
    clause = str(rule.basis)
    if issuer is None:
        return Bar(
            code="PENALTY_OF_ANOTHER_BODY",
            text="不能确定作出行政处罚的机关，无从核对是否由其认定",
            clause=clause,
            fix="按机关目录中的全称填写“作出机关”；机关更名、合并的，另填现机关的“作出机关代码”",
        )
    if issuer.code == body.code or (not rule.holds and body.code in issuer.superiors):
        return None
    return Bar(
        code="PENALTY_OF_ANOTHER_BODY",
        text=f"行政处罚由{issuer.name}作出，不能由{body.name}据以认定",
        clause=clause,
        fix=f"由{issuer.name}{'' if rule.holds else '或者其上级机关'}认定",
    )


def document_effective(matter: Matter) -> Bar | None:
    """A document without effect founds nothing; one whose effect is unknown is checked first."""
    opening = _opening(matter)
    document = opening.document
    if document.effectiveness is Effectiveness.NOT_EFFECTIVE:
        return Bar(
            code="BASIS_NOT_EFFECTIVE",
            text="依据文书尚未生效",
            clause=clauses.FOUNDING,
            fix="待文书生效后再行登记",
        )
    if document.decided_on > matter.today:
        return Bar(
            code="BASIS_NOT_EFFECTIVE",
            text="依据文书的作出日期晚于今日",
            clause=clauses.FOUNDING,
            fix="核对文书作出日期",
        )
    if document.effective_on is not None and document.effective_on > matter.today:
        return Bar(
            code="BASIS_NOT_EFFECTIVE",
            text="依据文书的生效日期晚于今日",
            clause=clauses.FOUNDING,
            fix=f"待文书生效后再行登记；填写有误的，生效日期应不晚于{matter.today}",
        )
    return None


_DATES = {"decided_on": "作出日期", "served_on": "送达日期", "effective_on": "生效日期"}


def document_dates_in_order(matter: Matter) -> Bar | None:
    """No document is served or takes effect before it is made, and no penalty takes effect before it is served."""
    opening = _opening(matter)
    document = opening.document
    pairs = [("served_on", "decided_on"), ("effective_on", "decided_on")]
    if document.kind is FoundingKind.PENALTY:  # an award binds when it is made
        pairs.append(("effective_on", "served_on"))
    for later, earlier in pairs:
        first: date | None = getattr(document, earlier)
        then: date | None = getattr(document, later)
        if first is not None and then is not None and then < first:
            return Bar(
                code="DATE_IMPOSSIBLE",
                text=f"依据文书的{_DATES[later]}早于{_DATES[earlier]}",
                clause=clauses.FOUNDING,
                fix=f"核对两个日期；{_DATES[later]}应不早于{first}",
            )
    return None


def document_day_possible(matter: Matter) -> Bar | None:
    """A document of this state, served by today: anything else is a slip of the pen."""
    opening = _opening(matter)
    document = opening.document
    if document.decided_on < EARLIEST:
        return Bar(
            code="DATE_IMPOSSIBLE",
            text=f"依据文书的作出日期早于{EARLIEST}",
            clause=clauses.FOUNDING,
            fix="核对文书作出日期",
        )
    if document.served_on is not None and document.served_on > matter.today:
        return Bar(
            code="DATE_IMPOSSIBLE",
            text="依据文书的送达日期晚于今日",
            clause=clauses.FOUNDING,
            fix=f"填写不晚于{matter.today}的实际送达日期；尚未送达的不填",
        )
    return None


def subject_can_be_listed(matter: Matter) -> Bar | None:
    """The regime lists subjects of this kind."""
    opening = _opening(matter)
    if opening.subject.kind in opening.rule.subjects:
        return None
    return Bar(
        code="LIST_NOT_ADMISSIBLE",
        text="本名单制度不适用于该类主体",
        clause=opening.rule.document,
        fix="适用主体：" + "、".join(kind.value for kind in opening.rule.subjects),
    )


def subject_was_born(matter: Matter) -> Bar | None:
    """A person is born before the document that names them; a slip in the date would count as minority."""
    opening = _opening(matter)
    if opening.subject.born_on is None:
        return None
    if opening.subject.born_on <= opening.document.decided_on:
        return None
    return Bar(
        code="DATE_IMPOSSIBLE",
        text="出生日期晚于依据文书作出之日",
        clause=clauses.FULL_CAPACITY,
        fix="核对出生日期和文书作出日期",
    )


GATES = (
    standard_has_rank,
    list_within_the_areas,
    body_has_rank,
    list_holds_here,
    document_of_allowed_kind,
    document_effective,
    document_day_possible,
    document_dates_in_order,
    subject_can_be_listed,
    penalised_by_the_deciding_body,
    subject_was_born,
)
