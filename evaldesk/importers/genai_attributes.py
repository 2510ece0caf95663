"""Attributes and events of OpenTelemetry's conventions for generative AI, in their three eras.

Until 1.36 each message is an event, from 1.37 on the messages are attributes, of the span or of one
event; names of the provider and of token counts changed on the way. What any-agent adds is here,
too, since it uses the same names.
"""

from typing import Any

from evaldesk.domain import interchange
from evaldesk.domain.trace import Annotation, Document, Message, Score
from evaldesk.importers import cells, chat
from evaldesk.importers.fields import EMPTY, finite, mapping, rest, sequence, text, unwrapped
from evaldesk.importers.span_attributes import Attributes
from evaldesk.importers.span_reading import (
    Judgement,
    SpanReading,
    ToolRun,
    definitions_of,
    messages_of,
    tidy,
)
from evaldesk.importers.span_records import SpanEvent, iso

_KINDS = {
    **dict.fromkeys(
        ["chat", "text_completion", "generate_content", "completion", "call_llm", "responses"],
        "llm",
    ),
    **dict.fromkeys(["invoke_agent", "create_agent"], "agent"),
    "execute_tool": "tool",
    "embeddings": "embedding",
    "retrieval": "retriever",
    "rerank": "reranker",
    "evaluate": "evaluator",
}
OPERATION_DETAILS = "gen_ai.client.inference.operation.details"
EVALUATION = "gen_ai.evaluation.result"
_SENT = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CHOICE = "gen_ai.choice"
_OLDEST = {
    "gen_ai.content.prompt": "gen_ai.prompt",
    "gen_ai.content.completion": "gen_ai.completion",
}


def is_genai_event(name: str) -> bool:
    """Whether an event is one of these conventions."""
    return name in _SENT or name in _OLDEST or name in (_CHOICE, OPERATION_DETAILS, EVALUATION)


def read_genai(attributes: Attributes, into: SpanReading) -> None:
    """Takes what these conventions name, from attributes and events."""
    kept: list[SpanEvent] = []
    for event in into.events:
        if not _read_event(event, attributes, into):
            kept.append(event)
    into.events = kept
    operation = text(attributes.peek("gen_ai.operation.name")).lower()
    if not into.kind and operation in _KINDS:
        into.kind = _KINDS[operation]
    _model(attributes, into)
    _messages(attributes, into)
    _tool(attributes, into)
    _retrieval(attributes, into)
    into.agent = into.agent or text(attributes.peek("gen_ai.agent.name"))
    into.say("session_id", text(attributes.peek("gen_ai.conversation.id")))
    if text(attributes.peek("gen_ai.conversation.id")) == into.about.get("session_id"):
        attributes.take("gen_ai.conversation.id")
    into.say("prompt_version", attributes.text("gen_ai.prompt.version"))
    into.say("prompt_name", attributes.text("gen_ai.prompt.name"))


