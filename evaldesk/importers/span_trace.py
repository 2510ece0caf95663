"""The spans of one trace → a trace of EvalDesk.

What a trace keeps of its spans: the whole conversation with each message once, documents of
retrievals, the spans themselves with what was not put elsewhere, scores and annotations; tokens
and cost summed over the calls of models, never over spans that repeat the sum of others.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from evaldesk.domain.trace import (
    Annotation,
    Document,
    Message,
    Scenario,
    Score,
    Span,
    TraceBody,
    TraceRecord,
)
from evaldesk.importers import chat, fields, payloads
from evaldesk.importers.carried import carried_trace, with_additions
from evaldesk.importers.genai_attributes import as_json, read_genai
from evaldesk.importers.genai_frameworks import read_adk, read_traceloop, read_vercel
from evaldesk.importers.openinference_attributes import read_openinference
from evaldesk.importers.record_loop import digest
from evaldesk.importers.span_attributes import Attributes
from evaldesk.importers.span_conversation import Conversation
from evaldesk.importers.span_reading import (
    KINDS,
    Convention,
    SpanReading,
    ToolRun,
    messages_of,
    tidy,
)
from evaldesk.importers.span_records import SpanRecord, elapsed, iso
from evaldesk.importers.span_tree import SpanTree, span_tree

CONVENTIONS: tuple[Convention, ...] = (
    read_openinference,
    read_adk,
    read_vercel,
    read_traceloop,
    read_genai,
)
"""In the order in which they are asked: the one that says most comes first."""

_MODELS = ("llm",)
_ASKED = ("input", "question", "query", "prompt", "user_input", "message", "text", "request")
_ANSWERED = ("output", "answer", "response", "result", "text", "content", "completion")


def trace_of(
    records: Sequence[SpanRecord],
    conventions: Sequence[Convention] = CONVENTIONS,
    seen: Counter[str] | None = None,
) -> TraceRecord:
    """The trace of the spans that share a trace id.

    Args:
        records: in any order, at least one; not changed.
        conventions: read each span, in this order.
        seen: counts what was wrong with the tree: ``repeated``, ``renamed``, ``circular`` spans.
    """
    tree = span_tree(records)
    if seen is not None:
        seen.update(repeated=tree.repeated, renamed=tree.renamed, circular=tree.circular)
    readings = [read_span(record, conventions) for record in tree.spans]
    made = _trace(tree, readings)
    for record in tree.spans:
        if not record.parent_id and not record.carries:
            carried = carried_trace(record.attributes, made.place)
            if carried is not None:
                return with_additions(carried, made)
    return made


def read_span(record: SpanRecord, conventions: Sequence[Convention] = CONVENTIONS) -> SpanReading:
    """What one span says."""
    attributes = Attributes(record.attributes)
    into = SpanReading(record, events=list(record.events))
    for convention in conventions:
        convention(attributes, into)
    into.say("session_id", attributes.text("session.id"))
    into.say("user_id", attributes.text("user.id", "enduser.id"))
    if into.kind not in KINDS:
        into.kind = "llm" if into.made or into.received else "chain"
    if into.kind == "retriever" and not into.query:
        into.query = _asked(into.given)
    if into.kind == "tool":
        _complete_tool(into)
    elif into.kind in _MODELS:
        _complete_model(into)
    into.attributes = {**attributes.rest(), **into.attributes}
    return into


def _complete_tool(into: SpanReading) -> None:
    """Input and output of a tool's span are its arguments and result."""
    tool = into.tool = into.tool or ToolRun()
    tool.span = into.record.span_id
    tool.name = tool.name or into.record.name.removeprefix("execute_tool ").strip()
    if tool.arguments is None and into.given is not None:
        tool.arguments, into.given = into.given, None
    if not tool.answered and into.answer is not None:
        tool.result, tool.answered, into.answer = into.answer, True, None
    tool.arguments = chat.arguments(tool.arguments) if tool.arguments is not None else None
    if into.record.status == "error":
        tool.error = error_of(into.record) or "failed"
    if tool.result is not None:
        # Some write a whole tool message.
        inner = fields.mapping(tool.result)
        if inner.get("type") == "tool" and "content" in inner:
            tool.result = inner["content"]
            tool.id = tool.id or fields.text(inner.get("tool_call_id"))


