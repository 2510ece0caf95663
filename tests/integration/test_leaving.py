"""What leaves a project takes nothing along that its policy keeps back."""

import base64
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.privacy import Profile
from evaldesk.exporters import registry
from evaldesk.services.exporting.files import FileExport, export_file
from evaldesk.services.exporting.reporting import export_workbook
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.privacy import leaving, redaction
from evaldesk.storage.project import Project

EMAIL = "odalys.quist@mail.example"
PLANTED = (EMAIL, "Odalys", "Quist", "+1 212 555 2368", "536-22-1234", "DE89370400440532013000")


def _record(number: int) -> dict[str, object]:
    hidden = base64.b64encode(f"mail {EMAIL} about it".encode()).decode()
    return {
        "run": "r1",
        "system": "s",
        "trial": number,
        "scenario": {
            "key": f"case-{number}",
            "title": "Odalys Quist asks",
            "input": f"My name is Odalys Quist, {EMAIL}, SSN 536-22-1234. Case {number}.",
            "expected": "greet Odalys",
            "metadata": {"customer": {"first_name": "Odalys", "last_name": "Quist"}},
        },
        "scores": {
            "pass": {"value": 1.0, "explanation": "It greets ODALYS.", "answer": "Dear Quist"}
        },
        "annotations": [{"name": "thumbs", "value": 1, "comment": "quist was happy"}],
        "messages": [
            {"role": "user", "parts": [{"type": "text", "content": "Call +1 212 555 2368."}]},
            {
                "role": "assistant",
                "parts": [
                    {
                        "type": "tool_call",
                        "id": "c1",
                        "name": "find",
                        "arguments": {"email": EMAIL, "raw": json.dumps({"last_name": "Quist"})},
                    }
                ],
            },
            {
                "role": "tool",
                "parts": [
                    {
                        "type": "tool_call_response",
                        "id": "c1",
                        "response": {
                            "odalys_quist_77": {"iban": "DE89370400440532013000"},
                            "encoded": hidden,
                            "link": f"https://x.example/?who={quote(EMAIL, safe='')}",
                        },
                    }
                ],
            },
            {
                "role": "assistant",
                "parts": [{"type": "text", "content": f"Dear Odalys, I wrote to {EMAIL}."}],
            },
        ],
        "output": "x" * 150 + " Odalys Quist " + "y" * 20,
        "metadata": {"file": "/home/odalys/case.json"},
    }


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    path = tmp_path / "traces.jsonl"
    path.write_text("\n".join(json.dumps(_record(number)) for number in range(3)))
    with Project.create(tmp_path / "p.evaldesk") as made:
        import_files(made, [path], TraceImport())
        yield made


def _bytes_of(path: Path) -> str:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            raw = b"\n".join(archive.read(name) for name in archive.namelist())
    elif path.suffix == ".parquet":
        import pyarrow.parquet

        raw = json.dumps(pyarrow.parquet.read_table(path).to_pylist(), default=str).encode()
    else:
        raw = path.read_bytes()
    return raw.decode("utf-8", "replace")


def _leaked(text: str) -> list[str]:
    lowered = text.lower()
    hidden = base64.b64encode(f"mail {EMAIL} about it".encode()).decode()
    forms = [*PLANTED, quote(EMAIL, safe=""), hidden]
    return [form for form in forms if form.lower() in lowered]


FORMATS = [one.name for one in registry.FORMATS]


@pytest.mark.parametrize("profile", ["strict", "balanced"])
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_takes_anything_along(
    project: Project, tmp_path: Path, name: str, profile: str
) -> None:
    chosen = registry.by_name(name)
    out = tmp_path / f"out{chosen.extensions[0]}"
    metric = "pass" if isinstance(chosen, registry.ValueFormat) else ""
    export_file(project, out, FileExport(name, redact=profile, metric=metric))
    assert _leaked(_bytes_of(out)) == []


