"""A request to a provider and its answer → a trace, or a scenario where there is no answer yet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.project import ImportNote
from evaldesk.domain.trace import Message, Scenario, Status, TraceBody, TraceRecord
from evaldesk.domain.wording import counted
from evaldesk.importers import fields, payloads
from evaldesk.importers.contract import Item
from evaldesk.importers.operations import question_of
from evaldesk.importers.span_conversation import Conversation

_CUT_OFF = (
    "length",
    "max_tokens",
    "max_output_tokens",
    "incomplete",
    "model_context_window_exceeded",
)


@dataclass(slots=True)
class Exchange:
    """One call of a provider's interface.

    Attributes:
        request: what was asked; None where the file does not hold it.
        answer: what came back; None where nothing did.
        key: the caller's own id of it.
        status: where the file says it; else told from the answer.
        error: what went wrong.
        latency_ms: of the call.
        started_at: ISO 8601.
        metadata: what the file has besides.
    """

    request: Any = None
    answer: Any = None
    key: str = ""
    status: Status | None = None
    error: str = ""
    latency_ms: float | None = None
    started_at: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


def trace_of(exchange: Exchange, place: str) -> TraceRecord:
    """The trace of a call."""
    asked = payloads.given(exchange.request)
    said = payloads.answered(exchange.answer)
    talk = Conversation()
    talk.receive([*payloads.instructions(exchange.answer), *asked.messages])
    for message in said.messages:
        talk.made(message)
    body: TraceBody = {"messages": talk.messages}
    if tools := asked.tools or said.tools:
        body["tools"] = tools
    metadata = dict(exchange.metadata)
    for name, rest in (("request", asked.rest), ("response", said.rest)):
        if rest:
            metadata[name] = rest
    version = prompt_version(exchange.request) or prompt_version(exchange.answer)
    if version:
        metadata["prompt_version"] = version
    if metadata:
        body["metadata"] = metadata
    model = said.model or asked.model
    reason = ""
    if said.messages:
        last = said.messages[-1]
        reason = last.get("finish_reason", "")
        _measure(last, model, said, exchange)
    status = exchange.status or _status(reason, said, exchange)
    return TraceRecord(
        scenario=scenario_of(exchange, asked),
        body=body,
        system=model,
        status=status,
        started_at=exchange.started_at or _created(exchange.answer),
        latency_ms=exchange.latency_ms,
        tokens_in=said.tokens_in,
        tokens_out=said.tokens_out,
        error=exchange.error,
        place=place,
    )


def scenario_of(exchange: Exchange, asked: payloads.Payload | None = None) -> Scenario:
    """The test case: what the user asked, whatever system prompt stands before it."""
    found = payloads.given(exchange.request) if asked is None else asked
    question = question_of(found.messages)
    return Scenario(key=exchange.key or content_id(question)[:12], input=question)


def prompt_version(holder: Any) -> str:
    """Id and version of a stored prompt that a request or answer of OpenAI names."""
    prompt = fields.mapping(fields.mapping(fields.unwrapped(holder)).get("prompt"))
    name, version = (fields.text(prompt.get(key)) for key in ("id", "version"))
    return f"{name} v{version}" if name and version else name


def told_unknown(items: Iterable[Item]) -> Iterator[Item]:
    """The items, and a note on those of which the file does not say what was asked."""
    unknown = 0
    for item in items:
        unknown += isinstance(item, TraceRecord) and item.scenario.input is None
        yield item
    if unknown:
        yield ImportNote(
            counted(unknown, "For %1 answer", "For %1 answers")
            + " the file does not say what was asked; only the id says which test case it was."
        )


def _measure(message: Message, model: str, said: payloads.Payload, exchange: Exchange) -> None:
    if model:
        message.setdefault("model", model)
    if said.tokens_in is not None:
        message["tokens_in"] = said.tokens_in
    if said.tokens_out is not None:
        message["tokens_out"] = said.tokens_out
    if exchange.latency_ms is not None:
        message["latency_ms"] = exchange.latency_ms


def _status(reason: str, said: payloads.Payload, exchange: Exchange) -> Status:
    if exchange.error:
        return "error"
    if reason in _CUT_OFF:
        return "incomplete"
    return "ok"


def _created(answer: Any) -> str:
    holder = fields.mapping(fields.unwrapped(answer))
    return fields.moment(holder.get("created") or holder.get("created_at"))
