from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from stack import RunningStack, running_stack

from cli.client import Api, RefusedError
from cli.confirm import confirm_everything
from cli.demo import due_in_words, play_story
from cli.practice_case import PracticeCase, PracticeOffice, UnexpectedError
from cli.stories import STORIES, Play, Story
from domain.procedure.outcome import Outcome


@pytest.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    async with running_stack(tmp_path_factory.mktemp("office")) as running:
        yield running


async def chengxu(home: Path, *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "cli", *arguments),
        env=os.environ | {"CHENGXU_HOME": str(home), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_the_officer_sees_what_is_open_in_a_regime_and_confirms_it_with_its_source(
    office: RunningStack,
) -> None:
    code, output = await chengxu(office.home, "confirm", "shenzhen")
    assert code == 0
    assert "草案，不能立案" in output

    source = ("--document", "深圳经济特区社会信用条例", "--clause", "第一条")
    code, output = await chengxu(
        office.home, "confirm", "shenzhen", "--key", "min_level", "--value", "city", *source
    )
    assert (code, "已确认 min_level" in output) == (0, True)
    assert not re.search(r"│ min_level +│", output), "what is confirmed is no longer open"

    code, output = await chengxu(
        office.home, "confirm", "shenzhen", "--key", "min_level", "--silent", *source
    )
    assert (code, "“min_level”没有待确认的值" in output) == (2, True)


async def test_all_that_is_open_is_confirmed_for_practice_and_marked_so(office: RunningStack) -> None:
    code, output = await chengxu(office.home, "confirm", "government_procurement", "--all-practice")
    assert code == 0
    assert "已确认（演示） city.objection_window" in output, (
        "silence of the texts leads on to the city's figure"
    )
    assert "没有待确认的项，可以立案" in output
    with Api(office.api) as api:
        window = api.get("/regimes/government_procurement")["rule"]["objection_window"]
    assert window["basis"]["document"].startswith("演示确认")


async def test_every_story_of_the_demonstration_ends_as_it_should_and_can_be_played_again(
    office: RunningStack,
) -> None:
    code, output = await chengxu(office.home, "demo")
    assert (code, "✗" in output) == (0, False), output[-3000:]
    assert output.count("✓") == len(STORIES) >= 14
    assert "预估" in output
    for refusal in ("同一人以另一账户签发", "异议期内拟制决定", "按旧版本签发"):
        assert f"拒绝：{refusal} → " in output
    assert all(
        outcome.label in re.sub(r"[\s│]", "", output) for outcome in (Outcome.EXPIRED, Outcome.REVOKED)
    )

    with Api(office.api) as api:
        again = await asyncio.to_thread(play_story, PracticeOffice(api), STORIES[0])
    assert again.wrong is None


def test_a_story_that_ends_otherwise_is_told() -> None:
    def surprising(_: Play) -> None:
        raise UnexpectedError("应以“不予列入”办结，却是 listed")

    office = PracticeOffice.__new__(PracticeOffice)  # no story here asks it anything
    assert play_story(office, Story("异议成立", surprising)).wrong == "应以“不予列入”办结，却是 listed"


def a_case() -> PracticeCase:
    return PracticeCase(PracticeOffice.__new__(PracticeOffice), "work_safety", "nanjing-emergency", {}, {})


def test_what_should_have_been_refused_and_was_not_is_a_surprise() -> None:
    with pytest.raises(UnexpectedError, match="应当拒绝"):
        a_case().is_refused("WINDOW_OPEN", "异议期内决定", lambda: {"stage": "decision"})


def test_what_is_refused_for_another_reason_is_a_surprise() -> None:
    def attempt() -> None:
        raise RefusedError(403, {"code": "ROLE_MISSING", "detail": "须由批准人办理"})

    with pytest.raises(UnexpectedError, match="ROLE_MISSING"):
        a_case().is_refused("WINDOW_OPEN", "异议期内决定", attempt)


def test_a_refusal_is_noted_with_its_clause() -> None:
    def attempt() -> None:
        raise RefusedError(
            422, {"code": "WINDOW_OPEN", "detail": "异议期未满", "clause": "宁信用〔2021〕1号 四（三）"}
        )

    case = a_case()
    case.is_refused("WINDOW_OPEN", "异议期内决定", attempt)
    assert case.refused == ["异议期内决定 → 异议期未满（宁信用〔2021〕1号 四（三））"]


def test_a_provisional_day_is_never_shown_as_final() -> None:
    row = {
        "key": "objection_window",
        "state": "running",
        "due_on": "2027-01-05",
        "provisional": True,
        "earliest_on": "2027-01-02",
        "latest_on": "2027-01-12",
    }
    assert due_in_words(row) == "异议期 2027-01-05 预估（1-2至1-12）"


def test_a_real_office_confirms_nothing_for_practice() -> None:
    asked: list[str] = []

    def real_office(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(200, json={"items": []})

    client = httpx.Client(base_url="http://office/api/v1", transport=httpx.MockTransport(real_office))
    with Api("http://office", client=client) as api, pytest.raises(RefusedError, match="只能用于演练机关"):
        confirm_everything(api, "work_safety")
    assert "POST" not in asked


async def test_without_a_running_office_the_commands_say_how_to_start_one(home: Path) -> None:
    for arguments in (("demo",), ("confirm", "work_safety")):
        code, output = await chengxu(home, *arguments)
        assert (code, "请先 ./chengxu run" in output) == (1, True)
