"""The storms: what is done to an office while its people work, and how it is brought to rest again."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import insert, select, update

from chaos.judge import Verdict, judge, undecided
from chaos.office import PARTS, ChaosOffice
from chaos.people import Ledger, People, Sent, Violation
from chaos.story import BODY, REGIME, SUBJECT, Story
from cli.client import Api
from cli.confirm import confirm_everything
from storage.database import writing
from storage.failpoints import Fault, Plan
from storage.office import open_office
from storage.record import Record, event_place
from storage.tables import CASE, EVENT

#: What can happen to a side effect; `exit` stands for the end of the process before, within or after it, in turn.
FAULTS: Final = ("error", "lost", "late", "exit")
_EXITS: Final[tuple[Fault, ...]] = ("exit_before", "exit_within", "exit_after")
_POINTS: Final[tuple[Fault, ...]] = ("error", "lost", "late", *_EXITS)
_CALM: Final = 120.0  # seconds within which everything that was received must be decided
_NEVER: Final = 10**9


@dataclass
class Report:
    """What a storm did and what was found after it."""

    name: str
    seed: str
    seconds: float = 0.0
    numbers: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One line for people."""
        numbers = "，".join(f"{what} {value:g}" for what, value in self.numbers.items())
        verdict = "无违反" if not self.faults else f"违反 {len(self.faults)} 项"
        return f"{self.name}（种子 {self.seed}，{self.seconds:.0f} 秒）：{numbers}；{verdict}"


