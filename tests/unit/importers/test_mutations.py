"""Sound files with one thing in them replaced: what comes in still has the shape it must have."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Score, TraceRecord
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.registry import by_name
from evaldesk.importers.source import Source
from tests.unit.importers.span_files import otlp
from tests.unit.importers.test_canonical import TRACE
from tests.unit.importers.test_inspect import HEADER, SAMPLE
from tests.unit.importers.test_jaeger import export
from tests.unit.importers.test_jaeger import span as jaeger_span
from tests.unit.importers.test_mlflow import trace as mlflow_trace
from tests.unit.importers.test_openinference import NESTED, rag
from tests.unit.importers.test_openinference import span as openinference_span
from tests.unit.importers.test_otlp import agent
from tests.unit.importers.test_tau import FAILED, RUN, record

TALK = {"id": 1, "messages": record(1, 0)["traj"], "model": "m", "score": 1, "error": None}
BASES = {
    "jsonl": [TRACE, TRACE],
    "jsonl chat": [TALK, {**TALK, "id": 2}],
    "tau-bench": [record(1, 0), FAILED, record(2, 0)],
    "tau2": RUN,
    "otlp": otlp(*agent()),
    "jaeger": export(jaeger_span(1), jaeger_span(2, 1)),
    "openinference": [*rag(), openinference_span("f" * 16, kind="LLM", attributes=NESTED)],
    "mlflow": mlflow_trace(),
    "inspect": {**HEADER, "samples": [json.loads(json.dumps(SAMPLE))]},
}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats()
    | st.sampled_from(["", "text", "assistant", "\ud800", "1", "system", "2026-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["type", "text", "role", "content", "id", "name", "value"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


def replaced(document, path, value):
    made = copy.deepcopy(document)
    if not path:
        return value
    target = made
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return made


def check(trace: TraceRecord) -> None:
    canonical_json(trace.body).decode("utf-8")
    canonical_json(trace.scenario.input)
    for text in (
        trace.run,
        trace.system,
        trace.error,
        trace.started_at,
        trace.place,
        trace.scenario.key,
        trace.scenario.expected,
        trace.scenario.title,
        trace.scenario.tier,
    ):
        assert isinstance(text, str)
        text.encode("utf-8")
    assert trace.status in ("ok", "error", "incomplete", "unit")
    assert type(trace.trial) is int
    assert 0 <= trace.trial < 1 << 63
    for count in (trace.tokens_in, trace.tokens_out):
        assert count is None or (type(count) is int and abs(count) < 1 << 63)
    for number in (trace.latency_ms, trace.cost):
        assert number is None or (isinstance(number, float) and number - number == 0)
    for name, score in trace.scores.items():
        assert isinstance(name, str)
        assert isinstance(score, Score)
        assert score.value is None or score.value - score.value == 0
        assert all(
            text is None or isinstance(text, str)
            for text in (score.label, score.explanation, score.answer)
        )
    if trace.status == "error":
        assert not trace.scores or trace.scenario.key == TRACE["scenario"]["key"]
    assert all(isinstance(value, str) for value in trace.scenario.slices.values())
    for message in trace.body["messages"]:
        assert isinstance(message["role"], str)
        for part in message["parts"]:
            if part["type"] in ("text", "reasoning", "refusal", "blob"):
                assert isinstance(part["content"], str)
            if part["type"] == "tool_call":
                assert isinstance(part["name"], str)
    for document in trace.body.get("documents", []):
        assert isinstance(document["content"], str)


@pytest.mark.parametrize("name", BASES)
@settings(max_examples=120)
@given(data=st.data())
def test_a_sound_file_with_one_thing_replaced(name, data, tmp_path_factory):
    document = BASES[name]
    path = data.draw(st.sampled_from(list(places(document))))
    made = replaced(document, path, data.draw(VALUES))
    file = tmp_path_factory.mktemp("mutated") / "a.json"
    file.write_text(json.dumps(made))
    source = Source(file)
    try:
        found = by_name(name.split(" ")[0])
        items = list(found.read(source, ImportOptions(skip_bad=data.draw(st.booleans()))))
    except InputError as error:
        items = []
        said = error.path
        assert said == str(file)
    for item in items:
        if isinstance(item, TraceRecord):
            check(item)
