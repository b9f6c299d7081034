"""The return of service (送达回证; 民事诉讼法 第八十七条)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import MinLen

from domain.papers.elements import Lack, Must, blank
from domain.papers.kinds import PaperKind
from domain.papers.parts import Content, PaperReference
from domain.rules import ServiceMethod
from domain.strict import Line, StrictModel, Text

_87 = "民事诉讼法 第八十七条"


class Evidence(StrictModel):
    """One piece of proof of service, and the digest of its file where there is one."""

    name: Line
    digest: Line | None = None


class Served(StrictModel):
    """How the service went; absent on the blank form that the server takes along."""

    served_on: Annotated[date, Must("送达日期", _87)]
    receiver: Line | None = None
    relation: Line | None = None  # 收件人与受送达人的关系
    signed: bool = False  # the receiver's signature or seal is on the paper return
    refusal: Text | None = None  # 拒收或者拒签的事由
    witnesses: tuple[Line, ...] = ()
    recorded: bool = False  # 拍照、录像等记录送达过程
    consent_on: date | None = None  # 同意电子送达的日期
    announced_for: Text | None = None  # 公告送达的原因
    evidence: Annotated[tuple[Evidence, ...], Must("送达证据", _87), MinLen(1)]


class ServiceReturn(Content):
    """送达回证: what was served on whom, where, how, by whom, and the proof of it."""

    paper: ClassVar[PaperKind] = PaperKind.SERVICE_RETURN

    kind: Literal[PaperKind.SERVICE_RETURN] = PaperKind.SERVICE_RETURN
    documents: Annotated[tuple[PaperReference, ...], Must("送达文书的名称和文号", _87), MinLen(1)]
    address: Annotated[Line, Must("送达地点", _87)]
    method: Annotated[ServiceMethod, Must("送达方式", _87)]
    servers: Annotated[tuple[Line, ...], Must("送达人", _87), MinLen(1)]
    served: Served | None = None
    remark: Text | None = None

    @classmethod
    def further_lacks(cls, data: Mapping[str, Any]) -> Iterator[Lack]:
        """What the chosen way of service wants on the return besides (民事诉讼法 第八十八条至第九十五条)."""
        served = data.get("served")
        if not isinstance(served, Mapping):
            return
        match data.get("method"):
            case ServiceMethod.DIRECT:
                if blank(served.get("receiver")):
                    yield Lack("served.receiver", "收件人", "民事诉讼法 第八十八条")
            case ServiceMethod.LEFT:
                if blank(served.get("refusal")):
                    yield Lack("served.refusal", "拒收事由", "民事诉讼法 第八十九条")
                if blank(served.get("witnesses")) and not served.get("recorded"):
                    yield Lack("served.witnesses", "见证人或者拍照、录像记录", "民事诉讼法 第八十九条")
            case ServiceMethod.ELECTRONIC:
                if blank(served.get("consent_on")):
                    yield Lack("served.consent_on", "受送达人同意电子送达", "民事诉讼法 第九十条")
            case ServiceMethod.ANNOUNCEMENT:
                if blank(served.get("announced_for")):
                    yield Lack("served.announced_for", "公告送达的原因", "民事诉讼法 第九十五条")
