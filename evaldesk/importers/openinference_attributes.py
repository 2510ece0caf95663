"""Attributes of the OpenInference conventions, in version 2026-08 and before."""

from typing import Any

from evaldesk.domain.trace import Annotation, Document, Score
from evaldesk.importers import cells, chat
from evaldesk.importers.fields import EMPTY, finite, mapping, rest, text, unwrapped
from evaldesk.importers.span_attributes import Attributes, nested
from evaldesk.importers.span_reading import Judgement, SpanReading, ToolRun, tidy

ROOTS = frozenset(
    [
        "agent",
        "annotations",
        "document",
        "embedding",
        "evaluations",
        "exception",
        "graph",
        "image",
        "input",
        "llm",
        "openinference",
        "output",
        "prompt",
        "reranker",
        "retrieval",
        "session",
        "tag",
        "tool",
        "tool_call",
        "trace",
        "user",
    ]
)
"""First parts of its names: nested exports have objects under these."""

_KINDS = {
    "llm": "llm",
    "chain": "chain",
    "tool": "tool",
    "agent": "agent",
    "retriever": "retriever",
    "reranker": "reranker",
    "embedding": "embedding",
    "guardrail": "guardrail",
    "evaluator": "evaluator",
    "prompt": "chain",
}
_PLACES = ("annotations", "evaluations", "trace.annotations", "trace.evaluations")


def read_openinference(attributes: Attributes, into: SpanReading) -> None:
    """Takes what these conventions name."""
    kind = text(attributes.peek("openinference.span.kind")).lower()
    if kind in _KINDS:
        attributes.take("openinference.span.kind")
        into.kind = into.kind or _KINDS[kind]
    _model(attributes, into)
    _conversation(attributes, into)
    _tool(attributes, into)
    _retrieval(attributes, into)
    _whole(attributes, into)
    for place in _PLACES:
        for index, item in enumerate(attributes.trees(place)):
            _feedback(item, place, index, into)


def _model(attributes: Attributes, into: SpanReading) -> None:
    into.model = into.model or attributes.text(
        "llm.model_name", "embedding.model_name", "reranker.model_name"
    )
    taken = attributes.count("llm.token_count.prompt")
    given = attributes.count("llm.token_count.completion")
    into.tokens_in = taken if into.tokens_in is None else into.tokens_in
    into.tokens_out = given if into.tokens_out is None else into.tokens_out
    cost = attributes.amount("llm.cost.total")
    if cost is None and attributes.peek("llm.cost.prompt") is not None:
        parts = (attributes.amount(f"llm.cost.{part}") for part in ("prompt", "completion"))
        cost = sum(part for part in parts if part is not None)
    into.cost = cost if into.cost is None else into.cost
    into.say("prompt_version", attributes.text("llm.prompt_template.version", "prompt.version"))
    into.say("prompt_name", attributes.text("prompt.name"))


def _conversation(attributes: Attributes, into: SpanReading) -> None:
    received = _messages(attributes.trees("llm.input_messages"))
    made = _messages(attributes.trees("llm.output_messages"))
    if not received:
        received = [
            chat.text_message("user", text(mapping(item).get("prompt", item)))
            for item in attributes.trees("llm.prompts")
        ]
    if not made:
        completions = (mapping(item) for item in attributes.trees("llm.choices"))
        made = [
            chat.text_message("assistant", text(mapping(item.get("completion")).get("text")))
            for item in completions
        ]
    if not into.received:
        into.received = received
    if not into.made:
        into.made = made
    if not into.definitions:
        for item in attributes.trees("llm.tools"):
            definition = unwrapped(mapping(mapping(item).get("tool")).get("json_schema", item))
            if isinstance(definition, dict):
                into.definitions.append(definition)


def _messages(items: list[Any]) -> list[Any]:
    made = []
    for item in items:
        raw = mapping(item)
        raw = mapping(raw.get("message", raw))
        if raw:
            made.append(tidy(chat.message(_plain(raw))))
    return made


def _plain(raw: dict[str, Any]) -> dict[str, Any]:
    """A message without the names that the conventions put between its levels."""
    made = rest(
        raw,
        (
            "contents",
            "tool_calls",
            "function_call_name",
            "function_call_arguments_json",
        ),
    )
    contents = raw.get("contents")
    if isinstance(contents, list):
        parts = [_content(mapping(item)) for item in contents]
        if parts and raw.get("content") in EMPTY:
            made["content"] = parts
        elif parts:
            made["contents"] = contents
    calls = raw.get("tool_calls")
    if isinstance(calls, list) and calls:
        made["tool_calls"] = [mapping(item).get("tool_call", item) for item in calls]
    if raw.get("function_call_name"):
        made["function_call"] = {
            "name": raw["function_call_name"],
            "arguments": raw.get("function_call_arguments_json"),
        }
    made.setdefault("role", "assistant")
    return made