def _model(attributes: Attributes, into: SpanReading) -> None:
    into.model = into.model or attributes.text("gen_ai.request.model")
    if text(attributes.peek("gen_ai.request.model")) == into.model:
        attributes.take("gen_ai.request.model")
    answered = text(attributes.peek("gen_ai.response.model"))
    into.answered_model = into.answered_model or answered
    taken = attributes.count("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
    given = attributes.count("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
    into.tokens_in = taken if into.tokens_in is None else into.tokens_in
    into.tokens_out = given if into.tokens_out is None else into.tokens_out
    cost = attributes.amount("gen_ai.usage.cost", "gen_ai.usage.total_cost", "operation.cost")
    if cost is None:
        parts = [attributes.amount(f"gen_ai.usage.{way}_cost") for way in ("input", "output")]
        known = [part for part in parts if part is not None]
        cost = sum(known) if known else None
    into.cost = cost if into.cost is None else into.cost


def _messages(attributes: Attributes, into: SpanReading) -> None:
    instructions = attributes.json("gen_ai.system_instructions")
    received = messages_of(attributes.json("gen_ai.input.messages"))
    made = messages_of(attributes.json("gen_ai.output.messages"))
    if instructions not in EMPTY:
        parts = [instructions] if isinstance(instructions, dict | str) else sequence(instructions)
        system = chat.message({"role": "system", "content": parts})
        if not any(
            item["role"] == "system" and item["parts"] == system["parts"] for item in received
        ):
            received.insert(0, system)
    for event in ("events", "all_messages_events"):  # as pydantic-ai writes them
        for raw in _event_list(attributes, event):
            name = text(raw.get("event.name"))
            if name in _SENT:
                received.append(_sent(raw, _SENT[name]))
            elif name == _CHOICE:
                made.append(_choice(raw))
    if not made and attributes.peek("gen_ai.output") is not None and into.kind == "llm":
        made = [_any_agent_answer(attributes)]
    reasons = attributes.json("gen_ai.response.finish_reasons")
    for message, reason in zip(made, sequence(reasons), strict=False):
        if isinstance(reason, str):
            message.setdefault("finish_reason", reason)
    if not made and reasons not in EMPTY:
        into.attributes["gen_ai.response.finish_reasons"] = reasons
    if not into.received:
        into.received = received
    if not into.made:
        into.made = made
    if not into.definitions:
        into.definitions = definitions_of(attributes.json("gen_ai.tool.definitions"))


def _event_list(attributes: Attributes, name: str) -> list[dict[str, Any]]:
    found = unwrapped(attributes.peek(name))
    if not isinstance(found, list):
        return []
    items = [mapping(item) for item in found]
    if not items or not all("event.name" in item for item in items):
        return []
    attributes.take(name)
    return items


def _any_agent_answer(attributes: Attributes) -> Message:
    """What any-agent writes: the text, or the calls as objects with ``tool.name``."""
    said = attributes.json("gen_ai.output")
    attributes.take("gen_ai.output.type")
    calls = [mapping(item) for item in said] if isinstance(said, list) else []
    if calls and all("tool.name" in item for item in calls):
        listed = [{"name": item["tool.name"], "arguments": item.get("tool.args")} for item in calls]
        return chat.message({"role": "assistant", "tool_calls": listed})
    return chat.text_message("assistant", chat.plain_text(said))


def _tool(attributes: Attributes, into: SpanReading) -> None:
    name = text(attributes.peek("gen_ai.tool.name"))
    if into.kind != "tool" and not (name and not into.kind):
        return
    into.kind = "tool"
    tool = into.tool = into.tool or ToolRun()
    tool.name = tool.name or attributes.text("gen_ai.tool.name")
    tool.id = tool.id or attributes.text("gen_ai.tool.call.id")
    if tool.arguments is None:
        tool.arguments = attributes.json(
            "gen_ai.tool.call.arguments", "gen_ai.tool.args", "tool_arguments"
        )
    if not tool.answered:
        names = ("gen_ai.tool.call.result", "gen_ai.tool.output", "gen_ai.output", "tool_response")
        found = next((name for name in names if name in attributes), "")
        if found:
            tool.result, tool.answered = attributes.json(found), True
            attributes.take("gen_ai.output.type")


def _retrieval(attributes: Attributes, into: SpanReading) -> None:
    into.query = into.query or attributes.text(
        "gen_ai.retrieval.query.text", "gen_ai.retrieval.query"
    )
    found = attributes.json("gen_ai.retrieval.documents")
    if found in EMPTY:
        return
    made: list[Document] = []
    for item in sequence(found):
        raw = mapping(item)
        if raw and not any(isinstance(raw.get(key), str) for key in ("content", "text")):
            document = cells.documents([{**raw, "content": "-"}])[0]
            document["content"] = ""
            made.append(document)
        else:
            made.extend(cells.documents([item]))
    into.documents = into.documents or made


# ------------------------------------------------------------------------------------------ events


def _read_event(event: SpanEvent, attributes: Attributes, into: SpanReading) -> bool:
    """Reads an event of these conventions; False for any other."""
    name = event.name
    if name in _SENT:
        into.received.append(_sent(_event_body(event), _SENT[name]))
    elif name == _CHOICE:
        into.made.append(_choice(_event_body(event)))
    elif name in _OLDEST:
        found = messages_of(unwrapped(event.attributes.get(_OLDEST[name])))
        if name == "gen_ai.content.prompt":
            into.received.extend(found)
        else:
            into.made.extend({**item, "role": "assistant"} for item in found)
    elif name == OPERATION_DETAILS:
        said = Attributes({**mapping(event.body), **event.attributes})
        _model(said, into)
        _messages(said, into)
        more = said.rest()
        if more:
            into.attributes.setdefault("events", []).append(as_json(event, more))
    elif name == EVALUATION:
        _evaluation(event, into)
    else:
        return False
    return True


def _event_body(event: SpanEvent) -> dict[str, Any]:
    """What an event of a message says: the body of a log record, or the attributes of an event."""
    body = unwrapped(event.body)
    said: dict[str, Any] = dict(body) if isinstance(body, dict) else {}
    if body not in EMPTY and not said:
        said["content"] = body
    whole = unwrapped(event.attributes.get("gen_ai.event.content"))
    if isinstance(whole, dict):
        said |= whole
    for name, value in event.attributes.items():
        if name not in ("gen_ai.event.content", "gen_ai.system", "event.name"):
            said.setdefault(name.removeprefix("gen_ai."), unwrapped(value))
    return said


def _sent(raw: dict[str, Any], role: str) -> Message:
    made = rest(raw, ("event.name", "gen_ai.system", "gen_ai.message.index"))
    made.setdefault("role", role)
    if role == "tool":
        made["role"] = "tool"
    return tidy(chat.message(made))


def _choice(raw: dict[str, Any]) -> Message:
    inner = unwrapped(raw.get("message"))
    made = dict(inner) if isinstance(inner, dict) else {"content": inner}
    made |= rest(raw, ("message", "index", "event.name", "gen_ai.system", "gen_ai.message.index"))
    made.setdefault("role", "assistant")
    return chat.message(made)


def _evaluation(event: SpanEvent, into: SpanReading) -> None:
    said = Attributes({**mapping(event.body), **event.attributes})
    name = said.text("gen_ai.evaluation.name")
    number = finite(said.take("gen_ai.evaluation.score.value"))
    label = said.text("gen_ai.evaluation.score.label")
    reason = said.text("gen_ai.evaluation.explanation")
    if not name:
        into.attributes.setdefault("events", []).append(as_json(event, event.attributes))
        return
    kind = said.text(interchange.ANNOTATOR_KIND)
    target = said.text(interchange.TARGET)
    details = said.json(interchange.METADATA)
    about: dict[str, Any] = details if isinstance(details, dict) else {}
    who = said.text(interchange.ANNOTATOR)
    more = {**said.rest(), **about}
    if kind.upper() == "HUMAN":
        into.annotations.append(
            Annotation(
                name=name,
                value=number,
                label=label,
                comment=reason,
                annotator=who,
                target=target or into.record.span_id,
                created_at=iso(event.time),
                metadata=more,
            )
        )
        return
    more |= {"annotator_kind": kind} if kind else {}
    into.judgements.append(Judgement(name, Score(number, label or None, reason or None), more))


def as_json(event: SpanEvent, attributes: dict[str, Any]) -> dict[str, Any]:
    """An event as it is kept among a span's attributes."""
    made: dict[str, Any] = {"name": event.name}
    if event.time is not None:
        made["time"] = iso(event.time)
    if event.body not in EMPTY:
        made["body"] = event.body
    left = {name: value for name, value in attributes.items() if value not in EMPTY}
    return made | ({"attributes": left} if left else {})
