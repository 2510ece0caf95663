"""Out of one project and into another: the same traces by id, their scores and annotations."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaldesk.domain import interchange
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.trace import Trace, TraceRecord
from evaldesk.exporters import registry
from evaldesk.services.exporting.files import FileExport, export_file
from evaldesk.services.finding.query import parse
from evaldesk.services.importing.traces import import_files
from evaldesk.services.projects.demo import build_sample
from evaldesk.storage.project import Project
from tests.strategies import trace_records

WHOLE = ("jsonl", "otlp", "openinference", "parquet")
"""Formats that lose nothing."""


def ending(name: str) -> str:
    return registry.by_name(name).extensions[0]


def filled(path: Path, records: Sequence[TraceRecord]) -> Project:
    project = Project.create(path)
    with project.ingest("source") as writer:
        for record in records:
            writer.run(record.run, system="", dataset="cases", details={})
            writer.add(record, record.run)
        writer.finish("Ada")
    return project


def held(project: Project) -> dict[str, tuple[Any, ...]]:
    """What a project holds of each trace besides the header and body that the id covers."""
    found = {}
    for pk in project.traces.ids(TraceQuery()):
        trace = project.traces.read(pk)
        said = sorted(trace.annotations, key=repr)
        found[trace.row.id] = (dict(trace.scores), said, trace.scenario)
    return found


def told_apart(records: list[TraceRecord]) -> bool:
    """Whether the records are no two traces of one run, scenario and trial, nor describe one
    scenario in two ways."""
    places = {(one.run, one.scenario.key, one.trial) for one in records}
    return len(places) == len({one.scenario.key for one in records}) == len(records)


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(records=st.lists(trace_records(), min_size=1, max_size=4).filter(told_apart))
def test_out_and_in_again_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, name: str, records: list[TraceRecord]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    file = folder / f"handed-over{ending(name)}"
    with filled(folder / "a.evaldesk", records) as project:
        wanted = held(project)
        assert export_file(project, file, FileExport(name)).rows == len(records)
    with Project.create(folder / "b.evaldesk") as other:
        (result,) = import_files(other, [file])
        assert result.skipped == ()
        assert held(other) == wanted
        # Once more adds nothing.
        (again,) = import_files(other, [file])
        assert (again.added, again.already_there) == (0, len(records))
        assert held(other) == wanted


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_sample(tmp_path_factory.mktemp("sample") / "sample.evaldesk")


@pytest.mark.parametrize("name", WHOLE)
def test_ratings_go_along_only_where_they_are_asked_for(
    sample: Path, tmp_path: Path, name: str
) -> None:
    without, with_them = tmp_path / f"a{ending(name)}", tmp_path / f"b{ending(name)}"
    with Project.open(sample) as project:
        ids = set(held(project))
        raters = set(project.people.raters())
        export_file(project, without, FileExport(name))
        export_file(project, with_them, FileExport(name, with_ratings=True))
    for rater in raters:
        assert rater.encode() not in without.read_bytes()
    with Project.create(tmp_path / "without.evaldesk") as other:
        import_files(other, [without])
        found = held(other)
        assert set(found) == ids
        assert not any(said for _, said, _ in found.values())
    with Project.create(tmp_path / "with.evaldesk") as other:
        import_files(other, [with_them])
        found = held(other)
        assert set(found) == ids
        said = [one for _, annotations, _ in found.values() for one in annotations]
        kinds = [one.metadata[interchange.ORIGIN] for one in said]
        assert set(kinds) == {interchange.RATING, interchange.RULING}
        assert kinds.count(interchange.RULING) == 14
        assert {one.annotator for one in said if one.metadata[interchange.ORIGIN] == "rating"} == (
            raters
        )


def without_carried(value: Any) -> Any:
    """The spans of a file as if another tool had written them."""
    if isinstance(value, dict):
        return {
            key: without_carried(item) for key, item in value.items() if key != interchange.TRACE
        }
    if isinstance(value, list):
        return [
            without_carried(item)
            for item in value
            if not (isinstance(item, dict) and item.get("key") == interchange.TRACE)
        ]
    return value


def talk(trace: Trace) -> list[Any]:
    """Who said what and called which tool with what, as every convention has it."""
    found: list[Any] = []
    for message in trace.body["messages"]:
        for part in message["parts"]:
            kind = part["type"]
            if kind in ("text", "reasoning"):
                found.append((message["role"], kind, part["content"]))
            elif kind == "tool_call":
                found.append((message["role"], part["id"], part["name"], part["arguments"]))
            else:
                found.append((message["role"], part["id"], answered(part)))
    return found


def answered(part: Any) -> Any:
    """What a tool answered; some conventions have only text for it."""
    response = part.get("error") or part["response"]
    try:
        return json.loads(response)
    except (TypeError, ValueError):
        return response


@pytest.mark.parametrize("name", ["otlp", "openinference"])
def test_another_tool_finds_conversation_scores_and_ratings(
    sample: Path, tmp_path: Path, name: str
) -> None:
    out, bare = tmp_path / "out.jsonl", tmp_path / "bare.jsonl"
    with Project.open(sample) as project:
        wanted = [project.traces.read(pk) for pk in project.traces.ids(TraceQuery())]
        ratings = project.ratings.count()
        export_file(project, out, FileExport(name, with_ratings=True))
    with out.open(encoding="utf-8") as lines:
        stripped = [json.dumps(without_carried(json.loads(line))) for line in lines]
    bare.write_text("\n".join(stripped), "utf-8")
    with Project.create(tmp_path / "b.evaldesk") as other:
        (result,) = import_files(other, [bare])
        found = [other.traces.read(pk) for pk in other.traces.ids(TraceQuery())]
    assert (result.format, len(found)) == (name, len(wanted))
    for one, before in zip(found, wanted, strict=True):
        assert talk(one) == talk(before)
        assert {key: (score.value, score.label) for key, score in one.scores.items()} == {
            key: (score.value, score.label) for key, score in before.scores.items()
        }
        assert len(one.body.get("documents", ())) == len(before.body.get("documents", ()))
        assert (one.row.tokens_in, one.row.latency_ms) == (
            before.row.tokens_in,
            before.row.latency_ms,
        )
    said = [one for trace in found for one in trace.annotations]
    assert sum(one.metadata[interchange.ORIGIN] == interchange.RATING for one in said) > ratings


def test_a_list_of_traces_keeps_scores_and_answers_but_is_another_trace(
    sample: Path, tmp_path: Path
) -> None:
    file = tmp_path / "prompt-v14.csv"
    with Project.open(sample) as project:
        wanted = {
            trace.row.scenario: trace
            for trace in map(project.traces.read, project.traces.ids(TraceQuery(run="prompt-v14")))
        }
        export_file(
            project, file, FileExport("traces-csv", TraceQuery(where=parse('run = "prompt-v14"')))
        )
    with Project.create(tmp_path / "b.evaldesk") as other:
        import_files(other, [file])
        found = [other.traces.read(pk) for pk in other.traces.ids(TraceQuery())]
    assert len(found) == len(wanted)
    for trace in found:
        before = wanted[trace.row.scenario]
        assert {name: score.value for name, score in trace.scores.items()} == {
            name: score.value for name, score in before.scores.items() if score.value is not None
        }
        assert trace.row.latency_ms == before.row.latency_ms
        assert trace.row.system == before.row.system
        assert dict(trace.row.slices) == dict(before.row.slices)
        assert trace.row.id != before.row.id


def test_logged_samples_keep_question_answer_target_and_metrics(
    sample: Path, tmp_path: Path
) -> None:
    file = tmp_path / "samples_support_2026-11-23T00-00-00.000000.jsonl"
    with Project.open(sample) as project:
        pks = project.traces.ids(TraceQuery(run="prompt-v15"))
        wanted = {trace.row.scenario: trace for trace in map(project.traces.read, pks)}
        export_file(project, file, FileExport("lm-eval", TraceQuery(run="prompt-v15")))
    with Project.create(tmp_path / "b.evaldesk") as other:
        (result,) = import_files(other, [file])
        assert result.format == "lm-eval"
        found = [other.traces.read(pk) for pk in other.traces.ids(TraceQuery())]
    assert {trace.row.scenario for trace in found} == set(wanted)
    for trace in found:
        before = wanted[trace.row.scenario]
        numbers = {
            name: score.value for name, score in before.scores.items() if score.value is not None
        }
        assert {name: trace.scores[name].value for name in numbers} == numbers


def test_settled_ratings_become_scores_for_inspect(sample: Path, tmp_path: Path) -> None:
    file = tmp_path / "ratings.jsonl"
    with Project.open(sample) as project:
        rubric = project.rubrics.list()[0]
        rulings = project.rulings.current(rubric.name, "task_success")
        result = export_file(
            project,
            file,
            FileExport("inspect-scores", TraceQuery(run="prompt-v14"), criterion="task_success"),
        )
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        ruled = {project.traces.read(pk).row.id: ruling for (pk, _), ruling in rulings.items()}
        tables = project.ratings.table(rubric.name, "task_success", "prompt-v14")
        traces = project.traces.count(TraceQuery(run="prompt-v14"))
        differing = sum(
            len(set(values.values())) > 1 and (pk, "task_success") not in rulings
            for pk, values in zip(tables.units, tables.values, strict=True)
        )
    assert len(rows) == result.rows
    assert len({(row["id"], row["epoch"]) for row in rows}) == len(rows)
    assert f"{differing} traces are left out: differing answers and no ruling." in result.notes
    left_out = sum(int(note.split()[0]) for note in result.notes if "left out" in note)
    assert left_out + len(rows) == traces
    for row in rows:
        assert row["value"] == ("C" if row["metadata"]["value"] == "yes" else "I")
        assert row["epoch"] == 1
        ruling = ruled.get(row["metadata"]["trace"])
        assert (row["metadata"]["source"] == "ruling") == (ruling is not None)
        if ruling is not None:
            assert (row["explanation"], row["metadata"]["value"]) == (ruling.reason, ruling.value)


def test_a_score_becomes_scores_for_inspect(sample: Path, tmp_path: Path) -> None:
    file = tmp_path / "scores.jsonl"
    export = FileExport("inspect-scores", TraceQuery(run="prompt-v14"), metric="groundedness")
    with Project.open(sample) as project:
        export_file(project, file, export)
        wanted = {
            row.scenario: row.scores["groundedness"]
            for row in project.traces.rows(project.traces.ids(TraceQuery(run="prompt-v14")))
            if row.scores.get("groundedness") is not None
        }
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {row["id"]: row["value"] for row in rows} == wanted


@pytest.mark.parametrize(
    ("export", "said"),
    [
        (FileExport("inspect-scores"), "--run"),
        (FileExport("inspect-scores", TraceQuery(run="prompt-v14")), "--criterion"),
        (
            FileExport(
                "inspect-scores", TraceQuery(run="prompt-v14"), criterion="tone", metric="pass"
            ),
            "not both",
        ),
        (FileExport("traces-csv", with_ratings=True), "openinference"),
        (FileExport("lm-eval", with_ratings=True), "no place"),
        (FileExport("otlp", criterion="tone"), "every criterion"),
    ],
    ids=["run", "criterion", "both", "csv", "lm-eval", "otlp"],
)
def test_what_a_format_cannot_hold_is_said_and_nothing_is_written(
    sample: Path, tmp_path: Path, export: FileExport, said: str
) -> None:
    with Project.open(sample) as project, pytest.raises(UsageError) as caught:
        export_file(project, tmp_path / "out", export)
    assert said in f"{caught.value} {caught.value.hint}"
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_criterion_offers_the_nearest(sample: Path, tmp_path: Path) -> None:
    export = FileExport("inspect-scores", TraceQuery(run="prompt-v14"), criterion="task_sucess")
    with Project.open(sample) as project, pytest.raises(NotFoundError, match="task_success"):
        export_file(project, tmp_path / "out", export)


class StopError(Exception):
    """A person cancels."""


@pytest.mark.parametrize("item", registry.FORMATS, ids=lambda item: str(item.name))
def test_a_cancelled_export_leaves_what_was_there(
    sample: Path, tmp_path: Path, item: registry.Format
) -> None:
    def stop(fraction: float, text: str) -> None:
        raise StopError

    file = tmp_path / "out"
    file.write_text("as before")
    export = FileExport(item.name)
    if isinstance(item, registry.ValueFormat):
        export = FileExport(item.name, TraceQuery(run="prompt-v14"), criterion="tone")
    with Project.open(sample) as project:
        with pytest.raises(UsageError):
            export_file(project, file, export)
        with pytest.raises(StopError):
            export_file(project, file, export, overwrite=True, progress=stop)
        assert file.read_text() == "as before"
        assert list(tmp_path.iterdir()) == [file]
        assert export_file(project, file, export, overwrite=True).rows > 0
    assert file.stat().st_size > 100
