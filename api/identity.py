"""Who asks: from a bearer token to an `Actor`, anew at each request.

A token names an account and nothing else. Roles, authority and suspension are read from the record each time, so a
right that was taken away is gone with the next request.

**Another way to sign in** (OpenID Connect) is another `IdentityProvider`: one that checks an ID token against the
issuer's keys and maps (issuer, sub) to an account. Nothing else here changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry
from pydantic import BaseModel

from api.lists import Items
from api.problems import Unauthenticated
from api.strict import Submitted
from domain.people import Actor, Role
from domain.refusals import Forbidden, NotFound
from domain.strict import Line, StrictModel
from storage.keys import derive, fingerprint
from storage.people import Account, People

ISSUER: Final = "urn:chengxu:office"
AUDIENCE: Final = "urn:chengxu:api"
#: A working day and some; signing in again is cheap, a stolen token is not.
TOKEN_LIFETIME: Final = timedelta(hours=10)
_TYPE: Final = "at+jwt"  # RFC 9068 section 2.1: an ID token or any other JWT is not taken for an access token
_ALGORITHM: Final = "HS256"
_LONGEST_TOKEN: Final = 2048  # bytes
_CLOCK_SKEW: Final = 30  # seconds by which another process's clock may be ahead


class IdentityProvider(Protocol):
    """Says which account a bearer token speaks for."""

    async def account_of(self, token: str) -> str:
        """The account id. Raises TokenRefusedError, without saying which check failed."""
        ...


class TokenRefusedError(Exception):
    """The token does not say who asks: forged, altered, expired, for another audience or office."""


def utc_now() -> datetime:
    """The wall clock. Tokens live by it, also where cases live by a practice clock."""
    return datetime.now(UTC)


class SignedTokens:
    """Tokens that this office signs itself: JWT (RFC 7519, RFC 9068), HMAC-SHA256 with a sub-key of the office key.

    The algorithm is pinned and the key is symmetric, so there is no public key to be confused with a secret.
    """

    def __init__(self, key: bytes, now: Callable[[], datetime] = utc_now) -> None:
        """`key` is the office's key."""
        secret = derive(key, "tokens")
        self._key = OctKey.import_key(secret)
        self._kid = fingerprint(secret)
        self._now = now

    def issue(self, account_id: str, *, lifetime: timedelta = TOKEN_LIFETIME) -> tuple[str, datetime]:
        """A token for the account, and when it expires (UTC)."""
        now = self._now().replace(microsecond=0)
        expires = now + lifetime
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": account_id,
            "iat": now,
            "exp": expires,
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": _ALGORITHM, "typ": _TYPE, "kid": self._kid}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM]), expires

    async def account_of(self, token: str) -> str:
        """See IdentityProvider."""
        if len(token) > _LONGEST_TOKEN:
            raise TokenRefusedError
        registry = jwt.JWTClaimsRegistry(
            now=int(self._now().timestamp()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
        )
        try:
            decoded = jwt.decode(
                token, self._key, registry=JWSRegistry(algorithms=[_ALGORITHM], strict_check_header=True)
            )
            if decoded.header.get("typ") != _TYPE or decoded.header.get("kid") != self._kid:
                raise TokenRefusedError
            claims = dict(decoded.claims)
            if type(claims.get("iat")) is not int:  # not bool, which is an int too
                raise TokenRefusedError
            claims["iat"] -= _CLOCK_SKEW
            registry.validate(claims)
        except (JoseError, ValueError, RecursionError):
            raise TokenRefusedError from None
        return str(decoded.claims["sub"])


@dataclass(frozen=True)
class Gate:
    """What the app needs to know who asks; one an app, set by `install`."""

    provider: IdentityProvider
    people: People
    now: Callable[[], datetime] = utc_now


_bearer = HTTPBearer(
    auto_error=False, description="Token from `chengxu people token USER` or the practice sign-in."
)


def _unauthenticated(presented: bool) -> Unauthenticated:
    """401 (RFC 6750 section 3.1); the same words for every fault of a token."""
    challenge = 'Bearer realm="chengxu"'
    if presented:
        challenge += ', error="invalid_token"'
    return Unauthenticated(detail="请登录后再办理。", headers={"WWW-Authenticate": challenge})


async def _current_actor(
    request: Request,
    _declared: Annotated[object, Depends(_bearer)],
    on_behalf_of: Annotated[
        str | None,
        Header(
            alias="X-On-Behalf-Of", max_length=64, description="Account whose lent rights are used (代办)."
        ),
    ] = None,
) -> Actor:
    gate: Gate = request.app.state.gate
    presented = request.headers.getlist("Authorization")
    if len(presented) != 1:
        raise _unauthenticated(bool(presented))
    scheme, _, token = presented[0].partition(" ")
    if scheme.lower() != "bearer":
        raise _unauthenticated(False)
    try:
        account_id = await gate.provider.account_of(token.strip())
    except TokenRefusedError:
        raise _unauthenticated(True) from None
    actor = await gate.people.actor(account_id, at=gate.now())
    if actor is None:
        raise _unauthenticated(True)
    request.state.account_id = account_id  # for the log line of this request
    if on_behalf_of is None:
        return actor
    acting = await gate.people.actor(account_id, for_account=on_behalf_of, at=gate.now())
    if acting is None:
        raise Forbidden(
            code="DELEGATION_MISSING",
            title="没有代办授权",
            detail="没有该账户给您的有效代办授权。",
            field="X-On-Behalf-Of",
        )
    return acting


#: Who asks. 401 when nobody we know does.
CurrentActor = Annotated[Actor, Depends(_current_actor)]


def install(app: FastAPI, gate: Gate) -> None:
    """Let `CurrentActor` work on this app."""
    app.state.gate = gate


# ---- practice sign-in ----------------------------------------------------------------------------------------


class PracticeSignIn(StrictModel):
    """Sign in as one of the sample users (演练)."""

    user: Line


class SignedIn(BaseModel):
    """A token and who it stands for."""

    token: str
    expires_at: datetime
    account_id: str
    person_id: str
    user: str
    name: str
    roles: tuple[Role, ...]
    authority: str | None


class PracticeUser(BaseModel):
    """A sample user that anyone may sign in as."""

    user: str
    name: str
    roles: tuple[Role, ...]
    authority: str | None


def practice_router(tokens: SignedTokens, people: People) -> APIRouter:
    """Sign-in without a password, for a practice office (演练). A real office never mounts it: 404 there."""
    router = APIRouter(prefix="/practice", tags=["practice"])

    @router.post("/tokens", summary="演练登录")
    async def sign_in(body: Submitted[PracticeSignIn]) -> SignedIn:
        """A token for a sample user, without a password."""
        account = await people.by_login(body.user)
        if account is None or not account.practice or account.suspended_at is not None:
            raise NotFound(detail="没有这个演练用户。", field="user")
        token, expires = tokens.issue(account.id)
        return SignedIn(
            token=token,
            expires_at=expires,
            account_id=account.id,
            person_id=account.person_id,
            **_shown(account),
        )

    @router.get("/users", operation_id="list_practice_users", summary="演练用户")
    async def users() -> Items[PracticeUser]:
        """Every sample user."""
        accounts = await people.accounts()
        return Items(
            items=[
                PracticeUser(**_shown(account))
                for account in accounts
                if account.practice and account.suspended_at is None
            ]
        )

    return router


def _shown(account: Account) -> dict[str, object]:
    return {
        "user": account.login,
        "name": account.name,
        "roles": account.roles,
        "authority": account.authority,
    }
