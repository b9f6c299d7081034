"""The one loader: the files of the law → `domain.regimes.Lawbook`, or every fault they have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from stdnum.cn import uscc

from domain.figures import DayUnits, Document
from domain.regimes import Authority, CityFigures, Defaults, Lawbook, MeasureList, Regime, ServiceEntry
from domain.rules import Value
from law.files import Fault, File, LawFaults, read, strays

LAW = Path(__file__).parent


class _Documents(Value):
    description: str
    checked_on: date
    documents: dict[str, Document]


class _Service(Value):
    description: str
    checked_on: date
    rules: dict[str, list[ServiceEntry]]


class _Kinds(Value):
    description: str
    checked_on: date
    note: str = ""
    court: str
    kinds: dict[str, str]


@dataclass
class Reading:
    """What came of reading a folder: the book, when there is no fault, and the faults."""

    book: Lawbook | None
    faults: list[Fault]


@dataclass
class _Folder:
    root: Path
    files: list[File] = field(default_factory=list)

    def open(self, name: str) -> File:
        file = read(self.root / name, self.root)
        self.files.append(file)
        return file

    def all_in(self, folder: str) -> list[File]:
        return [self.open(f"{folder}/{path.name}") for path in sorted((self.root / folder).glob("*.yaml"))]


@cache
def load_lawbook(folder: Path | None = None) -> Lawbook:
    """The law as it is held in `folder` (default: the packaged data); read once a process.

    Raises `LawFaults` with every fault found; a book with a fault in it is not handed out.
    """
    reading = read_law(folder)
    if reading.book is None:
        raise LawFaults(reading.faults)
    return reading.book


def read_law(root: Path | None = None) -> Reading:
    """Read every file of the law and collect all faults."""
    folder = _Folder(root or LAW)
    context: dict[str, Any] = {}

    file = folder.open("documents.yaml")
    documents = _of(file, _Documents, context)
    if documents is not None:
        context["documents"] = documents.documents
    units = _of(folder.open("units.yaml"), DayUnits, context)
    editions = [_of(file, MeasureList, context) for file in folder.all_in("measures")]
    measures = [edition for edition in editions if edition is not None]
    if len(measures) == len(editions):
        context["measures"] = {m.code: m for edition in measures for m in edition.measures}
    service = _of(folder.open("service.yaml"), _Service, context)
    if service is not None:
        context["service"] = service.rules
    kinds, authorities = _authorities(folder.open("authorities.yaml"), context)
    defaults = _of(folder.open("defaults.yaml"), Defaults, context)
    city = _of(folder.open("city.yaml"), CityFigures, context)
    regimes = _regimes(folder, context)
    _check_competence(folder, authorities)

    faults = [fault for file in folder.files for fault in file.faults]
    for name in ("measures", "regimes"):
        if (inside := folder.root / name).is_dir():
            faults += strays(inside, folder.root)
    if faults or not (documents and units and service and defaults and city):
        return Reading(None, faults)
    book = Lawbook.model_construct(
        documents=documents.documents,
        units=units,
        defaults=defaults,
        city=city,
        service=service.rules,
        measures=measures,
        authorities=authorities,
        kinds=kinds,
        regimes=regimes,
    )
    return Reading(book, [])


def _of(file: File, model: type[Any], context: dict[str, Any]) -> Any:
    return None if file.data is None else file.as_model(model, file.data, context)


def _regimes(folder: _Folder, context: dict[str, Any]) -> dict[str, Regime]:
    regimes: dict[str, Regime] = {}
    for file in folder.all_in("regimes"):
        if file.data is None:
            continue
        _check_first_days(file)
        stem = Path(file.name).stem
        if file.data.get("key") not in (None, stem):
            file.fault(("key",), f"应与文件名相同（{stem}）")
        regime = _of(file, Regime, context)
        if regime is not None:
            regimes[regime.key] = regime
    return regimes


def _check_first_days(file: File) -> None:
    """Each figure of a regime must speak from the day on which the regime is in force."""
    in_force = file.data.get("from")
    for name, figure in file.data.items():
        values = figure.get("values") if isinstance(figure, dict) else None
        days = [day for day in values if type(day) is date] if isinstance(values, dict) else []
        if days and type(in_force) is date and min(days) > in_force:
            file.fault((name, "values"), f"中间有空档：制度自 {in_force} 施行，而此项自 {min(days)} 才有值")


def _authorities(file: File, context: dict[str, Any]) -> tuple[dict[str, str], dict[str, Authority]]:
    if file.data is None:
        return {}, {}
    raw = dict(file.data)
    listed = raw.pop("authorities", None)
    head = file.as_model(_Kinds, raw, context)
    if head is not None:
        context["kinds"] = head.kinds
    if not isinstance(listed, dict):
        file.fault(("authorities",), "缺少必填项")
        return {}, {}
    bodies: dict[str, Authority] = {}
    for code, data in listed.items():
        at = ("authorities", code)
        common = {"code": code, "court": raw.get("court")}
        body = file.as_model(Authority, common | data if isinstance(data, dict) else data, context, at)
        if body is None:
            continue
        bodies[code] = body
        if not uscc.is_valid(body.uscc):
            file.fault((*at, "uscc"), "统一社会信用代码校验位不符（GB 32100-2015）")
    for code, body in bodies.items():
        superior = bodies.get(body.superior or "")
        if body.superior is not None and superior is None and body.superior not in listed:
            file.fault(("authorities", code, "superior"), f"未知的上级机关“{body.superior}”")
        if superior is not None and superior.level < body.level:
            file.fault(("authorities", code, "superior"), f"上级机关“{superior.code}”的层级低于本机关")
        above, passed = superior, {code}
        while above is not None and above.code not in passed:
            passed.add(above.code)
            above = bodies.get(above.superior or "")
        if above is not None and above.code == code:
            file.fault(("authorities", code, "superior"), "上级机关的上级又是本机关")
    for name in ("uscc", "docmark"):
        seen: dict[str, str] = {}
        for code, body in bodies.items():
            other = seen.setdefault(getattr(body, name), code)
            if other != code:
                file.fault(("authorities", code, name), f"与“{other}”相同")
    return (head.kinds if head else {}), bodies


def _check_competence(folder: _Folder, authorities: dict[str, Authority]) -> None:
    file = next(file for file in folder.files if file.name == "authorities.yaml")
    regimes = {Path(other.name).stem for other in folder.files if other.name.startswith("regimes/")}
    for code, body in authorities.items():
        for regime in body.regimes:
            if regime not in regimes:
                file.fault(("authorities", code, "regimes"), f"未知的名单制度“{regime}”")
