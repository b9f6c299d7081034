"""Whether a confirmation may be taken on record: it must confirm something that is open, in the right shape."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.confirmation import Confirmation, counting
from domain.refusals import Conflict, Malformed
from domain.regimes import Lawbook
from domain.rules import Level, Origin, Unit
from law.precedence import PREFIX, Missing, MissingKind
from law.resolve import consult


def check_confirmation(
    lawbook: Lawbook, confirmation: Confirmation, on: date, others: Iterable[Confirmation] = ()
) -> Missing:
    """What `confirmation` settles on `on`, or opens again, given the `others` already on record in order.

    One with a reason may take the place of an earlier one of the same entry, or withdraw it. Raises `NotFound` (no such
    regime), `LegalRefusal` (not in force), `Conflict` (nothing there to confirm or to withdraw) or `Malformed` (another
    entry, another kind of value, unit missing).
    """
    given = [other for other in others if other.regime == confirmation.regime]
    earlier = next((c for c in counting(given).values() if c.key == confirmation.key), None)
    if earlier is None and confirmation.withdrawn:
        raise Conflict(
            code="NOTHING_TO_WITHDRAW",
            title="没有可以撤回的确认",
            detail="该项没有仍然有效的确认。",
            field="key",
            expected="、".join(key for key, _ in counting(given)) or None,
        )
    if earlier is not None and confirmation.reason:  # judged as if the earlier one had never been given
        given = [other for other in given if other.entry != earlier.entry]
    answer = consult(lawbook, confirmation.regime, on, given)
    confirmable = [one for one in answer.open if one.confirmable]
    missing = next((one for one in confirmable if one.key == confirmation.key), None)
    if missing is None:
        raise Conflict(
            code="NOTHING_TO_CONFIRM",
            title="没有待确认的值",
            detail=f"该项在 {on} 没有待确认的值：已经核实、已经确认，或者不存在。",
            field="key",
            expected="更正或者撤回原确认的，写明理由（reason）"
            if earlier is not None
            else "、".join(one.key for one in confirmable) or None,
        )
    if missing.since != confirmation.since:
        raise Malformed(
            detail="确认所指的起始日与数据文件不符。", field="since", expected=missing.since.isoformat()
        )
    if confirmation.withdrawn:
        return missing
    if confirmation.silent:
        _may_be_silent(missing)
    else:
        _has_the_right_kind(missing, confirmation)
    return missing


def confirmed_since(given: Iterable[Confirmation], key: str) -> date:
    """From-date of the entry whose confirmation counts, for whoever corrects or withdraws it. Raises `Malformed`."""
    for confirmed, since in counting(given):
        if confirmed == key:
            return since
    raise Malformed(
        detail="没有写明所指的值的起始日，该项也没有可以更正或者撤回的确认。",
        field="since",
        expected="待确认的项所列的起始日",
    )


def _may_be_silent(missing: Missing) -> None:
    if missing.kind is MissingKind.ITEM or missing.key.startswith(PREFIX[Origin.CITY]):
        raise Malformed(
            detail="逐项确认和本市配置的期限不能确认为“文本无规定”。", field="silent", expected="false"
        )


def _has_the_right_kind(missing: Missing, confirmation: Confirmation) -> None:
    value = confirmation.value
    match missing.kind:
        case MissingKind.ITEM if value is not True:
            raise Malformed(detail="逐项确认的值应为 true。", field="value", expected="true")
        case MissingKind.STATEMENT if not isinstance(value, bool):
            raise Malformed(detail="应确认为是或者否。", field="value", expected="true、false")
        case MissingKind.LEVEL if not (isinstance(value, str) and value.upper() in Level.__members__):
            levels = "、".join(name.lower() for name in Level.__members__)
            raise Malformed(detail="应确认为一个行政层级。", field="value", expected=levels)
        case MissingKind.PERIOD if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Malformed(detail="期限应为不小于零的整数。", field="value", expected="整数")
        case MissingKind.PERIOD if confirmation.unit is None:
            raise Malformed(detail="期限须写明单位。", field="unit", expected="、".join(Unit))
