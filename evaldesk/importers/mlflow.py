"""Traces of MLflow, as ``Trace.to_json`` and ``mlflow traces search --output json`` write them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Annotation, Scenario, Score, Status, TraceRecord
from evaldesk.importers import cells, chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.json_stream import JsonReader, loads_strictly, sketch
from evaldesk.importers.openinference_spans import span_from
from evaldesk.importers.record_loop import Loop
from evaldesk.importers.records import Row
from evaldesk.importers.source import Source
from evaldesk.importers.span_attributes import Attributes
from evaldesk.importers.span_conventions import CONVENTIONS
from evaldesk.importers.span_reading import SpanReading, definitions_of
from evaldesk.importers.span_records import SpanRecord, identifier, iso, nanoseconds
from evaldesk.importers.span_trace import trace_of

_KINDS = {
    "LLM": "llm",
    "CHAT_MODEL": "llm",
    "AGENT": "agent",
    "TOOL": "tool",
    "RETRIEVER": "retriever",
    "RERANKER": "reranker",
    "EMBEDDING": "embedding",
    "GUARDRAIL": "guardrail",
    "EVALUATOR": "evaluator",
}
_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?)s\Z")
_IN_PLACE = frozenset(
    [
        *("trace_id", "request_id", "request_time", "timestamp_ms", "execution_duration"),
        *("execution_duration_ms", "execution_time_ms", "state", "status", "trace_metadata"),
        *("request_metadata", "tags", "assessments", "request_preview", "response_preview"),
    ]
)
_REPEATED = ("mlflow.traceInputs", "mlflow.traceOutputs", "mlflow.artifactLocation")
_HINT = "Expected: a trace of MLflow with “info” and “data”."


class MlflowTraces:
    """``{info, data: {spans}}``, of MLflow 3 and 2."""

    name = "mlflow"
    title = "MLflow traces (JSON)"
    extensions = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
    description = (
        "Spans with inputs, outputs, kind, tokens, cost; the conversation with each message once, "
        "documents, session, user, tags, linked prompts and their version. Feedback of people is "
        "kept as annotations, of judges and code as scores; expectations are the scenario's "
        "expected answer. The MLflow run that a trace belongs to is its run."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """A trace with its two halves, alone, in an array, on lines or under ``traces``."""
        seen = sketch(source)
        top = seen.members if seen.kind == "object" else fields.mapping(seen.first)
        listed = next(iter(fields.mappings(top.get("traces"))), {})
        return 0.95 if _is_trace(top) or _is_trace(listed) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """One trace at a time."""
        yield RunHeader()
        yield from Loop(source, options, once=True).over(_trace, _rows(source))


def _is_trace(value: dict[str, Any]) -> bool:
    info, data = value.get("info"), value.get("data")
    if not isinstance(info, dict) or not isinstance(data, dict):
        return False
    return ("trace_id" in info or "request_id" in info) and "spans" in data


def _rows(source: Source) -> Iterator[Row] | None:
    """The elements of ``traces``; None where the file's records are the traces."""
    seen = sketch(source)
    if seen.kind == "object" and isinstance(seen.members.get("traces"), list):
        return _listed(source)
    return None


def _listed(source: Source) -> Iterator[Row]:
    with JsonReader(source) as reader:
        for name in reader.members():
            if name == "traces" and reader.peek() == "[":
                for place, value in reader.array(name):
                    if isinstance(value, dict):
                        yield place, value, canonical_json(value)
                    else:
                        yield place, source.error("It is not an object.", _HINT, record=place), b""
            else:
                reader.value(name)
        reader.end()


def _trace(record: dict[str, Any], place: str) -> TraceRecord:
    info = fields.mapping(record.get("info"))
    data = fields.unwrapped(record.get("data"))
    given = fields.mapping(data).get("spans")
    if not info or not isinstance(given, list):
        raise ValueError("It is no trace of MLflow: “info” or “data.spans” is missing.")
    key = fields.first_text(info.get("trace_id"), info.get("request_id"))
    spans = [
        _span(item, key, f"{place}.spans[{index}]")
        for index, item in enumerate(given)
        if isinstance(item, dict)
    ]
    if not spans:
        raise ValueError("The trace has no spans.")
    made = trace_of(spans, (read_mlflow, *CONVENTIONS))
    return _with_info(made, info, fields.mapping(data), key, place)


