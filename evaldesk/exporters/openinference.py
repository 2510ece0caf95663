"""OpenInference spans, one a line, in the shape that Phoenix saves and its client returns.

What people said is in the attributes that the specification has for feedback since 2026:
``trace.annotations.N.annotation.*`` on the root for the trace as a whole,
``annotations.N.annotation.*`` on the span that is spoken of. What has no place goes along as
`evaldesk.domain.interchange` says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evaldesk.domain import interchange
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Document, Message, Trace
from evaldesk.exporters.json_lines import write_lines
from evaldesk.exporters.span_tree import (
    Operation,
    Tree,
    input_text,
    iso,
    output_text,
    span_tree,
)

_KINDS = {
    "agent": "AGENT",
    "llm": "LLM",
    "tool": "TOOL",
    "retriever": "RETRIEVER",
    "reranker": "RERANKER",
    "embedding": "EMBEDDING",
    "guardrail": "GUARDRAIL",
    "evaluator": "EVALUATOR",
}
_TEXT, _JSON = "text/plain", "application/json"


def write_traces(
    traces: Iterable[Trace], path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Write the spans of every trace; returns how many traces."""
    return write_lines(map(spans_of, traces), path, progress)


def spans_of(trace: Trace) -> Iterator[dict[str, Any]]:
    """The spans of a trace, the root first."""
    tree = span_tree(trace)
    feedback = _feedback(trace, tree)
    for operation in tree.operations:
        attributes = {**_attributes(operation), **_flat(operation.own)}
        if operation is tree.root:
            attributes.update(_of_the_trace(trace))
        attributes.update(feedback.get(operation.id, {}))
        yield {
            "name": operation.name,
            "context": {"trace_id": tree.trace_id, "span_id": operation.id},
            "parent_id": operation.parent or None,
            "span_kind": _KINDS.get(operation.kind, "CHAIN"),
            "start_time": iso(operation.start),
            "end_time": iso(operation.end),
            "status_code": "ERROR" if operation.error else "OK",
            "status_message": operation.error,
            "attributes": {key: value for key, value in attributes.items() if value is not None},
            "events": [],
        }


def _of_the_trace(trace: Trace) -> dict[str, Any]:
    asked = input_text(trace)
    row, scenario = trace.row, trace.scenario
    metadata = {
        "run": row.run,
        "system": row.system,
        "scenario": scenario.key,
        "trial": row.trial,
        "tier": scenario.tier,
        "slices": dict(scenario.slices),
        "expected": scenario.expected,
    }
    return {
        "input.value": asked if asked is not None else _json(scenario.input),
        "input.mime_type": _TEXT if asked is not None else _JSON,
        "output.value": output_text(trace) or None,
        "output.mime_type": _TEXT if output_text(trace) else None,
        "metadata": _json({key: value for key, value in metadata.items() if value != ""}),
        "tag.tags": sorted(f"{name}={value}" for name, value in scenario.slices.items()) or None,
        interchange.TRACE: interchange.packed(trace.to_json()),
        interchange.RUN: row.run,
        interchange.SCENARIO: scenario.key,
        interchange.TRIAL: row.trial,
        interchange.STATUS: row.status,
    }


def _attributes(operation: Operation) -> dict[str, Any]:
    kind = operation.kind
    found: dict[str, Any] = {"openinference.span.kind": _KINDS.get(kind, "CHAIN")}
    if kind == "embedding":
        found["embedding.model_name"] = operation.model or None
    elif operation.model:
        found["llm.model_name"] = operation.model
    total = None
    if operation.tokens_in is not None and operation.tokens_out is not None:
        total = operation.tokens_in + operation.tokens_out
    found["llm.token_count.prompt"] = operation.tokens_in
    found["llm.token_count.completion"] = operation.tokens_out
    found["llm.token_count.total"] = total
    found["llm.cost.total"] = operation.cost
    if kind == "llm":
        found.update(_messages("llm.input_messages", operation.received))
        found.update(_messages("llm.output_messages", operation.made))
    elif operation.received or operation.made:
        found.update(_value("input", operation.received))
        found.update(_value("output", operation.made))
    if operation.call is not None:
        found["tool.name"] = operation.call.get("name")
        found["tool_call.id"] = operation.call.get("id")
        found["input.value"] = _json(operation.call.get("arguments"))
        found["input.mime_type"] = _JSON
    if operation.result is not None:
        response = operation.result.get("response")
        if response is not None:
            found["output.value"] = response if isinstance(response, str) else _json(response)
            found["output.mime_type"] = _TEXT if isinstance(response, str) else _JSON
    if operation.query:
        found["input.value"], found["input.mime_type"] = operation.query, _TEXT
    found.update(_documents(operation.documents))
    return found


