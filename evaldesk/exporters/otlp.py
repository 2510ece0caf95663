"""OpenTelemetry traces as OTLP/JSON, one ``TracesData`` a line, a line a trace.

Attributes are those of the semantic conventions for generative AI as of 1.41, the last version
before they moved to a repository of their own. Structured values (messages, arguments) are JSON
text, as the conventions allow on spans. What has no place there goes along as
`evaldesk.domain.interchange` says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import evaldesk
from evaldesk.domain import interchange
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Annotation, Trace
from evaldesk.exporters.json_lines import one_each, write_lines
from evaldesk.exporters.span_tree import Operation, Tree, nanoseconds, span_tree

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0"
EVALUATION = "gen_ai.evaluation.result"
_OPERATIONS = {
    "agent": "invoke_agent",
    "llm": "chat",
    "tool": "execute_tool",
    "retriever": "retrieval",
    "embedding": "embeddings",
}
_INTERNAL, _CLIENT = 1, 3
_OK, _ERROR = 1, 2
_INT64 = 2**63


def write_traces(
    traces: Iterable[Trace], path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Write every trace; returns how many."""
    return write_lines(one_each(map(traces_data, traces)), path, progress)


def traces_data(trace: Trace) -> dict[str, Any]:
    """One trace as the message ``TracesData``."""
    tree = span_tree(trace)
    rest, before, answer = interchange.conversation_apart(trace.to_json())
    top: dict[str, Any] = {
        # None also where there are none: the trace's messages are these, whatever the source's
        # own attributes of its root span are.
        interchange.MESSAGES_IN: _json(before) if before else None,
        interchange.MESSAGES_OUT: _json(answer) if answer else None,
        interchange.TRACE: interchange.packed(rest),
        interchange.RUN: trace.row.run,
        interchange.SCENARIO: trace.scenario.key,
        interchange.TRIAL: trace.row.trial,
        interchange.STATUS: trace.row.status,
    }
    if trace.body.get("tools"):
        top["gen_ai.tool.definitions"] = _json(trace.body["tools"])
    said = list(_evaluations(trace, tree))
    spans = []
    for operation in tree.operations:
        is_root = operation is tree.root
        # What the root carries for the trace as a whole stands above what its source said of it.
        attributes = {**_attributes(operation), **operation.own, **(top if is_root else {})}
        spans.append(
            _span(tree, operation, attributes, [event for at, event in said if at == operation.id])
        )
    resource = {"service.name": trace.row.system or trace.row.run or "unknown_service"}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _pairs(resource)},
                "scopeSpans": [
                    {
                        "scope": {"name": "evaldesk", "version": evaldesk.__version__},
                        "spans": spans,
                        "schemaUrl": SCHEMA_URL,
                    }
                ],
            }
        ]
    }


def _span(
    tree: Tree, operation: Operation, attributes: Mapping[str, Any], events: list[dict[str, Any]]
) -> dict[str, Any]:
    status: dict[str, Any] = {"code": _OK}
    if operation.error:
        status = {"code": _ERROR, "message": operation.error}
    span: dict[str, Any] = {
        "traceId": tree.trace_id,
        "spanId": operation.id,
        "name": operation.name,
        "kind": _CLIENT if operation.kind in ("llm", "embedding") else _INTERNAL,
        "startTimeUnixNano": str(operation.start),
        "endTimeUnixNano": str(operation.end),
        "attributes": _pairs(attributes),
        "status": status,
    }
    if operation.parent:
        span["parentSpanId"] = operation.parent
    if events:
        span["events"] = events
    return span


def _attributes(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "gen_ai.operation.name": _OPERATIONS.get(operation.kind),
        "gen_ai.request.model": operation.model or None,
        "gen_ai.usage.input_tokens": operation.tokens_in,
        "gen_ai.usage.output_tokens": operation.tokens_out,
        "gen_ai.retrieval.query.text": operation.query or None,
    }
    if operation.kind not in _OPERATIONS:
        found["evaldesk.span.kind"] = operation.kind
    if operation.cost is not None:
        found["evaldesk.cost"] = float(operation.cost)
    if operation.error:
        found["error.type"] = "_OTHER"
    if operation.received:
        found[interchange.MESSAGES_IN] = _json(operation.received)
    if operation.made:
        _, _, answer = interchange.conversation_apart({"messages": operation.made})
        found[interchange.MESSAGES_OUT] = _json(answer or operation.made)
    if operation.call is not None:
        found["gen_ai.tool.name"] = operation.call.get("name")
        found["gen_ai.tool.call.id"] = operation.call.get("id") or None
        found["gen_ai.tool.call.arguments"] = _json(operation.call.get("arguments"))
    if operation.result is not None and operation.result.get("response") is not None:
        found["gen_ai.tool.call.result"] = _json(operation.result["response"])
    if operation.documents:
        found["gen_ai.retrieval.documents"] = _json(operation.documents)
    return {key: value for key, value in found.items() if value is not None}


def _evaluations(trace: Trace, tree: Tree) -> Iterator[tuple[str, dict[str, Any]]]:
    """Id of the span that is judged, and the event."""
    end = tree.root.end
    for name, score in trace.scores.items():
        found = {
            "gen_ai.evaluation.name": name,
            "gen_ai.evaluation.score.value": score.value,
            "gen_ai.evaluation.score.label": score.label,
            "gen_ai.evaluation.explanation": score.explanation,
            interchange.ANNOTATOR_KIND: "CODE",
            interchange.ORIGIN: interchange.SCORE,
        }
        yield tree.root.id, _event(end, found)
    for said in trace.annotations:
        place = tree.places.get(said.target, tree.root.id)
        yield place, _event(nanoseconds(said.created_at) or end, _said(said))


def _said(said: Annotation) -> dict[str, Any]:
    return {
        "gen_ai.evaluation.name": said.name,
        "gen_ai.evaluation.score.value": said.value,
        "gen_ai.evaluation.score.label": said.label or None,
        "gen_ai.evaluation.explanation": said.comment or None,
        interchange.ANNOTATOR_KIND: "HUMAN",
        interchange.ANNOTATOR: said.annotator or None,
        interchange.METADATA: _json(said.metadata) if said.metadata else None,
        interchange.ORIGIN: said.metadata.get(interchange.ORIGIN, interchange.SAID),
    }


def _event(moment: int, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": EVALUATION,
        "timeUnixNano": str(moment),
        "attributes": _pairs(
            {
                key: float(value) if key.endswith(".value") and value is not None else value
                for key, value in attributes.items()
            }
        ),
    }


def _json(value: Any) -> str:
    return canonical_json(value).decode("utf-8")


def _pairs(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Attributes as the list of ``KeyValue`` that OTLP has; what is null is left out."""
    return [
        {"key": key, "value": _any_value(value)}
        for key, value in attributes.items()
        if value is not None
    ]


def _any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        # An int64 is a string in JSON that was made from protocol buffers.
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list) and all(
        isinstance(item, str | bool | int | float) for item in value
    ):
        return {"arrayValue": {"values": [_any_value(item) for item in value]}}
    # Maps and lists of them are allowed on spans only of late; every reader knows text.
    return {"stringValue": _json(value)}