def _complete_model(into: SpanReading) -> None:
    """Input and output of a model's span hold its messages where nothing else does."""
    if not into.received and into.given is not None:
        found = payloads.given(into.given)
        into.received = [tidy(item) for item in found.messages]
        into.definitions = into.definitions or found.tools
        into.model = into.model or found.model
    if not into.made and into.answer is not None:
        found = payloads.answered(into.answer)
        into.made = [tidy(item) for item in found.messages]
        into.answered_model = into.answered_model or found.model
        if into.tokens_in is None and into.tokens_out is None:
            into.tokens_in, into.tokens_out = found.tokens_in, found.tokens_out
    if into.answered_model and not into.model:
        into.model = into.answered_model


def error_of(record: SpanRecord) -> str:
    """What went wrong in a span, in its own words."""
    if record.error:
        return record.error
    for event in record.events:
        if event.name == "exception":
            said = event.attributes
            kind, text = said.get("exception.type"), said.get("exception.message")
            if kind or text:
                return ": ".join(fields.text(item) for item in (kind, text) if fields.text(item))
    for name in ("exception.message", "error.message", "error.type"):
        if fields.text(record.attributes.get(name)):
            return fields.text(record.attributes[name])
    return "The span has the status error." if record.status == "error" else ""


# ----------------------------------------------------------------------------------- the trace


def _trace(tree: SpanTree, readings: Sequence[SpanReading]) -> TraceRecord:
    judged = _under(tree, readings, "evaluator")
    inner = _innermost(tree, readings)
    conversation, spoken = _conversation(tree, readings, judged, inner)
    root = readings[tree.roots[0]]
    body: TraceBody = {"messages": conversation.messages}
    if not conversation.messages:
        body["messages"] = _from_ends(root)
        if body["messages"] and body["messages"][-1]["role"] == "assistant":
            body["messages"][-1].update(_about_message(root))  # type: ignore[typeddict-item]
            spoken[tree.roots[0]] = len(body["messages"]) - 1
    documents = [item for reading in readings for item in _documents(reading)]
    if documents:
        body["documents"] = documents
    tools = _tools(readings, inner)
    if tools:
        body["tools"] = tools
    answer = _answer_text(root.answer) if root.kind not in _MODELS else ""
    if answer:
        body["output"] = answer
    asked = _scenario_input(root, readings, inner, judged, body["messages"])
    example = next((item.example for item in readings if item.example), "")
    expected = next((item.expected for item in readings if item.expected), "")
    if expected:
        body["expected"] = expected
    about = _about(tree, readings)
    scores, details = _scores(readings)
    if details:
        about["score_details"] = details
    _drop_known(readings, root, inner, judged, conversation, asked, answer)
    body["spans"] = [_span(reading, tree, index, spoken) for index, reading in enumerate(readings)]
    if about:
        body["metadata"] = about
    start, latency = _times(tree)
    failed = next(
        (span for span in (tree.spans[at] for at in tree.roots) if _failed(span, tree)), None
    )
    return TraceRecord(
        scenario=Scenario(
            key=example or digest(asked).hex()[:12],
            input=asked,
            expected=expected,
        ),
        body=body,
        run=next((item.run for item in readings if item.run), ""),
        system=_system(readings, judged),
        status="error" if failed else "ok",
        scores=scores,
        started_at=iso(start),
        latency_ms=latency,
        tokens_in=_total(tree, readings, judged, lambda item: item.tokens_in),
        tokens_out=_total(tree, readings, judged, lambda item: item.tokens_out),
        cost=_total(tree, readings, judged, lambda item: item.cost),
        error=error_of(failed) if failed else "",
        place=tree.spans[0].place,
        annotations=_annotations(readings),
    )


def _under(tree: SpanTree, readings: Sequence[SpanReading], kind: str) -> set[int]:
    """Spans of a kind, and all below them; parents come before their children."""
    found: set[int] = set()
    for index, reading in enumerate(readings):
        if reading.kind == kind or tree.parents[index] in found:
            found.add(index)
    return found


