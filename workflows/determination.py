"""严重失信主体名单认定: the determination, from the founding document to the served decision.

The procedure below is the clause in order (宁信用〔2021〕1号 三（二）–四（三）). What each step requires stands with the
step, in domain/procedure/determination_steps.py; how a case is carried through, in workflows/case.py.
"""

from __future__ import annotations

from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.start import CaseStart
    from domain.procedure.determination_steps import STEPS
    from domain.procedure.events import Event
    from domain.procedure.gates import DECISION_STARTS
    from domain.procedure.outcome import Outcome, Stage
    from domain.procedure.steps import Course
    from domain.procedure.walk import Conduct, Interrupted
    from workflows.case import CaseWorkflow


# Ends of a case that no decision tells the subject of.
_WOUND_UP = (Outcome.BASIS_NOT_EFFECTIVE, Outcome.NO_GROUND, Outcome.BASIS_FELL, Outcome.WITHDRAWN)


async def determination(case: Conduct) -> Outcome:
    """From opening to the list or away from it; a closed case can be taken up again over the same file."""
    while True:
        try:
            outcome = await conduct(case)
        except Interrupted as interruption:
            if interruption.event.data.get("change") == "changed":
                case.anew(interruption.event)  # the changed document is assessed from the beginning
                continue
            outcome = Outcome.BASIS_FELL if interruption.event.step == "basis_fell" else Outcome.WITHDRAWN
        if outcome in _WOUND_UP:
            await wind_up(case)
        if outcome is Outcome.LISTED:
            return outcome
        case.anew(await case.reopened("reopen_case", outcome))


async def conduct(case: Conduct) -> Outcome:
    """One round of the procedure."""
    if case.rule.decision.starts == "case_opened":
        case.owed("decision", case.rule.decision, starts_on=case.file.taken_up_on)

    case.at(Stage.LEAD)
    effective = await case.step("confirm_effective")
    if not effective.data["effective"]:
        return Outcome.BASIS_NOT_EFFECTIVE
    ground = await case.step("confirm_ground")
    if not ground.data["met"]:
        return Outcome.NO_GROUND

    if case.rule.decision.starts not in DECISION_STARTS and ground.data["counted_from"] is not None:
        case.owed("decision", case.rule.decision, starts_on=date.fromisoformat(ground.data["counted_from"]))

    case.at(Stage.ASSESSMENT)
    if await exempted(case):
        return Outcome.EXEMPTED

    with case.meanwhile(hear_objections(case)), case.meanwhile(hold_hearings(case)):
        served_on = await give_prior_notice(case)
        await let_the_subject_speak(case, served_on)
        await obtain_consent(case)
        decided = await decide(case)
    while (outcome := await take_effect(case, decided)) is None:  # voided before it reached the subject
        with case.meanwhile(hear_objections(case)), case.meanwhile(hold_hearings(case)):
            decided = await decide(case)
    return outcome


async def exempted(case: Conduct) -> bool:
    """从宽与豁免审查 (四（二）): a reasoned assessment; an exemption is approved by another person and ends the case."""
    while True:
        assessed = await case.step("assess_leniency")
        if assessed.data["conclusion"] != "exempt":
            return False
        case.at(Stage.EXEMPTION)
        approved = await case.step("approve_exemption")
        if approved.data["agreed"]:
            await case.paper(approved)
            await serve(case, "serve_exemption")
            return True
        case.at(Stage.ASSESSMENT)


async def give_prior_notice(case: Conduct) -> date:
    """事先告知 (四（三）): drafted, reviewed by another person, issued under its number by a third, and served.

    Returns the day on which it counts as served. One that is voided before service is drafted anew.
    """
    while True:
        case.at(Stage.PRIOR_NOTICE)
        await case.step("draft_prior_notice")
        review = await case.step("review_prior_notice")
        if not review.data["agreed"]:
            continue
        issued = await case.step("issue_prior_notice")
        if not issued.data["agreed"]:
            continue
        await case.paper(issued)
        case.at(Stage.SERVICE)
        if (served_on := await served_or_voided(case, "serve_prior_notice", "void_prior_notice")) is not None:
            return served_on


async def let_the_subject_speak(case: Conduct, served_on: date) -> None:
    """陈述、申辩和异议 (四（三）): the window runs from service until it ends or is given up in writing."""
    case.at(Stage.OBJECTION_WINDOW)
    window = case.window("objection_window", case.rule.objection_window, starts_on=served_on)
    if case.rule.hearing is not None:
        case.window("hearing_request", case.rule.hearing.request_within, starts_on=served_on)
    closed = await case.first("waive_objection", clock=("close_objection_window", window))
    case.met(window)
    if closed.data.get("hearing"):
        case.met(case.file.latest_key("hearing_request"))
    if case.rule.decision.starts == "window_closed":
        case.owed("decision", case.rule.decision, starts_on=case.clock_day(closed))
    case.at(Stage.VERIFICATION)
    await case.until(lambda: case.file.all_answered)


