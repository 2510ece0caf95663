"""``evaldesk export --format`` on the sample project: what is written, and what is refused."""

import json
from pathlib import Path

import pytest

from evaldesk.cli.main import main
from evaldesk.services.projects.demo import build_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_sample(tmp_path_factory.mktemp("sample") / "sample.evaldesk"))


def export(sample: str, *words: str) -> int:
    return main(["export", sample, *words, "--json"])


def test_run_where_and_ratings_choose_what_is_written(
    sample: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    words = ["--format", "jsonl", "--out", str(out), "--run", "prompt-v14"]
    assert export(sample, *words, "--where", "score.pass = 0", "--with-ratings") == 0
    said = json.loads(capsys.readouterr().out)
    traces = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (said["rows"], said["notes"]) == (
        len(traces),
        [f"{len(traces)} traces were never looked through."],
    )
    assert {trace["run"] for trace in traces} == {"prompt-v14"}
    assert {trace["scores"]["pass"]["value"] for trace in traces} == {0.0}
    assert any(trace["annotations"] for trace in traces)
    assert export(sample, *words) == 2
    assert len(out.read_text("utf-8").splitlines()) == len(traces)
    assert export(sample, *words, "--overwrite") == 0
    assert not any(json.loads(line)["annotations"] for line in out.read_text("utf-8").splitlines())


def test_what_was_left_out_is_told(
    sample: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "tone.jsonl")
    words = ["--format", "inspect-scores", "--out", out, "--run", "prompt-v14"]
    assert export(sample, *words, "--criterion", "tone") == 0
    assert any("left out" in note for note in json.loads(capsys.readouterr().out)["notes"])


@pytest.mark.parametrize(
    "words",
    [
        ["--xlsx", "book.xlsx", "--with-ratings"],
        ["--xlsx", "book.xlsx", "--run", "prompt-v14"],
        ["--format", "inspect-scores", "--out", "out.jsonl"],
        ["--format", "otlp"],
        ["--format", "otpl", "--out", "out.jsonl"],
        ["--format", "xlsx", "--out", "out.xlsx"],
    ],
    ids=["xlsx-ratings", "xlsx-run", "no-run", "no-out", "no-format", "xlsx-format"],
)
def test_what_makes_no_sense_is_refused(
    sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert export(sample, *words) == 2
    assert list(tmp_path.iterdir()) == []
