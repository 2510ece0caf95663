"""Sound files of platforms and providers with one thing replaced: never a crash, never a trace of
another shape than it must have."""

import json
from typing import get_args

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.trace import Scenario, SpanKind, TraceRecord
from evaldesk.importers.contract import ImportOptions, RunHeader
from evaldesk.importers.registry import by_name, detect
from evaldesk.importers.source import Source
from tests.unit.importers.test_anthropic_messages import ANSWER, REQUEST
from tests.unit.importers.test_langfuse import OBSERVATIONS, WHOLE
from tests.unit.importers.test_langsmith import FLAT, ROOT, SECOND
from tests.unit.importers.test_mutations import VALUES, check, places, replaced
from tests.unit.importers.test_openai_chat import COMPLETION, LINE, RESPONSE
from tests.unit.importers.test_openai_evals import EVENTS
from tests.unit.importers.test_openai_items import item
from tests.unit.importers.test_trajectories import ATIF, HANDS, MINI, SWE, WHO

BASES = {
    "atif": [ATIF],
    "swe-agent": [SWE],
    "mini-swe-agent": [MINI],
    "openhands": [HANDS],
    "whowhen": [WHO],
    "langfuse": [WHOLE],
    "langfuse observations": OBSERVATIONS,
    "langfuse events": [
        {"batch": [{"type": "generation-create", "body": each} for each in OBSERVATIONS[:3]]}
    ],
    "langsmith": FLAT,
    "langsmith nested": [{**ROOT, "child_runs": [SECOND]}],
    "openai-chat": [LINE],
    "openai-chat batch": [{"custom_id": "a", "response": {"body": COMPLETION}, "error": None}],
    "openai-chat response": [{"request": {"input": "x"}, "response": RESPONSE}],
    "openai-evals": EVENTS,
    "openai-items": [item(1), item(2)],
    "anthropic-messages": [{"request": REQUEST, "response": ANSWER}],
    "anthropic-messages batch": [
        {"custom_id": "a", "result": {"type": "succeeded", "message": ANSWER}}
    ],
}
ITEMS = (TraceRecord, Scenario, RunHeader, ImportNote, Skipped)
KINDS = frozenset(get_args(SpanKind))


def check_more(trace: TraceRecord) -> None:
    """What these formats fill besides."""
    check(trace)
    messages = trace.body["messages"]
    for message in messages:
        for name in ("latency_ms", "cost"):
            assert isinstance(message.get(name, 0.0), float)
        for name in ("tokens_in", "tokens_out"):
            assert type(message.get(name, 0)) is int
        for name in ("name", "model", "finish_reason", "started_at"):
            assert isinstance(message.get(name, ""), str)
        for part in message["parts"]:
            for name in ("id", "name", "error", "uri", "mime_type", "modality"):
                assert isinstance(part.get(name, ""), str)
    ids = [span["id"] for span in trace.body.get("spans", []) if "id" in span]
    assert len(ids) == len(set(ids))
    for span in trace.body.get("spans", []):
        assert isinstance(span["name"], str)
        assert span["kind"] in KINDS
        assert span["status"] in ("ok", "error")
        assert isinstance(span.get("latency_ms", 0.0), float)
        assert span.get("message", 0) < max(1, len(messages))
        for name in ("id", "parent", "model", "error", "started_at"):
            assert isinstance(span.get(name, ""), str)
    for document in trace.body.get("documents", []):
        assert isinstance(document.get("rank", 1), int)
        assert isinstance(document.get("score", 0.0), float)
        for name in ("query", "span", "id", "title", "source"):
            assert isinstance(document.get(name, ""), str)
    for said in trace.annotations:
        canonical_json(dict(said.metadata))
        for text in (
            said.name,
            said.label,
            said.comment,
            said.annotator,
            said.target,
            said.created_at,
        ):
            assert isinstance(text, str)
        assert said.value is None or said.value - said.value == 0
    assert all(isinstance(tool, dict) for tool in trace.body.get("tools", []))
    for name in ("output", "expected"):
        assert isinstance(trace.body.get(name, ""), str)


