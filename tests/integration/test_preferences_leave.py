"""Reasons of preferences leave without what the traces give away."""

import json
from pathlib import Path

from evaldesk.services.exporting import preference_files
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.privacy import redaction
from evaldesk.services.privacy.redacted_report import RedactedItems
from evaldesk.storage.project import Project


def test_a_name_that_only_a_field_tells_is_taken_out_of_a_reason(tmp_path: Path) -> None:
    source = tmp_path / "t.jsonl"
    source.write_text(
        "\n".join(
            json.dumps(
                {
                    "run": run,
                    "scenario": {"key": "c1", "input": "Hello"},
                    "metadata": {"customer": {"last_name": name}},
                    "messages": [{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}],
                }
            )
            for run, name in (("r1", "Tamsin"), ("r2", "Okonjo"))
        )
    )
    with Project.create(tmp_path / "p.evaldesk") as project:
        import_files(project, [source], TraceImport())
        first, second = (project.traces.read(pk).row.id for pk in (1, 2))
        row: list[object] = [None] * len(preference_files.COLUMNS)
        for name, value in (
            ("trace_a", first),
            ("trace_b", second),
            ("scenario", "c1"),
            ("reason", "Tamsin was rude, and Okonjo was not."),
        ):
            row[preference_files.COLUMNS.index(name)] = value
        over = redaction.redactor(project, "strict")
        made = preference_files._redacted(project, RedactedItems(project, over), row)
    assert (
        made[preference_files.COLUMNS.index("reason")] == "[person] was rude, and [person] was not."
    )
    assert made[preference_files.COLUMNS.index("trace_a")] == first
    assert made[preference_files.COLUMNS.index("strength")] is None
