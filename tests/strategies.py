"""Arbitrary traces for Hypothesis: every field that the canonical trace has, in every shape."""

from typing import Any

from hypothesis import strategies as st

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Annotation, Scenario, Score, Trace, TraceRecord, TraceRow
from evaldesk.storage.identity import header_of, scenario_id, trace_id

# A file of JSON is UTF-8, so half a surrogate pair is beyond it; the store holds none.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAME = TEXT.filter(lambda text: bool(text.strip()))
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
AMOUNT = st.floats(0, 1e9, allow_subnormal=False)
COUNT = st.integers(0, 10**9)
TIME = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.sampled_from(["2026-11-12T14:34:05.000Z", "2026-11-12T14:34:05+02:00", "yesterday"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
DETAILS = st.dictionaries(NAME, JSON, max_size=2)

PART = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "content": TEXT}),
    st.fixed_dictionaries({"type": st.just("reasoning"), "content": TEXT}),
    st.fixed_dictionaries({"type": st.just("refusal"), "content": TEXT}),
    st.fixed_dictionaries(
        {"type": st.just("tool_call"), "name": TEXT, "arguments": JSON}, optional={"id": TEXT}
    ),
    st.fixed_dictionaries(
        {"type": st.just("tool_call_response"), "response": JSON},
        optional={"id": TEXT, "error": TEXT},
    ),
    st.fixed_dictionaries(
        {"type": st.just("blob"), "content": st.just("aGVsbG8="), "mime_type": TEXT},
        optional={"modality": st.sampled_from(["image", "audio"])},
    ),
    st.fixed_dictionaries({"type": st.just("uri"), "uri": TEXT}),
    st.fixed_dictionaries({"type": st.just("of another kind")}, optional={"content": JSON}),
)
MESSAGE = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["system", "user", "assistant", "tool", "developer"]),
        "parts": st.lists(PART, max_size=3),
    },
    optional={
        "name": TEXT,
        "finish_reason": st.sampled_from(["stop", "length", "tool_calls"]),
        "started_at": TIME,
        "latency_ms": AMOUNT,
        "tokens_in": COUNT,
        "tokens_out": COUNT,
        "cost": NUMBER,
        "model": TEXT,
        "metadata": DETAILS,
    },
)
DOCUMENT = st.fixed_dictionaries(
    {"content": TEXT},
    optional={
        "id": TEXT,
        "title": TEXT,
        "source": TEXT,
        "score": NUMBER,
        "query": TEXT,
        "rank": st.integers(1, 50),
        "span": st.sampled_from(["a", "b", "0123456789abcdef"]),
        "metadata": DETAILS,
    },
)
SPAN = st.fixed_dictionaries(
    {"name": TEXT},
    optional={
        # Few ids, so that there are parents, ids given twice and circles.
        "id": st.sampled_from(["a", "b", "0123456789abcdef"]),
        "parent": st.sampled_from(["a", "b", "0123456789abcdef", "nowhere"]),
        "kind": st.sampled_from(["agent", "llm", "tool", "retriever", "guardrail", "chain", "?"]),
        "started_at": TIME,
        "latency_ms": AMOUNT,
        "status": st.sampled_from(["ok", "error"]),
        "error": TEXT,
        "model": TEXT,
        "tokens_in": COUNT,
        "tokens_out": COUNT,
        "cost": NUMBER,
        "message": st.integers(0, 4),
        "attributes": st.dictionaries(
            NAME
            | st.sampled_from(["gen_ai.input.messages", "input.value", "openinference.span.kind"]),
            JSON,
            max_size=3,
        ),
    },
)
BODY = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=4)},
    optional={
        "output": TEXT,
        "expected": TEXT,
        "documents": st.lists(DOCUMENT, min_size=1, max_size=2),
        "spans": st.lists(SPAN, min_size=1, max_size=4),
        "tools": st.lists(st.dictionaries(NAME, JSON, max_size=2), min_size=1, max_size=2),
        "metadata": st.dictionaries(NAME, JSON, min_size=1, max_size=2),
    },
)
SCORES = st.dictionaries(
    NAME,
    st.builds(Score, st.none() | NUMBER, st.none() | NAME, st.none() | TEXT, st.none() | TEXT),
    max_size=3,
)
ANNOTATION = st.builds(
    Annotation,
    name=NAME,
    value=st.none() | NUMBER,
    label=TEXT,
    comment=TEXT,
    annotator=TEXT,
    target=st.sampled_from(["", "a", "0123456789abcdef", "nowhere"]),
    created_at=st.just("") | TIME,
    metadata=DETAILS,
)
SCENARIO = st.builds(
    Scenario,
    key=NAME,
    input=JSON,
    tier=st.sampled_from(["", "critical", "of their own"]),
    slices=st.dictionaries(NAME, NAME, max_size=2),
    expected=TEXT,
    origin=TEXT,
    title=NAME,
    metadata=DETAILS,
)


@st.composite
def trace_records(draw: st.DrawFn, run: st.SearchStrategy[str] = NAME) -> TraceRecord:
    """A trace as an importer would yield it; its scenario's title is never empty."""
    body: dict[str, Any] = draw(BODY)
    return TraceRecord(
        scenario=draw(SCENARIO),
        body=body,  # type: ignore[arg-type]
        run=draw(run),
        system=draw(TEXT),
        trial=draw(st.integers(0, 5)),
        status=draw(st.sampled_from(["ok", "error", "incomplete", "unit"])),
        scores=draw(SCORES),
        started_at=draw(st.just("") | TIME),
        latency_ms=draw(st.none() | AMOUNT),
        tokens_in=draw(st.none() | COUNT),
        tokens_out=draw(st.none() | COUNT),
        cost=draw(st.none() | AMOUNT),
        error=draw(TEXT),
        annotations=tuple(draw(st.lists(ANNOTATION, max_size=3))),
    )


def as_trace(record: TraceRecord) -> Trace:
    """The trace that a project would hold after importing a record."""
    scenario = scenario_id(record.scenario.key, record.scenario.input)
    header = header_of(
        record.run,
        scenario,
        system=record.system,
        trial=record.trial,
        status=record.status,
        error=record.error,
        started_at=record.started_at,
        latency_ms=record.latency_ms,
        tokens_in=record.tokens_in,
        tokens_out=record.tokens_out,
        cost=record.cost,
    )
    row = TraceRow(
        pk=1,
        id=trace_id(header, canonical_json(record.body)).hex(),
        scenario=record.scenario.key,
        title=record.scenario.title,
        run=record.run,
        system=record.system,
        trial=record.trial,
        status=record.status,
        tier=record.scenario.tier,
        slices=record.scenario.slices,
        scores={name: score.value for name, score in record.scores.items()},
        latency_ms=record.latency_ms,
        tokens_in=record.tokens_in,
        tokens_out=record.tokens_out,
        cost=record.cost,
        started_at=record.started_at,
        error=record.error,
        preview="",
        scenario_id=scenario.hex(),
    )
    return Trace(
        row, record.scenario, scenario.hex(), record.body, record.scores, record.annotations
    )
