"""Every error is a problem document that tells enough and leaks nothing."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from socket import gaierror

import pytest
import structlog
from edge_app import Office, assert_problem, edge_office
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from api.logs import configure_logs
from api.problems import problem_kinds


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with edge_office(sqlite_url) as office:
        yield office


@pytest.fixture
def log() -> AsyncIterator[io.StringIO]:
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    structlog.reset_defaults()


async def test_a_legal_refusal_names_clause_and_what_would_clear_it(office: Office) -> None:
    body = assert_problem(await office.client.get("/api/v1/bars"), 422, "ELEMENT_MISSING")
    assert body["clause"] == "宁信用〔2021〕1号 四（三）"
    assert body["blocked_by"][0]["fix"] == "补写救济途径和期限"
    assert "expected" not in body  # members without a value are left out


async def test_four_eyes_is_answered_403(office: Office) -> None:
    assert_problem(await office.client.get("/api/v1/four-eyes"), 403, "FOUR_EYES")


async def test_an_unknown_address_and_method_are_problems_too(office: Office) -> None:
    assert_problem(await office.client.get("/api/v1/nothing"), 404, "NOT_FOUND")
    assert_problem(await office.client.get("/"), 404, "NOT_FOUND")
    answer = await office.client.delete("/api/v1/me")
    assert_problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, HEAD"
    # No redirect that would repeat the address to somebody who may not see it.
    assert_problem(await office.client.get("/api/v1/me/"), 404, "NOT_FOUND")


async def test_a_crash_tells_nothing_but_the_trace_id(office: Office, log: io.StringIO) -> None:
    answer = await office.client.get("/api/v1/boom")
    body = assert_problem(answer, 500, "INTERNAL_FAULT")
    assert "张三" not in answer.text
    logged = log.getvalue()
    assert body["trace_id"] in logged
    assert "builtins.RuntimeError" in logged
    assert "张三" not in logged
    assert "320102198503070019" not in logged


AWAY = [
    OperationalError("SELECT", {"name": "张三"}, Exception("张三")),
    DBAPIError("SELECT", {}, Exception("the database system is starting up")),
    ConnectionRefusedError(111, "refused"),
    FileNotFoundError(2, "no such socket"),  # a PostgreSQL that was stopped takes its socket with it
    gaierror(-2, "unknown host"),
]


@pytest.mark.parametrize("lost", AWAY, ids=lambda lost: type(lost).__name__)
async def test_a_lost_database_is_answered_503_with_when_to_retry(office: Office, lost: Exception) -> None:
    @office.app.get("/lost")
    async def ask() -> None:
        raise lost

    answer = await office.client.get("/lost")
    assert_problem(answer, 503, "RECORD_UNAVAILABLE")
    assert answer.headers["retry-after"]
    assert "张三" not in answer.text


@pytest.mark.parametrize(
    "fault",
    [
        ProgrammingError("SELECT", {}, Exception("no such column")),
        FileNotFoundError(2, "gone", "/a/template"),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_fault_of_the_program_is_no_lost_database(office: Office, fault: Exception) -> None:
    @office.app.get("/fault")
    async def ask() -> None:
        raise fault

    assert_problem(await office.client.get("/fault"), 500, "INTERNAL_FAULT")


@pytest.mark.parametrize(
    ("traceparent", "taken"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", False),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", False),
        ("<script>", False),
        ("", False),
    ],
)
async def test_a_trace_begun_elsewhere_goes_on_here(office: Office, traceparent: str, taken: bool) -> None:
    answer = await office.client.get("/api/v1/me", headers={"traceparent": traceparent})
    trace_id = answer.headers["x-trace-id"]
    assert len(trace_id) == 32
    assert (trace_id == "0af7651916cd43dd8448eb211c80319c") is taken


async def test_each_request_has_its_own_trace_id(office: Office) -> None:
    one, two = [await office.client.get("/problems") for _ in range(2)]
    assert one.headers["x-trace-id"] != two.headers["x-trace-id"]


async def test_every_answer_carries_the_security_headers_and_the_mark_of_practice(office: Office) -> None:
    for answer in (await office.client.get("/problems"), await office.client.get("/api/v1/boom")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-practice"] == "1"


async def test_a_real_office_does_not_mark_its_answers(sqlite_url: str) -> None:
    async with edge_office(sqlite_url, practice=False) as office:
        assert "x-practice" not in (await office.client.get("/problems")).headers


async def test_a_log_line_holds_the_route_and_no_value(office: Office, log: io.StringIO) -> None:
    await office.client.get("/problems/MALFORMED?name=张三")
    await office.client.post("/api/v1/things", json={"name": "e\u0301李四", "reason": "王五"})
    first, second = [json.loads(line) for line in log.getvalue().splitlines()]
    assert first["route"] == "/problems/{code}"
    assert (second["route"], second["status"]) == ("/api/v1/things", 201)
    assert set(first) <= {
        "event", "level", "timestamp", "trace_id", "method", "route", "status", "milliseconds", "account_id"
    }  # fmt: skip
    assert not any(name in log.getvalue() for name in ("张三", "李四", "王五", "%E5"))


async def test_each_problem_has_a_page(office: Office) -> None:
    listed = (await office.client.get("/problems")).json()["items"]
    assert {kind["code"] for kind in listed} == set(problem_kinds())
    for kind in listed:
        shown = (await office.client.get(f"/problems/{kind['code']}")).json()
        assert shown == kind
        assert shown["title"]
    assert_problem(await office.client.get("/problems/NO_SUCH"), 404, "NOT_FOUND")


async def test_the_openapi_document_describes_problems_and_no_validation_error_of_the_framework(
    office: Office,
) -> None:
    document = (await office.client.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in json.dumps(document)
    operation = document["paths"]["/api/v1/things"]["post"]
    assert operation["responses"]["400"]["content"]["application/problem+json"]["schema"] == {
        "$ref": "#/components/schemas/Problem"
    }
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Thing"
    }
    assert document["components"]["schemas"]["Thing"]["additionalProperties"] is False
    assert "FieldError" in document["components"]["schemas"]
    assert "401" in document["paths"]["/api/v1/me"]["get"]["responses"]
    names = {parameter["name"] for parameter in document["paths"]["/api/v1/commands"]["post"]["parameters"]}
    assert names == {"Idempotency-Key"}


async def test_a_command_without_its_key_is_refused(office: Office) -> None:
    answer = await office.client.post("/api/v1/commands")
    assert_problem(answer, 400, "IDEMPOTENCY_KEY_MISSING")
    for key in ("short", "x" * 129, "has space in it", "\u00e9" * 10):
        headers = [(b"Idempotency-Key", key.encode("latin-1"))]
        answer = await office.client.post("/api/v1/commands", headers=headers)
        assert_problem(answer, 400, "IDEMPOTENCY_KEY_MALFORMED")
    case = "0123456789abcdef" * 2
    for own in (f"clock:{case}:9:deem", f"paper:{case}:4", f"open_listing:{case}:9", f"lead-{case}{case}"):
        answer = await office.client.post("/api/v1/commands", headers={"Idempotency-Key": own})
        assert_problem(answer, 400, "IDEMPOTENCY_KEY_MALFORMED")  # the office's own commands are called so
    for key in ("urn:uuid:6f1c0e4e-5b43-4d0a-9d0e-0c7f2b8d4e11", "lead-0001", "clock:mine:1"):
        answer = await office.client.post("/api/v1/commands", headers={"Idempotency-Key": key})
        assert answer.json() == {"key": key}
    twice = [("Idempotency-Key", "aaaaaaaa"), ("Idempotency-Key", "bbbbbbbb")]
    assert_problem(await office.client.post("/api/v1/commands", headers=twice), 400, "MALFORMED")
    answer = await office.client.post("/api/v1/commands", headers={"Idempotency-Key": "k" * 128})
    assert answer.json() == {"key": "k" * 128}


async def test_an_officers_step_must_name_the_version_that_it_was_decided_on(office: Office) -> None:
    assert_problem(await office.client.post("/api/v1/steps"), 428, "IF_MATCH_MISSING")
    for tag in ("*", 'W/"v12"', "v12", '"12"', '"v012"', '"v1", "v2"', '"v' + "9" * 30 + '"'):
        answer = await office.client.post("/api/v1/steps", headers={"If-Match": tag})
        assert assert_problem(answer, 400, "MALFORMED")["field"] == "If-Match"
    answer = await office.client.post("/api/v1/steps", headers={"If-Match": '"v12"'})
    assert answer.json() == {"version": 12}
    assert answer.headers["etag"] == '"v13"'


async def test_a_subjects_answer_need_not_name_a_version(office: Office) -> None:
    assert (await office.client.post("/api/v1/answers")).json() == {"version": None}


async def test_whatever_can_be_read_answers_head_as_it_answers_get(office: Office) -> None:
    got, head = await office.client.get("/api/v1/bars"), await office.client.head("/api/v1/bars")
    assert head.status_code == got.status_code
    assert head.headers["content-type"] == got.headers["content-type"]
    refused = await office.client.head("/api/v1/commands")  # takes POST alone
    assert refused.status_code == 405