def _span(raw: dict[str, Any], key: str, place: str) -> SpanRecord:
    given = raw.get("attributes")
    attributes = {name: _decoded(item) for name, item in fields.mapping(given).items()}
    named = fields.mapping(raw.get("context")) or raw
    span_id = identifier(named.get("span_id"), 8)
    made = span_from(
        {
            "context": {"span_id": span_id or "span", "trace_id": key},
            **{name: item for name, item in raw.items() if name not in ("context", "attributes")},
            "attributes": given if isinstance(given, list) else {},
        },
        place,
    )
    made.attributes = attributes or made.attributes
    for name in ("inputs", "outputs"):
        value = made.more.pop(name, None)
        if value is not None:
            made.attributes.setdefault(f"mlflow.span{name.title()}", value)
    kind = made.more.pop("span_type", None)
    if kind is not None:
        made.attributes.setdefault("mlflow.spanType", kind)
    if made.attributes.get("mlflow.traceRequestId") == key:
        del made.attributes["mlflow.traceRequestId"]
    return made


def _decoded(value: Any) -> Any:
    """An attribute: MLflow writes each one as JSON in a string."""
    if not isinstance(value, str):
        return value
    try:
        return loads_strictly(value)
    except (ValueError, RecursionError):
        return value


def read_mlflow(attributes: Attributes, into: SpanReading) -> None:
    """Takes what MLflow's own attributes say."""
    kind = fields.text(attributes.peek("mlflow.spanType")).upper()
    if kind in _KINDS:
        attributes.take("mlflow.spanType")
        into.kind = _KINDS[kind]
    elif kind and kind != "UNKNOWN":
        into.kind = "chain"
    into.given = fields.unwrapped(attributes.take("mlflow.spanInputs"))
    into.answer = fields.unwrapped(attributes.take("mlflow.spanOutputs"))
    into.model = attributes.text("mlflow.llm.model")
    usage = fields.mapping(attributes.peek("mlflow.chat.tokenUsage"))
    into.tokens_in = fields.count(usage.get("input_tokens"))
    into.tokens_out = fields.count(usage.get("output_tokens"))
    if not fields.rest(usage, ("input_tokens", "output_tokens", "total_tokens")):
        attributes.take("mlflow.chat.tokenUsage")
    cost = fields.mapping(attributes.peek("mlflow.llm.cost"))
    into.cost = fields.amount(cost.get("total_cost"))
    into.definitions = definitions_of(attributes.json("mlflow.chat.tools"))
    _prompt(attributes.json("mlflow.linkedPrompts"), into)
    if into.kind in ("retriever", "reranker") and isinstance(into.answer, list):
        into.documents = cells.documents(into.answer)
        for document in into.documents:
            where = document.get("metadata", {}).get("doc_uri")
            if where and "source" not in document:
                document["source"] = fields.text(where)
        into.answer = None if into.documents else into.answer


def _prompt(linked: Any, into: SpanReading) -> None:
    prompts = fields.mappings(linked)
    into.say("prompt_version", ", ".join(fields.text(item.get("version")) for item in prompts))
    into.say("prompt_name", ", ".join(fields.text(item.get("name")) for item in prompts))


# ---------------------------------------------------------------------------------- the trace


def _with_info(
    made: TraceRecord, info: dict[str, Any], data: dict[str, Any], key: str, place: str
) -> TraceRecord:
    """A trace with what MLflow says of it as a whole."""
    about = fields.mapping(info.get("trace_metadata")) or fields.mapping(
        info.get("request_metadata")
    )
    about = {name: _decoded(item) if item is not None else None for name, item in about.items()}
    tags = fields.mapping(info.get("tags"))
    metadata = dict(made.body.get("metadata") or {})
    metadata["trace_id"] = key
    for name, ours in (("mlflow.trace.session", "session_id"), ("mlflow.trace.user", "user_id")):
        said = fields.text(about.pop(name, None))
        if said:
            metadata[ours] = said
    into = SpanReading(SpanRecord(key, ""))
    _prompt(fields.unwrapped(tags.get("mlflow.linkedPrompts")), into)
    for name, value in into.about.items():
        metadata.setdefault(name, value)
    own = {name: item for name, item in tags.items() if not name.startswith("mlflow.")}
    if own:
        metadata["tags"] = own
    rest = fields.rest(info, _IN_PLACE) | fields.rest(
        {name: item for name, item in tags.items() if name.startswith("mlflow.")}, _REPEATED
    )
    run = fields.text(about.get("mlflow.sourceRun"))
    rest |= fields.rest(about, _REPEATED)
    if rest:
        metadata["mlflow"] = rest
    usage = fields.mapping(about.get("mlflow.trace.tokenUsage"))
    state = _state(info, made.status)
    scores, annotations, expected, details = _assessments(info.get("assessments"))
    if details:
        metadata["score_details"] = {**metadata.get("score_details", {}), **details}
    scores = {**made.scores, **scores}
    if state == "error" and scores:
        state = "incomplete"  # as for spans: what was scored all the same did answer
    body = made.body
    body["metadata"] = metadata
    scenario = made.scenario
    if expected:
        body["expected"] = expected
    if not body["messages"]:
        _from_previews(body, info, data)
    error = made.error
    if state == "error" and not error:
        error = "The trace has the state ERROR."
    time = nanoseconds(info.get("request_time")) or nanoseconds(info.get("timestamp_ms"))
    taken, given = made.tokens_in, made.tokens_out
    return replace(
        made,
        body=body,
        scenario=Scenario(
            key=fields.text(about.get("mlflow.datasetRecordId")) or scenario.key,
            input=scenario.input,
            expected=expected or scenario.expected,
        ),
        run=run or made.run,
        status=state,
        error=error if state != "ok" else "",
        scores=scores,
        annotations=(*made.annotations, *annotations),
        started_at=made.started_at or iso(time),
        latency_ms=made.latency_ms if made.latency_ms is not None else _duration(info),
        tokens_in=fields.count(usage.get("input_tokens")) if taken is None else taken,
        tokens_out=fields.count(usage.get("output_tokens")) if given is None else given,
        place=place,
    )