def test_as_it_is_the_values_are_there(project: Project, tmp_path: Path) -> None:
    export_file(project, tmp_path / "out.jsonl", FileExport("jsonl"))
    assert len(_leaked(_bytes_of(tmp_path / "out.jsonl"))) == len(PLANTED) + 2


def test_a_workbook_takes_nothing_along(project: Project, tmp_path: Path) -> None:
    export_workbook(project, tmp_path / "out.xlsx", redact="strict", resamples=10)
    assert _leaked(_bytes_of(tmp_path / "out.xlsx")) == []


def test_a_workbook_takes_no_name_of_a_run_along(project: Project, tmp_path: Path) -> None:
    path = tmp_path / f"for {EMAIL}.jsonl"
    path.write_text(json.dumps({"scenario": {"key": "k", "input": "q"}, "messages": []}))
    import_files(project, [path], TraceImport(run=f"run of {EMAIL}", system=f"system of {EMAIL}"))
    export_workbook(project, tmp_path / "out.xlsx", redact="strict", resamples=10)
    assert _leaked(_bytes_of(tmp_path / "out.xlsx")) == []


def test_the_policy_refuses_and_the_refusal_is_logged(project: Project, tmp_path: Path) -> None:
    leaving.set_policy(project, "refuse", "Ines")
    for write in (
        lambda: export_file(project, tmp_path / "a.jsonl", FileExport("jsonl")),
        lambda: export_workbook(project, tmp_path / "a.xlsx"),
    ):
        with pytest.raises(NotAllowedError):
            write()
    assert not list(tmp_path.glob("a.*"))
    with project.database.read() as connection:
        kinds = connection.exec_driver_sql(
            "SELECT kind FROM audit_event WHERE kind LIKE 'privacy.%' ORDER BY seq"
        )
        assert [kind for (kind,) in kinds] == [
            "privacy.policy_changed",
            "privacy.refused",
            "privacy.refused",
        ]
    export_file(project, tmp_path / "b.jsonl", FileExport("jsonl", redact="strict"))


def test_the_policy_redacts_whatever_is_asked(project: Project, tmp_path: Path) -> None:
    leaving.set_policy(project, "redact:strict", "Ines")
    export_file(project, tmp_path / "a.jsonl", FileExport("jsonl"))
    assert _leaked(_bytes_of(tmp_path / "a.jsonl")) == []
    with pytest.raises(NotAllowedError, match="keeps"):
        export_file(project, tmp_path / "b.jsonl", FileExport("jsonl", redact="ids-only"))


def test_the_preview_counts_and_shows_places(project: Project) -> None:
    assert leaving.leaks(project).unscanned == 3
    redaction.scan(project)
    found = leaving.leaks(project, examples=True)
    assert found.unscanned == 0
    assert {one.kind for one in found.found} >= {"email", "person", "phone", "national_id", "iban"}
    assert any(one.text == EMAIL for one in found.examples)


def test_a_scan_reads_only_what_is_new(project: Project, tmp_path: Path) -> None:
    assert redaction.scan(project).scanned == 3
    assert redaction.scan(project).scanned == 0
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps(_record(7)))
    import_files(project, [more], TraceImport())
    assert redaction.scan(project).scanned == 1


def test_the_found_text_is_nowhere_among_the_findings(project: Project) -> None:
    redaction.scan(project)
    with project.database.read() as connection:
        rows = connection.exec_driver_sql(
            'SELECT start, "end", kind, recognizer, score, hex(digest) FROM finding'
        ).all()
    assert rows
    assert _leaked(repr(rows)) == []


