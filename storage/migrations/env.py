"""What Alembic runs, always on a connection that is given to it (`storage.migrations.alembic_config`)."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from storage.database import UtcDateTime


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own type by the name that script.py.mako imports, and SQLModel's string as what it is."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes.get(
        "metadata"
    ),  # only where the code's tables are compared with the database's
    render_as_batch=True,  # SQLite can't alter a column in place
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