def _innermost(tree: SpanTree, readings: Sequence[SpanReading]) -> set[int]:
    """Calls of models whose messages count: libraries nest a call in another that repeats it."""
    speaking = {
        index
        for index, reading in enumerate(readings)
        if reading.kind in _MODELS and (reading.received or reading.made)
    }
    covered: set[int] = set()
    for index in sorted(speaking, reverse=True):
        if index in covered and not readings[index].made:
            continue
        for above in tree.ancestors(index):
            if above in speaking and (readings[index].made or not readings[above].made):
                covered.add(above)
    # One inside that has no answer is covered by the one around it that has.
    for index in speaking - covered:
        if not readings[index].made and any(
            above in speaking and readings[above].made for above in tree.ancestors(index)
        ):
            covered.add(index)
    return speaking - covered


def _conversation(
    tree: SpanTree, readings: Sequence[SpanReading], judged: set[int], inner: set[int]
) -> tuple[Conversation, dict[int, Any]]:
    """The messages in order of time; and what each span has to do with them."""
    conversation = Conversation()
    spoken: dict[int, Any] = {}
    several = len({item.agent for item in readings if item.agent}) > 1
    starts, ends = _clock(tree)
    moments: list[tuple[int, int, int, str]] = []
    for index, reading in enumerate(readings):
        if index in judged:
            continue
        if index in inner:
            moments.append((starts[index], 1, index, "given"))
            moments.append((ends[index], 0, index, "made"))
        elif reading.tool is not None:
            moments.append((ends[index], 0, index, "ran"))
    opened: set[int] = set()
    for _, _, index, what in sorted(moments):
        reading = readings[index]
        if what == "ran":
            assert reading.tool is not None
            spoken[index] = conversation.ran(reading.tool, _about_message(reading, costs=False))
            continue
        if index not in opened:
            opened.add(index)
            conversation.receive(reading.received)
        if what == "made":
            for number, message in enumerate(reading.made):
                if number == 0:
                    message.update(_about_message(reading))  # type: ignore[typeddict-item]
                if several and "name" not in message:
                    name = _agent_of(index, tree, readings)
                    if name:
                        message["name"] = name
                at = conversation.made(message)
                spoken.setdefault(index, at)
    conversation.settle()
    return conversation, spoken


def _clock(tree: SpanTree) -> tuple[list[int], list[int]]:
    """Start and end of each span to order by; a span without times stands with its parent."""
    starts: list[int] = []
    ends: list[int] = []
    for index, span in enumerate(tree.spans):
        parent = tree.parents[index]
        start = span.start
        if start is None:
            start = starts[parent] if parent >= 0 else span.end or 0
        starts.append(start)
        ends.append(start if span.end is None else max(start, span.end))
    return starts, ends


def _about_message(reading: SpanReading, *, costs: bool = True) -> dict[str, Any]:
    record = reading.record
    made: dict[str, Any] = {}
    if record.start is not None:
        made["started_at"] = iso(record.start)
    if record.latency_ms is not None:
        made["latency_ms"] = record.latency_ms
    if costs:
        for name, value in (
            ("model", reading.answered_model or reading.model or None),
            ("tokens_in", reading.tokens_in),
            ("tokens_out", reading.tokens_out),
            ("cost", reading.cost),
        ):
            if value is not None:
                made[name] = value
    return made


def _agent_of(index: int, tree: SpanTree, readings: Sequence[SpanReading]) -> str:
    near = (index, *tree.ancestors(index))
    return next((readings[at].agent for at in near if readings[at].agent), "")


def _documents(reading: SpanReading) -> Iterable[Document]:
    for rank, document in enumerate(reading.documents, start=1):
        made: Document = {**document, "rank": rank}
        if reading.query:
            made["query"] = reading.query
        if reading.record.span_id:
            made["span"] = reading.record.span_id
        yield made


