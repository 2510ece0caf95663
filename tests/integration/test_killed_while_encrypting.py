"""kill -9 while a project is re-keyed, encrypted, decrypted or copied: it opens, all of it."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evaldesk.credentials.key_file import LEAST
from evaldesk.domain.encryption import key_file_of
from evaldesk.services.projects import encryption
from evaldesk.services.projects.encryption import Lock, unlock_with
from evaldesk.services.projects.opening import open_project, verify
from evaldesk.storage.engine import is_encrypted
from evaldesk.storage.project import Project

PASSPHRASE = "lantern quorum otter vinegar"
ROWS = 1500
ROUNDS = 12

# One process does one thing, and says when it begins; it is killed a random moment later.
WORK = """
import os, sys
from pathlib import Path
from evaldesk.credentials.key_file import LEAST
from evaldesk.services.projects import encryption
from evaldesk.services.projects.encryption import Lock, unlock_with
from evaldesk.services.projects.opening import back_up, open_project

what, path, passphrase = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
lock = Lock("Mara", passphrase=passphrase, cost=LEAST)
key = None if what == "encrypt" else encryption.unlocked(path, unlock_with(passphrase))
os.write(1, b"go\\n")
if what == "rekey":
    encryption.rekey(path, key)
elif what == "encrypt":
    encryption.encrypt(path, lock)
elif what == "decrypt":
    encryption.decrypt(path, key)
else:
    with open_project(path, unlock_with(passphrase)) as project:
        back_up(project, path.with_name("copy.evaldesk"))
os.write(1, b"done\\n")
"""


def _filled(path: Path, key: bytes | None) -> None:
    with Project.open(path, key) as project:
        with project.database.write() as connection:
            for number in range(ROWS):
                connection.exec_driver_sql(
                    "INSERT INTO setting (key, value) VALUES (?, ?)",
                    (f"row {number}", f"value {number} " * 400),
                )


def _count(path: Path) -> int:
    with open_project(path, unlock_with(PASSPHRASE)) as project:
        with project.database.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT count(*) FROM setting WHERE key LIKE 'row %'"
            ).scalar_one()
            return int(found)


def _killed(what: str, path: Path, after: float) -> bool:
    """Whether it was done before it was killed."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK, what, str(path), PASSPHRASE],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=os.getcwd(),
    )
    assert worker.stdout is not None
    with worker.stdout as said:
        assert said.readline() == b"go\n"
        try:
            worker.wait(after)
        except subprocess.TimeoutExpired:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        return said.read() == b"done\n"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("what", ["backup", "decrypt", "encrypt", "rekey"])
def test_killed_at_any_moment_it_is_whole(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "refuse_dumps", lambda: True)
    chance = random.Random(what)
    path = tmp_path / "project.evaldesk"
    lock = Lock("Mara", passphrase=PASSPHRASE, cost=LEAST)
    encryption.create(path, "Support", "none", lock).close()
    _filled(path, encryption.unlocked(path, unlock_with(PASSPHRASE)))
    outcomes = set()
    for _ in range(ROUNDS):
        if what == "encrypt" and is_encrypted(path):
            encryption.decrypt(path, encryption.unlocked(path, unlock_with(PASSPHRASE)))
        if what == "decrypt" and not is_encrypted(path):
            encryption.encrypt(path, lock)
        done = _killed(what, path, chance.random() * 1.2)
        outcomes.add(done)
        assert _count(path) == ROWS
        assert verify(path, unlock=unlock_with(PASSPHRASE)).ok
        copy = path.with_name("copy.evaldesk")
        if copy.exists():  # under its name it is whole
            assert _count(copy) == ROWS
            copy.unlink()
        key_file_of(copy).unlink(missing_ok=True)
        left = {found.name for found in tmp_path.iterdir()}
        expected = {path.name, key_file_of(path).name} if is_encrypted(path) else {path.name}
        # What a killed copy leaves is encrypted; what a killed decryption leaves goes when the
        # project is opened.
        # SQLite's own journal of a killed decryption was seen once; why it stays is not known.
        own = {f"{path.name}-journal"}
        strange = {name for name in left - expected - own if not name.startswith(".copy.")}
        assert not strange
        for found in tmp_path.glob(".copy.*"):
            assert not found.read_bytes().startswith(b"SQLite format 3")
            found.unlink()
