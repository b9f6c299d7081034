"""Why a command was not carried out, for whoever typed it: what is the matter, what helps, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from cli.client import NotRunningError
from cli.parts import PartFailedError, PartRefusedError
from cli.running import HomeInUseError
from cli.stack import PortTakenError
from doctor.house import why_away
from domain.refusals import Refusal
from domain.system_words import os_reason
from settings import SettingsError
from storage.office import UNFIT
from workflows.connect import TemporalNotSetError

FAILED, REFUSED = 1, 2

#: As things are set, trying again cannot help.
_UNFIT = (SettingsError, HomeInUseError, PortTakenError, PartRefusedError, *UNFIT)
_CHECK_PATH = "请检查该路径及其权限，或者用 CHENGXU_HOME 指定另一数据目录"


class NoOfficeError(Exception):
    """There is no office at the home folder that the settings name."""


class TemporalAwayError(Exception):
    """Temporal does not answer at the address that the settings name."""


@dataclass(frozen=True)
class Failure:
    """What is printed, and how the command ends."""

    text: str
    code: int


def failure_of(error: Exception) -> Failure | None:
    """The words for what the surroundings brought about; None for a fault of the program, which shows itself whole."""
    match error:
        case _ if isinstance(error, _UNFIT):
            return Failure(f"拒绝：{error}", REFUSED)
        case Refusal():
            expected = f"（应为：{error.expected}）" if error.expected else ""
            return Failure(f"{error.title}：{error.detail}{expected}", FAILED)
        case PartFailedError():
            return Failure(f"启动失败：{error}", FAILED)
        case NoOfficeError() | TemporalNotSetError() | NotRunningError():
            return Failure(str(error), FAILED)
        case TemporalAwayError() | RPCError():
            return Failure("Temporal 没有应答：请确认它在运行（./chengxu run），再试一次。", FAILED)
        case httpx.TransportError():
            return Failure("诚序没有应答：请确认它在运行（./chengxu run），再试一次。", FAILED)
        case OSError() if error.filename is not None:
            return Failure(f"读写不了 {error.filename}（{os_reason(error)}）：{_CHECK_PATH}。", FAILED)
        case BrokenPipeError():
            return None  # whoever read our output has gone: the command line ends quietly by itself
        case SQLAlchemyError() | OSError():
            why = why_away(error)
            return Failure(f"{why.text}。{why.fix}。", FAILED)
    return None
