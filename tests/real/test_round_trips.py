"""Real logs, out in each format that loses nothing and into a fresh project."""

from pathlib import Path
from typing import Any

import pytest

from evaldesk.domain.query import TraceQuery
from evaldesk.exporters import registry
from evaldesk.services.exporting.files import FileExport, export_file
from evaldesk.services.importing.ratings import RatingImport, import_ratings
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.storage.project import Project

WHOLE = ("jsonl", "otlp", "openinference", "parquet")


def held(project: Project) -> dict[str, Any]:
    found = {}
    for pk in project.traces.ids(TraceQuery()):
        trace = project.traces.read(pk)
        found[trace.row.id] = (dict(trace.scores), sorted(trace.annotations, key=repr))
    return found


def check_round_trips(project: Project, folder: Path) -> None:
    wanted = held(project)
    assert wanted
    for name in WHOLE:
        file = folder / f"{name}{registry.by_name(name).extensions[0]}"
        assert export_file(project, file, FileExport(name)).rows == len(wanted)
        with Project.create(folder / f"{name}.evaldesk") as other:
            (result,) = import_files(other, [file])
            assert result.skipped == (), name
            assert held(other) == wanted, name


@pytest.mark.parametrize(
    "log",
    [
        "traces/tau2/airline_ironshell-opus-4-6_44of50.json.gz",
        "traces/taubench/gpt-4o-airline.json.gz",
        "traces/any-agent/LANGCHAIN_trace.json",
        "traces/atif/openhands_hello-world.trajectory.json",
        "traces/jaeger/k8s.json",
        "traces/langfuse/google-adk-2025-08-28.trace.json",
        "traces/langfuse/openai-agents-2025-09-30.trace.json",
        "traces/openinference/vercel-v6-all-spans.json",
        "traces/otlp/opentelemetry-proto_trace.json",
        "traces/otlp/tempo_export_with_batches.json",
        "traces/sweagent/pydicom__pydicom-1458.traj",
        "evallogs/inspect/2025-09-15_popularity_gpt-5.eval",
        "evallogs/inspect/log_message_deduplication.eval",
        "evallogs/inspect/log_tool_call_error.json",
        "evallogs/lm_eval/samples_truthfulqa_gen_2025-05-31T14-30-51.983293.jsonl",
        "evallogs/promptfoo/v3-export_grok-gemini_likert-with-errors.json",
    ],
)
def test_a_log_goes_out_and_comes_back_whole(shared_data: Path, tmp_path: Path, log: str) -> None:
    with Project.create(tmp_path / "first.evaldesk") as project:
        import_files(project, [shared_data / log], TraceImport(author="Ada"))
        check_round_trips(project, tmp_path)


def test_newsroom_goes_out_with_its_ratings_and_comes_back(
    shared_data: Path, tmp_path: Path
) -> None:
    file = shared_data / "labels" / "newsroom" / "newsroom.judgebench.json.gz"
    how = RatingImport("Summary", create_units=True, create_rubric="ordinal", author="Ada")
    with Project.create(tmp_path / "first.evaldesk") as project:
        import_ratings(project, file, how)
        check_round_trips(project, tmp_path)
        ratings = project.ratings.count()
        units = project.traces.count()
        out = tmp_path / "rated.jsonl"
        export_file(project, out, FileExport("openinference", with_ratings=True))
        settled = tmp_path / "fluency.jsonl"
        result = export_file(project, settled, FileExport("inspect-scores", criterion="Fluency"))
    with Project.create(tmp_path / "second.evaldesk") as other:
        import_files(other, [out])
        found = held(other)
    # 420 items, three raters, four criteria: as the data's own description says.
    assert (len(found), ratings) == (units, 5040)
    assert sum(len(said) for _, said in found.values()) == ratings
    told = [note for note in result.notes if "left out" in note]
    left_out = sum(int(note.split()[0].replace(",", "")) for note in told)
    assert result.rows + left_out == units