def _tools(readings: Sequence[SpanReading], inner: set[int]) -> list[dict[str, Any]]:
    """Definitions of the tools, each once, as the innermost call that names it has it."""
    made: dict[Any, dict[str, Any]] = {}
    for index in sorted(range(len(readings)), key=lambda at: at not in inner):
        for item in readings[index].definitions:
            function = fields.mapping(item.get("function"))
            name = fields.first_text(item.get("name"), function.get("name"))
            made.setdefault(name or digest(item), item)
    for reading in readings:
        said = fields.text(reading.attributes.get("gen_ai.tool.description"))
        if reading.tool is not None and reading.tool.name and said:
            definition = {"type": "function", "name": reading.tool.name, "description": said}
            made.setdefault(reading.tool.name, definition)
    return list(made.values())


# --------------------------------------------------------------------------- input and output


def _from_ends(root: SpanReading) -> list[Message]:
    """A conversation out of what went into the root and what came out."""
    made = payloads.given(root.given).messages
    known = [digest(item["parts"]) for item in made]
    answered = payloads.answered(root.answer).messages
    return [*made, *(item for item in answered if digest(item["parts"]) not in known)]


def _asked(given: Any) -> str:
    """What was asked, as one text."""
    if isinstance(given, dict):
        named = [name for name in _ASKED if given.get(name) not in fields.EMPTY]
        if named:
            return _asked(given[named[0]])
        if len(given) == 1:
            return _asked(next(iter(given.values())))
    return "" if given in fields.EMPTY else chat.plain_text(given)


def _answer_text(answer: Any) -> str:
    """The final answer, as one text; empty where it is only messages of which none is text."""
    if isinstance(answer, dict):
        if isinstance(answer.get("messages"), list):
            return chat.last_answer(messages_of(answer))
        if answer.get("choices"):
            return chat.last_answer(payloads.answered(answer).messages)
        named = [name for name in _ANSWERED if isinstance(answer.get(name), str) and answer[name]]
        if named:
            return str(answer[named[0]])
    if chat.is_conversation(answer):
        return chat.last_answer(messages_of(answer))
    return "" if answer in fields.EMPTY else chat.plain_text(answer)


def _scenario_input(
    root: SpanReading,
    readings: Sequence[SpanReading],
    inner: set[int],
    judged: set[int],
    messages: Sequence[Message],
) -> Any:
    """What the system was asked, so that two runs over the same input have the same: what went
    into the root, else what the first model call was given, else the root's name.
    """
    if root.given not in fields.EMPTY and root.kind not in _MODELS:
        asked = [item for item in messages_of(root.given) if item["role"] != "system"]
        if isinstance(root.given, dict | list) and asked:
            return _plain(asked)
        return payloads.plain_question(root.given)
    first = next(
        (readings[at].received for at in sorted(inner - judged) if readings[at].received), None
    )
    if first is None:
        first = [item for item in messages if item["role"] == "user"][:1]
    asked = [item for item in first if item["role"] != "system"]
    return _plain(asked) if asked else root.record.name


def _plain(asked: Sequence[Message]) -> Any:
    """One text where it is one, else the messages by role and parts alone."""
    if len(asked) == 1 and all(part["type"] == "text" for part in asked[0]["parts"]):
        return "\n\n".join(part["content"] for part in asked[0]["parts"])
    return [{"role": item["role"], "parts": item["parts"]} for item in asked]


# ----------------------------------------------------------------------------- spans and sums


def _span(reading: SpanReading, tree: SpanTree, index: int, spoken: dict[int, Any]) -> Span:
    record = reading.record
    made: Span = {"name": record.name or "span", "kind": reading.kind}
    if record.span_id:
        made["id"] = record.span_id
    parent = tree.parents[index]
    if parent >= 0 and tree.spans[parent].span_id:
        made["parent"] = tree.spans[parent].span_id
    if record.start is not None:
        made["started_at"] = iso(record.start)
    if record.latency_ms is not None:
        made["latency_ms"] = record.latency_ms
    if record.status:
        made["status"] = record.status
    if record.status == "error":
        made["error"] = error_of(record)
    if reading.model:
        made["model"] = reading.model
    if reading.tokens_in is not None:
        made["tokens_in"] = reading.tokens_in
    if reading.tokens_out is not None:
        made["tokens_out"] = reading.tokens_out
    if reading.cost is not None:
        made["cost"] = reading.cost
    said = spoken.get(index)
    at = said if isinstance(said, int) else getattr(said, "message", None)
    if at is not None:
        made["message"] = at
    attributes = dict(record.more) | reading.attributes
    attributes |= _unplaced(reading, parent, at)
    if reading.events:
        listed = [as_json(event, event.attributes) for event in reading.events]
        attributes["events"] = [*attributes.get("events", []), *listed]
    if record.links:
        attributes["links"] = [{"trace_id": trace, "span_id": span} for trace, span in record.links]
    if attributes:
        made["attributes"] = attributes
    return made


