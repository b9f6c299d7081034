"""The file of a case as the papers read it: the facts that several of them state (文书共用的案卷事实)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from domain.citation import Citation
from domain.days.periods import PeriodEnd
from domain.document_numbers import DocumentNumber
from domain.papers import words
from domain.procedure.casefile import CaseFile
from domain.procedure.events import Event
from domain.procedure.walk import Walk, deemed_key
from domain.rules import SubjectKind, Term
from domain.strict import LINE_LENGTH, TEXT_LENGTH

Parts = dict[str, Any]

#: 食品安全法 第一百二十四条; 《食品安全法》第一百二十四条; 宁信用〔2021〕1号 四（三）. What is no clause stays with the document.
_CITATION: Final = re.compile(
    r"《?(?P<document>[^》]+?)》?\s*"
    r"(?P<clause>第[〇零一二三四五六七八九十百千\d]+[条款项章].*|[一二三四五六七八九十]+（[一二三四五六七八九十]+）.*)?"
)
_PHONE: Final = re.compile(r"\+?\d[\d\s()（）-]{5,}\d(?:\s*转\s*\d+)?")
_BETWEEN: Final = " \t\u3000，,、；;：:。"
_PHONE_WORD: Final = re.compile(r"(?:联系)?(?:电话|手机)$")
_ITEMS: Final = re.compile(r"[\n；;。]")
_CUT_OFF: Final = "……（全文见案卷）"


@dataclass(frozen=True)
class Issue:
    """One issue of a paper: the event that issues it, and the file as it stood then."""

    file: CaseFile
    event: Event

    @property
    def you(self) -> str:
        """How the paper addresses the subject."""
        return "你单位" if self.file.opening.subject.kind is SubjectKind.ORGANISATION else "你"

    @property
    def authority(self) -> str:
        return self.file.opening.authority.name

    def drafted(self, step: str) -> Parts:
        """The form of the last `step`; empty when there is none, so that the paper then lacks what it would say."""
        event = self.file.last(step)
        return event.data if event is not None else {}

    def founding(self) -> Parts:
        """The founding document, effective since the day that was verified (依据文书)."""
        document = self.file.opening.document
        return {
            "title": document.title,
            "number": document.number,
            "issued_by": document.issued_by,
            "made_on": document.decided_on,
            "effective_on": self.drafted("confirm_effective").get("effective_on") or document.effective_on,
        }

    def ground(self) -> str | None:
        """The ground of the regime that was found to be met (列入情形)."""
        key = self.drafted("confirm_ground").get("ground")
        return next((ground.title for ground in self.file.rule.grounds if ground.key == key), None)

    def contact(self, line: str | None = None) -> Parts | None:
        """Where the authority is reached: as `line` says, else as the prior notice said; None before any notice."""
        line = line or self.drafted("draft_prior_notice").get("contact")
        return contact_of(line, self.authority) if line else None

    def notice_given(self) -> Parts | None:
        """That and how the prior notice reached the subject."""
        paper = self.file.paper_of(self.file.agreed("issue_prior_notice"))
        act = self.file.served("serve_prior_notice")
        if paper is None or act is None:
            return None
        return {
            "number": DocumentNumber.read(paper.data["number"]),
            "served_on": self.served_on(act),
            "method": act.data["method"],
        }

    def served_on(self, act: Event) -> date:
        """The day on which a paper counts as served: of the act itself, or when its period has run (视为送达)."""
        key = self.file.latest_key(deemed_key(act))
        end = self.file.reckon(key) if key is not None else None
        return end.due if end is not None else date.fromisoformat(act.data["on"])

    def publication(self) -> Parts | None:
        """What is to be published, as the prior notice announced it, and where: in the channels of the regime."""
        published = items(self.drafted("draft_prior_notice").get("published", ""))
        channels = self.file.rule.channels or ["本机关依法确定的公示渠道"]
        return {"items": published, "channels": channels, "period": "列入名单期间"} if published else None


def as_it_stood(file: CaseFile, event: Event) -> CaseFile:
    """The file up to and with `event`."""
    if event.seq == len(file.events):
        return file
    return Walk.over(file.course, file.events[: event.seq]).file


def list_title(regime: str) -> str:
    """What one is entered in, from the title of the regime: 重大税收违法失信主体信息公布 is a list of 失信主体."""
    return re.sub("信息公布$", "名单", re.sub("（[^（）]*）$", "", regime))


def reference(paper: Event, issued: Event) -> Parts:
    """Another paper of the case, by the event of its production and the one that issued it."""
    return {
        "kind": paper.data["kind"],
        "number": DocumentNumber.read(paper.data["number"]),
        "made_on": issued.day,
    }


def cited(line: str) -> Citation:
    """A citation from the line in which an officer wrote it."""
    found = _CITATION.fullmatch(line.strip())
    if found is None:
        return Citation(document=line.strip())
    return Citation(document=found["document"], clause=found["clause"] or "")


def basis(*citations: Citation) -> list[Parts]:
    """Legal bases, each named once."""
    once = {(citation.document, citation.clause): citation for citation in citations}
    return [{"citation": citation} for citation in once.values()]


def basis_of_lines(lines: Iterable[str]) -> list[Parts]:
    """Legal bases as an officer drafted them."""
    return basis(*map(cited, lines))


def contact_of(line: str, authority: str) -> Parts:
    """联系人及联系方式 in one line, in its parts: who, by which telephone, where.

    A line without a telephone number is kept whole as the way to reach the authority, whose seat is then the address.
    """
    phone = _PHONE.search(line)
    if phone is None:
        return {"unit": authority, "phone": line, "address": authority}
    person = _PHONE_WORD.sub("", line[: phone.start()].strip(_BETWEEN)).strip(_BETWEEN)
    address = re.sub(r"^(?:联系)?地址", "", line[phone.end() :].strip(_BETWEEN)).strip(_BETWEEN)
    return {
        "unit": authority,
        "person": person or None,
        "phone": phone[0].strip(),
        "address": address or authority,
    }


def due(end: PeriodEnd | None) -> Parts | None:
    """The last day of a period; None while it stands still."""
    if end is None:
        return None
    return {
        "on": end.due,
        "provisional": end.provisional,
        "earliest": end.earliest if end.provisional else None,
    }


def length(term: Term) -> str | None:
    """A term in words; None where the texts are silent on its length, so that a paper that needs it is refused."""
    return words(term) if term.count is not None else None


def day(on: date) -> str:
    """2026年4月1日."""
    return f"{on.year}年{on.month}月{on.day}日"


def items(text: str) -> list[str]:
    """A text that lists things, one a line or set off by semicolons, as lines."""
    found = (part.strip() for part in _ITEMS.split(text))
    return [part[at : at + LINE_LENGTH] for part in found for at in range(0, len(part), LINE_LENGTH)]


def gist(text: str) -> str:
    """What a paper quotes of a statement: all of it, unless it is longer than a paper can carry."""
    return text if len(text) <= TEXT_LENGTH else text[: TEXT_LENGTH - len(_CUT_OFF)] + _CUT_OFF


def paragraphs(*texts: str | None) -> str | None:
    """These texts, each a paragraph of its own; None when there is none."""
    return "\n".join(text for text in texts if text) or None
