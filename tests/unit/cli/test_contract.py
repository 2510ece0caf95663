"""Names, JSON keys and exit codes are a contract: scripts and gates depend on them."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaldesk.cli.main import COMMANDS, main, parser

Run = Callable[..., tuple[int, Any]]

ESTIMATE = {"value", "low", "high", "level", "n", "method", "seed", "undefined_reason"}
RUBRIC = {
    "name": "quality",
    "criteria": [
        {"name": "correct", "scale": {"kind": "binary"}},
        {"name": "tone", "scale": {"kind": "ordinal", "points": [1, 2, 3]}},
    ],
}


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
    """Two runs over six scenarios, a rubric, and three raters."""
    path = tmp_path / "p.evaldesk"
    assert run("new", path, "--name", "Probe")[0] == 0
    for name, passes in (("one", "010101"), ("two", "011111")):
        lines = [
            {
                "id": f"c{i}",
                "input": f"Question {i}",
                "output": f"Answer {i} {name}",
                "pass": int(p),
            }
            for i, p in enumerate(passes)
        ]
        file = tmp_path / f"{name}.jsonl"
        file.write_text("\n".join(map(json.dumps, lines)))
        assert run("import", path, file)[0] == 0
    rubric = tmp_path / "rubric.json"
    rubric.write_text(json.dumps(RUBRIC))
    assert run("rubric", "import", path, rubric)[0] == 0
    ratings = tmp_path / "ratings.csv"
    rows = ["unit,rater,criterion,value"]
    for i in range(6):
        for rater, shift in (("ann", 0), ("bob", 1), ("cyd", 0)):
            rows.append(f"one/c{i},{rater},correct,{'yes' if (i + shift * (i == 2)) % 2 else 'no'}")
            rows.append(f"one/c{i},{rater},tone,{1 + (i + shift) % 3}")
    ratings.write_text("\n".join(rows))
    assert run("ratings", "import", path, ratings, "--rubric", "quality")[0] == 0
    return path


def test_new(run: Run, tmp_path: Path) -> None:
    code, data = run("new", tmp_path / "n.evaldesk", "--network", "allow:localhost,example.org")
    assert code == 0
    assert data == {
        "project": "n",
        "path": str(tmp_path / "n.evaldesk"),
        "encrypted": False,
        "network": "allow:localhost,example.org",
    }
    assert run("new", tmp_path / "n.evaldesk")[0] == 4
    assert run("new", tmp_path / "m.evaldesk", "--network", "all")[0] == 2


def test_a_key_is_never_ignored_in_silence(
    run: Run, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key"
    key.write_text("secret")
    for argv in (("info", project), ("verify", project), ("traces", project)):
        assert main([*map(str, argv), "--key-file", str(key)]) == 0
        assert "not encrypted" in capsys.readouterr().err
        assert run(*argv, "--key-file", tmp_path / "none")[0] == 3
    for option in (("--encrypt",), ("--key-file", key)):
        assert run("new", tmp_path / "secret.evaldesk", *option)[0] == 2
    assert not (tmp_path / "secret.evaldesk").exists()


def test_info(run: Run, project: Path) -> None:
    _, data = run("info", project)
    assert (data["name"], data["traces"], data["scenarios"], data["runs"]) == ("Probe", 12, 6, 2)
    assert (data["rubrics"], data["raters"], data["ratings"], data["rulings"]) == (1, 3, 36, 0)
    for key in ("schema_version", "encrypted", "network", "datasets", "incidents", "size_bytes"):
        assert key in data


def test_import_again_adds_nothing(run: Run, project: Path, tmp_path: Path) -> None:
    code, data = run("import", project, tmp_path / "one.jsonl")
    assert code == 0
    [entry] = data["files"]
    assert (entry["traces"], entry["added"], entry["already_there"]) == (6, 0, 6)
    assert (entry["format"], entry["runs"], entry["scenarios"]) == ("jsonl", ["one"], 6)
    assert len(entry["sha256"]) == 64
    assert entry["skipped"] == []


def test_a_format_that_the_file_does_not_have(run: Run, project: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,input,output\n1,a,b\n")
    before = run("info", project)
    for name, file in (
        *((name, "one.jsonl") for name in ("csv", "xlsx", "tau2", "inspect", "tau-bench")),
        ("jsonl", "t.csv"),
    ):
        code, data = run("import", project, tmp_path / file, "--format", name)
        assert code == 3, name
        assert file in data["error"]
    assert run("import", project, tmp_path / "one.jsonl", "--format", "tau")[0] == 2
    assert run("info", project) == before


def test_a_file_that_was_scored_again(run: Run, project: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines[:2]:
        line["pass"] = 1 - line["pass"]
    for line in lines:
        line["length_score"] = 3
    file.write_text("\n".join(map(json.dumps, lines)))
    code, data = run("import", project, file)
    assert code == 0
    [entry] = data["files"]
    assert (entry["added"], entry["already_there"]) == (0, 6)
    assert any("(2 of them)" in note["message"] for note in entry["notes"])
    first = run("show", project, "one/c0")[1]["scores"]
    assert (first["pass"]["value"], first["length_score"]["value"]) == (0, 3)


def test_files_of_one_import_that_are_called_the_same(run: Run, tmp_path: Path) -> None:
    project = tmp_path / "p.evaldesk"
    run("new", project)
    files = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        files.append(tmp_path / folder / "same.jsonl")
        files[-1].write_text(f'{{"id": 1, "input": "q", "output": "from {folder}", "pass": 1}}')
    again = tmp_path / "same.json"
    again.write_bytes(files[0].read_bytes())
    for added in (1, 0):
        code, data = run("import", project, *files, again)
        assert code == 0
        assert [entry["runs"] for entry in data["files"]] == [["same"], ["same (2)"], ["same"]]
        assert [entry["added"] for entry in data["files"]] == [added, added, 0]
    assert run("info", project)[1]["traces"] == 2
    assert run("compare", project, "--a", "same", "--b", "same (2)", "--metric", "pass")[0] == 0
    assert run("verify", project)[0] == 0
    # Alone it is refused: a script that compares by name would go on comparing the old run.
    files[1].write_text('{"id": 1, "input": "q", "output": "another", "pass": 0}')
    code, data = run("import", project, files[1])
    assert code == 3
    assert "same.jsonl, line 1" in data["error"]


def test_a_bad_record_stops_the_whole_import(run: Run, project: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "three.jsonl", tmp_path / "four.jsonl"
    good.write_text('{"id": "x", "input": "a", "output": "b"}\n')
    bad.write_text('{"id": "x", "input": "a", "output": "b"}\n\n{"id": broken}\n')
    code, data = run("import", project, good, bad)
    assert code == 3
    assert "four.jsonl" in data["error"]
    assert "line 3" in data["error"]
    assert run("info", project)[1]["traces"] == 12
    code, data = run("import", project, good, bad, "--skip-bad")
    assert code == 0
    assert [item["record"] for item in data["files"][1]["skipped"]] == ["line 3"]
    assert run("info", project)[1]["traces"] == 14


def test_traces_pages_filters_and_searches(run: Run, project: Path) -> None:
    _, first = run("traces", project, "--limit", 5, "--sort", "-score.pass")
    assert (first["total"], len(first["traces"])) == (12, 5)
    _, second = run(
        "traces", project, "--limit", 50, "--sort", "-score.pass", "--after", first["next"]
    )
    assert second["next"] is None
    ids = [item["id"] for item in first["traces"] + second["traces"]]
    assert len(set(ids)) == 12
    assert first["traces"][0]["scores"] == {"pass": 1}
    _, found = run("traces", project, "--where", 'run = "two" and score.pass = 0')
    assert [item["scenario"] for item in found["traces"]] == ["c0"]
    _, found = run("traces", project, "--query", "two")
    assert found["total"] == 6
    assert "two" in found["traces"][0]["snippet"]
    code, data = run("traces", project, "--where", 'rum = "two"')
    assert code == 2
    assert "run" in data["hint"]


@pytest.mark.parametrize(
    ("where", "total"),
    [
        ("differs(one, two)", 4),
        ("differs(one, two, answer)", 12),
        ("disagreement", 6),
        ("disagreement = correct", 1),
        ("rated and not rated = zoe", None),
        ("rated = ann", 6),
        ("rated = me", 6),
        ("unrated", 6),
        ("has_error", 0),
        ("dataset = one", 12),
        ("score.pass exists and age < 1", 12),
        ("bookmarked or noted", 0),
        ("similar(one/c1)", None),
        ('imported > "2000" and model = ""', 12),
    ],
)
def test_filters_by_people_and_runs(run: Run, project: Path, where: str, total: int | None) -> None:
    code, found = run("traces", project, "--where", where, "--author", "ann")
    if "zoe" in where:
        assert (code, "zoe" in found["error"]) == (2, True)
    else:
        assert code == 0
        assert total is None or found["total"] == total


def test_a_view_is_listed_by_its_address(run: Run, project: Path) -> None:
    _, found = run("traces", project, "--where", "score.pass = 1", "--run", "two", "--query", "two")
    address = found["address"]
    assert address.startswith("evaldesk:traces?")
    code, again = run("traces", project, "--view", address)
    assert code == 0
    assert again == found
    assert run("traces", project, "--view", address, "--run", "two")[0] == 2
    assert run("traces", project, "--view", "somewhere")[0] == 2


def test_facets(run: Run, project: Path) -> None:
    code, data = run("facets", project, "--where", "score.pass = 1")
    assert (code, data["total"]) == (0, 8)
    facets = {facet["name"]: facet["lines"] for facet in data["facets"]}
    assert [line["value"] for line in facets["run"]] == ["two", "one"]
    for line in (*facets["run"], *facets["score.pass"], *facets["flags"]):
        assert set(line) == {"value", "count", "where"}
        where = f"score.pass = 1 and {line['where']}"
        assert run("traces", project, "--where", where)[1]["total"] == line["count"]


def test_similar(run: Run, project: Path) -> None:
    code, data = run("similar", project, "one/c1", "--limit", 3)
    assert code == 0
    assert len(data["trace"]) == 64
    for item in data["similar"]:
        assert set(item) == {"id", "run", "scenario", "trial", "title", "likeness"}
        assert 0 < item["likeness"] <= 1
    assert run("similar", project, "one/c9")[0] == 2


def test_show(run: Run, project: Path) -> None:
    code, data = run("show", project, "two/c3")
    assert code == 0
    assert (data["run"], data["scenario"]["key"]) == ("two", "c3")
    assert data["messages"][0]["parts"][0]["content"] == "Question 3"
    assert run("show", project, data["id"][:10])[1] == data
    assert run("show", project, "nine/c3")[0] == 2


def test_diff(run: Run, project: Path, tmp_path: Path) -> None:
    code, data = run("diff", project, "one/c3", "two/c3")
    assert code == 0
    assert data["same_scenario"] is True
    assert [trace["side"] for trace in data["traces"]] == ["a", "b"]
    assert [step["kind"] for step in data["traces"][0]["steps"]] == ["user", "assistant"]
    assert [(row["a"], row["b"], row["relation"]) for row in data["rows"]] == [
        (0, 0, "equal"),
        (1, 1, "differs"),
    ]
    assert data["rows"][1]["groups"] == [["a"], ["b"]]
    assert data["first_divergence"] == 1
    assert (data["equal"], data["differ"], data["only"]) == (1, 1, {"a": 0, "b": 0})
    _, data = run("diff", project, "one/c3", "one/c3", "two/c3", "--only-differing")
    assert [row["groups"] for row in data["rows"]] == [[["a", "b"], ["c"]]]
    _, data = run("diff", project, "one/c3", "one/c4")
    assert data["same_scenario"] is False
    for few in (("one/c1",), ("one/c1",) * 5):
        assert run("diff", project, *few)[0] == 2


def test_diff_of_calls(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.evaldesk"
    assert run("new", path)[0] == 0
    for name, extra in (("a", {"cabin": "economy"}), ("b", {"cabin": "business", "bags": 2})):
        call = {"name": "book", "arguments": json.dumps({"user": "mia", **extra})}
        messages = [
            {"role": "user", "content": "Book it"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": f"call_{name}", "type": "function", "function": call}],
            },
            {"role": "tool", "tool_call_id": f"call_{name}", "content": '{"total": 1}'},
        ]
        file = tmp_path / f"{name}.jsonl"
        record = {"id": "x", "input": "Book it", "messages": messages}
        file.write_text(json.dumps(record) + "\n")
        assert run("import", path, file)[0] == 0
    _, data = run("diff", path, "a/x", "b/x")
    [row] = [row for row in data["rows"] if row["relation"] != "equal"]
    assert (row["kind"], row["name"], row["result"]) == ("tool", "book", [])
    assert row["arguments"] == [
        {"path": ["cabin"], "kind": "changed", "values": {"a": "economy", "b": "business"}},
        {"path": ["bags"], "kind": "added", "values": {"b": 2}},
    ]


def test_rubrics(run: Run, project: Path, tmp_path: Path) -> None:
    _, listed = run("rubric", "list", project)
    assert [(item["name"], item["version"]) for item in listed] == [("quality", 1)]
    out = tmp_path / "out.json"
    code, data = run("rubric", "export", project, out)
    assert code == 0
    assert {"name", "version", "hash", "criteria"} <= set(data)
    assert run("rubric", "import", project, out)[1]["version"] == 1
    broken = tmp_path / "broken.json"
    broken.write_text('{"name": "x", "criteria": [{"name": "a", "scale": {"kind": "odd"}}]}')
    code, data = run("rubric", "import", project, broken)
    assert code == 3
    assert "criteria[0].scale.kind" in data["error"]


def test_agreement(run: Run, project: Path) -> None:
    code, data = run("agreement", project, "--rubric", "quality", "--by", "run", "--resamples", 200)
    assert code == 0
    correct, tone = data["criteria"]
    assert (correct["criterion"], correct["level"], tone["level"]) == (
        "correct",
        "nominal",
        "ordinal",
    )
    for name in ("alpha", "ac", "percent"):
        assert set(correct[name]) == ESTIMATE
    assert correct["alpha"]["seed"] == 20261
    assert (correct["units"], correct["pairable_units"], correct["raters"]) == (6, 6, 3)
    assert (correct["ratings"], correct["missing"]) == (18, 0)
    assert [(pair["a"], pair["b"], pair["units"]) for pair in correct["pairs"]] == [
        ("ann", "bob", 6),
        ("ann", "cyd", 6),
        ("bob", "cyd", 6),
    ]
    assert correct["slices"][0]["value"] == "one"
    assert run("agreement", project, "--rubric", "quallity")[0] == 2


def test_values_may_begin_with_a_minus_sign(run: Run, project: Path, tmp_path: Path) -> None:
    file = tmp_path / "abuse.csv"
    file.write_text("unit,rater,value\none/c1,ann,-3\none/c1,bob,1\none/c2,ann,0\none/c2,bob,0\n")
    options = ("--rubric", "abuse", "--create-rubric", "ordinal", "--categories", "-3,-1,0,1")
    assert run("ratings", "import", project, file, *options)[0] == 0
    [rubric] = [item for item in run("rubric", "list", project)[1] if item["name"] == "abuse"]
    points = rubric["criteria"][0]["scale"]["points"]
    assert [point["value"] for point in points] == [-3, -1, 0, 1]
    rule = ("rule", project, "--trace", "one/c1", "--criterion", "value", "--reason", "- clear")
    assert run(*rule, "--value", "-3")[1]["value"] == -3
    assert run("traces", project, "--query", "-refund")[0] == 0
    assert run("traces", project, "--query", "--limit", 3)[0] == 2


def test_options_may_stand_anywhere(run: Run, project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert run("rubric", "export", project, "--name", "quality", out)[1]["path"] == str(out)
    for name in ("x.jsonl", "y.jsonl"):
        (tmp_path / name).write_text(f'{{"input": "{name}", "output": "b"}}')
    code, data = run("import", project, tmp_path / "x.jsonl", "--run", "n", tmp_path / "y.jsonl")
    assert (code, len(data["files"])) == (0, 2)
    assert run("export", "--compare", "one", "two", "pass", "--resamples", 50, project,
               "--xlsx", tmp_path / "o.xlsx")[0] == 0  # fmt: skip
    assert run("agreement", project, "--rubric")[0] == 2
    assert main(["--json", "info", str(project)]) == 0


def test_nothing_varies(run: Run, project: Path, tmp_path: Path) -> None:
    file = tmp_path / "same.csv"
    file.write_text(
        "unit,rater,criterion,value\n"
        + "\n".join(f"two/c{i},{rater},flag,no" for i in range(4) for rater in ("ann", "bob"))
    )
    assert run(
        "ratings", "import", project, file, "--rubric", "flags", "--create-rubric", "nominal",
        "--categories", "no,yes",
    )[0] == 0  # fmt: skip
    _, data = run("agreement", project, "--rubric", "flags")
    alpha = data["criteria"][0]["alpha"]
    assert alpha["value"] is None
    assert "every rating is the same" in alpha["undefined_reason"]
    assert data["criteria"][0]["percent"]["value"] == 1


def test_disagreements_and_rulings(run: Run, project: Path) -> None:
    _, data = run("disagreements", project, "--rubric", "quality")
    assert data["total"] == len(data["items"]) == 7
    assert data["items"][0].keys() >= {"trace", "criterion", "answers", "spread", "severity"}
    item = next(item for item in data["items"] if item["criterion"] == "correct")
    assert item["answers"] == {"ann": "no", "bob": "yes", "cyd": "no"}
    rule = ("rule", project, "--trace", item["trace"], "--criterion", "correct")
    code, first = run(*rule, "--value", "no", "--reason", "Two say so.")
    assert (code, first["supersedes"]) == (0, None)
    _, second = run(*rule, "--none-fits", "--reason", "Neither.")
    assert second["supersedes"] == first["ruling"]
    assert run(*rule, "--value", "maybe", "--reason", "x")[0] == 2
    assert run(*rule, "--value", "no", "--reason", " ")[0] == 2
    _, after = run("disagreements", project, "--rubric", "quality", "--criterion", "correct")
    assert [item["ruled"] for item in after["items"]] == [True]


def test_compare(run: Run, project: Path) -> None:
    code, data = run("compare", project, "--a", "one", "--b", "two", "--metric", "pass")
    assert code == 0
    for name in ("a", "b", "difference"):
        assert set(data[name]) == ESTIMATE
    assert (data["metric"], data["direction"], data["pairs"]) == ("pass", "higher", 6)
    assert (data["wins"], data["ties"], data["losses"]) == (2, 4, 0)
    assert data["difference"]["value"] == pytest.approx(2 / 6)
    assert data["missing"] == {"a": 0, "b": 0}
    assert (data["p_value"], data["p_exact"]) == (0.25, 0.5)
    assert set(data["newcombe"]) == ESTIMATE
    assert data["regressions"] == []
    _, back = run("compare", project, "--a", "two", "--b", "one", "--metric", "pass")
    assert [item["scenario"] for item in back["regressions"]] == ["c2", "c4"]
    assert back["difference"]["value"] == pytest.approx(-2 / 6)
    assert run("compare", project, "--a", "one", "--b", "won", "--metric", "pass")[0] == 2
    assert run("compare", project, "--a", "one", "--b", "two", "--metric", "pas")[0] == 2


def test_compare_on_gold(run: Run, project: Path) -> None:
    _, data = run("compare", project, "--a", "one", "--b", "two", "--metric", "gold.correct")
    assert data["pairs"] == 0
    assert data["difference"]["value"] is None
    assert data["difference"]["undefined_reason"]
    assert data["missing"] == {"a": 0, "b": 5}


def test_export(run: Run, project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    code, data = run(
        "export", project, "--xlsx", out, "--compare", "one", "two", "pass", "--resamples", 200
    )
    assert code == 0
    assert out.stat().st_size > 5000
    assert {"path", "sheets", "rows"} <= set(data)
    lines = tmp_path / "out.jsonl"
    assert run("export", project, "--format", "jsonl", "--out", lines)[1]["rows"] == 12
    other = tmp_path / "other.evaldesk"
    run("new", other)
    _, again = run("import", other, lines)
    assert again["files"][0]["added"] == 12
    assert run("traces", other)[1]["traces"] == run("traces", project)[1]["traces"]


def test_verify(run: Run, project: Path, tmp_path: Path) -> None:
    code, data = run("verify", project)
    assert (code, data["ok"], data["faults"]) == (0, True, [])
    assert data["checked"] > 12
    damaged = tmp_path / "damaged.evaldesk"
    content = bytearray(project.read_bytes())
    frame = content.index(b"\x28\xb5\x2f\xfd")  # a compressed text
    content[frame + 9] ^= 0xFF
    damaged.write_bytes(bytes(content))
    code, data = run("verify", damaged)
    assert code == 1
    assert data["faults"]
    (tmp_path / "text.evaldesk").write_text("hello")
    assert run("verify", tmp_path / "text.evaldesk")[0] == 4


def test_backup(run: Run, project: Path, tmp_path: Path) -> None:
    code, data = run("backup", project, "--out", tmp_path / "copy.evaldesk")
    assert code == 0
    assert len(data["sha256"]) == 64
    assert run("info", tmp_path / "copy.evaldesk")[1]["traces"] == 12


def test_formats(run: Run) -> None:
    code, data = run("formats")
    assert code == 0
    assert {"name", "title", "extensions", "reads", "writes"} <= set(data[0])
    names = {item["name"] for item in data if item["reads"]}
    assert {"jsonl", "csv", "xlsx", "tau-bench", "tau2", "inspect"} <= names


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nonsense"],
        ["info"],
        ["traces", "p.evaldesk", "--limit", "-1"],
        ["rule", "p.evaldesk", "--trace", "x", "--criterion", "y"],
        ["export", "p.evaldesk"],
    ],
)
def test_wrong_usage_is_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


def test_wrong_words_are_answered_with_the_nearest(run: Run, project: Path) -> None:
    code, data = run("traces", project, "--limt", 3)
    assert (code, data["hint"]) == (2, "Did you mean “--limit”?")
    assert "evaldesk traces" in data["error"]
    code, data = run("inof", project)
    assert (code, data["hint"]) == (2, "Did you mean “info”?")
    assert run("info", project, "more")[0] == 2


def test_a_missing_project_is_4(run: Run, tmp_path: Path) -> None:
    code, data = run("info", tmp_path / "none.evaldesk")
    assert code == 4
    assert "none.evaldesk" in data["error"]


def test_messages_for_people_go_to_standard_error(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(project), str(tmp_path / "gone.jsonl")]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "gone.jsonl" in captured.err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_example_is_a_line_that_parses(command: Any) -> None:
    words = shlex.split(command.example)
    assert words[0] == "evaldesk"
    args = parser().parse_args(words[1:])
    assert args.command is command


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_has_an_example(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command.name.split(), "--help"])
    assert stopped.value.code == 0
    assert f"evaldesk {command.name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["info", "P"], ["Probe", "traces  12", "rulings  0", "whole"]),
        (["traces", "P"], ["12 traces", "one  c0", "two  c5", "pass=1"]),
        (["show", "P", "one/c1"], ["one / c1 / trial 0", "Question 1", "Answer 1 one"]),
        (
            ["diff", "P", "one/c1", "two/c1"],
            ["1 equal, 1 differ", "divergence at step 2: A answers", "B Answer 1 two"],
        ),
        (
            ["agreement", "P", "--rubric", "quality", "--resamples", "100"],
            ["correct", "nominal", "tone", "ordinal", "n=6"],
        ),
        (["disagreements", "P", "--rubric", "quality"], ["7 disagreements, 7 open", "no · yes"]),
        (
            ["compare", "P", "--a", "one", "--b", "two", "--metric", "pass"],
            ["6 pairs", "0.333", "B better 2, equal 4, A better 0"],
        ),
        (["rubric", "list", "P"], ["quality", "correct, tone"]),
        (["formats"], ["tau2", "inspect", "reads, writes"]),
        (["verify", "P"], ["Whole", "no fault"]),
    ],
)
def test_text_output_says_the_same_without_json(
    project: Path, capsys: pytest.CaptureFixture[str], argv: list[str], said: list[str]
) -> None:
    capsys.readouterr()
    assert main([str(project) if word == "P" else word for word in argv]) == 0
    words = " ".join(capsys.readouterr().out.split())
    for expected in said:
        assert " ".join(expected.split()) in words


def test_a_project_that_is_cut_off_is_not_whole(run: Run, project: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.evaldesk"
    content = project.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    assert run("info", cut)[0] == 4
    code, data = run("verify", cut)
    assert (code, data["ok"]) == (1, False)
    assert "damaged" in data["faults"][0]["what"]


def test_a_text_that_is_no_text_any_more_is_damage_and_no_crash(
    run: Run, project: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.evaldesk"
    content = project.read_bytes().replace(b"Answer 3 two", b"Answer \xff two")
    damaged.write_bytes(content)
    assert run("traces", damaged)[0] == 4
    code, data = run("verify", damaged)
    assert (code, data["ok"]) == (1, False)


def test_a_place_that_cannot_be_written_is_wrong_usage(
    run: Run, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    for argv in (("rubric", "export"), ("export", "--xlsx"), ("backup", "--out")):
        target = tmp_path / "file" / "out"
        words = [*argv, project, target] if argv[0] == "rubric" else [
            argv[0], project, argv[1], target
        ]  # fmt: skip
        code, data = run(*words)
        assert code in (2, 4), argv
        assert "file" in data["error"]


def test_a_fault_of_the_program_still_gives_one_document(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(path: Path, unlock: object = None) -> None:
        raise RuntimeError("a secret text")

    monkeypatch.setattr("evaldesk.services.projects.opening.open_project", broken)
    code, data = run("info", tmp_path / "p.evaldesk")
    assert (code, data["exit_code"]) == (1, 1)
    assert data["error"] == "A fault of the program: RuntimeError."
