"""Who oversees whom follows from the list of authorities."""

from __future__ import annotations

import pytest

from law.loader import load_lawbook
from law.oversight import overseen_by, overseers_of

CREDIT_OFFICE = "nanjing-credit-office"


@pytest.mark.parametrize(
    ("code", "overseers"),
    [
        (
            "xuanwu-market-regulation",
            (
                "xuanwu-market-regulation",
                "nanjing-market-regulation",
                "jiangsu-market-regulation",
                CREDIT_OFFICE,
            ),
        ),
        (
            "nanjing-market-regulation",
            ("nanjing-market-regulation", "jiangsu-market-regulation", CREDIT_OFFICE),
        ),
        ("dongshan-subdistrict", ("dongshan-subdistrict", CREDIT_OFFICE)),
        ("jiangsu-market-regulation", ("jiangsu-market-regulation",)),
        ("shenzhen-market-regulation", ("shenzhen-market-regulation",)),
        (CREDIT_OFFICE, (CREDIT_OFFICE,)),
        ("nowhere", ()),
    ],
)
def test_a_body_is_overseen_by_itself_its_superiors_and_the_credit_office_of_its_place(
    code: str, overseers: tuple[str, ...]
) -> None:
    assert overseers_of(load_lawbook(), code) == overseers


def test_the_credit_office_oversees_every_authority_of_the_city_and_no_other() -> None:
    book = load_lawbook()
    within = {body.code for body in book.authorities.values() if body.division.startswith("3201")}
    assert overseen_by(book, CREDIT_OFFICE) == within
    assert overseen_by(book, None) == frozenset()


def test_both_directions_say_the_same() -> None:
    book = load_lawbook()
    for one in book.authorities:
        for other in book.authorities:
            assert (other in overseen_by(book, one)) is (one in overseers_of(book, other))
