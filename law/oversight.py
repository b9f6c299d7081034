"""Which bodies oversee which: superiors in line, and the credit office of the place (社会信用体系建设牵头单位).

Read from the list of authorities each time it is asked: oversight follows the organisation of today, not of the day
on which a case was opened.
"""

from __future__ import annotations

from domain.regimes import Authority, Lawbook

_CREDIT_OFFICE = "credit_office"


def overseers_of(book: Lawbook, code: str) -> tuple[str, ...]:
    """Codes of the bodies whose supervisors (督办) oversee this authority: itself, its superiors in line, credit offices.

    None for an unknown one.
    """
    body = book.authorities.get(code)
    if body is None:
        return ()
    return (code, *_superiors(book, body), *_credit_offices(book, body))


def overseen_by(book: Lawbook, code: str | None) -> frozenset[str]:
    """Codes of the authorities that this body oversees."""
    return frozenset(other for other in book.authorities if code in overseers_of(book, other))


def _superiors(book: Lawbook, body: Authority) -> tuple[str, ...]:
    line: list[str] = []
    while body.superior in book.authorities and body.superior not in line:
        line.append(body.superior)
        body = book.authorities[body.superior]
    return tuple(line)


def _credit_offices(book: Lawbook, body: Authority) -> tuple[str, ...]:
    return tuple(
        other.code
        for other in book.authorities.values()
        if other.kind == _CREDIT_OFFICE and other.code != body.code and _lies_within(body, other)
    )


def _lies_within(body: Authority, office: Authority) -> bool:
    """Whether the body's division is the office's own or lies below it: 3201xx within 320100 (GB/T 2260)."""
    place = office.division
    while place.endswith("00"):
        place = place[:-2]
    return body.division.startswith(place)
