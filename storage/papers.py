"""Files of the papers (文书档案): stored once, encrypted, with their digest."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from domain.refusals import NotFound
from storage.database import database_now, reading, writing
from storage.office import Office
from storage.tables import DOCUMENT


class PaperStore:
    """Keeps and returns the PDF files of issued papers."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def keep(self, case_id: str, seq: int, pdf: bytes, sm3: str) -> str:
        """Stores the file unless there is one; returns the digest of the file that is stored."""
        of_event = (DOCUMENT.c.case_id == case_id) & (DOCUMENT.c.seq == seq)
        async with writing(self._office.engine) as connection:
            sealed = self._office.cipher.encrypt(
                base64.b64encode(pdf).decode(), table="document", case=case_id, seq=seq
            )
            await connection.execute(
                update(DOCUMENT)
                .where(of_event, DOCUMENT.c.sm3.is_(None))
                .values(file=sealed, sm3=sm3, produced_at=await database_now(connection))
            )
            return str(await connection.scalar(select(DOCUMENT.c.sm3).where(of_event)))

    def void_reason(self, row: Mapping[str, Any]) -> str | None:
        """Why a number was voided; None when it was not."""
        if row["voided_reason"] is None:
            return None
        place = {"table": "voided", "case": row["case_id"], "seq": row["seq"]}
        return str(self._office.cipher.decrypt(row["voided_reason"], **place))

    async def file(self, case_id: str, seq: int) -> bytes:
        """The PDF of the paper that event `seq` issued. Raises NotFound."""
        async with reading(self._office.engine) as connection:
            sealed = await connection.scalar(
                select(DOCUMENT.c.file).where(DOCUMENT.c.case_id == case_id, DOCUMENT.c.seq == seq)
            )
        if sealed is None:
            raise NotFound(detail="没有这份文书，或者文书尚未制作完成")
        return base64.b64decode(self._office.cipher.decrypt(sealed, table="document", case=case_id, seq=seq))
