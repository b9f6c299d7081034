"""`chengxu people …`: who may sign in, and tokens to sign in with (人员与账户)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from api.identity import TOKEN_LIFETIME, SignedTokens, utc_now
from cli.failures import NoOfficeError
from domain.people import Role
from domain.refusals import NotFound
from law.loader import load_lawbook
from settings import Settings
from storage.crypto import FieldCipher, KeyedHash
from storage.database import make_engine
from storage.keys import load_key
from storage.people import People, subject_ref

app = typer.Typer(help="人员与账户：添加、查看、停用；签发登录令牌", no_args_is_help=True)


@asynccontextmanager
async def _people(settings: Settings, key: bytes) -> AsyncIterator[People]:
    engine = make_engine(settings.database_url)
    try:
        yield People(engine, FieldCipher(key), practice=settings.practice)
    finally:
        await engine.dispose()


def _office() -> tuple[Settings, bytes]:
    """The settings and the key of the office whose people these are. Raises NoOfficeError, KeyFileError."""
    settings = Settings.load()
    if not settings.home.is_dir():
        raise NoOfficeError(
            f"没有数据目录 {settings.home}：请先 ./chengxu run，或者用 CHENGXU_HOME 指定已有的数据目录。"
        )
    return settings, load_key(settings.key_file)


@app.command()
def token(
    user: Annotated[str, typer.Argument(help="登录名")],
    hours: Annotated[float, typer.Option(min=0.1, max=24.0, help="有效小时数")] = TOKEN_LIFETIME
    / timedelta(hours=1),
) -> None:
    """签发登录令牌，只输出令牌本身。"""
    settings, _ = _office()
    typer.echo(asyncio.run(issue_token(settings, user, lifetime=timedelta(hours=hours))))


async def issue_token(settings: Settings, user: str, *, lifetime: timedelta = TOKEN_LIFETIME) -> str:
    """A token of this office for the account of that login. Raises NotFound when there is none that may sign in."""
    key = load_key(settings.key_file)
    async with _people(settings, key) as people:
        account = await people.by_login(user)
        if account is None or await people.actor(account.id, at=utc_now()) is None:
            raise NotFound(detail="没有这个账户，或者账户已停用。", field="user")
        issued, _expires = SignedTokens(key).issue(account.id, lifetime=lifetime)
        return issued


@app.command(name="add-person")
def add_person(name: Annotated[str, typer.Argument(help="姓名（加密保存）")]) -> None:
    """添加人员，输出人员编号。"""
    settings, key = _office()

    async def work() -> str:
        async with _people(settings, key) as people:
            return await people.add_person(name, at=utc_now())

    typer.echo(asyncio.run(work()))


@app.command(name="add-account")
def add_account(
    person: Annotated[str, typer.Argument(help="人员编号")],
    user: Annotated[str, typer.Argument(help="登录名：工作账户，不用姓名")],
    role: Annotated[list[Role], typer.Option(help="角色，可多次给出")],
    authority: Annotated[str | None, typer.Option(help="机关代码，见 law/authorities.yaml")] = None,
    subject: Annotated[str | None, typer.Option(help="信用主体的统一社会信用代码或者身份证号")] = None,
) -> None:
    """给人员添加账户，输出账户编号。"""
    settings, key = _office()

    async def work() -> str:
        level = None
        if authority is not None:
            body = load_lawbook().authorities.get(authority)
            if body is None:
                raise NotFound(detail="机关名录内没有这个机关代码。", field="authority")
            level = body.level
        async with _people(settings, key) as people:
            return await people.add_account(
                person,
                user,
                role,
                authority=authority,
                level=level,
                subject_ref=None if subject is None else subject_ref(KeyedHash(key), subject),
                at=utc_now(),
            )

    typer.echo(asyncio.run(work()))


@app.command(name="list")
def list_accounts() -> None:
    """列出全部账户。"""
    settings, key = _office()

    async def work() -> Table:
        table = Table(*(Column(name, overflow="fold") for name in ("登录名", "姓名", "角色", "机关", "状态")))
        async with _people(settings, key) as people:
            for account in await people.accounts():
                state = "已停用" if account.suspended_at else "演练" if account.practice else "正常"
                roles = "、".join(role.label for role in account.roles)
                table.add_row(account.login, account.name, roles, account.authority or "", state)
        return table

    Console(highlight=False).print(asyncio.run(work()))


@app.command()
def suspend(
    user: Annotated[str, typer.Argument(help="登录名")],
    undo: Annotated[bool, typer.Option("--undo", help="恢复使用")] = False,
) -> None:
    """停用账户，立即生效；--undo 恢复。"""
    settings, key = _office()

    async def work() -> None:
        async with _people(settings, key) as people:
            await people.suspend(user, at=None if undo else utc_now())

    asyncio.run(work())
    typer.echo("已恢复。" if undo else "已停用。")
