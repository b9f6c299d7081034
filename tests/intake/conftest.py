"""A sound row of a company and of a person, and the reading of a file in memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from intake_files import GOOD, TODAY

from intake.penalties import Reading, read_penalties


@pytest.fixture
def good() -> dict[str, Any]:
    return dict(GOOD)


@pytest.fixture
def person() -> dict[str, Any]:
    return GOOD | {
        "CF_XDR_MC": "欧阳靖远",
        "CF_XDR_LB": "自然人",
        "CF_XDR_SHXYM": "",
        "CF_FRDB": "",
        "CF_XDR_ZJLX": "身份证",
        "CF_XDR_ZJHM": "320106199001011238",
    }


@pytest.fixture
def read() -> Callable[..., Reading]:
    def reading(data: bytes, **options: Any) -> Reading:
        return read_penalties(io.BytesIO(data), today=TODAY, **options)

    return reading
