"""The whole way of a package by the command line: names, JSON keys and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaldesk.cli.main import main
from evaldesk.credentials import identities
from evaldesk.domain.round import RoundDraft, RoundItem
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.labelling import review
from evaldesk.services.labelling.undo import Step
from evaldesk.services.projects.encryption import unlock_with
from evaldesk.services.projects.identities import openers
from evaldesk.services.projects.opening import open_project
from evaldesk.services.rounds import queue as round_queue
from evaldesk.storage.project import Project

Run = Any


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("EVALDESK_IDENTITY_PASSPHRASE", "one for the keys")
    monkeypatch.setattr(identities, "probe", lambda: (False, "none in a test"))

    def call(*words: object, code: int = 0) -> Any:
        capsys.readouterr()
        assert main([*map(str, words), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "p.evaldesk"
    rubric = {"name": "R", "criteria": [{"name": "success", "scale": {"kind": "binary"}}]}
    with Project.create(path) as made:
        with made.ingest("made") as writer:
            writer.run("run", system="s", dataset="", details={})
            writer.add(TraceRecord(Scenario("k", "Q"), {"messages": []}), "run")
            writer.finish("")
        made.rubrics.save(Rubric.from_json(rubric), "Olga")
        made.rounds.start(
            RoundDraft("Pilot", "main", "R", ("Ada",), [RoundItem(1, ("Ada",))]), "Olga"
        )
    return path


def test_out_and_back(run: Run, project: Path, tmp_path: Path) -> None:
    for name in ("Olga", "Ada"):
        assert set(run("identity", "new", "--name", name)) >= {"name", "fingerprint", "words"}
    card = tmp_path / "ada.card"
    shown = run("identity", "export", "--name", "Ada", "--out", card)
    assert run("identity", "show", "--name", "Ada")["fingerprint"] == shown["fingerprint"]
    assert [one["name"] for one in run("identity", "list")] == ["Olga", "Ada"]
    sent, back = tmp_path / "a.evalpack", tmp_path / "b.evalpack"
    export = ["package", "export", project, "--round", "Pilot", "--rater", "Ada"]
    export += ["--to", "Ada", "--out", sent, "--identity", "Olga"]
    assert "trusted person" in run(*export, code=2)["error"]
    assert run("identity", "trust", project, card)["role"] == "reviewer"
    assert run(*export, "--dry-run")["items"] == 1
    assert not sent.exists()
    assert run(*export).keys() >= {"path", "items", "sha256", "to"}
    for whose in (["--identity", "Ada"], ["--identity", "Olga"], []):
        assert run("verify", sent, *whose)["ok"]
    # Whose it is to be is not guessed, and a name that nobody has makes no keys.
    other = [*export[:-4], "--out", tmp_path / "other.evalpack"]
    assert "There are: Ada, Olga" in run(*other, code=2)["hint"]
    assert "Olga" in run(*other, "--identity", "Olgo", code=2)["hint"]
    assert [one["name"] for one in run("identity", "list")] == ["Olga", "Ada"]
    theirs = tmp_path / "ada.evaldesk"
    assert run("package", "open", sent, theirs, "--identity", "Olga", code=5)["exit_code"] == 5
    assert run("package", "open", sent, theirs)["encrypted"] is True
    assert run("info", theirs)["encrypted"] is True
    give = ["package", "return", theirs, "--out", back]
    assert "nothing to return" in run(*give, code=2)["error"]
    keys = openers(lambda _: "one for the keys")
    with open_project(theirs, unlock_with(keyring=False, openers=keys)) as opened:
        queue = round_queue.round_queue(opened, "Pilot", "Ada")
        step = Step(queue.pks[0], "success", None, "yes")
        review.apply(opened, queue.rubric, "Ada", step, round="Pilot")
    assert run(*give)["ratings"] == 1
    merge = ["package", "merge", project, back]
    for words, added in (([*merge, "--dry-run"], 1), (merge, 1), (merge, 0)):
        found = run(*words)
        assert found["added"] == added
        assert found["already_there"] == 1 - added
        assert (found["conflicts"], found["rejected"], found["verified"]) == ([], [], 1)
    damaged = tmp_path / "damaged.evalpack"
    raw = bytearray(back.read_bytes())
    raw[-1] ^= 1
    damaged.write_bytes(bytes(raw))
    (refused,) = run("package", "merge", project, damaged, "--identity", "Olga", code=3)["rejected"]
    assert refused["file"] == str(damaged)
    assert run("verify", damaged, "--identity", "Olga", code=1)["faults"]
    revoked = run("identity", "revoke", project, "Ada", "--reason", "lost", "--compromised")
    assert revoked["state"] == "compromised"
    assert run(*merge, code=5)["rejected"][0]["reason"].count("compromised") == 1
    assert [one["state"] for one in run("identity", "list", project)] == ["compromised"]


def test_without_a_place_for_keys_nothing_is_made(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("EVALDESK_IDENTITY_PASSPHRASE")
    assert "no keyring" in run("identity", "new", "--name", "Ada", code=5)["error"]
    file = tmp_path / "key.txt"
    file.write_text("from a file\n", "utf-8")
    assert run("identity", "new", "--name", "Ada", "--key-file", file)["kept_in"] == "file"
    assert run("identity", "new", "--name", "Bo", "--key-file", tmp_path / "no", code=3)
