"""The office that a database belongs to: its kind, its key, and the tools that come with both."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from settings import Settings
from storage import failpoints
from storage.crypto import FieldCipher, KeyedHash
from storage.database import (
    UnsafeDatabaseError,
    database_now,
    make_engine,
    reading,
    refuse_unsafe,
    write,
)
from storage.keys import KeyFileError, fingerprint, load_or_create_key
from storage.tables import OFFICE


class WrongOfficeError(Exception):
    """The database belongs to another key or to another kind of office. The text says what helps."""


#: What keeps an office from opening until somebody changes the settings, the key or the database.
UNFIT = (WrongOfficeError, UnsafeDatabaseError, KeyFileError)


@dataclass(frozen=True)
class Office:
    """What everything that touches the record needs."""

    engine: AsyncEngine
    cipher: FieldCipher
    keyed: KeyedHash
    key: bytes
    practice: bool


async def _is_somebodys(engine: AsyncEngine) -> bool:
    """Whether the record was ever used: then its key exists somewhere, and a new one would be the wrong one."""
    async with reading(engine) as connection:
        return (await connection.execute(select(OFFICE.c.id))).first() is not None


async def open_office(settings: Settings) -> Office:
    """The office of these settings. The database must have been migrated.

    Raises WrongOfficeError when the record was written with another key or by another kind of office: a practice
    database never becomes a real one, nor the other way round. Raises UnsafeDatabaseError, KeyFileError.
    """
    failpoints.arm(practice=settings.practice)
    engine = make_engine(settings.database_url)
    try:
        return await _opened(engine, settings)
    except BaseException:
        await engine.dispose()  # whoever is refused has nothing to dispose of
        raise


async def _opened(engine: AsyncEngine, settings: Settings) -> Office:
    await refuse_unsafe(engine)
    if not settings.key_file.exists() and await _is_somebodys(engine):
        raise KeyFileError(f"案卷库已有内容，而密钥文件 {settings.key_file} 不存在。请从备份恢复密钥文件。")
    key = load_or_create_key(settings.key_file)

    async def take_possession(connection: AsyncConnection) -> None:
        row = (await connection.execute(select(OFFICE))).mappings().first()
        if row is None:
            await connection.execute(
                insert(OFFICE).values(
                    id=1,
                    kind=settings.office,
                    key_fingerprint=fingerprint(key),
                    created_at=await database_now(connection),
                )
            )
        elif row["key_fingerprint"] != fingerprint(key):
            raise WrongOfficeError(
                f"密钥文件 {settings.key_file} 与案卷库不符：案卷库由另一密钥加密。请恢复原密钥文件。"
            )
        elif row["kind"] != settings.office:
            raise WrongOfficeError(
                "演练库不得用于正式办理，正式库不得用于演练。请为 CHENGXU_OFFICE 的这一取值另设 CHENGXU_HOME。"
            )

    await write(engine, take_possession)  # the processes of an office may start together
    return Office(engine, FieldCipher(key), KeyedHash(key), key, settings.practice)
