"""The main job as a person's script does it: the real program, one process a command."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCENARIOS = 24
RUBRIC = {
    "name": "support",
    "criteria": [
        {"name": "solved", "scale": {"kind": "binary"}},
        {"name": "tone", "scale": {"kind": "ordinal", "points": ["rude", "plain", "kind"]}},
    ],
}


class Program:
    """Runs ``python -m evaldesk`` in a folder of its own."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(root),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONWARNINGS": "error",
            # JSON is UTF-8 whatever the terminal speaks.
            "PYTHONIOENCODING": "latin-1",
        }
        # No command of the main job may need a display.
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            self._environment.pop(name, None)

    def start(self, *argv: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "evaldesk", *map(str, argv), "--json"],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, *argv: object, code: int = 0) -> Any:
        """The one JSON document on standard output, which strict readers accept."""
        process = self.start(*argv)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, err
        assert "Traceback" not in err

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is no JSON")

        return json.loads(out, parse_constant=refuse)


@pytest.fixture
def evaldesk(tmp_path: Path, repository: Path) -> Program:
    return Program(tmp_path, repository)


def _write_sources(folder: Path) -> None:
    for run, passes in (("v1", lambda i: i % 3 > 0), ("v2", lambda i: i % 4 > 0)):
        records = [
            {
                "ticket": f"T-{i:02d}",
                "ask": f"Frage {i}: wo ist mein Päckchen? 📦",
                "reply": f"=Antwort {i} von {run}",
                "meta": {"language": "de" if i % 2 else "en", "ms": 100 + i},
                "ok": passes(i),
            }
            for i in range(SCENARIOS - (run == "v2"))
        ]
        (folder / f"{run}.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    mapping = {
        "scenario": "ticket",
        "input": "ask",
        "output": "reply",
        "slices": ["meta.language"],
        "latency_ms": "meta.ms",
        "scores": {"pass": "ok"},
    }
    (folder / "map.json").write_text(json.dumps(mapping), "utf-8")
    (folder / "rubric.json").write_text(json.dumps(RUBRIC), "utf-8")
    with (folder / "ratings.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["unit", "rater", "criterion", "value", "comment"])
        for i in range(SCENARIOS):
            for rater, differs in (("Ana", 99), ("Bo", 5), ("Çem", 7)):
                solved = (i % 3 > 0) != (i % differs == 4)
                tone = RUBRIC["criteria"][1]["scale"]["points"][(i + (i % differs == 3)) % 3]  # type: ignore[index]
                rows.writerow([f"v1/T-{i:02d}", rater, "solved", "yes" if solved else "no", ""])
                rows.writerow([f"v1/T-{i:02d}", rater, "tone", tone, "“so”, sagt sie"])


def test_the_main_job(evaldesk: Program) -> None:
    _write_sources(evaldesk.folder)
    made = evaldesk("new", "p.evaldesk", "--name", "Bürgerdienst")
    assert made == {
        "project": "Bürgerdienst",
        "path": "p.evaldesk",
        "encrypted": False,
        "network": "none",
    }
    sources = ("import", "p.evaldesk", "v1.jsonl", "v2.jsonl", "--map", "map.json")
    files = evaldesk(*sources)["files"]
    assert [(f["runs"], f["traces"], f["added"], f["scores"]) for f in files] == [
        (["v1"], 24, 24, 24),
        (["v2"], 23, 23, 23),
    ]
    assert [f["already_there"] for f in evaldesk(*sources)["files"]] == [24, 23]
    rubric = evaldesk("rubric", "import", "p.evaldesk", "rubric.json")
    assert (rubric["name"], rubric["version"], len(rubric["criteria"])) == ("support", 1, 2)
    ratings = ("ratings", "import", "p.evaldesk", "ratings.csv", "--rubric", "support")
    counted = {"raters": 3, "units": 24, "ratings": 144, "skipped": 0}
    assert counted.items() <= evaldesk(*ratings).items()
    assert evaldesk(*ratings)["added"] == 0

    agreement = ("agreement", "p.evaldesk", "--rubric", "support", "--by", "meta.language")
    solved, tone = evaldesk(*agreement)["criteria"]
    assert (solved["level"], tone["level"], solved["missing"]) == ("nominal", "ordinal", 0)
    assert solved["alpha"]["low"] < solved["alpha"]["value"] < solved["alpha"]["high"]
    assert {part["value"] for part in tone["slices"]} == {"de", "en"}
    assert evaldesk(*agreement)["criteria"] == [solved, tone]  # the seed is a parameter

    found = evaldesk("disagreements", "p.evaldesk", "--rubric", "support", "--criterion", "solved")
    assert found["total"] == len(found["items"]) > 0
    item = found["items"][0]
    assert not item["ruled"]
    rule = ("rule", "p.evaldesk", "--trace", item["trace"], "--criterion", "solved")
    first = evaldesk(*rule, "--value", "no", "--reason", "Das Päckchen kam nie an.")
    second = evaldesk(*rule, "--value", "yes", "--reason", "- doch, am Tag danach.")
    assert (first["supersedes"], second["supersedes"]) == (None, first["ruling"])

    compare = ("compare", "p.evaldesk", "--a", "v1", "--b", "v2", "--metric", "pass")
    gap = evaldesk(*compare)
    assert (gap["pairs"], gap["missing"]) == (23, {"a": 0, "b": 1})
    assert gap["wins"] + gap["ties"] + gap["losses"] == 23
    assert len(gap["regressions"]) == gap["losses"] > 0
    assert gap["difference"]["value"] == pytest.approx((gap["wins"] - gap["losses"]) / 23)

    book = evaldesk("export", "p.evaldesk", "--xlsx", "out.xlsx", "--compare", "v1", "v2", "pass")
    assert {"Summary", "Traces", "Ratings"} <= {sheet["name"] for sheet in book["sheets"]}
    assert _formulas(evaldesk.folder / "out.xlsx") == []

    listed = evaldesk("traces", "p.evaldesk", "--where", 'score.pass = 0 and run = "v2"')
    assert listed["total"] == 6
    whole = evaldesk("show", "p.evaldesk", listed["traces"][0]["id"])
    assert whole["messages"][-1]["parts"][0]["content"].startswith("=Antwort")
    info = evaldesk("info", "p.evaldesk")
    counts = {"traces": 47, "scenarios": 24, "runs": 2, "raters": 3, "ratings": 144, "rulings": 2}
    assert counts.items() <= info.items()
    assert evaldesk("verify", "p.evaldesk")["ok"]
    assert sorted(path.name for path in evaldesk.folder.glob("p.evaldesk*")) == ["p.evaldesk"]


def _formulas(path: Path) -> list[str]:
    from openpyxl import load_workbook

    return [
        f"{sheet.title} {cell.coordinate}"
        for sheet in load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def test_exit_codes_of_the_program(evaldesk: Program) -> None:
    evaldesk("new", "p.evaldesk")
    (evaldesk.folder / "bad.jsonl").write_text('{"input": "a", "output": "b"}\n{"input": "c",\n')
    before = evaldesk("info", "p.evaldesk")
    assert "bad.jsonl, line 2" in evaldesk("import", "p.evaldesk", "bad.jsonl", code=3)["error"]
    assert evaldesk("info", "p.evaldesk") == before
    skipped = evaldesk("import", "p.evaldesk", "bad.jsonl", "--skip-bad")["files"][0]["skipped"]
    assert [bad["record"] for bad in skipped] == ["line 2"]
    assert evaldesk("show", "p.evaldesk", "nothing", code=2)["exit_code"] == 2
    assert evaldesk("info", "bad.jsonl", code=4)["exit_code"] == 4
    whole = (evaldesk.folder / "p.evaldesk").read_bytes()
    (evaldesk.folder / "cut.evaldesk").write_bytes(whole[: len(whole) // 2])
    assert not evaldesk("verify", "cut.evaldesk", code=1)["ok"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_an_import_that_is_killed_leaves_the_project_as_it_was(evaldesk: Program) -> None:
    evaldesk("new", "p.evaldesk")
    with (evaldesk.folder / "big.jsonl").open("w") as file:
        for i in range(20_000):
            file.write(json.dumps({"id": i, "input": f"q {i}", "output": "x y z " * 60}) + "\n")
    before = evaldesk("info", "p.evaldesk")
    process = evaldesk.start("import", "p.evaldesk", "big.jsonl")
    assert process.stderr is not None
    # The first word of progress comes from the midst of the transaction.
    assert "%" in process.stderr.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    assert evaldesk("info", "p.evaldesk") == before
    assert evaldesk("verify", "p.evaldesk")["ok"]
    assert evaldesk("traces", "p.evaldesk")["total"] == 0
