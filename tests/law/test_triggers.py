"""Which penalties are leads: most are not, and a lead says why it is one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from domain.regimes import Lawbook
from law.loader import load_lawbook
from law.triggers import TriggerHit, find_leads


@dataclass(frozen=True)
class Penalty:
    authority_code: str
    kinds: tuple[str, ...]
    violation_type: str
    fine_wan: Decimal | None = None
    confiscated_wan: Decimal | None = None
    facts: str = ""
    basis: str = ""
    decided_on: date = date(2026, 3, 2)


FOOD = Penalty("xuanwu-market-regulation", ("罚款", "吊销许可证件"), "经营不符合食品安全标准的食品")
BLAST = Penalty("nanjing-emergency", ("罚款",), "生产安全事故", fine_wan=Decimal("60"))
WAGES = Penalty("jiangning-human-resources", ("罚款",), "拖欠农民工工资", fine_wan=Decimal("2"))
BID = Penalty("nanjing-finance", ("罚款",), "政府采购中提供虚假材料谋取中标", fine_wan=Decimal("3"))


@pytest.fixture(scope="module")
def book() -> Lawbook:
    return load_lawbook()


def only(hits: list[TriggerHit]) -> TriggerHit:
    [hit] = hits
    return hit


@pytest.mark.parametrize(
    ("penalty", "regime", "ground"),
    [
        (FOOD, "market_regulation", "food"),
        (BLAST, "work_safety", "accident"),
        (WAGES, "migrant_wages", "criminal_threshold"),
        (BID, "government_procurement", "fine"),
    ],
)
def test_a_heavy_penalty_of_the_right_authority_is_a_lead(
    book: Lawbook, penalty: Penalty, regime: str, ground: str
) -> None:
    hit = only(find_leads(book, penalty))

    assert hit.regime == regime
    assert ground in hit.grounds


@pytest.mark.parametrize(
    "penalty",
    [
        replace(FOOD, kinds=("罚款", "警告"), fine_wan=Decimal("9.999999")),  # not heavy
        replace(FOOD, kinds=("警告",), confiscated_wan=Decimal("80")),  # confiscation is no fine
        replace(FOOD, authority_code="nanjing-city-management"),  # another field
        replace(FOOD, violation_type="未按规定悬挂营业执照"),  # no ground
        replace(FOOD, decided_on=date(2021, 8, 31)),  # before the list existed
        replace(FOOD, authority_code="11320100000000000X"),  # an unknown body
        replace(BID, fine_wan=Decimal("2.99")),
        replace(WAGES, violation_type="未依法签订劳动合同"),
        replace(BLAST, fine_wan=None),
    ],
)
def test_most_penalties_are_no_lead(book: Lawbook, penalty: Penalty) -> None:
    assert find_leads(book, penalty) == []


def test_the_threshold_itself_is_enough(book: Lawbook) -> None:
    assert only(find_leads(book, replace(BID, fine_wan=Decimal("3.000000")))).verified


def test_a_lead_on_a_threshold_that_nobody_verified_says_so(book: Lawbook) -> None:
    by_fine = replace(FOOD, kinds=("罚款",), fine_wan=Decimal("10"))

    hit = only(find_leads(book, by_fine))

    assert not hit.verified
    assert "未经核实" in hit.explanation
    assert only(find_leads(book, FOOD)).verified


def test_the_authority_may_be_named_by_its_credit_code(book: Lawbook) -> None:
    code = book.authorities["xuanwu-market-regulation"].uscc

    assert find_leads(book, replace(FOOD, authority_code=code)) == find_leads(book, FOOD)


def test_a_ban_from_procurement_is_a_lead_without_any_fine(book: Lawbook) -> None:
    ban = replace(BID, kinds=("其他-禁止参加政府采购活动",), fine_wan=None)

    assert "procurement_ban" in only(find_leads(book, ban)).grounds


def test_the_explanation_quotes_the_rule_and_never_the_record(book: Lawbook) -> None:
    hit = only(find_leads(book, replace(FOOD, facts="当事人张三丰在食品中掺假")))

    assert "张三丰" not in hit.explanation
    assert "吊销许可证" in hit.explanation