def _from_previews(body: Any, info: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """What was asked and answered, as MLflow says it of the whole trace."""
    asked = data.get("request", info.get("request_preview"))
    answered = data.get("response", info.get("response_preview"))
    for role, said in (("user", asked), ("assistant", answered)):
        text = chat.plain_text(_decoded(said))
        if text:
            body["messages"].append(chat.text_message(role, text))


def _state(info: Mapping[str, Any], found: Status) -> Status:
    said = fields.first_text(info.get("state"), info.get("status")).upper().rpartition(".")[2]
    if said == "ERROR":
        return "error"
    if said == "IN_PROGRESS":
        return "incomplete"
    return "ok" if said == "OK" else found


def _duration(info: Mapping[str, Any]) -> float | None:
    said = fields.text(info.get("execution_duration"))
    match = _SECONDS.match(said)
    if match:
        return round(float(match[1]) * 1000, 3)
    return fields.amount(
        info.get("execution_duration_ms", info.get("execution_time_ms"))
    ) or fields.amount(info.get("execution_duration"))


def _assessments(
    given: Any,
) -> tuple[dict[str, Score], list[Annotation], str, dict[str, Any]]:
    """Scores, what people said, the expected answer, and what scores have besides."""
    scores: dict[str, Score] = {}
    said: list[Annotation] = []
    wanted: dict[str, Any] = {}
    details: dict[str, Any] = {}
    for item in fields.mappings(given):
        if item.get("valid") is False:
            continue  # another one replaced it
        name = fields.first_text(item.get("assessment_name"), item.get("name")) or "feedback"
        source = fields.mapping(item.get("source"))
        expectation, feedback = item.get("expectation"), item.get("feedback")
        if isinstance(expectation, dict):
            wanted[name] = _expected_value(expectation)
            continue
        if not isinstance(feedback, dict):
            continue
        more = fields.rest(
            item,
            ("assessment_name", "name", "source", "feedback", "rationale", "valid", "trace_id"),
        )
        if isinstance(feedback.get("error"), dict):
            more["error"] = feedback["error"]
        kind = fields.text(source.get("source_type")).upper()
        reason = fields.text(item.get("rationale"))
        score = cells.score(_boolean_word(feedback.get("value"))) or Score(None)
        if kind == "HUMAN":
            said.append(
                Annotation(
                    name,
                    value=score.value,
                    label=score.label or "",
                    comment=reason,
                    annotator=fields.text(source.get("source_id")),
                    target=identifier(item.get("span_id"), 8),
                    created_at=iso(nanoseconds(item.get("create_time"))),
                    metadata=more,
                )
            )
            continue
        base, number = name, 1
        while name in scores:
            number += 1
            name = f"{base} {number}"
        scores[name] = Score(score.value, score.label, reason or None)
        more |= {"source": source} if source else {}
        if more:
            details[name] = more
    values = [chat.plain_text(value) for value in wanted.values()]
    expected = values[0] if len(values) == 1 else chat.plain_text(wanted) if wanted else ""
    return scores, said, expected, details


def _boolean_word(value: Any) -> Any:
    """MLflow's judges say yes and no, which `cells.score` knows; other values as they are."""
    return fields.unwrapped(value) if isinstance(value, str) else value


def _expected_value(expectation: dict[str, Any]) -> Any:
    serialized = expectation.get("serialized_value")
    if isinstance(serialized, dict):
        return _decoded(serialized.get("value"))
    return expectation.get("value")