def _content(item: dict[str, Any]) -> dict[str, Any]:
    content = mapping(item.get("message_content", item))
    made = dict(content)
    for medium in ("image", "audio", "video"):
        held = content.get(medium)
        if isinstance(held, dict):
            inner = mapping(held.get(medium, held))
            made[medium] = {"url": inner.get("url")}
            more = rest(inner, ("url",))
            if more:
                made["media"] = more
    call = content.get("tool_call")
    if isinstance(call, dict):
        made = {**call, "type": "tool_call"}
    kind = text(made.get("type"))
    if kind == "reasoning" and "reasoning" not in made:
        made["reasoning"] = text(content.get("text"))
    made["type"] = kind or ("text" if "text" in made else "")
    return made


def _tool(attributes: Attributes, into: SpanReading) -> None:
    if into.kind != "tool":
        return
    tool = into.tool or ToolRun()
    tool.name = tool.name or attributes.text("tool.name", "tool_call.function.name")
    tool.id = tool.id or attributes.text("tool_call.id", "tool.id")
    if tool.arguments is None:
        tool.arguments = attributes.json("tool_call.function.arguments")
        if tool.arguments is None and isinstance(
            unwrapped(attributes.peek("tool.parameters")), dict
        ):
            # Some write the values here, some the schema: a schema says so.
            seen = unwrapped(attributes.peek("tool.parameters"))
            if not {"type", "properties"} & set(seen):
                tool.arguments = attributes.json("tool.parameters")
    into.tool = tool


def _retrieval(attributes: Attributes, into: SpanReading) -> None:
    items = attributes.trees("retrieval.documents")
    if not items and into.kind == "reranker":
        items = attributes.trees("reranker.output_documents")
    made: list[Document] = []
    for item in items:
        raw = mapping(item)
        raw = mapping(raw.get("document", raw))
        if not raw:
            continue
        score = finite(raw.get("score"))
        about = unwrapped(raw.get("metadata"))
        given: dict[str, Any] = {**raw, "content": raw.get("content", "")}
        given["metadata"] = about if isinstance(about, dict) else None
        given["score"] = score
        if not isinstance(given["content"], str):
            given["content"] = chat.plain_text(given["content"])
        if about not in EMPTY and not isinstance(about, dict):
            given["metadata"] = {"metadata": about}
        given = {name: value for name, value in given.items() if value is not None}
        made.extend(cells.documents([given]) if given["content"] else [_bare(given)])
    into.documents = into.documents or made
    into.query = into.query or attributes.text("retrieval.query", "reranker.query")


def _bare(given: dict[str, Any]) -> Document:
    """A document whose text was not recorded."""
    made = cells.documents([{**given, "content": "-"}])[0]
    made["content"] = ""
    return made


def _whole(attributes: Attributes, into: SpanReading) -> None:
    """Input and output of the span, and what it says of the trace."""
    for name, already in (("input", into.given), ("output", into.answer)):
        value = attributes.take(f"{name}.value")
        kind = text(attributes.take(f"{name}.mime_type"))
        if value is None:
            continue
        value = unwrapped(value) if "json" in kind or not isinstance(value, str) else value
        if already is None:
            if name == "input":
                into.given = value
            else:
                into.answer = value
    into.agent = into.agent or attributes.text("agent.name")
    into.say("session_id", attributes.text("session.id"))
    into.say("user_id", attributes.text("user.id"))
    tags = unwrapped(attributes.take("tag.tags"))
    into.say("tags", tags)
    about = attributes.tree("metadata")
    if isinstance(about, dict):
        for name in ("dataset_example_id", "example_id", "scenario_id", "test_case_id"):
            into.example = into.example or text(about.get(name))
        into.say("prompt_version", text(about.get("prompt_version")))
    into.say("metadata", about)


def _feedback(item: Any, place: str, index: int, into: SpanReading) -> None:
    """One annotation or evaluation: a person's is an annotation, others are scores."""
    raw = mapping(nested(item))
    raw = mapping(raw.get(place.rpartition(".")[2].removesuffix("s"), raw))
    name = text(raw.get("name"))
    about = unwrapped(raw.get("metadata"))
    details: dict[str, Any] = about if isinstance(about, dict) else {}
    if about not in EMPTY and not details:
        details = {"metadata": about}
    number, label = finite(raw.get("score")), text(raw.get("label"))
    said = text(raw.get("explanation"))
    if not name or (number is None and not label and not said):
        into.attributes[f"{place}.{index}"] = item
        return
    kind = text(raw.get("annotator_kind"))
    whole = place.startswith("trace.")
    if kind.upper() == "HUMAN":
        into.annotations.append(
            Annotation(
                name=name,
                value=number,
                label=label,
                comment=said,
                annotator=text(raw.get("identifier")),
                target="" if whole else _judged(into),
                metadata=details,
            )
        )
        return
    more = details | rest({"annotator_kind": kind, "identifier": raw.get("identifier")}, ())
    into.judgements.append(Judgement(name, Score(number, label or None, said or None), more))


def _judged(into: SpanReading) -> str:
    """Id of the span that feedback speaks of: what a carrier points to, else the span itself."""
    record = into.record
    return record.links[0][1] if record.carries else record.span_id
