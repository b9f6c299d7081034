"""What is submitted ends up in papers: a text that no font can show is refused while its author can still mend it.

Accepted, it would stop the paper that quotes it, and the case with it.
"""

from __future__ import annotations

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from documents.glyphs import unprintable_field
from domain.refusals import Malformed


async def must_be_printable(form: BaseModel) -> None:
    """Raises Malformed (GLYPH_MISSING) naming the first field that holds such a character, and the character."""
    found = await run_in_threadpool(unprintable_field, form.model_dump(mode="json"))
    if found is not None:
        field, characters = found
        raise Malformed(
            code="GLYPH_MISSING",
            detail=f"{field}含有现有字库没有的字符，文书无法印出",
            field=field,
            expected=f"改用字库中有的写法，或者请系统管理员加装字体：{characters}",
        )