def read_all(source: Source, name: str, skip_bad: bool):
    found = by_name(name.split(" ")[0])
    assert 0 <= found.recognises(source) <= 1
    said = source.shown
    items = []
    try:
        items = list(found.read(source, ImportOptions(skip_bad=skip_bad)))
    except InputError as error:
        said = error.path
    assert said == source.shown
    return items


@pytest.mark.parametrize("name", BASES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_sound_file_with_one_thing_replaced(name, data, tmp_path_factory):
    records = BASES[name]
    path = data.draw(st.sampled_from(list(places(records))))
    made = replaced(records, path, data.draw(VALUES))
    file = tmp_path_factory.mktemp("mutated") / "a.jsonl"
    lines = made if isinstance(made, list) and data.draw(st.booleans()) else [made]
    file.write_text("\n".join(map(json.dumps, lines)))
    for read in read_all(Source(file), name, data.draw(st.booleans())):
        assert isinstance(read, ITEMS)
        if isinstance(read, TraceRecord):
            check_more(read)


DEEP = "[" * 5000 + "]" * 5000
ODD = ['{"a": NaN}', '{"a": 1e999}', '{"\\ud800": "\\udc00"}', '"[1"', DEEP, '"\\u0000"', "{" * 90]


@pytest.mark.parametrize("name", BASES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), text=st.sampled_from(ODD))
@example(data=None, text=DEEP)
def test_json_in_strings_may_hold_anything(name, data, text, tmp_path_factory):
    records = BASES[name]
    where = list(places(records))
    for path in [data.draw(st.sampled_from(where))] if data else where[1:400:7]:
        file = tmp_path_factory.mktemp("mutated") / "a.jsonl"
        made = replaced(records, path, text)
        lines = made if isinstance(made, list) else [made]
        file.write_text("\n".join(map(json.dumps, lines)))
        for read in read_all(Source(file), name, True):
            if isinstance(read, TraceRecord):
                check_more(read)


@pytest.mark.parametrize("name", BASES)
def test_a_sound_file_is_detected_and_holds_nothing_bad(name, tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(map(json.dumps, BASES[name])))
    source = Source(file)
    assert detect(source).name == name.split(" ")[0]
    items = read_all(source, name, False)
    assert any(isinstance(each, TraceRecord) for each in items)
    for each in items:
        if isinstance(each, TraceRecord):
            check_more(each)


@pytest.mark.parametrize("name", ["langsmith", "langfuse observations"])
@settings(max_examples=40)
@given(data=st.data())
def test_the_order_of_lines_does_not_matter(name, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("order")
    told = []
    for number, records in enumerate((BASES[name], data.draw(st.permutations(BASES[name])))):
        file = folder / f"{number}.jsonl"
        file.write_text("\n".join(map(json.dumps, records)))
        (trace,) = [
            each for each in read_all(Source(file), name, False) if isinstance(each, TraceRecord)
        ]
        told.append((trace.scenario, trace.body["messages"], trace.tokens_in, trace.cost))
    assert told[0] == told[1]


@pytest.mark.parametrize("name", BASES)
def test_what_nests_deep_can_be_written_again(name, tmp_path):
    deep = json.loads("[" * 200 + "]" * 200)
    for path in list(places(BASES[name]))[1:600:9]:
        for value in (deep, json.dumps(deep), {"type": "text", "text": deep}):
            file = tmp_path / "a.jsonl"
            made = replaced(BASES[name], path, value)
            lines = made if isinstance(made, list) else [made]
            file.write_text("\n".join(map(json.dumps, lines)))
            for each in read_all(Source(file), name, True):
                if isinstance(each, TraceRecord):
                    orjson.dumps(each.body)
                    orjson.dumps(each.scenario.input)
                    orjson.dumps([dict(said.metadata) for said in each.annotations])
