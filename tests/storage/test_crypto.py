from __future__ import annotations

import re
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from storage.crypto import CipherError, FieldCipher, KeyedHash, Sealer, chain, sm3_hex
from storage.keys import KeyFileError, derive, fingerprint, load_key, load_or_create_key

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PLACE: dict[str, Any] = {"table": "event", "case": "c1", "seq": 3}
PERSON = {"name": "测试甲", "id_number": "110101199003070011"}


@pytest.mark.parametrize("payload", [PERSON, [], "", None, {"facts": "经查，" * 5000}])
def test_what_was_encrypted_comes_back(payload: object) -> None:
    cipher = FieldCipher(KEY)
    assert cipher.decrypt(cipher.encrypt(payload, **PLACE), **PLACE) == payload


def test_nothing_of_a_person_can_be_read_in_the_ciphertext() -> None:
    sealed = FieldCipher(KEY).encrypt(PERSON, **PLACE)
    assert PERSON["name"].encode() not in sealed
    assert PERSON["id_number"].encode() not in sealed


def test_the_same_value_is_never_encrypted_to_the_same_bytes() -> None:
    cipher = FieldCipher(KEY)
    assert cipher.encrypt(PERSON, **PLACE) != cipher.encrypt(PERSON, **PLACE)


def test_long_texts_are_stored_smaller() -> None:
    assert len(FieldCipher(KEY).encrypt("经查明事实如下。" * 1000, **PLACE)) < 1000


@pytest.mark.parametrize("payload", ["短", "长" * 1000])
def test_a_change_of_any_byte_is_found(payload: str) -> None:
    cipher = FieldCipher(KEY)
    sealed = cipher.encrypt(payload, **PLACE)
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 0x03  # also turns one format byte into the other
        with pytest.raises(CipherError):
            cipher.decrypt(bytes(altered), **PLACE)


def test_a_shortened_ciphertext_is_found() -> None:
    cipher = FieldCipher(KEY)
    sealed = cipher.encrypt("短", **PLACE)
    for length in range(len(sealed)):
        with pytest.raises(CipherError):
            cipher.decrypt(sealed[:length], **PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        PLACE | {"table": "record"},
        PLACE | {"case": "c2"},
        PLACE | {"seq": 4},
        PLACE | {"case": "c13", "seq": 0},
    ],
)
def test_a_ciphertext_moved_to_another_row_is_refused(elsewhere: dict[str, Any]) -> None:
    cipher = FieldCipher(KEY)
    with pytest.raises(CipherError):
        cipher.decrypt(cipher.encrypt(PERSON, **PLACE), **elsewhere)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(CipherError):
        FieldCipher(OTHER_KEY).decrypt(FieldCipher(KEY).encrypt(PERSON, **PLACE), **PLACE)


def test_another_purpose_of_the_same_key_opens_nothing() -> None:
    with pytest.raises(CipherError):
        Sealer(KEY, "temporal").open(Sealer(KEY, "fields").seal(b"x", b""), b"")


def test_a_value_that_inflates_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.crypto._LARGEST", 1000)
    sealer = Sealer(KEY, "fields")
    with pytest.raises(CipherError, match="过大"):
        sealer.open(sealer.seal(b"\0" * 2000, b""), b"")


def test_equal_values_are_matched_only_under_one_key_and_one_purpose() -> None:
    code = "91320100MA1MXXXX0X"
    assert KeyedHash(KEY)(code, "subject") == KeyedHash(KEY)(code, "subject")
    others = {
        KeyedHash(KEY)(code, "case"),
        KeyedHash(OTHER_KEY)(code, "subject"),
        KeyedHash(KEY)(code + "1", "subject"),
    }
    assert KeyedHash(KEY)(code, "subject") not in others
    assert len(others) == 3
    assert re.fullmatch("[0-9a-f]{64}", KeyedHash(KEY)(code, "subject"))


def test_sm3_gives_the_digest_of_the_standard() -> None:
    # GB/T 32905-2016, appendix A.1
    assert sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_link_depends_on_the_link_before_and_on_where_each_part_ends() -> None:
    links = {
        chain("", "ab", "c"),
        chain("", "a", "bc"),
        chain("", "abc"),
        chain("", "c", "ab"),
        chain(chain("", "ab", "c"), "ab", "c"),
        chain("", b"ab", "c", b""),
    }
    assert len(links) == 6
    assert chain("", b"ab", "c") == chain("", "ab", "c")


def test_sub_keys_and_fingerprint_differ_and_show_nothing_of_the_key() -> None:
    assert derive(KEY, "a") != derive(KEY, "b")
    assert fingerprint(KEY) == fingerprint(KEY) != fingerprint(OTHER_KEY)
    assert fingerprint(KEY) not in KEY.hex() + derive(KEY, "fingerprint").hex()


def test_the_first_start_makes_a_key_that_only_its_owner_reads(home: Path) -> None:
    path = home / "deeper" / "key"
    key = load_or_create_key(path)
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create_key(path) == load_key(path) == key
    assert [file.name for file in path.parent.iterdir()] == ["key"]


def test_processes_that_start_together_get_the_same_key(home: Path) -> None:
    keys: list[bytes] = []
    ready = threading.Barrier(8)

    def start() -> None:
        ready.wait()
        keys.append(load_or_create_key(home / "key"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_can_read_or_write_is_refused(home: Path, mode: int) -> None:
    load_or_create_key(home / "key")
    (home / "key").chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_or_create_key(home / "key")


@pytest.mark.parametrize("content", [b"", b"00", b"zz" * 32, b"\xff" * 64, b"00" * 33])
def test_a_damaged_key_is_refused_and_left_as_it_is(home: Path, content: bytes) -> None:
    path = home / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="已损坏"):
        load_or_create_key(path)
    assert path.read_bytes() == content


def test_a_key_inside_the_program_folder_is_refused() -> None:
    with pytest.raises(KeyFileError, match="程序目录"):
        load_or_create_key(Path(__file__).parent / "key")


def test_a_missing_key_is_not_replaced_in_silence(home: Path) -> None:
    with pytest.raises(KeyFileError, match="从备份恢复"):
        load_key(home / "key")