def _value(side: str, messages: Sequence[Message]) -> dict[str, Any]:
    if not messages:
        return {}
    return {f"{side}.value": _json(messages), f"{side}.mime_type": _JSON}


def _messages(prefix: str, messages: Sequence[Message]) -> Iterator[tuple[str, Any]]:
    for number, message in enumerate(messages):
        here = f"{prefix}.{number}.message"
        yield f"{here}.role", message["role"]
        if message.get("name"):
            yield f"{here}.name", message["name"]
        if message.get("finish_reason"):
            yield f"{here}.finish_reason", message["finish_reason"]
        contents: list[dict[str, Any]] = []
        calls = 0
        for part in message["parts"]:
            kind = part.get("type")
            if kind == "tool_call":
                call = f"{here}.tool_calls.{calls}.tool_call"
                calls += 1
                yield f"{call}.id", part.get("id")
                yield f"{call}.function.name", part.get("name")
                arguments = part.get("arguments")
                yield (
                    f"{call}.function.arguments",
                    arguments if isinstance(arguments, str) else _json(arguments),
                )
            elif kind == "tool_call_response":
                yield f"{here}.tool_call_id", part.get("id")
                response = part.get("error") or part.get("response")
                text = response if isinstance(response, str) else _json(response)
                contents.append({"type": "text", "text": text})
            else:
                contents.append(_content(part))
        if len(contents) == 1 and contents[0]["type"] == "text":
            yield f"{here}.content", contents[0]["text"]
            continue
        for place, content in enumerate(contents):
            for key, value in content.items():
                yield f"{here}.contents.{place}.message_content.{key}", value


def _content(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = part.get("type")
    if kind == "reasoning":
        return {"type": "reasoning", "text": part.get("content")}
    if kind in ("text", "refusal"):
        return {"type": "text", "text": part.get("content")}
    if kind == "uri":
        return {"type": "image", "image.image.url": part.get("uri")}
    if kind == "blob":
        address = f"data:{part.get('mime_type', '')};base64,{part.get('content', '')}"
        return {"type": "image", "image.image.url": address}
    return {"type": "text", "text": _json(part)}


def _documents(documents: Sequence[Document]) -> Iterator[tuple[str, Any]]:
    for number, document in enumerate(documents):
        here = f"retrieval.documents.{number}.document"
        yield f"{here}.content", document["content"]
        yield f"{here}.id", document.get("id")
        yield f"{here}.score", document.get("score")
        rest = {
            key: value
            for key, value in document.items()
            if key not in ("content", "id", "score", "query", "span", "metadata")
        }
        metadata = {**rest, **document.get("metadata", {})}
        yield f"{here}.metadata", _json(metadata) if metadata else None


def _feedback(trace: Trace, tree: Tree) -> dict[str, dict[str, Any]]:
    """Id of a span → its attributes of feedback."""
    found: dict[str, dict[str, Any]] = {}
    counts: dict[str, int] = {}

    def add(place: str, values: Mapping[str, Any]) -> None:
        prefix = "trace.annotations" if place == "" else "annotations"
        owner = found.setdefault(place or tree.root.id, {})
        number = counts.get(place, 0)
        counts[place] = number + 1
        for key, value in values.items():
            if value is not None and value != "":
                owner[f"{prefix}.{number}.annotation.{key}"] = value

    for name, score in trace.scores.items():
        add(
            "",
            {
                "name": name,
                "score": score.value,
                "label": score.label,
                "explanation": score.explanation,
                "annotator_kind": "CODE",
                "metadata": _json({interchange.ORIGIN: interchange.SCORE}),
            },
        )
    for said in trace.annotations:
        add(
            tree.places.get(said.target, ""),
            {
                "name": said.name,
                "score": said.value,
                "label": said.label,
                "explanation": said.comment,
                "annotator_kind": "HUMAN",
                "identifier": said.annotator,
                "metadata": _json(
                    {
                        **({"created_at": said.created_at} if said.created_at else {}),
                        interchange.ORIGIN: interchange.SAID,
                        **said.metadata,
                    }
                ),
            },
        )
    return found


def _flat(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that the source has, as OpenInference allows them: maps as JSON text."""
    return {
        key: _json(value) if isinstance(value, dict) or _has_maps(value) else value
        for key, value in attributes.items()
    }


def _has_maps(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict | list) for item in value)


def _json(value: Any) -> str:
    return canonical_json(value).decode("utf-8")
