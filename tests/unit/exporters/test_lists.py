import csv
import math
from collections.abc import Iterator
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
from evaldesk.domain.trace import Scenario, Score, Trace, TraceRecord, TraceRow
from evaldesk.exporters import jsonl, registry
from evaldesk.exporters.csv import write_ratings, write_traces
from evaldesk.exporters.listing import harmless
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.jsonl import JsonRecords
from evaldesk.importers.source import Source


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
            ],
            [],
        ),
        tmp_path / "r.csv",
    )
    found = read_csv(tmp_path / "r.csv")
    assert rows == len(found) == 5
    shown = [(row["kind"], row["criterion"], row["value"], row["comment"]) for row in found]
    assert shown == [
        ("answer", "correct", "'=yes", "'-bad"),
        ("failure mode", "", "tone", ""),
        ("failure mode", "", "'@x", ""),
        ("comment", "", "", "'+1"),
        ("answer", "score", "-3", ""),
    ]
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


# A file of JSON Lines is UTF-8, so half a surrogate pair is beyond it; the store holds none.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAME = TEXT.filter(lambda text: bool(text.strip()))
NUMBER = st.floats(allow_nan=False, allow_infinity=False, width=32).map(float)
AMOUNT = st.floats(0, 1e9, allow_subnormal=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PART = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "content": TEXT}),
    st.fixed_dictionaries({"type": st.just("reasoning"), "content": TEXT}),
    st.fixed_dictionaries(
        {"type": st.just("tool_call"), "id": TEXT, "name": TEXT, "arguments": JSON}
    ),
    st.fixed_dictionaries({"type": st.just("tool_call_response"), "id": TEXT, "response": JSON}),
)
MESSAGE = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "user", "assistant", "tool"]),
        "parts": st.lists(PART, max_size=3),
    },
    optional={"latency_ms": NUMBER, "metadata": st.dictionaries(NAME, JSON, max_size=2)},
)
BODY = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=3)},
    optional={
        "output": NAME,
        "documents": st.lists(st.fixed_dictionaries({"content": TEXT}), min_size=1, max_size=2),
        "metadata": st.dictionaries(NAME, JSON, min_size=1, max_size=2),
    },
)


@st.composite
def records(draw: st.DrawFn) -> TraceRecord:
    return TraceRecord(
        scenario=Scenario(
            key=draw(NAME),
            input=draw(JSON),
            tier=draw(st.sampled_from(["", "critical"])),
            slices=draw(st.dictionaries(NAME, NAME, max_size=2)),
            expected=draw(TEXT),
            title=draw(NAME),
            metadata=draw(st.dictionaries(NAME, JSON, max_size=2)),
        ),
        body=draw(BODY),  # type: ignore[arg-type]
        run=draw(NAME),
        system=draw(TEXT),
        trial=draw(st.integers(0, 5)),
        status=draw(st.sampled_from(["ok", "error", "incomplete"])),
        scores=draw(
            st.dictionaries(
                NAME, st.builds(Score, st.none() | NUMBER, st.none() | NAME), max_size=2
            )
        ),
        latency_ms=draw(st.none() | AMOUNT),
        tokens_in=draw(st.none() | st.integers(0, 10**9)),
        cost=draw(st.none() | AMOUNT),
        error=draw(TEXT),
    )


def as_trace(record: TraceRecord) -> Trace:
    row = trace_row(
        run=record.run,
        system=record.system,
        trial=record.trial,
        status=record.status,
        latency_ms=record.latency_ms,
        tokens_in=record.tokens_in,
        cost=record.cost,
        error=record.error,
    )
    return Trace(row, record.scenario, "cd" * 32, record.body, record.scores)


def read_back(path: Path) -> Iterator[TraceRecord]:
    for item in JsonRecords().read(Source(path), ImportOptions()):
        if isinstance(item, TraceRecord):
            yield item


@settings(max_examples=80)
@given(st.lists(records(), min_size=1, max_size=3, unique_by=lambda item: repr(item)))
def test_canonical_traces_read_back_without_loss(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[TraceRecord]
) -> None:
    path = tmp_path_factory.mktemp("j") / "a.jsonl"
    assert jsonl.write_traces([as_trace(item) for item in wanted], path) == len(wanted)
    assert JsonRecords().recognises(Source(path)) > 0.9
    found = list(read_back(path))
    assert len(found) == len(wanted)
    for read, given_ in zip(found, wanted, strict=True):
        assert read.scenario == given_.scenario
        assert read.body == given_.body
        assert read.scores == given_.scores
        for name in ("run", "system", "trial", "status", "latency_ms", "tokens_in", "error"):
            assert getattr(read, name) == getattr(given_, name)
        assert (read.cost is None) == (given_.cost is None)
        assert math.isclose(read.cost or 0.0, given_.cost or 0.0)


def test_every_format_has_a_name_of_its_own_and_an_unknown_one_offers_the_nearest() -> None:
    names = [item.name for item in registry.FORMATS]
    assert len(set(names)) == len(names)
    assert registry.by_name("jsonl").title
    with pytest.raises(NotFoundError, match="ratings-csv"):
        registry.by_name("rating-csv")
