"""Everything that is set, in one place.

A value comes from the environment (`CHENGXU_…`), else from the file `.env` in the home folder, else from the
default here. The home folder holds what must never be in a repository: the key, the record, the logs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

#: Exit code of a part that must not be started again as things are set (sysexits.h).
EX_CONFIG = 78

Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """A setting is unknown or wrong. The text names the variable and what is expected, and never its value."""


def default_home() -> Path:
    """Where data is kept when nothing else is said (XDG Base Directory Specification 0.8)."""
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share") / "chengxu"


class Settings(BaseSettings):
    """The settings of one office. Frozen: what a process began with holds until it ends."""

    model_config = SettingsConfigDict(
        env_prefix="CHENGXU_",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    home: Path = Field(
        default_factory=default_home,
        description="Data folder: key, record, logs. Outside the repository, readable by its owner alone.",
    )
    office: Literal["practice", "real"] = Field(
        "practice",
        description="practice (演练): sample users, sample confirmations, practice clock, marked everywhere. "
        "real: accepts none of these.",
    )
    database_url: str = Field(
        default_factory=lambda data: f"sqlite+aiosqlite:///{data['home'] / 'record.db'}",
        repr=False,  # may hold a password
        description="The record: sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME.",
    )
    key_file: Path = Field(
        default_factory=lambda data: data["home"] / "key",
        description="The office's key, made on the first start, private to its owner. Keep a copy elsewhere: "
        "without it no personal field can be read again.",
    )

    temporal_address: str | None = Field(
        None, description="HOST:PORT of a Temporal cluster. Not set: `chengxu run` starts its own server."
    )
    temporal_namespace: str = Field("default", min_length=1, description="Temporal namespace of this office.")
    temporal_task_queue: str = Field(
        "chengxu", min_length=1, description="Task queue that the workers serve."
    )
    temporal_port: Port | None = Field(
        None, description="Port of the embedded Temporal server. Not set: 7233, or the next free one."
    )
    temporal_ui_port: Port | None = Field(
        None, description="Port of the embedded Temporal UI. Not set: 8233, or the next free one."
    )

    api_host: str = Field("127.0.0.1", min_length=1, description="Address that the API listens on.")
    api_port: Port | None = Field(
        None, description="Port that the API listens on. Not set: 8470, or the next free one."
    )

    closing_hour: Annotated[int, Field(ge=0, le=23)] | None = Field(
        None,
        description="Hour (Asia/Shanghai) at which the office closes. Counts only for a period whose rule says "
        "that its last day ends with office hours; every other day ends at 24:00.",
    )
    shutdown_seconds: Annotated[float, Field(gt=0)] = Field(
        20.0, description="How long each part may take to stop before it is killed, in seconds."
    )

    @field_validator("home", "key_file")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, url: str) -> str:
        """Accept the spellings that hosting services hand out, and add the driver that we use."""
        for scheme, full in (
            ("postgresql", "postgresql+asyncpg"),
            ("postgres", "postgresql+asyncpg"),
            ("sqlite", "sqlite+aiosqlite"),
        ):
            if url.startswith(f"{scheme}://"):
                return url.replace(scheme, full, 1)
        if not url.startswith(("postgresql+asyncpg://", "sqlite+aiosqlite://")):
            raise ValueError("须为 sqlite+aiosqlite:///文件 或 postgresql+asyncpg://用户:口令@主机/库名")
        return url

    @property
    def practice(self) -> bool:
        """Whether this is a practice office (演练)."""
        return self.office == "practice"

    @property
    def logs(self) -> Path:
        """Folder of the logs of the parts that `chengxu run` starts."""
        return self.home / "logs"

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the settings: overrides, then the environment, then `.env` in the home folder, then defaults.

        Raises SettingsError, naming each variable that is unknown or wrong.
        """
        home = overrides.get("home") or os.environ.get("CHENGXU_HOME") or default_home()
        env_file = Path(home).expanduser() / ".env"
        try:
            return cls(_env_file=env_file, _env_file_encoding="utf-8", **overrides)
        except ValidationError as error:
            raise SettingsError("；".join(_explain(error, env_file))) from None


def _explain(error: ValidationError, env_file: Path) -> list[str]:
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in fault["loc"]).upper()
        name = name if name.startswith("CHENGXU_") else f"CHENGXU_{name}"
        context = fault.get("ctx", {})
        match fault["type"]:
            case "default_factory_not_called":
                continue  # follows from another fault, which has a line of its own
            case "extra_forbidden":
                lines.append(f"{env_file} 中的 {name} 不是已知设置")
            case "literal_error":
                lines.append(f"设置 {name} 有误：须为 {context['expected']}")
            case "value_error":
                lines.append(f"设置 {name} 有误：{context['error']}")
            case _:
                lines.append(f"设置 {name} 有误：{fault['msg']}")
    return lines
