"""A token names an account; what the account may do is read anew at each request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from edge_app import KEY, NOW, Office, assert_problem, edge_office
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from api.identity import AUDIENCE, ISSUER, SignedTokens, TokenRefusedError, utc_now
from domain.people import Delegation, Role
from domain.refusals import Conflict, Malformed, NotFound
from domain.rules import Level
from storage.crypto import KeyedHash
from storage.keys import derive, fingerprint
from storage.practice_people import add_practice_people, read_practice_people

SECRET = derive(KEY, "tokens")
KID = fingerprint(SECRET)
HEADER = {"alg": "HS256", "typ": "at+jwt", "kid": KID}


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with edge_office(sqlite_url) as office:
        yield office


def claims(account_id: str, **changed: Any) -> dict[str, Any]:
    now = int(utc_now().timestamp())
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": account_id,
        "iat": now,
        "exp": now + 600,
        "jti": "j",
    } | changed
    return {name: value for name, value in whole.items() if value is not None}


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(header: dict[str, Any], body: Any, secret: bytes = SECRET, digest: Any = hashlib.sha256) -> str:
    """A token put together by hand, so that it may be as wrong as an attacker likes."""
    text = f"{part(header)}.{part(body)}"
    return f"{text}.{part(hmac.new(secret, text.encode(), digest).digest())}"


async def ask(office: Office, token: str) -> Any:
    return await office.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


async def test_a_token_made_by_hand_as_ours_are_made_is_taken(office: Office) -> None:
    """Else the attacks below would be refused for the wrong reason."""
    account = await office.account("officer-1", Role.OFFICER)
    answer = await ask(office, signed(HEADER, claims(account)))
    assert answer.status_code == 200, answer.text


def attacks(account: str) -> dict[str, str]:
    good = claims(account)
    now = good["iat"]
    whole = signed(HEADER, good)
    head, body, tag = whole.split(".")
    rsa_key = RSAKey.import_key(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    ec_key = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
    ed_key = OKPKey.generate_key("Ed25519")
    algorithms = ["HS256", "HS384", "RS256", "ES256", "EdDSA", "Ed25519", "none"]

    def by(key: Any, **header: Any) -> str:
        return jwt.encode(HEADER | header, dict(good), key, algorithms=algorithms)

    hs = OctKey.import_key(SECRET)
    public_pem = rsa_key.as_pem(private=False)
    forged: dict[str, str] = {
        "none": f"{part(HEADER | {'alg': 'none'})}.{body}.",
        "none with our signature": f"{part(HEADER | {'alg': 'none'})}.{body}.{tag}",
        "None": f"{part(HEADER | {'alg': 'None'})}.{body}.",
        "nOnE": f"{part(HEADER | {'alg': 'nOnE'})}.{body}.",
        "no alg": signed({"typ": "at+jwt", "kid": KID}, good),
        "alg null": signed(HEADER | {"alg": None}, good),
        "alg list": signed(HEADER | {"alg": ["HS256"]}, good),
        "HS384 with our key": signed(HEADER | {"alg": "HS384"}, good, digest=hashlib.sha384),
        "HS512 with our key": signed(HEADER | {"alg": "HS512"}, good, digest=hashlib.sha512),
        "says HS256, is SHA-512": signed(HEADER, good, digest=hashlib.sha512),
        "RS256": by(rsa_key, alg="RS256"),
        "ES256": by(ec_key, alg="ES256"),
        "EdDSA": by(ed_key, alg="Ed25519"),
        "public key as secret": signed(HEADER, good, public_pem),
        "own jwk in the header": signed(
            HEADER | {"jwk": {"kty": "oct", "k": part(b"x" * 32)}}, good, b"x" * 32
        ),
        "jku in the header": signed(HEADER | {"jku": "http://127.0.0.1/keys"}, good, b"x" * 32),
        "x5u in the header": signed(HEADER | {"x5u": "http://127.0.0.1/cert"}, good, b"x" * 32),
        "unknown crit": signed(HEADER | {"crit": ["x"], "x": 1}, good),
        "b64 false": signed(HEADER | {"crit": ["b64"], "b64": False}, good),
        "encrypted instead": jwe.encrypt_compact(
            {"alg": "dir", "enc": "A128CBC-HS256"}, json.dumps(good), hs
        ),
        "empty key": signed(HEADER, good, b""),
        "zero key": signed(HEADER, good, bytes(32)),
        "the office key itself": signed(HEADER, good, KEY),
        "sub-key of another purpose": signed(HEADER, good, derive(KEY, "cursors")),
        "another office": SignedTokens(b"o" * 32).issue(account)[0],
        "no kid": signed({"alg": "HS256", "typ": "at+jwt"}, good),
        "other kid": signed(HEADER | {"kid": "0" * 32}, good),
        "kid as path": signed(HEADER | {"kid": "../../dev/null"}, good),
        "kid as SQL": signed(HEADER | {"kid": "' OR 1=1 --"}, good),
        "kid list": signed(HEADER | {"kid": [KID]}, good),
        "typ of an ID token": signed(HEADER | {"typ": "JWT"}, good),
        "no typ": signed({"alg": "HS256", "kid": KID}, good),
        "other issuer": signed(HEADER, claims(account, iss="urn:other:office")),
        "no issuer": signed(HEADER, claims(account, iss=None)),
        "issuer list": signed(HEADER, claims(account, iss=[ISSUER])),
        "other audience": signed(HEADER, claims(account, aud="urn:other:api")),
        "no audience": signed(HEADER, claims(account, aud=None)),
        "audience empty": signed(HEADER, claims(account, aud=[])),
        "audience object": signed(HEADER, claims(account, aud={"0": AUDIENCE})),
        "expired": signed(HEADER, claims(account, iat=now - 60, exp=now)),
        "expired long ago": signed(HEADER, claims(account, iat=1, exp=2)),
        "no expiry": signed(HEADER, claims(account, exp=None)),
        "expiry text": signed(HEADER, claims(account, exp=str(now + 600))),
        "expiry true": signed(HEADER, claims(account, exp=True)),
        "expiry NaN": signed(HEADER, claims(account, exp=float("nan"))),
        "expiry Infinity": signed(HEADER, claims(account, exp=float("inf"))),
        "issued in the future": signed(HEADER, claims(account, iat=now + 120, exp=now + 600)),
        "issued at no time": signed(HEADER, claims(account, iat=None)),
        "issued text": signed(HEADER, claims(account, iat="now")),
        "issued true": signed(HEADER, claims(account, iat=True)),
        "not before tomorrow": signed(HEADER, claims(account, nbf=now + 86_400)),
        "no subject": signed(HEADER, claims(account, sub=None)),
        "subject empty": signed(HEADER, claims(account, sub="")),
        "subject list": signed(HEADER, claims(account, sub=[account])),
        "subject number": signed(HEADER, claims(account, sub=7)),
        "unknown account": signed(HEADER, claims("0" * 32)),
        "account as SQL": signed(HEADER, claims("' OR '1'='1")),
        "account in capitals": signed(HEADER, claims(account.upper() + "X")),
        "no jti": signed(HEADER, claims(account, jti=None)),
        "claims a list": signed(HEADER, [good]),
        "claims not JSON": signed(HEADER, b"{"),
        "claims deep": signed(HEADER, b"[" * 900 + b"]" * 900),
        "header a list": f"{part([HEADER])}.{body}.{tag}",
        "header not JSON": f"{part(b'{')}.{body}.{tag}",
        "two parts": f"{head}.{body}",
        "four parts": f"{whole}.{tag}",
        "no signature": f"{head}.{body}.",
        "signature of another": f"{head}.{part(claims('0' * 32))}.{tag}",
        "other account, same signature": f"{head}.{part(good | {'sub': '1' * 32})}.{tag}",
        "roles added": f"{head}.{part(good | {'roles': ['administrator']})}.{tag}",
        "empty": "",
        "dots": "..",
        "garbage": "a.b.c",
        "not base64": "!!.??.**",
        "very long": whole + "A" * 100_000,
    }
    tampered = {f"bit {n} of the signature": f"{head}.{body}.{flipped(tag, n)}" for n in range(0, 240, 16)}
    return forged | tampered


def flipped(text: str, bit: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(text + "=="))
    raw[bit // 8] ^= 1 << (bit % 8)
    return part(bytes(raw))


async def test_no_forged_altered_or_strange_token_is_taken(office: Office) -> None:
    account = await office.account("officer-1", Role.OFFICER)
    every = attacks(account)
    assert len(every) >= 80
    bodies = set()
    for name, token in every.items():
        answer = await ask(office, token)
        assert answer.status_code == 401, (name, answer.text)
        body = assert_problem(answer, 401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"] == 'Bearer realm="chengxu", error="invalid_token"', name
        bodies.add(json.dumps({key: value for key, value in body.items() if key != "trace_id"}))
    assert len(bodies) == 1  # no answer says which check failed


async def test_without_a_token_the_answer_says_how_to_sign_in(office: Office) -> None:
    answer = await office.client.get("/api/v1/me")
    assert_problem(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == 'Bearer realm="chengxu"'
    for credentials in ("Basic b2ZmaWNlcjpvZmZpY2Vy", "Bearer", "Digest x", "\u00e9"):
        headers = [(b"Authorization", credentials.encode("latin-1"))]
        assert_problem(await office.client.get("/api/v1/me", headers=headers), 401, "UNAUTHENTICATED")


async def test_two_authorization_headers_are_none(office: Office) -> None:
    good = office.bearer(await office.account("officer-1", Role.OFFICER))["Authorization"]
    both = [("Authorization", good), ("Authorization", good)]
    assert_problem(await office.client.get("/api/v1/me", headers=both), 401, "UNAUTHENTICATED")


async def test_a_token_in_the_query_is_not_read(office: Office) -> None:
    token, _ = office.tokens.issue(await office.account("officer-1", Role.OFFICER))
    answer = await office.client.get(f"/api/v1/me?access_token={token}")
    assert answer.status_code in (400, 401)


async def test_an_actor_holds_no_name(office: Office) -> None:
    account = await office.account("officer-1", Role.OFFICER, Role.REVIEWER)
    answer = await office.client.get("/api/v1/me", headers=office.bearer(account))
    assert answer.json()["roles"] == ["officer", "reviewer"]
    assert answer.json()["authority"] == "nanjing-market-regulation"
    assert "郑重" not in answer.text


async def test_a_right_taken_away_is_gone_with_the_next_request(office: Office) -> None:
    headers = office.bearer(await office.account("officer-1", Role.OFFICER, Role.APPROVER))
    await office.people.set_roles("officer-1", [Role.OFFICER])
    assert (await office.client.get("/api/v1/me", headers=headers)).json()["roles"] == ["officer"]
    await office.people.suspend("officer-1", at=NOW)
    assert_problem(await office.client.get("/api/v1/me", headers=headers), 401, "UNAUTHENTICATED")
    await office.people.suspend("officer-1", at=None)
    assert (await office.client.get("/api/v1/me", headers=headers)).status_code == 200


async def test_a_token_dies_at_its_hour(office: Office) -> None:
    account = await office.account("officer-1", Role.OFFICER)
    clock: list[datetime] = [utc_now()]
    tokens = SignedTokens(KEY, now=lambda: clock[0])
    token, expires = tokens.issue(account, lifetime=timedelta(hours=1))
    assert await tokens.account_of(token) == account
    clock[0] = expires - timedelta(seconds=1)
    assert await tokens.account_of(token) == account
    clock[0] = expires
    with pytest.raises(TokenRefusedError):
        await tokens.account_of(token)


async def test_a_small_skew_between_two_machines_is_borne(office: Office) -> None:
    account = await office.account("officer-1", Role.OFFICER)
    ahead = SignedTokens(KEY, now=lambda: utc_now() + timedelta(seconds=20))
    assert (await ask(office, ahead.issue(account)[0])).status_code == 200


# ---- delegations ---------------------------------------------------------------------------------------------


async def lend(office: Office, lender: str, substitute: str, *roles: Role, hours: int = 1) -> None:
    now = utc_now()
    await office.people.delegate(
        Delegation(
            delegation_id="d1",
            lender_account_id=lender,
            substitute_account_id=substitute,
            roles=roles,
            since=now - timedelta(hours=2),
            until=now + timedelta(hours=hours),
            reason="出差",
        )
    )


async def test_a_substitute_acts_with_what_was_lent_and_in_both_names(office: Office) -> None:
    lender = await office.account("approver-1", Role.APPROVER, Role.REVIEWER)
    substitute = await office.account(
        "officer-1", Role.OFFICER, authority="xuanwu-market-regulation", level=Level.DISTRICT
    )
    await lend(office, lender, substitute, Role.APPROVER, Role.SUPERVISOR)
    headers = office.bearer(substitute) | {"X-On-Behalf-Of": lender}
    actor = (await office.client.get("/api/v1/me", headers=headers)).json()
    assert actor["roles"] == ["approver"]  # what was lent and the lender still has; not the substitute's own
    assert actor["authority"] == "nanjing-market-regulation"
    assert actor["on_behalf_of"]["account_id"] == lender
    assert actor["account_id"] == substitute


async def test_nothing_lent_run_out_revoked_or_lost_by_the_lender_is_refused(office: Office) -> None:
    lender = await office.account("approver-1", Role.APPROVER)
    substitute = await office.account("officer-1", Role.OFFICER)
    headers = office.bearer(substitute) | {"X-On-Behalf-Of": lender}

    async def refused() -> None:
        assert_problem(await office.client.get("/api/v1/me", headers=headers), 403, "DELEGATION_MISSING")

    await refused()
    await lend(office, lender, substitute, Role.APPROVER)
    assert (await office.client.get("/api/v1/me", headers=headers)).status_code == 200
    await office.people.set_roles("approver-1", [Role.OFFICER])
    await refused()
    await office.people.set_roles("approver-1", [Role.APPROVER])
    await office.people.suspend("approver-1", at=NOW)
    await refused()
    await office.people.suspend("approver-1", at=None)
    await office.people.revoke("d1", at=NOW)
    await refused()


async def test_a_delegation_that_has_run_out_is_refused(office: Office) -> None:
    lender = await office.account("approver-1", Role.APPROVER)
    substitute = await office.account("officer-1", Role.OFFICER)
    await lend(office, lender, substitute, Role.APPROVER, hours=-1)
    headers = office.bearer(substitute) | {"X-On-Behalf-Of": lender}
    assert_problem(await office.client.get("/api/v1/me", headers=headers), 403, "DELEGATION_MISSING")
    turned = office.bearer(lender) | {"X-On-Behalf-Of": substitute}
    assert_problem(await office.client.get("/api/v1/me", headers=turned), 403, "DELEGATION_MISSING")


# ---- accounts ------------------------------------------------------------------------------------------------


async def test_names_lie_encrypted_in_the_database(office: Office, sqlite_url: str) -> None:
    await office.account("officer-1", Role.OFFICER)
    stored = b"".join(p.read_bytes() for p in _files_of(sqlite_url))
    assert b"officer-1" in stored
    assert "郑重".encode() not in stored
    account = await office.people.by_login("officer-1")
    assert account is not None
    assert account.name == "郑重（演练）"
    assert await office.people.names([account.person_id]) == {account.person_id: "郑重（演练）"}


def _files_of(url: str) -> list[Path]:
    record = Path(url.removeprefix("sqlite:///"))
    return [file for file in record.parent.glob(f"{record.name}*") if file.is_file()]


async def test_an_account_that_cannot_be_is_not_made(office: Office) -> None:
    person = await office.people.add_person("郑重（演练）", at=NOW)
    place: dict[str, Any] = {"authority": "nanjing-market-regulation", "level": Level.CITY}
    with pytest.raises(Malformed):
        await office.people.add_account(person, "Zhang San", [Role.OFFICER], at=NOW, **place)
    with pytest.raises(Malformed):
        await office.people.add_account(person, "a-1", [Role.AUDITOR, Role.OFFICER], at=NOW, **place)
    with pytest.raises(Malformed):
        await office.people.add_account(person, "a-1", [Role.OFFICER], at=NOW)
    with pytest.raises(NotFound):
        await office.people.add_account("nobody", "a-1", [Role.OFFICER], at=NOW, **place)
    await office.people.add_account(person, "a-1", [Role.OFFICER], at=NOW, **place)
    with pytest.raises(Conflict):
        await office.people.add_account(person, "a-1", [Role.OFFICER], at=NOW, **place)
    with pytest.raises(NotFound):
        await office.people.suspend("a-2", at=NOW)
    with pytest.raises(NotFound):
        await office.people.set_roles("a-2", [Role.OFFICER])
    with pytest.raises(Malformed):
        await office.people.set_roles("a-1", [Role.SUBJECT])
    with pytest.raises(NotFound):
        await office.people.revoke("d-2", at=NOW)


async def test_people_are_kept_alike_on_both_databases(database_url: str) -> None:
    async with edge_office(database_url) as office:
        account = await office.account("officer-1", Role.OFFICER)
        subject = await office.account("subject-1", Role.SUBJECT, subject_ref="s" * 64)
        lender = await office.account("approver-1", Role.APPROVER)
        await lend(office, lender, account, Role.APPROVER)
        acting = await office.people.actor(account, for_account=lender, at=utc_now())
        assert acting is not None
        assert acting.roles == (Role.APPROVER,)
        party = await office.people.actor(subject, at=utc_now())
        assert party is not None
        assert (party.subject_ref, party.authority, party.level) == ("s" * 64, None, None)
        assert [a.login for a in await office.people.accounts()] == ["approver-1", "officer-1", "subject-1"]


# ---- practice ------------------------------------------------------------------------------------------------

LEVELS = {
    account.authority: Level.CITY
    for p in read_practice_people().persons
    for account in p.accounts
    if account.authority
}


async def seed(office: Office) -> int:
    sample = read_practice_people()
    return await add_practice_people(office.people, sample, levels=LEVELS, keyed_hash=KeyedHash(KEY), at=NOW)


async def sign_in(office: Office, user: str) -> Any:
    return await office.client.post("/api/v1/practice/tokens", json={"user": user})


async def test_a_practice_office_lets_anyone_be_a_sample_user(office: Office) -> None:
    assert await seed(office) >= 16
    assert await seed(office) == 0  # safe to repeat
    answer = await sign_in(office, "nanjing-market-regulation-officer")
    assert answer.status_code == 200
    assert "演练" in answer.json()["name"]
    me = await ask(office, answer.json()["token"])
    assert me.json()["roles"] == ["officer"]
    assert_problem(await sign_in(office, "nobody"), 404, "NOT_FOUND")
    users = (await office.client.get("/api/v1/practice/users")).json()["items"]
    assert {role for user in users for role in user["roles"]} == set(Role)


async def test_one_sample_person_has_two_accounts(office: Office) -> None:
    await seed(office)
    one = (await sign_in(office, "xuanwu-market-regulation-officer-2")).json()
    other = (await sign_in(office, "xuanwu-market-regulation-approver-2")).json()
    assert one["account_id"] != other["account_id"]
    assert one["person_id"] == other["person_id"]


async def test_the_practice_sign_in_gives_no_token_for_a_real_or_suspended_account(office: Office) -> None:
    await office.account("officer-1", Role.OFFICER)
    assert_problem(await sign_in(office, "officer-1"), 404, "NOT_FOUND")
    await seed(office)
    await office.people.suspend("nanjing-market-regulation-officer", at=NOW)
    assert_problem(await sign_in(office, "nanjing-market-regulation-officer"), 404, "NOT_FOUND")


async def test_a_real_office_knows_neither_practice_sign_in_nor_practice_users(sqlite_url: str) -> None:
    async with edge_office(sqlite_url) as practice:
        await seed(practice)
        token = (await sign_in(practice, "nanjing-market-regulation-officer")).json()["token"]
        assert (await ask(practice, token)).status_code == 200
    async with edge_office(sqlite_url, practice=False) as real:
        assert_problem(await sign_in(real, "nanjing-market-regulation-officer"), 404, "NOT_FOUND")
        assert_problem(await ask(real, token), 401, "UNAUTHENTICATED")  # the same key, the same record


async def test_an_unknown_authority_in_the_sample_is_named(office: Office) -> None:
    with pytest.raises(Malformed) as refusal:
        await add_practice_people(
            office.people, read_practice_people(), levels={}, keyed_hash=KeyedHash(KEY), at=NOW
        )
    assert refusal.value.field == "nanjing-market-regulation-officer.authority"


def test_the_sample_subjects_are_parties_of_the_sample_penalties() -> None:
    sample = Path(__file__).parent.parent.parent / "examples" / "intake" / "penalties-sample.csv"
    rows = sample.read_text("utf-8-sig")
    subjects = [
        account.subject for p in read_practice_people().persons for account in p.accounts if account.subject
    ]
    assert subjects
    assert all(subject in rows for subject in subjects)
