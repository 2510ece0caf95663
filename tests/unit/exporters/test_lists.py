import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.rating import Answer
from evaldesk.domain.report import (
    ReportContent,
    ReportedAnswer,
    ReportedTrace,
    Stream,
    TracePlace,
)
from evaldesk.domain.rubric import CannotJudge
from evaldesk.domain.trace import TraceRecord, TraceRow
from evaldesk.exporters import jsonl, registry
from evaldesk.exporters.csv import write_ratings, write_traces
from evaldesk.exporters.listing import harmless
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.jsonl import JsonRecords
from evaldesk.importers.source import Source
from tests.strategies import as_trace, trace_records


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert harmless(text)[:1] not in set("=+-@\t\r")


def answer(field: str, value: Any, comment: str = "") -> ReportedAnswer:
    return ReportedAnswer(
        place=TracePlace("ab" * 32, "=run", "s-1", "title"),
        rubric="Quality",
        version=2,
        answer=Answer("id", 1, field, "Ada", value, "2026-01-01T00:00:00Z", comment),
        label="",
        submitted=True,
    )


def content(ratings: list[ReportedAnswer], traces: list[ReportedTrace]) -> ReportContent:
    return ReportContent(
        project="p",
        created_at="",
        program="",
        metrics=["=metric"],
        slices=["language"],
        ratings=Stream(len(ratings), lambda: iter(ratings)),
        traces=Stream(len(traces), lambda: iter(traces)),
    )


def test_ratings_are_one_row_an_answer_and_a_failure_mode_each(tmp_path: Path) -> None:
    rows = write_ratings(
        content(
            [
                answer("correct", "=yes", comment="-bad"),
                answer("#failure_modes", ["tone", "@x"]),
                answer("#comment", "+1"),
                answer("score", -3),
                answer("where", ["greeting", "close"]),
                answer("polite", CannotJudge("It is in Welsh.")),
            ],
            [],
        ),
        tmp_path / "r.csv",
    )
    found = read_csv(tmp_path / "r.csv")
    assert rows == len(found) == 8
    shown = [(row["kind"], row["criterion"], row["value"], row["comment"]) for row in found]
    assert shown == [
        ("answer", "correct", "'=yes", "'-bad"),
        ("failure mode", "", "tone", ""),
        ("failure mode", "", "'@x", ""),
        ("comment", "", "", "'+1"),
        ("answer", "score", "-3", ""),
        ("answer", "where", "greeting", ""),
        ("answer", "where", "close", ""),
        ("answer", "polite", "", "It is in Welsh."),
    ]
    assert found[-1]["label"] == "cannot judge"
    assert found[0]["run"] == "'=run"


def test_traces_have_slices_and_scores_in_columns_and_the_whole_answer(tmp_path: Path) -> None:
    row = trace_row(scores={"=metric": 0.5}, slices={"language": "de"})
    text = "=" + "x" * 40_000 + "\ud800"
    assert write_traces(content([], [ReportedTrace(row, text)]), tmp_path / "t.csv") == 1
    (found,) = read_csv_big(tmp_path / "t.csv")
    assert found["slice.language"] == "de"
    assert found["score.=metric"] == "0.5"
    assert found["answer"] == "'=" + "x" * 40_000 + "?"


def read_csv_big(path: Path) -> list[dict[str, str]]:
    before = csv.field_size_limit(1 << 20)
    try:
        return read_csv(path)
    finally:
        csv.field_size_limit(before)


def trace_row(**changed: Any) -> TraceRow:
    values: dict[str, Any] = {
        "pk": 1, "id": "ab" * 32, "scenario": "s", "title": "t", "run": "r", "system": "m",
        "trial": 0, "status": "ok", "tier": "", "slices": {}, "scores": {}, "latency_ms": None,
        "tokens_in": None, "tokens_out": None, "cost": None, "started_at": "", "error": "",
        "preview": "",
    }  # fmt: skip
    return TraceRow(**{**values, **changed})


def read_back(path: Path) -> Iterator[TraceRecord]:
    for item in JsonRecords().read(Source(path), ImportOptions()):
        if isinstance(item, TraceRecord):
            yield item


@settings(max_examples=80)
@given(st.lists(trace_records(), min_size=1, max_size=3, unique_by=lambda item: repr(item)))
def test_canonical_traces_read_back_without_loss(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[TraceRecord]
) -> None:
    path = tmp_path_factory.mktemp("j") / "a.jsonl"
    assert jsonl.write_traces([as_trace(item) for item in wanted], path) == len(wanted)
    assert JsonRecords().recognises(Source(path)) > 0.9
    assert [replace(item, place="") for item in read_back(path)] == wanted


def test_every_format_has_a_name_of_its_own_and_an_unknown_one_offers_the_nearest() -> None:
    names = [item.name for item in registry.FORMATS]
    assert len(set(names)) == len(names)
    assert registry.by_name("jsonl").title
    with pytest.raises(NotFoundError, match="ratings-csv"):
        registry.by_name("rating-csv")
