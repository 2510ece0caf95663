"""One test case of DeepEval → a trace."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Message, Part, Scenario, Score, Span, TraceBody, TraceRecord
from evaldesk.importers import cells, chat, fields
from evaldesk.importers.guessing import SLICE_NAMES

_NUMBERED = re.compile(r"(conversational_|multimodal_)?test_case_\d+")
_IN_PLACE = frozenset(
    (
        *("name", "input", "actualOutput", "expectedOutput", "retrievalContext", "toolsCalled"),
        *("tokenCost", "inputTokenCount", "outputTokenCount", "completionTime", "success"),
        *("metricsData", "trace", "turns", "scenario", "expectedOutcome", "imagesMapping"),
        *("expectedTools", "context", "userDescription"),
        "order",
    )
)
_SPAN_LISTS = {
    "baseSpans": "chain",
    "agentSpans": "agent",
    "llmSpans": "llm",
    "retrieverSpans": "retriever",
    "toolSpans": "tool",
}
_SPAN_IN_PLACE = frozenset(
    (
        *("uuid", "name", "type", "parentUuid", "startTime", "endTime", "status", "error", "model"),
        *("inputTokenCount", "outputTokenCount"),
    )
)
_SHORT = 80


def trace_of(
    record: Mapping[str, Any], place: str, parameters: Mapping[str, Any] | None = None
) -> TraceRecord:
    """The trace of a test case.

    Args:
        parameters: the run's hyperparameters.

    Raises:
        ValueError: it is none.
    """
    turns = record.get("turns")
    spoken = isinstance(turns, list)
    if not spoken and "input" not in record:
        raise ValueError("It has neither “input” nor “turns”.")
    metadata: dict[str, Any] = fields.rest(record, _IN_PLACE)
    if metadata.get("flaky") is False:
        del metadata["flaky"]
    documents = cells.documents(record.get("retrievalContext"))
    if spoken:
        conversation, more = _turns(fields.sequence(turns))
        documents += more
    else:
        conversation = _exchange(record)
    expected = fields.text(record.get("expectedOutcome" if spoken else "expectedOutput"))
    scores, details = _scores(record)
    if details:
        metadata["metrics"] = details
    version = _prompt_version(parameters or {})
    if version:
        metadata["prompt_version"] = version
    spans, about = _spans(fields.mapping(record.get("trace")))
    if about:
        metadata["trace"] = about
    body: TraceBody = {"messages": conversation}
    answer = fields.text(record.get("actualOutput")) if not spoken else ""
    if answer:
        body["output"] = answer
    if expected:
        body["expected"] = expected
    if documents:
        body["documents"] = documents
    if spans:
        body["spans"] = spans
    if metadata:
        body["metadata"] = metadata
    seconds = fields.amount(record.get("completionTime"))
    trace = fields.mapping(record.get("trace"))
    if seconds is None:
        latency = fields.elapsed_ms(trace.get("startTime"), trace.get("endTime"))
    else:
        latency = round(seconds * 1000, 3)
    return TraceRecord(
        scenario=_scenario(record, conversation if spoken else None, expected),
        body=body,
        scores=scores,
        started_at=fields.moment(trace.get("startTime")),
        latency_ms=latency,
        tokens_in=fields.count(record.get("inputTokenCount")),
        tokens_out=fields.count(record.get("outputTokenCount")),
        cost=fields.amount(record.get("tokenCost")),
        place=place,
    )


def _scenario(
    record: Mapping[str, Any], conversation: Sequence[Message] | None, expected: str
) -> Scenario:
    asked: Any = record.get("input")
    if conversation is not None:
        asked = fields.text(record.get("scenario")) or next(
            (_words(item) for item in conversation if item["role"] == "user"), ""
        )
    name = fields.text(record.get("name")).strip()
    # Numbers that DeepEval gives in passing say nothing of the case itself.
    key = content_id(asked)[:12] if not name or _NUMBERED.fullmatch(name) else name
    about = fields.mapping(record.get("metadata"))
    slices = {
        label: chat.plain_text(value)
        for label, value in about.items()
        if label.lower() in SLICE_NAMES
        and isinstance(value, str | int)
        and 0 < len(str(value)) <= _SHORT
    }
    return Scenario(
        key=key,
        input=asked,
        slices=slices,
        expected=expected,
        title="" if key != name else name[:200],
        metadata=fields.rest(
            {
                "expectedTools": record.get("expectedTools"),
                "context": record.get("context"),
                "userDescription": record.get("userDescription"),
            },
            (),
        ),
    )


def _exchange(record: Mapping[str, Any]) -> list[Message]:
    asked = chat.text_message("user", chat.plain_text(record.get("input")))
    asked["parts"] += _images(record.get("imagesMapping"))
    made = [asked, *_tools(record.get("toolsCalled"))]
    answer = record.get("actualOutput")
    if answer not in (None, ""):
        made.append(chat.text_message("assistant", chat.plain_text(answer)))
    return made


def _turns(turns: Sequence[Any]) -> tuple[list[Message], list[Any]]:
    made: list[Message] = []
    documents: list[Any] = []
    for turn in sorted(turns, key=_order):
        if not isinstance(turn, dict):
            made.append(chat.text_message("assistant", chat.plain_text(turn)))
            continue
        made += _tools(turn.get("toolsCalled"))
        documents += cells.documents(turn.get("retrievalContext"))
        taken = ("toolsCalled", "retrievalContext", "order")
        made.append(chat.message(fields.rest(turn, taken)))
    return made, documents


def _order(turn: Any) -> float:
    order = fields.finite(fields.mapping(turn).get("order"))
    return order if order is not None else 1e9


def _tools(called: Any) -> list[Message]:
    """One message of calls, and one of answers where the file has them."""
    calls: list[Part] = []
    answers: list[Part] = []
    details: list[dict[str, Any]] = []
    for index, item in enumerate(fields.sequence(called)):
        tool = item if isinstance(item, dict) else {"name": chat.plain_text(item)}
        ident = fields.text(tool.get("id")) or f"call {index + 1}"
        given = tool.get("inputParameters", tool.get("input_parameters", tool.get("input")))
        calls.append(
            {
                "type": "tool_call",
                "id": ident,
                "name": fields.text(tool.get("name")),
                "arguments": chat.arguments(given),
            }
        )
        if "output" in tool and tool["output"] is not None:
            answers.append({"type": "tool_call_response", "id": ident, "response": tool["output"]})
        taken = ("id", "name", "inputParameters", "input_parameters", "input", "output")
        if extra := fields.rest(tool, taken):
            details.append({"id": ident} | extra)
    made: list[Message] = []
    if calls:
        made.append({"role": "assistant", "parts": calls})
        if details:
            made[0]["metadata"] = {"tool_calls": details}
    if answers:
        made.append({"role": "tool", "parts": answers})
    return made


def _images(mapping: Any) -> list[Part]:
    made: list[Part] = []
    for image in fields.mapping(mapping).values():
        about = fields.mapping(image)
        data = about.get("dataBase64")
        where = fields.text(about.get("url"))
        if isinstance(data, str) and data:
            kind = fields.text(about.get("mimeType")) or "image/png"
            made.append({"type": "blob", "modality": "image", "mime_type": kind, "content": data})
        elif where:
            made.append({"type": "uri", "modality": "image", "uri": where})
    return made


def _scores(record: Mapping[str, Any]) -> tuple[dict[str, Score], dict[str, Any]]:
    """Scores by the metrics' names, and what else the file has of each."""
    made: dict[str, Score] = {}
    details: dict[str, Any] = {}
    passed = record.get("success")
    if isinstance(passed, bool):
        made["pass"] = Score(1.0 if passed else 0.0)
    for metric in fields.mappings(record.get("metricsData")):
        base = fields.text(metric.get("name")) or "metric"
        name, again = base, 1
        while name in made:
            again += 1
            name = f"{base} ({again})"
        error = fields.text(metric.get("error"))
        value = fields.finite(metric.get("score"))
        reason = fields.text(metric.get("reason")) or error or None
        if value is not None or error:
            made[name] = Score(value, "error" if value is None else None, reason)
        if extra := fields.rest(metric, ("name", "score", "reason")):
            details[name] = extra
    return made, details


