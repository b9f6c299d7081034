"""The files that ship: sound, honest about what was seen, and complete enough to work with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from stdnum.cn import uscc

from domain.citation import Citation, Seen
from domain.regimes import Lawbook, MeasureGroup
from domain.rules import Level
from law.loader import load_lawbook, read_law


@pytest.fixture(scope="module")
def book() -> Lawbook:
    return load_lawbook()


def citations(value: Any) -> Iterator[Citation]:
    if isinstance(value, Citation):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from citations(item)
    elif isinstance(value, list):
        for item in value:
            yield from citations(item)
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from citations(getattr(value, name))


def test_the_shipped_files_have_no_fault() -> None:
    assert read_law().faults == []


def test_the_book_is_read_once(book: Lawbook) -> None:
    assert load_lawbook() is book


def test_no_confirmation_ships(book: Lawbook) -> None:
    cited = list(citations(book))

    assert len(cited) > 200
    assert all(citation.seen is not Seen.CONFIRMED for citation in cited)


def test_the_citys_own_figures_are_proposals(book: Lawbook) -> None:
    assert {citation.seen for citation in citations(book.city)} == {Seen.MEMORY}


def test_what_is_not_verified_says_why_unless_it_names_its_clause(book: Lawbook) -> None:
    for citation in citations(book):
        assert citation.clause or citation.note, citation


def test_every_list_regime_has_a_body_that_may_decide_it(book: Lawbook) -> None:
    for key in book.regimes:
        bodies = [body for body in book.authorities.values() if key in body.regimes]
        assert any(body.level >= Level.CITY for body in bodies), key


def test_every_body_of_a_regime_that_needs_consent_has_a_superior_to_ask(book: Lawbook) -> None:
    for body in book.authorities.values():
        if "market_regulation" in body.regimes and body.level < Level.PROVINCE:
            assert body.superior in book.authorities
            assert book.authorities[body.superior].level > body.level


def test_authorities_have_valid_codes_and_stand_on_every_level_from_township_to_province(
    book: Lawbook,
) -> None:
    bodies = book.authorities.values()

    assert len(bodies) >= 25
    assert all(uscc.is_valid(body.uscc) for body in bodies)
    assert {body.level for body in bodies} == {Level.TOWNSHIP, Level.DISTRICT, Level.CITY, Level.PROVINCE}
    assert any(body.regimes for body in bodies if body.level is Level.TOWNSHIP)


def test_an_authority_is_found_by_its_code_and_by_its_credit_code(book: Lawbook) -> None:
    body = book.authorities["nanjing-finance"]

    assert book.authority("nanjing-finance") is body
    assert book.authority(body.uscc) is body
    assert book.authority("11320100000000000X") is None


def test_the_list_of_measures_has_its_three_groups_and_each_measure_its_basis(book: Lawbook) -> None:
    measures = [measure for edition in book.measures for measure in edition.measures]

    assert {measure.group for measure in measures} == set(MeasureGroup)
    assert len({measure.code for measure in measures}) == len(measures)
    assert any(not measure.basis.seen.verified for measure in measures)
