"""The printed papers say exactly what was put into them, in the official form, the same bytes every time."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_samples import CONTENT, NOTICE_ELEMENTS, header, paper

from documents.render import content_digest, render, sm3
from domain.citation import Citation
from domain.papers import Paper, PaperKind, draw_up
from domain.refusals import Malformed
from domain.rules import Element

PRACTICE_MARK = "演练·非正式文书"
#: Leaves of a content that steer the layout or point elsewhere, and are not printed as they stand.
NOT_PRINTED = {
    "kind",
    "code",
    "elements",
    "method",
    "result",
    "manner",
    "carrier",
    "grounds",
    "document",
    "seen",
    "key",
}
NASTY = "&<>#$\\*_`@~'\"[](){}|=-+/^%!?;:.,"


def pages(drawn: Paper, *, practice: bool = False) -> list[str]:
    document = pypdfium2.PdfDocument(render(drawn, practice=practice).pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def squeezed(text: str) -> str:
    """Text without white space: a line break on paper is none in the text."""
    return "".join(text.split())


def printed(drawn: Paper, *, practice: bool = False) -> str:
    """The running text of all pages, without page numbers."""
    texts = pages(drawn, practice=practice)
    return "".join(squeezed(text).replace(f"—{n}—", "") for n, text in enumerate(texts, 1))


def statements(value: Any) -> Iterator[str]:
    """Every text that a content holds."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in NOT_PRINTED:
                yield from statements(each)
    elif isinstance(value, list):
        for each in value:
            yield from statements(each)
    elif isinstance(value, str) and not value[:4].isdecimal() and not value[:2].isdecimal():
        yield value


@pytest.mark.parametrize("kind", PaperKind)
def test_nothing_that_a_paper_states_is_left_out_in_print(kind: PaperKind) -> None:
    drawn = paper(kind)
    text = printed(drawn)
    stated = list(statements(drawn.content.model_dump(mode="json")))
    assert len(stated) > 3
    for statement in stated:
        assert squeezed(statement) in text
    for heading in (drawn.header.authority, str(drawn.header.number), drawn.header.addressee.name):
        assert heading in text
    assert "".join(drawn.title_lines) in text
    assert drawn.header.case_number in text


@pytest.mark.parametrize("kind", PaperKind)
def test_a_practice_paper_says_so_on_each_page_and_a_real_one_never(kind: PaperKind) -> None:
    assert all(PRACTICE_MARK in page for page in pages(paper(kind), practice=True))
    assert all(PRACTICE_MARK in page for page in pages(paper(kind, in_header={"practice": True})))
    assert not any("演练" in page for page in pages(paper(kind)))


@pytest.mark.parametrize("kind", PaperKind)
def test_the_same_paper_is_the_same_file(kind: PaperKind) -> None:
    first = render(paper(kind), practice=True)
    again = render(Paper.model_validate_json(paper(kind).model_dump_json()), practice=True)
    assert first == again
    assert first.sm3 == sm3(first.pdf)
    assert b"<pdfaid:part>2</pdfaid:part>" in first.pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in first.pdf


def test_another_process_prints_the_same_file() -> None:
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from paper_samples import paper; from documents.render import render; from domain.papers import PaperKind\n"
        "print(render(paper(PaperKind.LISTING_DECISION), practice=False).sm3)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, *[place for place in sys.path if place]],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == render(paper(PaperKind.LISTING_DECISION), practice=False).sm3


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.sampled_from(NASTY + "aZ09名〔〕《》“”—…·𬱖㛃䶮㙓"), min_size=1, max_size=60).filter(
        lambda text: any(c.isalnum() for c in text)
    )
)
def test_a_name_is_printed_letter_by_letter(name: str) -> None:
    text = printed(
        paper(PaperKind.TERMINATION_NOTICE, in_header={"addressee": {"kind": "natural_person", "name": name}})
    )
    assert squeezed(name) + "：" in text


@pytest.mark.parametrize(
    "attack",
    [
        '#panic("x")',
        '#import "layout.typ": *',
        '#read("/etc/passwd")',
        "$integral$ *粗* _斜_ = 标题",
        "<label> @reference // 注释 /* 注释 */",
        "\\u{41} \\ 换行 ~ -- --- ... 'a' \"b\"",
        "#sys.inputs",
        '","title":["伪造的标题"],"x":"',
    ],
)
def test_what_looks_like_markup_is_printed_as_text(attack: str) -> None:
    drawn = paper(PaperKind.OBJECTION_ANSWER, objected=attack, in_header={"authority": f"局{attack}"})
    text = printed(drawn)
    assert text.count(squeezed(attack)) == 3  # the objection, the letterhead, the signature
    assert "伪造的标题" not in text.replace(squeezed(attack), "")


def test_a_character_that_no_font_has_stops_the_paper_and_is_named() -> None:
    drawn = paper(
        PaperKind.TERMINATION_NOTICE, in_header={"addressee": {"kind": "natural_person", "name": "李𠮷"}}
    )
    with pytest.raises(Malformed) as caught:
        render(drawn, practice=False)
    assert caught.value.code == "GLYPH_MISSING"
    assert "U+20BB7" in caught.value.detail


@pytest.mark.parametrize("length", range(150, 1300, 23))
def test_the_signature_never_stands_on_a_page_alone(length: int) -> None:
    last = pages(paper(PaperKind.TERMINATION_NOTICE, contact=None, consequence="本案终" * length))[-1]
    assert not last.startswith("南京市")
    assert "2026年4月1日" in last


