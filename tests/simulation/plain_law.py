"""The figures of the shipped regimes as a clerk would note them from the texts, beside what the practice office confirmed.

Typed in by hand from the provisions named, and not read from `law/`: the two have to agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: What the practice office (演示) answers where no text that was read has a number, and which body may list.
CONFIRMED: Final = 15


@dataclass(frozen=True)
class Figures:
    """The periods of one regime. Working days unless said otherwise."""

    window: int = CONFIRMED  # 陈述、申辩和异议
    verification: int = 10  # 核实并书面反馈: 宁信用〔2021〕1号 四（三）
    verification_longer: int | None = None
    decision: int = CONFIRMED
    decision_from: str = "window"  # or the opening, or an event outside the case
    decision_in_working_days: bool = True
    decision_longer: int | None = None
    hearing: int | None = None  # days for asking for one
    superior_consents: bool = False  # to the decision of a body below the province
    revocation: int | None = None
    years: int = 3  # on the list
    announcement: int = 30  # calendar days after which it counts as served: 民事诉讼法 第九十五条
    ways: frozenset[str] = frozenset({"direct", "left", "post", "electronic", "announcement"})
    founded_on: frozenset[str] = frozenset({"penalty"})
    oral: bool = True
    local: bool = False


FIGURES: Final = {
    # 国家市场监督管理总局令第44号 with the clock of the penalty case: 行政处罚法 第六十条、第六十四条、第八十五条;
    # +30 by 市场监督管理行政处罚程序规定; revocation by 第十九条.
    "market_regulation": Figures(
        window=5,
        decision=90,
        decision_from="opening",
        decision_in_working_days=False,
        decision_longer=30,
        hearing=5,
        superior_consents=True,
        revocation=3,
    ),
    # 国家税务总局令第54号: its figures were seen in a draft only, so they hold as confirmed.
    "major_tax": Figures(
        window=5,
        verification=CONFIRMED,
        ways=frozenset({"direct", "post", "announcement"}),
        founded_on=frozenset({"penalty", "judgment"}),
        oral=False,
    ),
    # 人力资源和社会保障部令第45号 第六条: from the end of the term for payment.
    "migrant_wages": Figures(
        verification=CONFIRMED,
        decision=20,
        decision_from="payment",
        founded_on=frozenset({"penalty", "judgment", "other_by_law"}),
    ),
    "work_safety": Figures(verification=CONFIRMED),  # 应急管理部令第11号
    "government_procurement": Figures(),  # 财办库〔2014〕526号: no rule above the plan
    # 深圳经济特区社会信用条例 第四十八条、第五十一条.
    "shenzhen": Figures(
        verification=2,
        verification_longer=3,
        years=CONFIRMED,
        founded_on=frozenset(
            {"penalty", "judgment", "arbitral_award", "administrative_ruling", "other_by_law"}
        ),
        local=True,
    ),
}
