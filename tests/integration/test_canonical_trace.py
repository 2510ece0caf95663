"""What ``docs/file-format.md`` says of canonical traces and ids, on the sample project as built."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.query import TraceQuery
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.projects.demo import build_sample
from evaldesk.settings import resource, sample_project
from evaldesk.storage.project import Project

HEADER = [
    "run",
    "system",
    "trial",
    "status",
    "error",
    "started_at",
    "latency_ms",
    "tokens_in",
    "tokens_out",
    "cost",
    "scenario",
]
BODY = ("messages", "documents", "spans", "tools", "output", "expected", "metadata")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The sample project, built."""
    path = build_sample(tmp_path_factory.mktemp("sample") / "sample.evaldesk")
    with Project.open(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def shown(project: Project) -> list[dict[str, Any]]:
    """Every trace as ``evaldesk show`` prints it."""
    return [project.traces.read(pk).to_json() for pk in project.traces.ids(TraceQuery())]


def test_what_is_shown_is_valid(shown: list[dict[str, Any]]) -> None:
    schema = json.loads(resource("schemas", "trace.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)
    for trace in shown:
        assert [error.message for error in validator.iter_errors(trace)] == []


def test_ids_come_about_as_described(shown: list[dict[str, Any]]) -> None:
    def digest(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    for trace in shown:
        scenario = trace["scenario"]
        named = {"key": scenario["key"], "input": scenario["input"]}
        assert scenario["id"] == digest(canonical_json(named))
        header = {name: trace[name] for name in HEADER}
        header |= {name: header[name] or "" for name in ("error", "started_at")}
        header["scenario"] = scenario["id"]
        body = {name: trace[name] for name in BODY if name in trace}
        assert trace["id"] == digest(canonical_json(header) + b"\n" + canonical_json(body))


def test_nothing_of_the_source_is_lost(shown: list[dict[str, Any]]) -> None:
    by_unit = {f"{trace['run']}/{trace['scenario']['key']}": trace for trace in shown}
    folder = sample_project("support-assistant")
    lines = [
        line
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    assert len(lines) == len(shown)
    for line in lines:
        source = json.loads(line)
        found = by_unit[f"{source['run']}/{source['scenario']['key']}"]
        for key, value in source.items():
            if key == "scores":
                assert {name: one["value"] for name, one in found[key].items()} == {
                    name: one["value"] for name, one in value.items()
                }
            elif key == "scenario":
                assert {name: found[key][name] for name in value} == value
            else:
                assert found[key] == value, key


def test_what_was_shown_is_recognised_when_it_comes_back(
    project: Project, shown: list[dict[str, Any]], tmp_path: Path
) -> None:
    back = tmp_path / "back.jsonl"
    back.write_text("".join(json.dumps(trace) + "\n" for trace in shown), "utf-8")
    result = import_files(project, [back], TraceImport(author="Noor"))
    assert [(one.added, one.already_there) for one in result] == [(0, len(shown))]