def _unplaced(reading: SpanReading, parent: int, at: int | None) -> dict[str, Any]:
    """What a span was given and answered, where the trace's messages do not say it."""
    made: dict[str, Any] = {}
    if reading.record.parent_id and parent < 0:
        made["parent_span_id"] = reading.record.parent_id
    for name, value in (
        ("input_messages", reading.received),
        ("output_messages", reading.made),
        ("input", reading.given),
        ("output", reading.answer),
    ):
        if value not in fields.EMPTY:
            made[name] = value
    if reading.answered_model and reading.answered_model != reading.model:
        made["gen_ai.response.model"] = reading.answered_model
    if reading.tool is not None:
        tool = reading.tool
        if tool.name and tool.name not in reading.record.name:
            made["tool"] = tool.name
        if tool.arguments not in fields.EMPTY:
            made["arguments"] = tool.arguments
        if at is None and tool.answered:
            made["result"] = tool.result
    if reading.query and not reading.documents:
        made["query"] = reading.query
    if reading.agent and reading.kind == "agent":
        made["gen_ai.agent.name"] = reading.agent
    return made


_SAID_AGAIN = ("messages", "prompt", "contents", "system", "tools", "functions")
_ANSWERED_AGAIN = ("choices", "content", "messages", "message", "text", "usage")


def _drop_known(
    readings: Sequence[SpanReading],
    root: SpanReading,
    inner: set[int],
    judged: set[int],
    conversation: Conversation,
    asked: Any,
    answer: str,
) -> None:
    """Takes from the spans what the trace says already: each call repeats all that was said."""
    for index, reading in enumerate(readings):
        if index in inner - judged:
            reading.received, reading.made = [], []
            if isinstance(reading.given, dict):
                reading.given = fields.rest(reading.given, _SAID_AGAIN)
            elif messages_of(reading.given):
                reading.given = None
            if isinstance(reading.answer, dict):
                reading.answer = fields.rest(reading.answer, _ANSWERED_AGAIN)
            else:
                reading.answer = None
            continue
        reading.received = [item for item in reading.received if not conversation.knows(item)]
        reading.made = [item for item in reading.made if not conversation.knows(item)]
        reading.given = _without_known(reading.given, conversation)
        reading.answer = _without_known(reading.answer, conversation)
    if root.given == asked or messages_of(root.given):
        root.given = _without_known(root.given, conversation)
        root.given = None if root.given == asked else root.given
    if answer and (root.answer == answer or chat.plain_text(root.answer) == answer):
        root.answer = None


def _without_known(value: Any, conversation: Conversation) -> Any:
    """A list of messages, or an object with one, without those that the conversation has."""
    if isinstance(value, dict) and isinstance(value.get("messages"), list):
        left = _without_known(value["messages"], conversation)
        return {**value, "messages": left} if left else fields.rest(value, ("messages",))
    if not chat.is_conversation(value):
        return value
    known = [all(conversation.knows(one) for one in messages_of([item])) for item in value]
    return [item for item, there in zip(value, known, strict=True) if not there]


