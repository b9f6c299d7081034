"""Everything that is set, in one place.

A value comes from the environment (`CHENGXU_…`), else from the file `.env` in the home folder, else from the
default here. The home folder holds what must never be in a repository: the key, the record, the logs.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from domain.system_words import os_reason
from domain.validation_words import fault_of

#: Exit code of a part that must not be started again as things are set (sysexits.h).
EX_CONFIG = 78

_PREFIX: Final = "CHENGXU_"
#: Variables with our prefix that are read elsewhere: by the script `chengxu`, by storage/failpoints.py.
_NO_SETTINGS: Final = frozenset({"CHENGXU_PYTHON", "CHENGXU_FAIL_POINTS"})

_URL_EXPECTED: Final = "须为 sqlite:///文件 或 postgresql://用户:口令@主机:端口/库名"
_ADDRESS: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/]+):[0-9]{1,5}")

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
        env_prefix=_PREFIX,
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
        default_factory=lambda data: f"sqlite:///{data['home'] / 'record.db'}",
        repr=False,  # may hold a password
        description="The record: sqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME.",
    )
    key_file: Path = Field(
        default_factory=lambda data: data["home"] / "key",
        description="The office's key, made on the first start, private to its owner. Keep a copy elsewhere: "
        "without it no personal field can be read again.",
    )

    font_dir: Path | None = Field(
        None,
        description="Folder of the office's own fonts (.ttf, .otf): its licensed faces for papers, and one that has "
        "the rare characters (生僻字) of its names. The same on every machine.",
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

    @field_validator("font_dir")
    @classmethod
    def _folder(cls, path: Path | None) -> Path | None:
        if path is None:
            return None
        folder = path.expanduser().absolute()
        if not folder.is_dir():
            raise ValueError("须为已有的文件夹")
        return folder

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, url: str) -> str:
        """Accept the spellings that hosting services hand out, and add the driver that we use."""
        for scheme, full in (
            ("postgresql", "postgresql+asyncpg"),
            ("postgres", "postgresql+asyncpg"),
        ):
            if url.startswith(f"{scheme}://"):
                return url.replace(scheme, full, 1)
        if not url.startswith(("postgresql+asyncpg://", "sqlite://")):
            raise ValueError(_URL_EXPECTED)
        return url

    @field_validator("database_url")
    @classmethod
    def _readable(cls, url: str) -> str:
        try:
            make_url(url)
        except (ArgumentError, ValueError):  # a port that is no number, for one
            raise ValueError(_URL_EXPECTED) from None
        return url

    @field_validator("temporal_address")
    @classmethod
    def _host_and_port(cls, address: str | None) -> str | None:
        if address is not None and _ADDRESS.fullmatch(address) is None:
            raise ValueError("须为 主机:端口，例如 10.0.0.5:7233")
        return address

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
        # The library refuses unknown names in the file alone: a typing error in the environment would pass in silence.
        wrong = [f"环境变量 {name} 不是已知设置{_nearest(name)}" for name in _unknown(os.environ)]
        try:
            settings = cls(_env_file=env_file, _env_file_encoding="utf-8", **overrides)
        except ValidationError as error:
            wrong += _explain(error, env_file)
        except (OSError, UnicodeError) as unreadable:
            reason = os_reason(unreadable) if isinstance(unreadable, OSError) else "不是 UTF-8 文本"
            wrong.append(f"读不到设置文件 {env_file}（{reason}）")
        if wrong:
            raise SettingsError("；".join(wrong))
        return settings


def _unknown(names: Iterable[str]) -> list[str]:
    known = {f"{_PREFIX}{field}".upper() for field in Settings.model_fields} | _NO_SETTINGS
    return sorted(name for name in names if name.upper().startswith(_PREFIX) and name.upper() not in known)


def _nearest(name: str) -> str:
    """The known setting that an unknown one was probably meant to be."""
    near = difflib.get_close_matches(name.lower().removeprefix(_PREFIX.lower()), Settings.model_fields, n=1)
    return f"（是否为 {_PREFIX}{near[0].upper()}？）" if near else "（全部设置见 settings.py）"


def _explain(error: ValidationError, env_file: Path) -> list[str]:
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in fault["loc"]).upper()
        name = name if name.startswith(_PREFIX) else f"{_PREFIX}{name}"
        match fault["type"]:
            case "default_factory_not_called":
                continue  # follows from another fault, which has a line of its own
            case "extra_forbidden":
                lines.append(f"{env_file} 中的 {name} 不是已知设置{_nearest(name)}")
            case "value_error":
                lines.append(f"设置 {name} 有误：{fault_of(fault).reason}")
            case _:
                lines.append(f"设置 {name} 有误：应为{fault_of(fault).expected}")
    return lines
