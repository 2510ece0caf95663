"""Encrypted projects from the command line: where a key comes from, and what is said without it."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaldesk.cli.main import main
from evaldesk.credentials.key_file import LEAST
from evaldesk.domain.encryption import key_file_of
from evaldesk.services.projects import encryption

PASSPHRASE = "lantern quorum otter vinegar"
OTHER = "magnet bishop teacup ladder"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "refuse_dumps", lambda: True)
    monkeypatch.setattr(encryption, "calibrated", lambda: LEAST)
    monkeypatch.delenv("EVALDESK_PASSPHRASE", raising=False)
    monkeypatch.delenv("EVALDESK_NEW_PASSPHRASE", raising=False)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key.txt"
    path.write_text(PASSPHRASE + "\n")
    return path


@pytest.fixture
def project(tmp_path: Path, key_file: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "day.evaldesk"
    assert (
        main(["new", str(path), "--encrypt", "--key-file", str(key_file), "--holder", "Mara"]) == 0
    )
    capsys.readouterr()
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*words: object, code: int = 0) -> Any:
        assert main([*map(str, words), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return call


def test_the_key_comes_from_a_file_or_the_environment(
    run: Any, project: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("info", project, "--key-file", key_file)["encrypted"] is True
    monkeypatch.setenv("EVALDESK_PASSPHRASE", PASSPHRASE)
    assert run("info", project)["encrypted"] is True
    assert run("verify", project)["ok"] is True


def test_without_the_right_key_it_says_so_and_exits_with_4(
    run: Any, project: Path, key_file: Path
) -> None:
    said = run("info", project, code=4)
    assert "is encrypted" in said["error"]
    assert "EVALDESK_PASSPHRASE" in said["hint"]
    key_file.write_text("another one")
    assert "does not open" in run("info", project, "--key-file", key_file, code=4)["error"]
    key_file_of(project).unlink()
    assert "key file" in run("info", project, "--key-file", key_file, code=4)["error"]
    assert run("info", project, "--key-file", project.with_name("none"), code=3)


def test_a_recovery_code_is_a_key_too(run: Any, project: Path, key_file: Path) -> None:
    said = run("rekey", project, "--key-file", key_file, "--recovery")
    key_file_of(project).unlink()
    key_file.write_text(said["recovery_code"].lower())
    assert run("info", project, "--key-file", key_file)["encrypted"] is True
    slip = said["recovery_code"]
    key_file.write_text(("X" if slip[7] != "X" else "Y").join((slip[:7], slip[8:])))
    assert "Group 2" in run("info", project, "--key-file", key_file, code=4)["error"]


def test_holders_come_and_go(run: Any, project: Path, key_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(OTHER)
    added = run(
        *("rekey", project, "--key-file", key_file),
        *("--add-holder", "Noor", "--new-key-file", other),
    )
    assert [holder["name"] for holder in added["holders"]] == ["Mara", "Noor"]
    assert run("info", project, "--key-file", other)["encrypted"] is True
    assert "Noor" in run("rekey", project, "--key-file", other, "--remove", "Nor", code=2)["hint"]
    run("rekey", project, "--key-file", key_file, "--remove", "Noor")
    run("info", project, "--key-file", other, code=4)
    run(
        *("rekey", project, "--key-file", key_file, "--change-passphrase"),
        *("--holder", "Mara", "--new-key-file", other),
    )
    run("info", project, "--key-file", key_file, code=4)
    assert run("rekey", project, "--key-file", other, "--list")["holders"][0]["name"] == "Mara"


def test_a_card_is_a_key(run: Any, project: Path, key_file: Path) -> None:
    import pyrage

    theirs = pyrage.x25519.Identity.generate()
    added = run(
        *("rekey", project, "--key-file", key_file),
        *("--add-holder", "Noor", "--recipient", theirs.to_public()),
    )
    assert added["holders"][1]["kind"] == "card"
    key = encryption.unlocked(
        project,
        encryption.unlock_with(openers=[lambda box: pyrage.decrypt(box, [theirs])]),
    )
    assert len(key) == 32


def test_encrypts_later_and_back(run: Any, tmp_path: Path, key_file: Path) -> None:
    path = tmp_path / "plain.evaldesk"
    run("new", path)
    assert run("encrypt", path, "--key-file", key_file)["encrypted"] is True
    assert not path.read_bytes().startswith(b"SQLite")
    assert "already" in run("encrypt", path, "--key-file", key_file, code=2)["error"]
    assert run("decrypt", path, "--key-file", key_file)["encrypted"] is False
    assert path.read_bytes().startswith(b"SQLite")
    assert not key_file_of(path).exists()


def test_without_a_keyring_it_says_so(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "kept.evaldesk"
    assert "keyring" in run("new", path, "--encrypt", "--keyring", "alone", code=4)["error"]
    assert "passphrase" in run("new", path, "--encrypt", code=2)["error"]
    assert not path.exists()