def test_what_was_rejected_stays_and_what_is_always_goes(project: Project) -> None:
    redaction.scan(project)
    pk = project.traces.find("r1/case-0")
    trace = project.traces.read(pk)
    strict = redaction.redactor(project, "strict")
    finding = next(
        one for one in strict.leaks(trace) if one.kind == "phone" and "messages/0" in one.path
    )
    made = redaction.decide(project, "reject", "Ines", finding, trace, "the hotline")
    kept = redaction.redactor(project, "strict")(trace)
    assert kept.body["messages"][0]["parts"][0]["content"] == "Call +1 212 555 2368."
    redaction.undo(project, made, "Ines")
    assert project.privacy.decisions() == []
    gone = redaction.redactor(project, "strict")(trace)
    assert gone.body["messages"][0]["parts"][0]["content"] == "Call [phone]."


def test_a_reveal_needs_a_reason_and_is_logged(project: Project) -> None:
    pk = project.traces.find("r1/case-0")
    with pytest.raises(Exception, match="reason"):
        redaction.reveal(project, pk, "Ines", " ")
    assert redaction.reveal(project, pk, "Ines", "complaint 17").row.pk == pk
    with project.database.read() as connection:
        body = connection.exec_driver_sql(
            "SELECT body FROM audit_event WHERE kind = 'privacy.revealed'"
        ).scalar_one()
    assert "complaint 17" in body
    assert "Odalys" not in body


def test_each_role_reads_through_its_profile(project: Project) -> None:
    assert redaction.reading_as(project, "reviewer") is None
    redaction.set_reading_rules(project, {"reviewer": "strict"}, "Ines")
    over = redaction.reading_as(project, "reviewer")
    assert over is not None
    assert redaction.reading_as(project, "owner") is None
    trace = project.traces.read(project.traces.find("r1/case-0"))
    assert _leaked(json.dumps(over(trace).to_json())) == []
    assert "Odalys" not in over(trace).row.preview


def test_a_profile_of_the_project_takes_the_place_of_the_shipped_one(project: Project) -> None:
    redaction.save_profile(project, Profile("strict", {"iban": "keep"}), "Ines", "we need them")
    trace = project.traces.read(project.traces.find("r1/case-0"))
    shown = json.dumps(redaction.redactor(project, "strict")(trace).to_json())
    assert "DE89370400440532013000" in shown
    assert "536-22-1234" not in shown


def test_scenarios_leave_through_the_same_gate(project: Project, tmp_path: Path) -> None:
    from evaldesk.services.datasets.files import export_version

    version = project.datasets.versions()[0]
    export_version(project, version, tmp_path / "as-it-is.jsonl")
    assert _leaked(_bytes_of(tmp_path / "as-it-is.jsonl")) != []
    leaving.set_policy(project, "redact:strict", "Ines")
    export_version(project, version, tmp_path / "out.jsonl")
    assert _leaked(_bytes_of(tmp_path / "out.jsonl")) == []
    leaving.set_policy(project, "refuse", "Ines")
    with pytest.raises(NotAllowedError):
        export_version(project, version, tmp_path / "refused.jsonl")


def test_the_command_line_keeps_its_contract(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from evaldesk.cli.main import main

    path = str(project.path)
    project.close()

    def run(*words: str) -> tuple[int, dict[str, object]]:
        code = main([*words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, said = run("redact", path, "--profile", "strict", "--dry-run")
    assert code == 0
    assert said["redacted"] == 0
    assert {"kind", "count"} <= set(said["found"][0])  # type: ignore[index]
    code, said = run("redact", path, "--profile", "strict", "--author", "Ines")
    assert code == 0
    assert said["redacted"] == sum(one["count"] for one in said["found"])  # type: ignore[attr-defined]
    out = tmp_path / "o.jsonl"
    words = ("export", path, "--format", "jsonl", "--out", str(out))
    code, said = run(*words, "--redact", "ids-only")
    assert (code, said["exit_code"]) == (5, 5)
    assert not out.exists()
    assert run(*words)[0] == 0
    assert _leaked(_bytes_of(out)) == []
    assert run("redact", path, "--profile", "strikt")[0] == 2
    code, said = run("retention", "list", path)
    assert (code, said) == (0, {"rules": [], "deleted": 0})
