"""Who can open a project, and what becomes of a key file that somebody touched."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.credentials import key_file, recovery_code, system_keyring
from evaldesk.credentials.key_file import LEAST, KeyFile, Unlock
from evaldesk.credentials.passphrase_cost import calibrated
from evaldesk.credentials.sealed_file import Cost
from evaldesk.domain.errors import DamagedError, ProjectError, WrongKeyError

PASSPHRASE = "lantern quorum otter vinegar"
PLACE = Path("project.evaldesk.keys")
KEY = bytes(range(32))


@pytest.fixture(scope="module")
def keys() -> KeyFile:
    empty = key_file.empty()
    slot = key_file.passphrase_slot(empty, "Mara", PASSPHRASE, LEAST)
    return key_file.sealed(empty, (KEY,), (key_file.boxed(slot, KEY),))


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    kept: dict[str, bytes] = {}
    monkeypatch.setattr(system_keyring, "put", kept.__setitem__)
    monkeypatch.setattr(system_keyring, "get", kept.get)
    monkeypatch.setattr(system_keyring, "drop", lambda name: kept.pop(name, None))
    return kept


def test_opens_with_the_passphrase_and_no_other(keys: KeyFile) -> None:
    slot, found = key_file.open_slots(keys, Unlock(PASSPHRASE))
    assert slot.holder.name == "Mara"
    assert found == {key_file.key_id(KEY): KEY}
    with pytest.raises(WrongKeyError, match="passphrase does not open"):
        key_file.open_slots(keys, Unlock(PASSPHRASE + "."))


def test_a_passphrase_is_the_same_however_its_letters_are_composed() -> None:
    empty = key_file.empty()
    slot = key_file.passphrase_slot(empty, "Zoë", "caf\u00e9 lantern quorum", LEAST)
    made = key_file.sealed(empty, (KEY,), (key_file.boxed(slot, KEY),))
    assert key_file.open_slots(made, Unlock("cafe\u0301 lantern quorum"))[1]


def test_reads_back_what_it_wrote(keys: KeyFile, tmp_path: Path) -> None:
    place = tmp_path / PLACE
    key_file.write(place, keys)
    assert key_file.read(place) == keys
    assert place.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [PLACE.name]


def test_every_flipped_byte_is_found_before_a_passphrase_is_asked(keys: KeyFile) -> None:
    text = keys.text()
    for place in range(len(text)):
        for flip in (0x01, 0x20, 0x80):
            changed = bytearray(text)
            changed[place] ^= flip
            with pytest.raises(ProjectError):
                key_file.parse(bytes(changed), PLACE)


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(min_value=0, max_value=4000), more=st.binary(max_size=40))
def test_a_file_that_was_cut_or_lengthened_is_found(keys: KeyFile, cut: int, more: bytes) -> None:
    text = keys.text()
    changed = text[: min(cut, len(text))] + more
    if changed != text:
        with pytest.raises(ProjectError):
            key_file.parse(changed, PLACE)


def _forged(keys: KeyFile, change: Any) -> KeyFile:
    """With the hash put right again, as somebody would who has read the program."""
    data = json.loads(keys.text())
    change(data)
    for name in ("check",):
        data.pop(name)
    whole = key_file._plain(data)
    import hashlib

    return key_file.parse(
        key_file._plain({**data, "check": hashlib.sha256(whole).hexdigest()}), PLACE
    )


FORGERIES: dict[str, Any] = {
    "another name": lambda data: data["slots"][0].update(name="Eve"),
    "another number": lambda data: data.update(number=7),
    "a slot more": lambda data: data["slots"].append({**data["slots"][0], "id": "00000000"}),
    "another date": lambda data: data["slots"][0].update(since="2020-01-01"),
    "another seal": lambda data: data["seals"].update(dict.fromkeys(data["seals"], "0" * 64)),
}


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_a_forged_file_is_found_when_it_is_opened(keys: KeyFile, name: str) -> None:
    with pytest.raises((DamagedError, WrongKeyError)):
        key_file.open_slots(_forged(keys, FORGERIES[name]), Unlock(PASSPHRASE))


@pytest.mark.parametrize(("field", "value"), [("memory_kib", 1024), ("passes", 1)])
def test_a_weaker_derivation_than_the_floor_is_refused(
    keys: KeyFile, field: str, value: int
) -> None:
    forged = _forged(keys, lambda data: data["slots"][0]["lock"].update({field: value}))
    with pytest.raises(DamagedError, match="weaker protection"):
        key_file.open_slots(forged, Unlock(PASSPHRASE))


def test_a_derivation_beyond_reason_is_refused(keys: KeyFile) -> None:
    forged = _forged(keys, lambda data: data["slots"][0]["lock"].update(memory_kib=2**40))
    with pytest.raises(DamagedError):
        key_file.open_slots(forged, Unlock(PASSPHRASE))


def test_a_newer_file_is_refused_in_words(keys: KeyFile) -> None:
    with pytest.raises(ProjectError, match="newer EvalDesk"):
        _forged(keys, lambda data: data.update(version=2))


def test_the_keyring_opens_alone(keyring: dict[str, bytes]) -> None:
    empty = key_file.empty()
    slot = key_file.keyring_slot(empty, "Mara")
    made = key_file.sealed(empty, (KEY,), (key_file.boxed(slot, KEY),))
    assert key_file.open_slots(made, Unlock())[1] == {key_file.key_id(KEY): KEY}
    key_file.forget(made, made.slots)
    assert not keyring
    with pytest.raises(WrongKeyError, match="holds no key of this project"):
        key_file.open_slots(made, Unlock())


def test_both_opens_with_both_only(keyring: dict[str, bytes]) -> None:
    empty = key_file.empty()
    slot = key_file.both_slot(empty, "Mara", PASSPHRASE, LEAST)
    made = key_file.sealed(empty, (KEY,), (key_file.boxed(slot, KEY),))
    assert key_file.open_slots(made, Unlock(PASSPHRASE))[1]
    with pytest.raises(WrongKeyError):
        key_file.open_slots(made, Unlock())
    with pytest.raises(WrongKeyError):
        key_file.open_slots(made, Unlock(PASSPHRASE, keyring=False))
    (name,) = keyring
    keyring[name] = bytes(32)
    with pytest.raises(WrongKeyError):
        key_file.open_slots(made, Unlock(PASSPHRASE))


def test_a_card_opens_with_its_owners_key(keys: KeyFile) -> None:
    import pyrage

    theirs = pyrage.x25519.Identity.generate()
    slot = key_file.boxed(key_file.card_slot("Noor", str(theirs.to_public())), KEY)
    made = key_file.sealed(keys, (KEY,), (*keys.slots, slot))
    opened, found = key_file.open_slots(
        made, Unlock(openers=(lambda box: pyrage.decrypt(box, [theirs]),))
    )
    assert opened.holder.name == "Noor"
    assert found == {key_file.key_id(KEY): KEY}


def test_without_a_keyring_it_says_so(keys: KeyFile) -> None:
    # The tests' own system has none: the backend that fails is what keyring finds.
    with pytest.raises(system_keyring.NoKeyringError, match="no keyring"):
        key_file.keyring_slot(keys, "Mara")


@given(key=st.binary(min_size=32, max_size=32))
def test_a_recovery_code_reads_back(key: bytes) -> None:
    code = recovery_code.write(key)
    assert recovery_code.looks_like_one(code)
    assert recovery_code.read(code) == key
    assert recovery_code.read(code.lower().replace("-", " ")) == key
    assert recovery_code.read(code.replace("0", "O").replace("1", "l")) == key


@given(
    key=st.binary(min_size=32, max_size=32),
    place=st.integers(min_value=0, max_value=64),
    step=st.integers(min_value=1, max_value=31),
)
def test_a_mistyped_group_is_named(key: bytes, place: int, step: int) -> None:
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    plain = list(recovery_code.write(key).replace("-", ""))
    plain[place] = letters[(letters.index(plain[place]) + step) % 32]
    with pytest.raises(WrongKeyError, match=f"Group {place // 5 + 1} "):
        recovery_code.read("".join(plain))


def test_swapped_groups_are_found() -> None:
    groups = recovery_code.write(bytes(range(32))).split("-")
    groups[2], groups[3] = groups[3], groups[2]
    with pytest.raises(WrongKeyError, match="Group 3 "):
        recovery_code.read("-".join(groups))


def test_memory_grows_until_a_try_takes_half_a_second() -> None:
    quick = calibrated(lambda cost: cost.memory_kib / 65_536 * 0.07)
    assert quick.memory_kib == 524_288
    slow = calibrated(lambda cost: 3.0)
    assert (slow.memory_kib, slow.passes) == (LEAST.memory_kib, LEAST.passes)
    assert Cost(*(1 << 30, 3, 4)).memory_kib > calibrated(lambda cost: 0.0).memory_kib