def _total(
    tree: SpanTree,
    readings: Sequence[SpanReading],
    judged: set[int],
    amount: Callable[[SpanReading], Any],
) -> Any:
    """A sum over the calls of models; over other spans only where no call says anything.

    Where a span and spans below it both say it, those below count.
    """
    called = any(reading.kind in _MODELS for reading in readings)
    for kinds in (_MODELS, KINDS):
        counted: set[int] = set()
        for index, reading in enumerate(readings):
            if index in judged or reading.kind not in kinds or amount(reading) is None:
                continue
            embeds = reading.kind == "embedding"
            if kinds is KINDS and (reading.kind == "evaluator" or (embeds and called)):
                continue
            counted.difference_update(tree.ancestors(index))
            counted.add(index)
        if counted:
            found = sum(amount(readings[index]) for index in counted)
            return found if isinstance(found, float) else fields.count(found)
    return None


def _system(readings: Sequence[SpanReading], judged: set[int]) -> str:
    """The model that was called most, else what the source calls the service."""
    named = next((item.system for item in readings if item.system), "")
    if named:
        return named
    models = Counter(
        item.model
        for index, item in enumerate(readings)
        if item.model and item.kind in _MODELS and index not in judged
    )
    models = models or Counter(item.model for item in readings if item.model)
    if models:
        return models.most_common(1)[0][0]
    for item in readings:
        service = fields.text(item.record.resource.get("service.name"))
        if service and not service.startswith("unknown_service"):
            return service
    return ""


def _times(tree: SpanTree) -> tuple[int | None, float | None]:
    """Start and duration of the trace: of its real roots, else of all spans."""
    own = [span for span in tree.spans if not span.carries]
    real = [tree.spans[at] for at in tree.roots if not tree.spans[at].parent_id]
    for spans in ([span for span in real if not span.carries], own, tree.spans):
        starts = [span.start for span in spans if span.start is not None]
        ends = [span.end for span in spans if span.end is not None]
        if starts:
            return min(starts), elapsed(min(starts), max(ends, default=None))
    return None, None


def _failed(span: SpanRecord, tree: SpanTree) -> bool:
    """Whether a root failed; where there are real ones, those without a parent here do not tell."""
    orphan = bool(span.parent_id)
    return span.status == "error" and (not orphan or bool(tree.spans[tree.roots[0]].parent_id))


def _about(tree: SpanTree, readings: Sequence[SpanReading]) -> dict[str, Any]:
    """Metadata of the trace: its id, session, user, tags, what produced it."""
    made: dict[str, Any] = {}
    if tree.spans[0].trace_id:
        made["trace_id"] = tree.spans[0].trace_id
    for index in sorted(range(len(readings)), key=lambda at: tree.depths[at]):
        reading = readings[index]
        for name, value in reading.about.items():
            if name == "metadata" and isinstance(value, dict):
                held = made.setdefault("metadata", {})
                if isinstance(held, dict):
                    for key, item in value.items():
                        held.setdefault(key, item)
                    continue
            if name in made and made[name] != value:
                # Another value belongs to the span that says it.
                reading.attributes.setdefault(name, value)
            made.setdefault(name, value)
    resources: dict[bytes, dict[str, Any]] = {}
    for span in tree.spans:
        if span.resource:
            resources.setdefault(digest(span.resource), span.resource)
    if resources:
        listed = list(resources.values())
        made["resource"] = listed[0] if len(listed) == 1 else listed
    return made


def _scores(readings: Sequence[SpanReading]) -> tuple[dict[str, Score], dict[str, Any]]:
    """Scores by name; where spans share a name, the later ones are called after their span."""
    made: dict[str, Score] = {}
    details: dict[str, Any] = {}
    for reading in readings:
        for said in reading.judgements:
            name = said.name
            if name in made and made[name] == said.score:
                continue
            if name in made:
                name = f"{said.name} ({reading.record.name or reading.record.span_id})"
            base, number = name, 1
            while name in made:
                number += 1
                name = f"{base} {number}"
            made[name] = said.score
            if said.details:
                details[name] = said.details
    return made, details


def _annotations(readings: Sequence[SpanReading]) -> tuple[Annotation, ...]:
    made: dict[bytes, Annotation] = {}
    for reading in readings:
        for said in reading.annotations:
            key = digest(
                [said.name, said.value, said.label, said.comment, said.annotator, said.target]
            )
            made.setdefault(key, said)
    return tuple(made.values())
