"""Encrypted projects: what opens them, what does not, and that nothing of them lies open."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from evaldesk.credentials import key_file
from evaldesk.credentials.key_file import LEAST
from evaldesk.domain.encryption import key_file_of
from evaldesk.domain.errors import (
    DamagedError,
    LockedError,
    ProjectError,
    UsageError,
    WrongKeyError,
)
from evaldesk.services.projects import encryption
from evaldesk.services.projects.demo import build_sample
from evaldesk.services.projects.encryption import Lock, unlock_with
from evaldesk.services.projects.opening import back_up, create_project, open_project, verify
from evaldesk.storage.project import Project

PASSPHRASE = "lantern quorum otter vinegar"
OTHER = "magnet bishop teacup ladder"
CANARY = "canary-7f3a"


@pytest.fixture(autouse=True)
def dumpable(monkeypatch: pytest.MonkeyPatch) -> None:
    # It is for good, and the process of the tests is not the program's.
    monkeypatch.setattr(encryption, "refuse_dumps", lambda: True)


@pytest.fixture
def lock() -> Lock:
    return Lock("Mara", passphrase=PASSPHRASE, cost=LEAST)


@pytest.fixture
def path(tmp_path: Path, lock: Lock) -> Path:
    path = tmp_path / "secret.evaldesk"
    with create_project(path, "Support", lock=lock) as project:
        project.set("canary", CANARY)
    return path


@pytest.fixture
def project_path(tmp_path: Path) -> Path:
    folder = tmp_path / "plain"
    folder.mkdir()
    return build_sample(folder / "sample.evaldesk")


def _opens(path: Path, text: str) -> bool:
    try:
        with open_project(path, unlock_with(text, keyring=False)) as project:
            return project.get("canary") == CANARY
    except LockedError:
        return False


def _clear(folder: Path) -> list[str]:
    """Files in which the canary can be read."""
    return [
        found.name
        for found in folder.rglob("*")
        if found.is_file() and CANARY.encode() in found.read_bytes()
    ]


def test_opens_with_its_passphrase(path: Path) -> None:
    assert _opens(path, PASSPHRASE)
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        assert project.encrypted
        assert project.info().encrypted
        assert not _clear(path.parent)
    assert sorted(found.name for found in path.parent.iterdir()) == [path.name, path.name + ".keys"]


def test_without_a_key_it_says_that_it_is_encrypted(path: Path) -> None:
    with pytest.raises(LockedError, match="is encrypted") as found:
        open_project(path)
    assert found.value.exit_code == 4
    with pytest.raises(WrongKeyError):
        open_project(path, unlock_with("a wrong one"))


def test_nothing_else_opens_it(path: Path) -> None:
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.DatabaseError):
        connection.execute("SELECT * FROM setting")
    connection.close()


def test_a_wrong_key_says_nothing_on_standard_error(
    path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WrongKeyError):
        open_project(path, unlock_with(encryption.recovery_code_of(bytes(32))))
    assert capfd.readouterr().err == ""


def test_the_recovery_code_opens_it_without_a_key_file_and_makes_that_again(path: Path) -> None:
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        code = encryption.recovery_code_of(encryption.data_key(project))
    before = key_file_of(path).read_bytes()
    key_file_of(path).unlink()
    with pytest.raises(LockedError, match="does not lie beside it"):
        open_project(path)
    assert _opens(path, code)
    assert key_file_of(path).read_bytes() == before
    assert _opens(path, PASSPHRASE)


def test_a_damaged_key_file_is_told_from_a_damaged_project(path: Path) -> None:
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        code = encryption.recovery_code_of(encryption.data_key(project))
    place = key_file_of(path)
    whole = place.read_bytes()
    place.write_bytes(whole[:200] + b"x" + whole[201:])
    with pytest.raises(DamagedError, match=r"key file .* is damaged"):
        open_project(path, unlock_with(PASSPHRASE))
    assert _opens(path, code)
    assert place.read_bytes() == whole
    path.write_bytes(bytes(reversed(path.read_bytes())))
    with pytest.raises(DamagedError, match="does not open with the key"):
        open_project(path, unlock_with(PASSPHRASE))


def test_a_flipped_byte_of_the_project_is_a_fault(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 16384):
        content[page * 16384 + 100] ^= 1
    path.write_bytes(content)
    found = verify(path, unlock=unlock_with(PASSPHRASE))
    assert not found.ok


def test_the_key_file_of_another_project_does_not_open_it(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "other.evaldesk"
    create_project(other, lock=Lock("Mara", passphrase=PASSPHRASE, cost=LEAST)).close()
    shutil.copyfile(key_file_of(other), key_file_of(path))
    with pytest.raises(DamagedError, match="of another project"):
        open_project(path, unlock_with(PASSPHRASE))


def test_a_weak_passphrase_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "weak.evaldesk"
    with pytest.raises(UsageError, match="too weak"):
        create_project(path, "Support", lock=Lock("Mara", passphrase="Support Mara", cost=LEAST))
    assert list(tmp_path.iterdir()) == []


def test_without_a_keyring_no_project_is_made_that_only_it_would_open(tmp_path: Path) -> None:
    path = tmp_path / "kept.evaldesk"
    with pytest.raises(ProjectError, match="no keyring"):
        create_project(path, lock=Lock("Mara", "keyring"))
    assert list(tmp_path.iterdir()) == []


def test_a_backup_opens_by_itself_and_lies_encrypted(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        back_up(project, folder / "copy.evaldesk")
    assert _opens(folder / "copy.evaldesk", PASSPHRASE)
    assert not _clear(tmp_path)


def test_a_holder_is_added_while_it_is_open(path: Path) -> None:
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        encryption.add_holder(project, Lock("Noor", passphrase=OTHER, cost=LEAST))
    assert [holder.name for holder in encryption.holders(path)] == ["Mara", "Noor"]
    assert _opens(path, PASSPHRASE)
    assert _opens(path, OTHER)


def test_who_is_removed_does_not_open_it_with_an_old_key_file_either(path: Path) -> None:
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        added = encryption.add_holder(project, Lock("Noor", passphrase=OTHER, cost=LEAST))
        key = encryption.data_key(project)
    old = key_file_of(path).read_bytes()
    new = encryption.rekey(path, key, without=[added.id])
    assert _opens(path, PASSPHRASE)
    assert not _opens(path, OTHER)
    assert not _opens(path, encryption.recovery_code_of(key))
    assert _opens(path, encryption.recovery_code_of(new))
    key_file_of(path).write_bytes(old)
    with pytest.raises(DamagedError):
        open_project(path, unlock_with(OTHER))


def test_another_passphrase_takes_the_place_of_the_first(path: Path) -> None:
    (mine,) = encryption.holders(path)
    key = encryption.unlocked(path, unlock_with(PASSPHRASE))
    encryption.rekey(
        path, key, without=[mine.id], instead=Lock("Mara", passphrase=OTHER, cost=LEAST)
    )
    assert not _opens(path, PASSPHRASE)
    assert _opens(path, OTHER)
    assert verify(path, unlock=unlock_with(OTHER)).ok


def test_the_last_holder_stays(path: Path) -> None:
    (mine,) = encryption.holders(path)
    key = encryption.unlocked(path, unlock_with(PASSPHRASE))
    with pytest.raises(UsageError, match="Nobody"):
        encryption.rekey(path, key, without=[mine.id])
    assert _opens(path, PASSPHRASE)


def test_a_new_key_waits_for_nobody_who_has_it_open(path: Path) -> None:
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        project.get("canary")
        with pytest.raises(ProjectError, match="in use"):
            encryption.rekey(path, encryption.data_key(project))
    assert _opens(path, PASSPHRASE)
    assert len(key_file.read(key_file_of(path)).keys) == 1


def test_an_older_key_file_is_brought_up_to_date(path: Path) -> None:
    old = key_file_of(path).read_bytes()
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        encryption.add_holder(project, Lock("Noor", passphrase=OTHER, cost=LEAST))
    key_file_of(path).write_bytes(old)
    assert _opens(path, PASSPHRASE)
    assert _opens(path, OTHER)


def test_encrypting_and_decrypting_keep_everything(project_path: Path, lock: Lock) -> None:
    with Project.open(project_path) as project:
        before = project.info()
        project.set("canary", CANARY)
    encryption.encrypt(project_path, lock)
    assert not _clear(project_path.parent)
    assert verify(project_path, unlock=unlock_with(PASSPHRASE)).ok
    with open_project(project_path, unlock_with(PASSPHRASE)) as project:
        after = project.info()
        key = encryption.data_key(project)
    assert (before.traces, before.ratings, before.rulings) == (
        after.traces,
        after.ratings,
        after.rulings,
    )
    encryption.decrypt(project_path, key)
    assert sorted(found.name for found in project_path.parent.iterdir()) == [project_path.name]
    assert verify(project_path).ok
    with Project.open(project_path) as project:
        assert not project.encrypted
        assert project.get("canary") == CANARY
        assert project.get("key_file") == ""


def test_a_damaged_project_is_not_encrypted(project_path: Path, lock: Lock) -> None:
    connection = sqlite3.connect(project_path)
    connection.execute("UPDATE trace_body SET body = x'00' WHERE trace_pk = 1")
    connection.commit()
    connection.close()
    before = project_path.read_bytes()
    with pytest.raises(DamagedError, match="left as it is"):
        encryption.encrypt(project_path, lock)
    assert project_path.read_bytes()[100:] == before[100:]
    assert [found.name for found in project_path.parent.iterdir()] == [project_path.name]