def _prompt_version(parameters: Mapping[str, Any]) -> str:
    for name in ("prompt_version", "promptVersion", "prompt version"):
        if said := fields.text(parameters.get(name)):
            return said
    for value in parameters.values():  # newer runs name the prompt as an object
        if isinstance(value, dict) and value.get("alias"):
            pieces = (fields.text(value.get(key)) for key in ("alias", "version"))
            return " ".join(piece for piece in pieces if piece)
    return ""


def _spans(trace: Mapping[str, Any]) -> tuple[list[Span], dict[str, Any]]:
    """The spans in the order of their times, and what else the trace says."""
    made: list[Span] = []
    for name, kind in _SPAN_LISTS.items():
        for raw in fields.mappings(trace.get(name)):
            made.append(_span(raw, kind))
    made.sort(key=lambda span: span.get("started_at", ""))
    about = fields.rest(trace, (*_SPAN_LISTS, "startTime", "endTime"))
    return made, about


def _span(raw: Mapping[str, Any], kind: str) -> Span:
    said = fields.text(raw.get("type"))
    known = said if said in ("agent", "llm", "retriever", "tool") else kind
    made: Span = {"name": fields.text(raw.get("name")) or known, "kind": known}
    if ident := fields.text(raw.get("uuid")):
        made["id"] = ident
    if parent := fields.text(raw.get("parentUuid")):
        made["parent"] = parent
    if begun := fields.moment(raw.get("startTime")):
        made["started_at"] = begun
    took = fields.elapsed_ms(raw.get("startTime"), raw.get("endTime"))
    if took is not None:
        made["latency_ms"] = took
    status = fields.text(raw.get("status"))
    if status:
        made["status"] = {"SUCCESS": "ok", "ERRORED": "error"}.get(status, status)
    if error := fields.text(raw.get("error")):
        made["error"] = error
    if model := fields.text(raw.get("model")):
        made["model"] = model
    taken, given = (fields.count(raw.get(f"{way}TokenCount")) for way in ("input", "output"))
    if taken is not None:
        made["tokens_in"] = taken
    if given is not None:
        made["tokens_out"] = given
    prices = (
        fields.amount(raw.get("costPerInputToken")),
        fields.amount(raw.get("costPerOutputToken")),
    )
    if any(price is not None for price in prices):
        made["cost"] = (taken or 0) * (prices[0] or 0.0) + (given or 0) * (prices[1] or 0.0)
    if attributes := fields.rest(raw, _SPAN_IN_PLACE):
        made["attributes"] = attributes
    return made


def _words(message: Message) -> str:
    return "\n".join(part["content"] for part in message["parts"] if part["type"] == "text")
