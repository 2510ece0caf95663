"""The network policy by command: shown, changed with a reason, and in the log."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaldesk.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, Any]:
    code = main([*map(str, argv), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_change_needs_a_reason_and_is_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.evaldesk"
    assert run(capsys, "new", path, "--network", "loopback")[0] == 0
    assert run(capsys, "network", path) == (
        0,
        {"project": "p", "network": "loopback", "before": "loopback"},
    )
    assert run(capsys, "network", path, "none")[0] == 2
    assert run(capsys, "network", path, "everybody", "--reason", "why not")[0] == 2
    assert run(capsys, "info", path)[1]["network"] == "loopback"
    code, said = run(capsys, "network", path, "none", "--reason", "not needed", "--author", "ann")
    assert (code, said["before"], said["network"]) == (0, "loopback", "none")
    assert run(capsys, "info", path)[1]["network"] == "none"
    _, log = run(capsys, "audit", path)
    newest = log["events"][0]
    assert (newest["kind"], newest["author"]) == ("policy.network", "ann")
    assert "not needed" in json.dumps(newest)
    assert run(capsys, "verify", path)[0] == 0


@pytest.mark.parametrize("policy", ["allow:https://judge.example", "allow:", "open"])
def test_what_is_no_policy_makes_no_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], policy: str
) -> None:
    path = tmp_path / "p.evaldesk"
    assert run(capsys, "new", path, "--network", policy)[0] == 2
    assert not path.exists()
