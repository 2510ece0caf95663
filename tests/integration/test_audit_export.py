"""The log as an auditor gets it: listed, exported, and checked without EvalDesk."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaldesk.cli.main import main
from evaldesk.storage.project import Project
from tests.unit.storage.signing import TestSigner
from tests.unit.storage.worked import worked_on

SCRIPT = Path(__file__).parents[2] / "docs" / "check_audit.py"

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    with worked_on(folder / "p.evaldesk", TestSigner("ann")) as project:
        project.ratings.answer(4, "quality", "tone", "bob", 3)
        project.signer = None
        project.notes.add(3, "bob", "note", text="by nobody's key")
    assert (
        main(["audit", "export", str(folder / "p.evaldesk"), "--out", str(folder / "l.jsonl")]) == 0
    )
    return folder / "l.jsonl"


def checked(path: Path) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), str(path)], capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_the_script_finds_a_log_whole(exported: Path) -> None:
    code, said = checked(exported)
    assert code == 0, said
    assert said.startswith("whole: ")
    head = json.loads(exported.read_text().splitlines()[0])
    assert len(head["how"]) > 3
    (number, digest) = next(iter(head["heads"].values()))
    assert f"{number} {digest}" in said


def _other_author(lines: Lines) -> None:
    lines[9]["signed"] = lines[9]["signed"].replace('"author":"ann"', '"author":"eve"')


def _hashed_again(lines: Lines) -> None:
    import hashlib

    _other_author(lines)
    lines[9]["hash"] = hashlib.sha256(lines[9]["signed"].encode()).hexdigest()


def _left_out(lines: Lines) -> None:
    del lines[7]


def _cut(lines: Lines) -> None:
    del lines[-1]


def _exchanged(lines: Lines) -> None:
    lines[7], lines[8] = lines[8], lines[7]


def _signature_of_another(lines: Lines) -> None:
    lines[7]["signature"] = lines[8]["signature"]


def _without_signature(lines: Lines) -> None:
    lines[7]["signature"] = ""


def _put_in(lines: Lines) -> None:
    lines.append(lines[-1])


@pytest.mark.parametrize(
    "tamper",
    [
        _other_author,
        _hashed_again,
        _left_out,
        _cut,
        _exchanged,
        _signature_of_another,
        _without_signature,
        _put_in,
    ],
)
def test_the_script_finds_each_tampering(
    exported: Path, tmp_path: Path, tamper: Callable[[Lines], None]
) -> None:
    lines = [json.loads(line) for line in exported.read_text().splitlines()]
    tamper(lines)
    other = tmp_path / "other.jsonl"
    other.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, said = checked(other)
    assert code == 1
    assert said.startswith("FAULT: ")


def test_the_log_is_listed(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(exported.with_name("p.evaldesk"))
    capsys.readouterr()
    assert main(["audit", path, "--kind", "rating", "--author", "ann", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["total"] == len(found["events"]) > 3
    assert all(event["kind"].startswith("rating.") for event in found["events"])
    said = found["events"][-1]["said"]
    assert re.fullmatch(r"ann submitted 2 answers of trace [0-9a-f]{12} in the round “r1”\.", said)
    assert main(["audit", path, "--since", "2999", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 0
    assert main(["audit", path, "--limit", "1"]) == 0
    assert "1 of " in capsys.readouterr().out
    assert main(["audit", "export", path]) == 2


def test_verify_names_the_first_fault(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "copy.evaldesk"
    path.write_bytes(exported.with_name("p.evaldesk").read_bytes())
    capsys.readouterr()
    assert main(["verify", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["faults"]) == (True, [])
    assert 1 < found["log"]["unsigned"] < found["log"]["signed"]
    with Project.open(path) as project, project.database.write() as connection:
        connection.exec_driver_sql("UPDATE score SET value = 9 WHERE trace_pk = 1")
    assert main(["verify", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["faults"][0]["where"].startswith("score, log entry ")
    assert "changed" in found["faults"][0]["what"]
