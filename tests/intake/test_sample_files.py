"""The shipped sample: what the generator gives, and what is to come of each row."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest
from intake_files import TODAY

from intake.penalties import read_penalties
from intake.results import RowFault, RowOk, RowResult
from intake.sample import sample_rows, write_csv, write_xlsx
from law.loader import load_lawbook
from law.triggers import find_leads

FOLDER = Path(__file__).parents[2] / "examples" / "intake"
FILES = ("penalties-sample.xlsx", "penalties-sample.csv", "penalties-sample-gb18030.csv")


def results(path: Path) -> list[RowResult]:
    authorities = {a.uscc: a.name for a in load_lawbook().authorities.values()}
    with read_penalties(path, today=TODAY, authorities=authorities) as reading:
        return list(reading)


def test_the_shipped_files_are_what_the_generator_gives(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_sample", FOLDER / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(tmp_path)
    for name in FILES[1:]:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
    assert results(tmp_path / FILES[0]) == results(FOLDER / FILES[0])


def test_the_three_files_hold_the_same_rows() -> None:
    first, *others = (results(FOLDER / name) for name in FILES)
    assert all(other == first for other in others)


def test_what_is_wrong_on_purpose_is_refused_for_that_and_everything_else_is_accepted() -> None:
    for row, result in zip(sample_rows(), results(FOLDER / FILES[0]), strict=True):
        if row.wrong is None:
            assert isinstance(result, RowOk), result
            assert result.warnings == ()
        else:
            assert isinstance(result, RowFault)
            assert [found.field for found in result.faults] == [row.wrong]


def test_the_sample_is_mostly_ordinary_with_leads_to_four_regimes() -> None:
    rows = sample_rows()
    leads = Counter(row.regime for row in rows if row.regime)
    assert len(rows) >= 60
    assert set(leads) == {"market_regulation", "work_safety", "migrant_wages", "government_procurement"}
    assert 12 <= sum(leads.values()) < len(rows) / 3
    assert sum(row.wrong is not None for row in rows) >= 8
    assert any(row.cells.get("CF_XDR_SHXYM", "").startswith("N") for row in rows)
    assert any("【" in row.cells["CF_WSH"] for row in rows)


def test_each_lead_meets_the_trigger_of_its_regime_and_no_ordinary_penalty_meets_any() -> None:
    lawbook = load_lawbook()
    for row, result in zip(sample_rows(), results(FOLDER / FILES[0]), strict=True):
        if isinstance(result, RowOk):
            leads = [hit.regime for hit in find_leads(lawbook, result.record)]
            assert leads == ([row.regime] if row.regime else [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_generator_is_deterministic(tmp_path: Path, encoding: str) -> None:
    for name in ("a", "b"):
        write_csv(
            [row.cells for row in sample_rows()], tmp_path / f"{name}.csv", encoding=encoding, names=False
        )
        write_xlsx([row.cells for row in sample_rows()], tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert results(tmp_path / "a.xlsx") == results(tmp_path / "b.xlsx")