def test_a_text_of_many_pages_is_printed_whole_and_the_pages_are_counted() -> None:
    facts = "".join(f"第{n}批次产品不合格。" for n in range(1, 900))
    texts = pages(paper(PaperKind.LISTING_DECISION, facts=facts))
    assert squeezed(facts) in printed(paper(PaperKind.LISTING_DECISION, facts=facts))
    assert [f"— {n} —" in text for n, text in enumerate(texts, 1)] == [True] * len(texts)
    assert len(texts) > 10


def test_a_word_longer_than_a_line_stays_on_the_page() -> None:
    address = "https://credit.nanjing.example/" + "a1" * 70
    assert address in printed(paper(PaperKind.HEARING_NOTICE, subject=address))


def test_a_provisional_day_is_printed_as_an_estimate_with_the_day_to_work_to() -> None:
    text = printed(paper(PaperKind.PRIOR_NOTICE))
    assert "期限届满日为2027年1月4日（预估；最早可能为2026年12月31日" in text
    assert "预估" not in printed(paper(PaperKind.OBJECTION_ACCEPTANCE))


def objection(result: str, said: str, reasons: str) -> dict[str, Any]:
    return {"received_on": date(2026, 3, 5), "gist": said, "result": result, "reasons": reasons}


def test_each_objection_is_one_numbered_paragraph_of_ground_finding_and_reason() -> None:
    told = {
        "heard": [
            objection("partly_upheld", "货值有误。\n已经改正。", "货值应为26.8万元。"),
            objection("withdrawn", "处罚过重", "你单位已于2026年3月6日撤回。"),
            objection("not_admitted", "没有收到告知。", "送达回证载明已经签收。"),
        ],
        "besides": ["你单位于2026年3月6日书面放弃申请听证。"],
    }
    text = printed(paper(PaperKind.LISTING_DECISION, objections=told))
    assert (
        "1.2026年3月5日，你单位提出：货值有误。已经改正。经核实，该项异议部分成立。理由：货值应为26.8万元。"
        "2.2026年3月5日，你单位提出：处罚过重。该项异议你单位已于2026年3月6日撤回。"
        "3.2026年3月5日，你单位提出：没有收到告知。该项异议系逾期提出，本机关决定不予受理。"
        "理由：送达回证载明已经签收。你单位于2026年3月6日书面放弃申请听证。四、决定"
    ) in text


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ("演示确认，未核对原文：行政处罚法", "演示确认，未核对原文：《中华人民共和国行政处罚法》第五条"),
        ("演示确认，未核对原文：宁信用〔2021〕1号", "演示确认，未核对原文：《南京市进一步完善失信约束"),
        ("演示文件（仅供演练，不是真实出处）", "演示文件（仅供演练，不是真实出处）第五条"),
    ],
)
def test_what_marks_a_source_as_practice_is_no_part_of_a_title(document: str, shown: str) -> None:
    basis = [{"citation": {"document": document, "clause": "第五条"}}]
    text = printed(paper(PaperKind.OBJECTION_ANSWER, basis=basis))
    assert shown in text
    assert "《演示" not in text


def test_a_draft_has_no_number_and_says_so() -> None:
    assert "（草稿，未编号）" in printed(paper(PaperKind.LISTING_DECISION, in_header={"number": None}))


def test_copies_and_the_means_to_check_the_paper_are_printed() -> None:
    drawn = paper(PaperKind.LISTING_DECISION)
    digest = content_digest(drawn)
    in_header = {
        "copies_to": ["南京市公共信用信息中心"],
        "verification": {"code": "K7Q2-9XDM", "digest": digest},
    }
    checked = paper(PaperKind.LISTING_DECISION, in_header=in_header)
    texts = pages(checked)
    assert all("K7Q2-9XDM" in text and digest in text for text in texts)
    assert "抄送：南京市公共信用信息中心。" in texts[-1]
    assert (
        content_digest(paper(PaperKind.LISTING_DECISION, in_header={"verification": {"code": "Z"}})) == digest
    )
    assert content_digest(checked) != digest  # the copies are part of what the paper says


def test_an_element_of_the_regimes_own_is_printed_under_its_title() -> None:
    tax = Citation(document="国家税务总局令第54号", clause="第八条")
    drawn = draw_up(
        PaperKind.PRIOR_NOTICE,
        header(PaperKind.PRIOR_NOTICE),
        CONTENT[PaperKind.PRIOR_NOTICE] | {"further": {"tax_credit": "纳税信用等级将被判为D级。"}},
        elements=[*NOTICE_ELEMENTS, Element(key="tax_credit", title="纳税信用等级后果", basis=tax)],
    )
    assert "、纳税信用等级后果纳税信用等级将被判为D级。" in printed(drawn)


def test_many_hands_print_at_once() -> None:
    expected = {kind: render(paper(kind), practice=False).sm3 for kind in list(PaperKind)[:4]}
    wrong: list[str] = []

    def work() -> None:
        for kind, digest in expected.items():
            if render(paper(kind), practice=False).sm3 != digest:
                wrong.append(kind)

    hands = [threading.Thread(target=work) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert wrong == []


def test_the_digest_is_sm3() -> None:
    # GB/T 32905-2016, example 1
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
