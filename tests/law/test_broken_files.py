"""Each broken file of the law is refused by file, key, line and reason; the fixtures are named for their fault."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from law.files import LawFaults
from law.loader import LAW, load_lawbook, read_law

BROKEN = Path(__file__).with_name("broken")
TERM = "listing_term.values.2024-01-01"

FAULTS = [
    ("no_basis", f"{TERM}.basis", "缺少必填项"),
    ("no_clause", f"{TERM}.basis", "出处没有条款（clause），也没有说明原因（note）"),
    ("unknown_document", f"{TERM}.basis", "出处中的文件“应急管理部令第99号”不在 documents.yaml"),
    ("gap", "listing_term", "中间有空档：前值止于 2024-12-31，后值始于 2025-02-01"),
    ("overlap", "listing_term", "前后重叠：前值止于 2025-02-28，后值始于 2025-02-01"),
    ("starts_late", "listing_term.values", "中间有空档：制度自 2024-01-01 施行，而此项自 2025-01-01 才有值"),
    ("dates_reversed", "listing_term", "日期颠倒：止于 2023-12-31，早于起始日 2024-01-01"),
    ("out_of_order", "listing_term", "起始日未按先后排列：2024-01-01 排在 2024-06-01 之后"),
    ("unknown_key", "objection_windows", "不认识的键"),
    ("duplicate_key", "service", "键重复"),
    ("bad_unit", "listing_term.unit", "单位应为 working_day、day、month、year 之一"),
    ("days_without_act", "listing_term", "单位写 日 的，须以 act 写明所依据的法律"),
    (
        "local_list_by_a_ministry",
        "standard",
        "仅在本地实施的名单须由地方性法规规定（宁信用〔2021〕1号 三（四））",
    ),
    ("national_list_by_local_regulation", "standard", "全国适用的名单不得由地方性法规规定认定标准"),
    (
        "standard_by_normative_document",
        "standard",
        "认定标准不得仅由规范性文件规定（宁信用〔2021〕1号 三（四））",
    ),
    ("standard_of_another_level", "standard", "层级写为 law，而 documents.yaml 中“应急管理部令第11号”为"),
    ("fifth_area", "grounds.0.area", "领域“good_manners”不在四类之内"),
    ("measure_not_listed", "measures.0.code", "未知的惩戒措施代码“Z99”"),
    ("measure_for_third_parties", "measures.0.code", "“C02”由其他组织自主实施，机关不得作出或者强制"),
    ("decision_without_remedies", "decision_elements", "决定文书缺少必备要素：救济措施 remedies"),
    ("unknown_authority_kind", "triggers.0.authorities.0", "未知的机关类别“weather”"),
    ("trigger_to_unknown_ground", "triggers", "线索规则“penalty”指向未知的列入情形“flood”"),
    ("value_and_silence", TERM, "既写了值，又写了 silent（文本无规定）"),
    ("no_value", TERM, "没有值：文本确无规定的写 silent: true"),
    ("confirmed_in_a_file", f"{TERM}.basis", "数据文件不得写 confirmed"),
    ("value_not_found", TERM, "出处标为 not_found（查而未得），却写了值"),
    ("another_name", "key", "应与文件名相同（another_name）"),
    ("without_verification", "verification", "缺少必填项"),
    ("number_as_text", f"{TERM}.value", "应为整数"),
    ("not_yaml", "", "不是合法的 YAML"),
]


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """A copy of the packaged files, to be broken."""
    copy = tmp_path / "law"
    shutil.copytree(LAW, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__", "calendar"))
    return copy


@pytest.mark.parametrize(("name", "key", "reason"), FAULTS, ids=[name for name, _, _ in FAULTS])
def test_a_broken_regime_is_refused_by_file_key_and_reason(
    law: Path, name: str, key: str, reason: str
) -> None:
    shutil.copy(BROKEN / f"{name}.yaml", law / "regimes")

    reading = read_law(law)

    assert reading.book is None
    [fault] = reading.faults
    assert (fault.file, fault.key) == (f"regimes/{name}.yaml", key)
    assert reason in fault.reason
    assert fault.line is not None


def test_every_fixture_is_tried() -> None:
    assert {path.stem for path in BROKEN.glob("*.yaml")} == {name for name, _, _ in FAULTS} | {"three_faults"}


def test_every_fault_is_told_not_only_the_first(law: Path) -> None:
    shutil.copy(BROKEN / "three_faults.yaml", law / "regimes")

    with pytest.raises(LawFaults) as refused:
        load_lawbook(law)

    assert {fault.key for fault in refused.value.faults} == {
        "grounds.0.area",
        "measures.0.code",
        f"{TERM}.basis",
    }


def test_a_fault_names_the_line_of_its_key(law: Path) -> None:
    text = (BROKEN / "unknown_key.yaml").read_text()
    shutil.copy(BROKEN / "unknown_key.yaml", law / "regimes")

    [fault] = read_law(law).faults

    assert text.splitlines()[(fault.line or 0) - 1].startswith("objection_windows:")


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        (
            'uscc: "11320000561487293C"',
            'uscc: "11320000561487293D"',
            "jiangsu-market-regulation.uscc",
            "校验位",
        ),
        (
            "docmark: 苏应急",
            "docmark: 苏市监",
            "jiangsu-emergency.docmark",
            "与“jiangsu-market-regulation”相同",
        ),
        ("superior: jiangsu-tax", "superior: jiangsu-taxes", "nanjing-tax.superior", "未知的上级机关"),
        (
            "superior: nanjing-tax",
            "superior: dongshan-subdistrict",
            "jiangning-tax.superior",
            "层级低于本机关",
        ),
        ("regimes: [major_tax]", "regimes: [minor_tax]", "jiangsu-tax.regimes", "未知的名单制度“minor_tax”"),
        ("level: province", "level: county", "jiangsu-market-regulation.level", "层级应为"),
    ],
)
def test_a_broken_authority_is_refused(law: Path, old: str, new: str, key: str, reason: str) -> None:
    _edit(law / "authorities.yaml", old, new)

    faults = read_law(law).faults

    assert any(fault.key == f"authorities.{key}" and reason in fault.reason for fault in faults), faults


def test_a_default_that_does_not_require_the_remedies_is_refused(law: Path) -> None:
    defaults = law / "defaults.yaml"
    kept = [line for line in defaults.read_text().splitlines() if "key: remedies" not in line]
    defaults.write_text("\n".join(kept))

    [fault] = read_law(law).faults

    assert (fault.file, fault.key) == ("defaults.yaml", "decision_elements")


def test_a_missing_file_is_a_fault_not_a_crash(law: Path) -> None:
    (law / "city.yaml").unlink()

    [fault] = read_law(law).faults

    assert fault.file == "city.yaml"
    assert "读不出来" in fault.reason