@dataclass
class Run:
    """One office, its people, and everything that they were told; storms pass over it one after the other."""

    office: ChaosOffice
    seed: int
    clients: int = 4
    people: People = field(init=False)
    stories: list[Story] = field(default_factory=list)
    _storms: int = 0

    def __post_init__(self) -> None:
        self.people = People(self.office.api, Ledger())

    @property
    def ledger(self) -> Ledger:
        return self.people.ledger

    async def prepare(self) -> None:
        """Confirms what is open in the regime, with the marked source of practice offices."""

        def confirm() -> None:
            with Api(self.office.api) as api:
                list(confirm_everything(api.signed_in(f"{BODY}-legal-officer"), REGIME, None))

        await asyncio.to_thread(confirm)

    def story(self, name: str, **how: Any) -> Story:
        """A case to come; its seed follows from the run's."""
        story = Story(self.people, f"{self.seed}-{self._storms}-{name}", **how)
        self.stories.append(story)
        return story

    async def storm(
        self, name: str, blows: Callable[[Report], Awaitable[None]], *, replay: bool = True
    ) -> Report:
        """Lets a storm pass, waits for calm, and judges."""
        self._storms += 1
        report = Report(name, f"{self.seed}-{self._storms}")
        began, kills = time.monotonic(), self.office.kills
        try:
            await blows(report)
        except Violation as violation:
            report.faults.append(str(violation))
        self.office.fail(None)
        await self.office.ready()
        try:
            report.numbers["秒内平静"] = round(await self.calm(), 1)
        except Violation as violation:
            report.faults.append(str(violation))
        verdict = await judge(self.office.settings, self.ledger, replay=replay)
        if self.office.kills > kills:
            report.numbers["强杀"] = self.office.kills - kills
        self._count(report, verdict)
        report.seconds = time.monotonic() - began
        return report

    async def calm(self) -> float:
        """Waits until nothing that was received, ordered or numbered is undone; how long that took, in seconds."""
        began = time.monotonic()
        while (left := await undecided(self.office.settings)) > 0:
            if time.monotonic() - began > _CALM:
                raise Violation(f"{left} things are still undone after {_CALM:.0f} s of calm")
            await asyncio.sleep(0.5)
        return time.monotonic() - began

    def _count(self, report: Report, verdict: Verdict) -> None:
        shown = {
            "cases": "案件",
            "events": "事件",
            "acknowledged": "已答复命令",
            "objections": "异议",
            "papers": "文书",
            "histories": "重放历史",
        }
        report.numbers |= {
            word: verdict.looked_at[what] for what, word in shown.items() if verdict.looked_at[what]
        }
        report.faults += verdict.faults

    # -- storms

    async def kills(self, kills: int, *, points: float = 0.0) -> Report:
        """Parts die at random, one by one and all at once, while clients drive cases; `points`: rate of fail points."""

        async def blows(report: Report) -> None:
            rng, done = random.Random(f"{self.seed}:kills"), asyncio.Event()
            target = self.office.kills + kills
            began = time.monotonic()

            async def client(number: int) -> None:
                count = 0
                while not done.is_set():
                    count += 1
                    await self.story(f"k{number}-{count}").run()

            async def death() -> None:
                while self.office.kills < target:
                    await asyncio.sleep(rng.uniform(0.5, 5.0))
                    for part in PARTS if rng.random() < 0.08 else (rng.choice(PARTS),):
                        self.office.kill(part)
                    if points:
                        fault = rng.choice(_POINTS)
                        rate = points / 8 if fault.startswith("exit") else points
                        self.office.fail(
                            Plan(fault=fault, rate=rate, seed=rng.randrange(_NEVER), late_seconds=4.0)
                        )
                report.numbers["每分钟"] = round(kills / (time.monotonic() - began) * 60, 1)
                self.office.fail(None)
                done.set()

            await _all(death(), *(client(number) for number in range(self.clients)))
            waited = sorted(self.ledger.seconds)
            report.numbers |= {
                "答复秒中位": round(waited[len(waited) // 2], 2),
                "99%": round(waited[len(waited) * 99 // 100], 1),
                "最慢": round(waited[-1], 1),
            }
            report.numbers["重复"] = self.ledger.counts["replayed"]

        return await self.storm("随机强杀" + ("与故障点" if points else ""), blows)

    async def every_effect(self, faults: Sequence[str] = FAULTS, *, long: bool = False) -> Report:
        """For every n and every fault: a whole case in which the n-th side effect fails."""

        async def blows(report: Report) -> None:
            how: dict[str, Any] = {"again": 0.0, "leave": 0.0, "objections": int(long), "exempt": not long}
            self.office.fail(Plan(fault="error", nth=_NEVER))
            await self.story("n0", **how).run()
            counted = self.office.failed()
            effects = counted.done if counted else 0
            failed = 0
            for nth in range(1, effects + 1):
                for fault in faults:
                    how_exactly = _EXITS[nth % len(_EXITS)] if fault == "exit" else fault
                    self.office.fail(
                        Plan.model_validate({"fault": how_exactly, "nth": nth, "late_seconds": 4.0})
                    )
                    await self.story(f"n{nth}-{fault}", **how).run()
                    plan = self.office.failed()
                    failed += plan.failed if plan else 0
            report.numbers |= {"一案副作用": effects, "注入": failed}

        return await self.storm("第n个副作用失败", blows)

    async def temporal_rolled_back(self, times: int, aside: Path) -> Report:
        """Temporal's store is restored older again and again; the record went on meanwhile."""

        async def blows(report: Report) -> None:
            for turn in range(times):
                done = asyncio.Event()

                async def client(number: int, turn: int = turn, done: asyncio.Event = done) -> None:
                    count = 0
                    while not done.is_set():
                        count += 1
                        await self.story(f"b{turn}-{number}-{count}").run()

                async def back(done: asyncio.Event = done) -> None:
                    await asyncio.sleep(2)
                    self.office.copy_temporal_store(aside)
                    await asyncio.sleep(6)
                    await self.office.halt()
                    self.office.put_temporal_store(aside)
                    await self.office.start()
                    done.set()

                await _all(back(), *(client(number) for number in range(self.clients)))
                await self._rehydrate()
            report.numbers["回退"] = times

        return await self.storm("Temporal 存储回退", blows, replay=False)

    async def temporal_lost(self, times: int) -> Report:
        """Temporal's store is gone; `chengxu rehydrate` sets the open cases going again from the record."""

        async def blows(report: Report) -> None:
            for turn in range(times):
                stories = [self.story(f"l{turn}-{number}") for number in range(self.clients)]
                for story in stories:
                    await story.open()
                running = asyncio.gather(*(story.go_on() for story in stories))
                await asyncio.sleep(4)
                await self.office.halt()
                self.office.put_temporal_store(None)
                await self.office.start()
                await self._rehydrate()
                await running
            report.numbers["丢失"] = times

        return await self.storm("Temporal 存储丢失", blows)

    async def record_restored(self, times: int, aside: Path) -> Report:
        """The record is restored from a backup; Temporal knows more than it and must take its word (SQLite)."""

        async def blows(report: Report) -> None:
            for turn in range(times):
                stories = [self.story(f"r{turn}-{number}", leave=0.0) for number in range(self.clients)]
                await asyncio.gather(*(story.open() for story in stories))
                steps = ("serve_prior_notice", "confirm_ground", "draft_prior_notice", "draft_decision")
                await asyncio.gather(
                    *(story.until(steps[number % len(steps)]) for number, story in enumerate(stories))
                )
                await self.calm()
                self.office.copy_record(aside)
                days = [story.today for story in stories]
                before = deepcopy(self.ledger)
                await asyncio.gather(*(story.go_on() for story in stories))
                await self.office.halt()
                self.office.put_record(aside)
                self.people.ledger = before
                for story, day in zip(stories, days, strict=True):
                    story.today = day
                await self.office.start()
                await self._rehydrate()
                await asyncio.gather(*(story.go_on() for story in stories))
            report.numbers["恢复"] = times

        return await self.storm("案卷库恢复到较早备份", blows)

    async def duplicates(self, at_once: int) -> Report:
        """The same command again: many at once, after a restart, after the end of the case, after a rebuild."""

        async def blows(report: Report) -> None:
            story = self.story("d", again=0.0, leave=0.0, objections=1)
            await story.open()
            keys = [key for key in self.ledger.sent if key.startswith(story.seed)]
            opening = self.ledger.sent[keys[0]]
            await asyncio.gather(*(self.people.do(opening, replayed=True) for _ in range(at_once)))
            await story.until("confirm_ground")
            await story.see()
            first = Sent(
                f"{BODY}-officer",
                f"/cases/{story.no}/actions/note",
                {"text": "同一命令同时提交多次"},
                f"{story.seed}-at-once",
                (("If-Match", f'"v{story.version}"'),),
            )
            answers = await asyncio.gather(*(self.people.do(first, replayed=True) for _ in range(at_once)))
            if len({repr(answer) for answer in answers}) != 1:
                raise Violation(f"{at_once} at once got different answers")
            await story.go_on()
            again = [self.ledger.sent[key] for key in self.ledger.acknowledged if key.startswith(story.seed)]
            replayed = 0
            for disturb in (self._nothing, self._restart, self._lose_temporal):
                await disturb()
                for sent in again:
                    replayed += 1
                    await self.people.do(sent, replayed=True)
            await self._refused_when_other(story, again)
            report.numbers |= {"同时": at_once, "重放命令": replayed + 2 * at_once}

        return await self.storm("重复命令", blows)

    async def races(self, cases: int, objections: int) -> Report:
        """Objections arrive around the very instant at which their window closes."""

        async def blows(report: Report) -> None:
            rng = random.Random(f"{self.seed}:races")
            stories = [
                self.story(f"w{number}", again=0.0, leave=0.0, objections=0) for number in range(cases)
            ]

            async def race(story: Story) -> None:
                await story.open()
                while (view := await story.see())["stage"] != "objection_window":
                    if story.outcome is not None:
                        return
                    await story.next(view)
                ends = datetime.fromisoformat(await self._window_ends(story.no))
                await story.time_passes_to(ends - timedelta(seconds=2.0))

                async def object_at(delay: float) -> None:
                    await asyncio.sleep(delay)
                    await story.act("raise_objection")

                await asyncio.gather(*(object_at(rng.uniform(0.0, 3.2)) for _ in range(objections)))
                await self._window_closes(story)

            for first in range(0, cases, self.clients):
                await asyncio.gather(*(race(story) for story in stories[first : first + self.clients]))
            report.numbers["竞争案件"] = cases

        return await self.storm("期满瞬间的异议", blows)

    async def numbers_at_once(self, cases: int) -> Report:
        """Many cases issue their notice at the same moment: no number is skipped, none given twice."""

        async def blows(report: Report) -> None:
            stories = [self.story(f"i{number}", again=0.0, leave=0.0) for number in range(cases)]
            for first in range(0, cases, self.clients):
                batch = stories[first : first + self.clients]
                await asyncio.gather(*(story.open() for story in batch))
                await asyncio.gather(*(story.until("issue_prior_notice") for story in batch))
            issued = await asyncio.gather(
                *(story.act("issue_prior_notice", agreed=True) for story in stories)
            )
            numbers = {answer["number"] for status, answer in issued if status == httpx.codes.OK}
            if len(numbers) != cases:
                raise Violation(f"{cases} notices were issued under {len(numbers)} numbers")
            report.numbers["同时编号"] = len(numbers)

        return await self.storm("同时编号", blows)

    async def wedged(self) -> Report:
        """One case can't go on, because its record is not what the procedure can have brought about.

        It delays nobody, the doctor names it, and it is the last storm: the record of this office is spoilt after it.
        """
        self._storms += 1
        report, began = Report("一案卡死", f"{self.seed}-{self._storms}"), time.monotonic()
        try:
            victim = self.story("victim", again=0.0, leave=0.0)
            await victim.open()
            await self._spoil(victim.no)
            for number in range(6):
                body, key = {"text": "卡死之后"}, f"{victim.seed}-stuck-{number}"
                sent = Sent(
                    f"{BODY}-officer", f"/cases/{victim.no}/actions/note", body, key, (("If-Match", '"v2"'),)
                )
                await self.people.send_and_leave(sent, 5.0)
            slow = time.monotonic()
            await asyncio.gather(
                *(self.story(f"v{number}", again=0.0, leave=0.0).run() for number in range(self.clients))
            )
            report.numbers["他案用秒"] = round(time.monotonic() - slow, 1)
            found = time.monotonic()
            code, output = await self.office.command("doctor")
            if code != 1 or victim.no not in output:
                raise Violation(f"the doctor does not name {victim.no}:\n{output}")
            report.numbers["体检用秒"] = round(time.monotonic() - found, 1)
        except Violation as violation:
            report.faults.append(str(violation))
        report.seconds = time.monotonic() - began
        return report

    # -- within

    async def _rehydrate(self) -> None:
        code, output = await self.office.command("rehydrate")
        if code:
            raise Violation(f"rehydrate: {code}\n{output}")

    async def _nothing(self) -> None:
        """No disturbance: the case is merely at its end."""

    async def _restart(self) -> None:
        await self.office.halt()
        await self.office.start()

    async def _lose_temporal(self) -> None:
        await self.office.halt()
        self.office.put_temporal_store(None)
        await self.office.start()
        await self._rehydrate()

    async def _refused_when_other(self, story: Story, again: list[Sent]) -> None:
        """The same key with another body, or by another person: 422."""
        for sent in again:
            if "/actions/" not in sent.path or sent.who == SUBJECT:
                continue
            changed = Sent(
                sent.who, sent.path, {**sent.body, "reasons": "另一内容"}, sent.key, sent.headers, sent.query
            )
            status, _ = await self.people.do_unrecorded(changed)
            if status not in (400, 422):
                raise Violation(f"{sent.key} with another body: {status}")
        note = Sent(
            f"{BODY}-reviewer",
            f"/cases/{story.no}/actions/note",
            {"text": "同一命令同时提交多次"},
            f"{story.seed}-at-once",
            (("If-Match", '"v1"'),),
        )
        status, answer = await self.people.do_unrecorded(note)
        if (status, answer["code"]) != (422, "KEY_REUSED"):
            raise Violation(f"another person with the same key: {status} {answer}")
        other = Sent(f"{BODY}-officer", note.path, {"text": "另一内容"}, note.key, note.headers)
        status, answer = await self.people.do_unrecorded(other)
        if (status, answer["code"]) != (422, "KEY_REUSED"):
            raise Violation(f"another body with the same key: {status} {answer}")

    async def _window_ends(self, no: str) -> str:
        listed = await self.people.get(f"{BODY}-officer", f"/cases/{no}/deadlines")
        rows = listed["items"] if isinstance(listed, dict) else listed
        return str(next(row["ends_at"] for row in rows if row["key"] == "objection_window"))

    async def _window_closes(self, story: Story) -> None:
        give_up = time.monotonic() + _CALM
        while (await story.see())["stage"] == "objection_window":
            if time.monotonic() > give_up:
                raise Violation(f"{story.no}: its window does not close")
            await asyncio.sleep(0.2)

    async def _spoil(self, no: str) -> None:
        """Puts an event on record that the procedure doesn't await."""
        office = await open_office(self.office.settings)
        try:
            async with writing(office.engine) as connection:
                case_id = await connection.scalar(select(CASE.c.id).where(CASE.c.no == no))
                last = (await Record(office).load(str(case_id))).events[-1]
                row = (
                    (
                        await connection.execute(
                            select(EVENT).where(EVENT.c.case_id == case_id, EVENT.c.seq == last.seq)
                        )
                    )
                    .mappings()
                    .one()
                )
                seq = last.seq + 1
                spoilt = dict(row) | {
                    "seq": seq,
                    "command_id": f"spoilt-{no}",
                    "step": "give_consent",
                    "previous_link": row["link"],
                    "link": "0" * 64,
                }
                place = event_place(str(case_id), spoilt, command=str(spoilt["command_id"]))
                spoilt |= {
                    "actor": office.cipher.encrypt(None, **place),
                    "payload": office.cipher.encrypt({}, **place),
                }
                await connection.execute(insert(EVENT).values(spoilt))
                await connection.execute(
                    update(CASE).where(CASE.c.id == case_id).values(head=seq, version=seq)
                )
        finally:
            await office.engine.dispose()


async def _all(first: Awaitable[None], *others: Awaitable[None]) -> None:
    """All of them, or the first failure with the others ended."""
    tasks = [asyncio.ensure_future(work) for work in (first, *others)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