async def hear_objections(case: Conduct) -> None:
    """Every objection is heard beside the others, each with its own clock, until the decision is made."""
    while True:
        raised = await case.first("raise_objection", item=None)
        case.beside(hear(case, raised))


async def hear(case: Conduct, raised: Event) -> None:
    """核实并书面反馈 (四（三）): registered, verified within the period from receipt, answered in writing, served."""
    item = raised.item
    due = case.owed(f"verification:{item}", case.rule.verification, starts_on=raised.day)
    if raised.data["late"]:
        admission = await case.first("admit_late_objection", "withdraw_objection", item=item, due=due)
        if admission.step == "withdraw_objection" or not admission.data["admitted"]:
            case.met(due)
        if admission.step == "withdraw_objection":
            return
        if not admission.data["admitted"]:
            await case.paper(admission)
            await serve(case, "serve_late_answer", item)
            return
    for step in ("accept_objection", "verify_objection", "answer_objection"):
        done = await case.first(step, "withdraw_objection", item=item, due=due)
        while done.step == "answer_objection" and not done.data["agreed"]:
            # sent back to be verified again
            done = await case.first("verify_objection", "withdraw_objection", item=item, due=due)
            if done.step == "verify_objection":
                done = await case.first(step, "withdraw_objection", item=item, due=due)
        if done.step == "withdraw_objection":
            case.met(due)
            return
        if "paper" in done.data:
            await case.paper(done)
    case.met(due)
    await serve(case, "serve_answer", item)


async def hold_hearings(case: Conduct) -> None:
    """听证, where the regime gives one (行政处罚法 第六十四条): asked for, or given up in writing, in its own period."""
    while True:
        asked = await case.first("request_hearing", "waive_hearing")
        period = case.file.latest_key("hearing_request")
        case.met(period)
        if asked.step == "waive_hearing":
            continue
        ended = await case.first("arrange_hearing", "withdraw_hearing")
        if ended.step == "arrange_hearing":
            await case.paper(ended)
            ended = await case.first("hold_hearing", "withdraw_hearing")
        if ended.step == "withdraw_hearing":
            case.owed_again(period)  # while it lasts, a hearing can be asked for anew


async def obtain_consent(case: Conduct) -> None:
    """报请上级机关同意, where the regime wants the consent of the next level up."""
    if case.file.consent_needed:
        case.at(Stage.CONSENT)
        await case.step("request_consent")
        await case.step("give_consent")


async def decide(case: Conduct) -> Event:
    """认定决定 (四（三）): drafted with the findings at hand, reviewed, and made by a third person.

    With it the time to speak has ended: from then on the subject has the remedies that the decision names.
    """
    due = case.file.latest_key("decision")
    while True:
        case.at(Stage.DECISION)
        await case.step("draft_decision", due=due)
        review = await case.step("review_decision", due=due)
        if not review.data["agreed"]:
            continue
        decided = await case.step("decide", due=due)
        if decided.data["agreed"]:
            case.met(due)
            case.ended("hearing_request")
            return decided


async def take_effect(case: Conduct, decided: Event) -> Outcome | None:
    """The decision takes effect on the subject by its service; None when it is voided before that."""
    case.at(Stage.DECISION_SERVICE)
    await case.paper(decided)
    case.file.effective_on = await served_or_voided(case, "serve_decision", "void_decision")
    if case.file.effective_on is None:
        case.owed_again(case.file.latest_key("decision"))
        case.goes_on("hearing_request")
        return None
    outcome = {
        "listing_decision": Outcome.LISTED,
        "non_listing_decision": Outcome.NOT_LISTED,
        "termination_notice": Outcome.TERMINATED,
    }[decided.data["paper"]]
    if outcome is Outcome.LISTED:
        case.at(Stage.LISTED)
    return outcome


async def wind_up(case: Conduct) -> None:
    """终止办理 (三（二）): who was told of the case, in this round or an earlier one, is told that it is over."""
    case.at(Stage.WINDING_UP)
    case.file.lapse()
    if case.file.subject_was_told:
        while True:
            issued = await case.step("issue_termination")
            if issued.data["agreed"]:
                break
        await case.paper(issued)
        await serve(case, "serve_termination")


async def serve(case: Conduct, step: str, item: str = "") -> date:
    """送达: attempts until one succeeds. Returns the day on which the paper counts as served."""
    while True:
        act = await case.step(step, item=item)
        if act.data["outcome"] == "served":
            return await case.deemed(act)


async def served_or_voided(case: Conduct, step: str, void: str) -> date | None:
    """As `serve`; None when the paper is voided before it has reached anybody (作废)."""
    while True:
        act = await case.first(step, void)
        if act.step == void:
            return None
        if act.data["outcome"] == "served":
            return await case.deemed(act)


DETERMINATION = Course(
    kind="determination",
    title="严重失信主体名单认定",
    steps=STEPS,
    procedure=determination,
    opens_with="open_case",
)


@workflow.defn(name="Determination")
class DeterminationWorkflow(CaseWorkflow):
    """One determination, carried by Temporal from its opening to its end."""

    course = DETERMINATION

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        return await self.carry()
