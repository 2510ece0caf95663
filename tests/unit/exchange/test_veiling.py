"""Whatever a trace holds, nothing that names its system is left in what a blind rater gets."""

from dataclasses import replace
from typing import Any

from hypothesis import given

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.round import RoundRules
from evaldesk.domain.trace import Score, Trace
from evaldesk.exchange.veiling import names_told, veiled
from evaldesk.importers.canonical import trace_from_json
from tests.strategies import as_trace, trace_records

CANARY = "canary-7f3a"


def marked(trace: Trace) -> Trace:
    """With a canary in every place that may tell the system, a judge or another person."""
    body: Any = dict(trace.body)
    meta = {"x": CANARY}
    body["messages"] = [
        {**one, "model": CANARY, "metadata": meta, "cost": 1.0, "finish_reason": CANARY}
        for one in body.get("messages", ())
    ]
    if "spans" in body:
        body["spans"] = [
            {**one, "model": CANARY, "attributes": meta, "kind": "llm", "name": CANARY}
            for one in body["spans"]
        ]
    if "documents" in body:
        body["documents"] = [{**one, "metadata": meta} for one in body["documents"]]
    body["metadata"] = meta
    row = replace(trace.row, system=CANARY, run=CANARY, model=CANARY, error="")
    scenario = replace(trace.scenario, metadata=meta)
    return replace(
        trace, row=row, scenario=scenario, body=body, scores={CANARY: Score(1.0, CANARY)}
    )


@given(trace_records().map(as_trace))
def test_nothing_tells_the_system(trace: Trace) -> None:
    record = veiled(marked(trace), RoundRules(), run="Pilot", trial=3)
    assert CANARY not in canonical_json(record).decode("utf-8", "replace")
    assert record["run"] == "Pilot"
    assert (record["trial"], record["system"], record["cost"]) == (3, "", None)
    assert record["started_at"] is None
    assert record["scores"] == {}
    assert record["annotations"] == []
    # What is left reads back as a trace.
    assert trace_from_json(record).run == "Pilot"


@given(trace_records().map(as_trace))
def test_where_systems_are_shown_they_are_there_and_people_are_not(trace: Trace) -> None:
    rules = RoundRules(hide_systems=False, hide_scores=False)
    record = veiled(marked(trace), rules, run=CANARY, trial=0)
    assert record["system"] == CANARY
    assert record["annotations"] == []
    assert record["scores"]


def test_what_a_system_says_of_itself_is_told() -> None:
    record = {"messages": [{"parts": [{"content": "I am Some-Model-4, and glad to help."}]}]}
    row: Any = type("Row", (), {"system": "some-model-4", "model": "", "run": "abc"})()
    trace: Any = type("Trace", (), {"row": row, "body": {}})()
    assert names_told(trace, record) == ["some-model-4"]
