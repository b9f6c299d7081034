from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import Settings, SettingsError, default_home


def test_everything_lies_in_the_home_folder_and_practice_is_the_default(home: Path) -> None:
    settings = Settings.load()
    assert settings.home == home
    assert settings.practice
    assert settings.database_url == f"sqlite:///{home}/record.db"
    assert settings.key_file == home / "key"
    assert settings.logs == home / "logs"
    assert settings.temporal_address is None


def test_the_default_home_is_outside_the_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert default_home() == tmp_path / ".local/share/chengxu"
    monkeypatch.setenv("XDG_DATA_HOME", "relative/is/ignored")  # as the XDG specification wants
    assert default_home() == tmp_path / ".local/share/chengxu"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_home() == tmp_path / "data/chengxu"


def test_environment_goes_before_the_file_in_the_home_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".env").write_text("CHENGXU_OFFICE=real\nCHENGXU_API_PORT=9000\n")
    monkeypatch.setenv("CHENGXU_API_PORT", "9001")
    monkeypatch.setenv("CHENGXU_TEMPORAL_PORT", "")  # empty is not set
    settings = Settings.load()
    assert (settings.office, settings.api_port, settings.temporal_port) == ("real", 9001, None)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_postgresql_address_gets_the_driver_that_we_use(scheme: str) -> None:
    settings = Settings.load(database_url=f"{scheme}://u:geheim@h/x")
    assert settings.database_url == "postgresql+asyncpg://u:geheim@h/x"
    assert "geheim" not in repr(settings)


def test_every_wrong_setting_is_named_and_no_value_is_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXU_DATABASE_URL", "mysql://u:geheim@h/x")
    monkeypatch.setenv("CHENGXU_API_PORT", "70000")
    (home / ".env").write_text("CHENGXU_OFICE=real\n")
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    for name in ("CHENGXU_DATABASE_URL", "CHENGXU_API_PORT", "CHENGXU_OFICE"):
        assert name in str(refused.value)
    assert "geheim" not in str(refused.value)
    assert len(str(refused.value).split("；")) == 3


def test_settings_do_not_change_under_a_running_process() -> None:
    settings = Settings.load()
    with pytest.raises(ValidationError):
        settings.office = "real"


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_no_test_reads_the_settings_of_the_user(home: Path) -> None:
    assert [name for name in os.environ if name.startswith("CHENGXU_")] == ["CHENGXU_HOME"]


def test_a_typing_error_in_the_environment_is_refused_with_the_nearest_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHENGXU_API_PROT", "9000")
    monkeypatch.setenv("CHENGXU_QQ", "1")
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert "CHENGXU_API_PROT 不是已知设置（是否为 CHENGXU_API_PORT？）" in str(refused.value)
    assert "CHENGXU_QQ 不是已知设置（全部设置见 settings.py）" in str(refused.value)


def test_what_the_script_and_the_fault_injection_read_is_no_typing_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHENGXU_PYTHON", "python3.12")
    monkeypatch.setenv("CHENGXU_FAIL_POINTS", "/tmp/plan")
    assert Settings.load().practice


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CHENGXU_TEMPORAL_ADDRESS", "temporal", "主机:端口"),
        ("CHENGXU_DATABASE_URL", "postgresql://u:geheim@h:port/x", "postgresql://用户:口令@主机:端口/库名"),
        ("CHENGXU_CLOSING_HOUR", "25", "不大于 23"),
        ("CHENGXU_API_PORT", "http", "整数"),
    ],
)
def test_a_wrong_value_is_refused_in_words_for_an_official(
    name: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert name in str(refused.value)
    assert expected in str(refused.value)
    assert value not in str(refused.value)


def test_a_settings_file_that_is_no_text_is_refused_by_name(home: Path) -> None:
    (home / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="不是 UTF-8 文本"):
        Settings.load()


def test_the_folder_of_the_offices_own_fonts_must_be_there(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXU_FONT_DIR", str(home / "fonts"))
    with pytest.raises(SettingsError, match="CHENGXU_FONT_DIR 有误：须为已有的文件夹"):
        Settings.load()
    (home / "fonts").mkdir()
    assert Settings.load().font_dir == home / "fonts"
