"""Storm: the same command again and again, and whether it ever becomes another."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from activities.start import workflow_id
from chaos.judge import case_ids
from chaos.people import Sent, Violation
from chaos.run import Report, Run
from chaos.story import BODY, SUBJECT, Story
from workflows.connect import connect

_IN_FLIGHT: Final = 24
_NOTES_AT_ONCE: Final = 10
_MOST_NOTES: Final = 120  # a person may send 300 things in one case


async def duplicates(run: Run, at_least: int, at_once: int) -> Report:
    """A closed case and an open one. Every command of both again after each thing that may make an office forget:
    nothing, a restart, the workflow's continue-as-new, a rebuild from the record; and many at once when it is new.
    """

    async def blows(report: Report) -> None:
        closed = run.story("closed", again=0.0, leave=0.0, objections=1)
        await closed.open()
        await _at_once(run, run.ledger.sent[closed.sent_keys[0]], at_once)
        await closed.go_on()
        going = run.story("open", again=0.0, leave=0.0, objections=0)
        await going.open()
        await going.until("draft_prior_notice")
        many = at_once + at_once
        for number in range(max(1, at_least // 100 // at_once)):
            await going.see()
            await _at_once(run, _note(going, f"{number}-at-once"), at_once)
            many += at_once
        replayed = 0
        for disturb in (_nothing, run.restart, _renewal(run, going), run.lose_temporal):
            await disturb()
            keys = closed.sent_keys + going.sent_keys
            again = [run.ledger.sent[key] for key in keys if key in run.ledger.acknowledged]
            replayed += await _again(run, again, at_least // 4)
        await _refused_when_other(run, [run.ledger.sent[key] for key in going.sent_keys])
        report.numbers |= {"同时": at_once, "重复命令": replayed + many}

    return await run.storm("重复命令", blows)


async def _nothing() -> None:
    """One case is at its end, the other waits."""


async def _at_once(run: Run, sent: Sent, times: int) -> None:
    answers = await asyncio.gather(*(run.people.do(sent, replayed=True) for _ in range(times)))
    if len({repr(answer) for answer in answers}) != 1:
        raise Violation(f"{sent.key}: {times} at once got different answers")


async def _again(run: Run, commands: Sequence[Sent], times: int) -> int:
    """Each of them in turn, `times` in all, many in flight; `do` compares the answers."""
    left = itertools.islice(itertools.cycle(commands), times)

    async def client() -> None:
        for sent in left:
            await run.people.do(sent, replayed=True)

    await asyncio.gather(*(client() for _ in range(_IN_FLIGHT)))
    return times


def _note(story: Story, name: str) -> Sent:
    key = f"{story.seed}-{name}"
    story.sent_keys.append(key)
    headers = (("If-Match", f'"v{story.version}"'),)
    path = f"/cases/{story.no}/actions/note"
    return Sent(f"{BODY}-officer", path, {"text": f"办案备注{name}"}, key, headers)


def _renewal(run: Run, story: Story) -> Callable[[], Awaitable[None]]:
    """Notes until the workflow of the case has continued as new."""

    async def renew() -> None:
        client = await connect(run.office.settings, identity="chaos")
        handle = client.get_workflow_handle(workflow_id((await case_ids(run.office.settings))[story.no]))
        before = (await handle.describe()).run_id
        for first in range(0, _MOST_NOTES, _NOTES_AT_ONCE):
            await story.see()
            for number in range(_NOTES_AT_ONCE):  # one after the other: each on the version before it
                await run.people.do(_note(story, f"renewal-{first + number}"))
                await story.see()
            if (await handle.describe()).run_id != before:
                return
        raise Violation(f"{story.no}: {_MOST_NOTES} notes, and its workflow has not continued as new")

    return renew


async def _refused_when_other(run: Run, again: Sequence[Sent]) -> None:
    """The same key with another body, or by another person: 422."""
    for sent in again:
        if "/actions/" not in sent.path or sent.who == SUBJECT:
            continue
        other = Sent(
            sent.who, sent.path, {**sent.body, "reasons": "另一内容"}, sent.key, sent.headers, sent.query
        )
        status, _ = await run.people.do_unrecorded(other)
        if status not in (400, 422):
            raise Violation(f"{sent.key} with another body: {status}")
    note = next(sent for sent in again if sent.path.endswith("/note"))
    for who, body in ((f"{BODY}-reviewer", note.body), (note.who, {"text": "另一内容"})):
        status, answer = await run.people.do_unrecorded(Sent(who, note.path, body, note.key, note.headers))
        if (status, answer["code"]) != (422, "KEY_REUSED"):
            raise Violation(f"{note.key} by {who} with {body}: {status} {answer}")
