"""Contact details: what can be a telephone number, an e-mail address or a place, and what cannot."""

from __future__ import annotations

import pytest

from domain.contacts import address_fault, contact_fault


@pytest.mark.parametrize(
    "contact",
    [
        "13800138000",
        "138-0013-8000",
        "+86-13800138000",
        "025-12345678",
        "02512345678转801",
        "025-12345678-801",
        "400-123-4567",
        "12345",
        "95588",
        "+852-21234567",
        "+1-202-555-0143",
        "12345678",
        "zhang.san@example.com",
        "邮箱：zhang@mail.nanjing.example",
        "张三（经理），手机：13800138000；zhang@example.com",
        "陆明远 13800138000",
    ],
)
def test_a_subject_can_be_reached_by_telephone_or_mail(contact: str) -> None:
    assert contact_fault(contact) is None


@pytest.mark.parametrize(
    ("contact", "wanted"),
    [
        ("张三", "电话号码或者电子邮箱"),
        ("1380013800", "电话形如"),
        ("138001380000", "电话形如"),
        ("23800138000", "电话形如"),
        ("025-1234", "电话形如"),
        ("13800138000，12", "电话形如"),
        ("+0-12345678", "电话形如"),
        ("微信abc123", "电话形如"),
        ("zhang@", "电子邮箱形如"),
        ("@example.com", "电子邮箱形如"),
        ("zhang@example", "电子邮箱形如"),
        ("zhang..san@example.com", "电子邮箱形如"),
        (".zhang@example.com", "电子邮箱形如"),
        ("张三@例子.公司", "电子邮箱形如"),
        ("13800138000，zhang@@example.com", "电子邮箱形如"),
    ],
)
def test_what_reaches_nobody_is_told_with_the_shape_that_is_wanted(contact: str, wanted: str) -> None:
    fault = contact_fault(contact)
    assert fault is not None
    assert fault.startswith(wanted)


@pytest.mark.parametrize("address", ["南京市秦淮区中华路26号", "中华路2号", "Room 1, 26 Zhonghua Road"])
def test_an_address_names_a_place(address: str) -> None:
    assert address_fault(address) is None


@pytest.mark.parametrize("address", ["无", "210001", "----", "不详"])
def test_what_names_no_place_is_no_address(address: str) -> None:
    assert "门牌" in (address_fault(address) or "")
