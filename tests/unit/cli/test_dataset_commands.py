"""``dataset …`` and ``compare --suite``: names, keys and exit codes that scripts depend on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaldesk.cli.main import main

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with --json; gives exit code and document."""

    def call(*argv: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*(str(item) for item in argv), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def project(tmp_path: Path, run: Run) -> Path:
    """Two runs over the same six scenarios of one dataset."""
    path = tmp_path / "p.evaldesk"
    assert run("new", path)[0] == 0
    for name, passes in (("one", "010101"), ("two", "011111")):
        lines = [
            {
                "id": f"c{i}",
                "input": f"Question {i} about a parcel that was never brought to my new address",
                "output": f"Answer {i}",
                "tier": "critical" if i < 2 else "important",
                "pass": int(p),
            }
            for i, p in enumerate(passes)
        ]
        file = tmp_path / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, lines)))
        assert run("import", path, file, "--dataset", "parcels", "--author", "Ines")[0] == 0
    return path


def test_from_an_edit_to_a_comparison_on_a_suite(project: Path, run: Run, tmp_path: Path) -> None:
    code, listed = run("dataset", "list", project)
    assert code == 0
    (dataset,) = listed["datasets"]
    (first,) = dataset["versions"]
    assert (first["dataset"], first["scenarios"], first["runs"]) == ("parcels", 6, ["one", "two"])
    code, made = run(
        *("dataset", "edit", project, "parcels", "c5", "--tier", "critical"),
        *("--slice", "topic=loss", "--note", "S1 twice", "--author", "Mara"),
    )
    assert code == 0
    assert (made["parent"], made["author"], made["edited"]) == (first["version"], "Mara", 1)
    code, shown = run("dataset", "show", project, "parcels", "--where", "tier = critical")
    assert [row["key"] for row in shown["members"]] == ["c0", "c1", "c5"]
    assert shown["members"][2]["slices"] == {"topic": "loss"}
    code, found = run("dataset", "diff", project, first["version"][:12], "parcels")
    assert [item["key"] for item in found["changed"]] == ["c5"]
    assert {one["field"] for one in found["changed"][0]["fields"]} == {"tier", "slice.topic"}
    assert found["same"] == 5
    code, gate = run(
        *("dataset", "new", project, "gate", "--from", "parcels"),
        *("--where", "tier = critical", "--note", "for releases"),
    )
    assert (code, gate["scenarios"], gate["new"]) == (0, 3, True)
    code, suite = run("dataset", "suite", project, "Release", "gate")
    assert suite["version"] == gate["version"]
    assert len(suite["history"]) == 1
    code, compared = run(
        *("compare", project, "--a", "one", "--b", "two", "--metric", "pass"),
        *("--suite", "Release", "--by", "tier", "--resamples", "100"),
    )
    assert code == 0
    assert compared["pairs"] == 3
    assert "Release" in compared["ground"]
    assert [part["slice"] for part in compared["slices"]] == ["tier"]
    code, compared = run(
        *("compare", project, "--a", "one", "--b", "two", "--metric", "pass"),
        *("--resamples", "100"),
    )
    assert "same version" in compared["ground"]
    assert run("verify", project)[1]["ok"]


def test_split_export_and_import(project: Path, run: Run, tmp_path: Path) -> None:
    code, parted = run(
        *("dataset", "split", project, "parcels", "--part", "dev=1", "--part", "test=2"),
        *("--by", "tier", "--seed", "5"),
    )
    assert code == 0
    assert [part["scenarios"] for part in parted["parts"]] == [2, 4]
    out = tmp_path / "dev.jsonl"
    code, written = run("dataset", "export", project, "parcels · dev", "--out", out)
    assert (code, written["rows"]) == (0, 2)
    other = tmp_path / "other.evaldesk"
    run("new", other)
    code, brought = run("import", other, out)
    assert code == 0
    assert brought["files"][0]["format"] == "scenarios"
    assert brought["files"][0]["runs"] == []
    assert run("dataset", "show", other, "parcels · dev")[1]["total"] == 2
    assert run("dataset", "export", project, "parcels", "--out", out)[0] == 2


def test_the_checks(project: Path, run: Run, tmp_path: Path) -> None:
    code, doubles = run("dataset", "duplicates", project, "parcels", "--similarity", "0.9")
    assert code == 0
    (group,) = doubles["groups"]
    assert (group["kind"], len(group["scenarios"])) == ("near", 6)
    code, dropped = run("dataset", "duplicates", project, "parcels", "--drop", "c3")
    assert dropped["made"]["scenarios"] == 5
    code, covered = run(
        *("dataset", "coverage", project, "parcels@" + doubles["version"], "--by", "tier"),
        *("--run", "one", "--metric", "pass"),
    )
    cells = {cell["tier"]: cell for cell in covered["cells"]}
    assert (cells["critical"]["scenarios"], cells["critical"]["failing"]) == (2, 1)
    assert cells["critical"]["rate"]["method"] == "Wilson"
    assert covered["empty"] == [["nice-to-have"]]
    train = tmp_path / "train.txt"
    train.write_text("x\nQuestion 4 about a parcel that was never brought to my new address\n")
    code, leaked = run("dataset", "leakage", project, "parcels", train, "--ngram", "13")
    assert leaked["leaks"][0]["key"] == "c4"
    assert (leaked["leaks"][0]["line"], leaked["leaks"][0]["share"]) == (2, 1.0)
    assert leaked["limits"]
    code, lineage = run("dataset", "lineage", project, "c4")
    assert lineage["file"]["file"] == "one.jsonl"
    assert [trace["run"] for trace in lineage["traces"]] == ["one", "two"]
    code, ground = run("dataset", "lineage", project, "--run", "one", "--run", "two")
    assert ground["same"]
    assert ground["runs"][1]["files"][0]["file"] == "two.jsonl"


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("show", "parcel"), 2, "parcels"),
        (("show", "parcels", "--where", "teir = x"), 2, "tier"),
        (("new", "x", "--merge", "parcels"), 2, "--from"),
        (("new", "x", "--where", "score.pass = 9"), 2, "No scenario"),
        (("edit", "parcels"), 2, "No scenario"),
        (("edit", "parcels", "c0", "--tier", "crit"), 2, "nice-to-have"),
        (("edit", "parcels", "c0", "--slice", "topic"), 2, "NAME=VALUE"),
        (("split", "parcels", "--part", "dev"), 2, "NAME=SHARE"),
        (("leakage", "parcels"), 2, "No text"),
        (("leakage", "parcels", "missing.txt"), 3, "no such file"),
        (("lineage", "c99"), 2, "c9"),
        (("coverage", "parcels", "--metric", "pass"), 2, "run"),
    ],
)
def test_what_makes_no_sense(
    project: Path, run: Run, argv: tuple[str, ...], code: int, said: str
) -> None:
    verb, *rest = argv
    found, document = run("dataset", verb, project, *rest)
    assert found == code
    assert said in f"{document['error']} {document['hint']}"
