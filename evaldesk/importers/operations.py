"""The operations of one trace, as tracing platforms record them → messages, spans, documents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaldesk.domain.trace import Document, Message, Span, TraceBody, final_answer
from evaldesk.importers import chat, fields, payloads
from evaldesk.importers.conversation import Conversation
from evaldesk.importers.record_loop import digest
from evaldesk.importers.retrieved import retrieved_documents

_SYSTEMS = 4
"""Models that are named as what was evaluated; beyond them it says how many more."""


@dataclass(slots=True)
class Operation:
    """One observation or run.

    Attributes:
        kind: see `SpanKind`.
        start: ISO 8601; empty where unknown.
        given: what went in, as the source has it.
        answered: what came out.
        call: id of the tool call that it answers; empty where unknown.
        tool: name of the tool, where its own name is not that.
        more: whatever else the source says of it, for the span's attributes.
    """

    id: str
    parent: str = ""
    kind: str = "chain"
    name: str = ""
    start: str = ""
    latency_ms: float | None = None
    given: Any = None
    answered: Any = None
    model: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    error: str = ""
    call: str = ""
    tool: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    message: int | None = None


@dataclass(slots=True)
class Assembled:
    """A trace made of operations.

    Attributes:
        body: messages, spans, tools, documents, and the output where no message says it.
        system: the models that answered.
        error: of an operation that has none above it.
        asked: what was asked, as a scenario's input, where the trace itself does not say.
    """

    body: TraceBody
    system: str
    started_at: str
    latency_ms: float | None
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None
    error: str
    asked: Any


def assemble(operations: Sequence[Operation], given: Any = None, answered: Any = None) -> Assembled:
    """The trace of some operations.

    Args:
        operations: in any order; ids are distinct.
        given: what the whole trace was given, where the source says it.
        answered: what it answered.
    """
    family = _Family(operations)
    talk = Conversation()
    tools: dict[bytes, dict[str, Any]] = {}
    documents: list[Document] = []
    waiting: list[Operation] = []
    left: dict[str, dict[str, Any]] = {}
    for each in family.ordered:
        if each.kind == "llm" and each.id not in family.around_models:
            left[each.id] = _call_model(each, talk, tools, waiting)
        elif each.kind == "tool":
            waiting.append(each)
        elif each.kind in ("retriever", "reranker"):
            documents.extend(retrieved_documents(each.answered, each.given, each.id))
    _answer_calls(waiting, talk)
    if not talk.messages:
        _tell_whole(family, talk, given, answered)
    body: TraceBody = {"messages": talk.messages}
    whole = fields.unwrapped(answered)
    if whole in fields.EMPTY and len(family.roots) == 1:
        whole = family.roots[0].answered
    said = chat.last_answer(payloads.answered(whole).messages)
    if said and said != final_answer(body):
        body["output"] = said
    if tools:
        body["tools"] = list(tools.values())
    if documents:
        body["documents"] = documents
    known = _Known(talk)
    spans = [_span(each, left.get(each.id), known) for each in family.ordered]
    if spans:
        body["spans"] = spans
    starts = [each.start for each in family.ordered if each.start]
    return Assembled(
        body=body,
        system=_system(family.ordered),
        started_at=starts[0] if starts else "",
        latency_ms=family.latency(),
        tokens_in=fields.count(family.total("tokens_in")),
        tokens_out=fields.count(family.total("tokens_out")),
        cost=family.total("cost"),
        error=next((each.error for each in family.roots if each.error), ""),
        asked=_asked(family, given, talk),
    )


class _Family:
    """Operations in order, and which is under which; loops and strangers are roots."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._by_id = {each.id: each for each in operations}
        depths = self._depths()
        far = max((moment for each in operations if (moment := _time(each))), default=0.0)
        places = {each.id: place for place, each in enumerate(operations)}
        self.ordered = sorted(
            self._by_id.values(),
            key=lambda each: (_time(each) or far + 1, depths[each.id], places[each.id]),
        )
        self.roots = [each for each in self.ordered if depths[each.id] == 0]
        models = [
            each
            for each in self.ordered
            if each.kind == "llm"
            and (each.given not in fields.EMPTY or each.answered not in fields.EMPTY)
        ]
        self.around_models = self._above(models)

    def _depths(self) -> dict[str, int]:
        known: dict[str, int] = {}
        for each in self._by_id.values():
            path: list[str] = []
            on_path: set[str] = set()
            at = each.id
            while at in self._by_id and at not in known and at not in on_path:
                path.append(at)
                on_path.add(at)
                at = self._by_id[at].parent
            if at in on_path:  # a loop: whoever closes it is a root
                self._by_id[path[-1]].more.setdefault("parent", self._by_id[path[-1]].parent)
                self._by_id[path[-1]].parent = ""
            depth = known.get(at, -1)
            for ident in reversed(path):
                depth += 1
                known[ident] = depth
        return known

    def _above(self, some: Iterable[Operation]) -> set[str]:
        """Ids of all that have one of these below them."""
        made: set[str] = set()
        for each in some:
            at = each.parent
            while at in self._by_id and at not in made:
                made.add(at)
                at = self._by_id[at].parent
        return made

    def total(self, name: str) -> Any:
        """The sum of a measure, of the lowest operations that have it: those above them sum up."""
        having = [each for each in self.ordered if getattr(each, name) is not None]
        above = self._above(having)
        found = [getattr(each, name) for each in having if each.id not in above]
        return sum(found) if found else None

    def latency(self) -> float | None:
        """From the first start to the last end."""
        first = last = None
        for each in self.ordered:
            began = _time(each)
            if began is None:
                continue
            ended = began + (each.latency_ms or 0.0)
            first = began if first is None else min(first, began)
            last = ended if last is None else max(last, ended)
        known = any(each.latency_ms is not None for each in self.ordered)
        return round(last - first, 3) if known and first is not None and last is not None else None


def _time(each: Operation) -> float | None:
    made = fields.parsed_moment(each.start)
    return None if made is None else made.timestamp() * 1000


def _call_model(
    each: Operation,
    talk: Conversation,
    tools: dict[bytes, dict[str, Any]],
    waiting: list[Operation],
) -> dict[str, Any]:
    """Adds a call's messages; what its input and output hold besides."""
    asked = payloads.given(each.given)
    said = payloads.answered(each.answered)
    talk.told([*payloads.instructions(each.answered), *asked.messages])
    _answer_calls(waiting, talk)
    for tool in (*asked.tools, *said.tools):
        tools.setdefault(digest(tool), tool)
    each.model = each.model or said.model or asked.model
    if each.tokens_in is None:
        each.tokens_in = said.tokens_in
    if each.tokens_out is None:
        each.tokens_out = said.tokens_out
    if said.messages:
        _measure(said.messages[-1], each)
    each.message = talk.answered(said.messages)
    return {name: rest for name, rest in (("input", asked.rest), ("output", said.rest)) if rest}


def _measure(message: Message, each: Operation) -> None:
    """What a call took, at the message it made."""
    if each.start:
        message["started_at"] = each.start
    if each.latency_ms is not None:
        message["latency_ms"] = each.latency_ms
    if each.tokens_in is not None:
        message["tokens_in"] = each.tokens_in
    if each.tokens_out is not None:
        message["tokens_out"] = each.tokens_out
    if each.cost is not None:
        message["cost"] = each.cost
    if each.model:
        message["model"] = each.model


def _answer_calls(waiting: list[Operation], talk: Conversation) -> None:
    """Results of tools that no later call repeats stand where the tool ran."""
    for each in waiting:
        response = payloads.tool_result(each.answered)
        call = each.call or response.call
        index = talk.responded(each.tool or each.name, call, response.value, each.error)
        if index is None:
            each.message = talk.result_of(call)
            continue
        each.message = index
        made = talk.messages[index]
        if each.start:
            made["started_at"] = each.start
        if each.latency_ms is not None:
            made["latency_ms"] = each.latency_ms
    waiting.clear()


def _tell_whole(family: _Family, talk: Conversation, given: Any, answered: Any) -> None:
    """A trace without calls of a model that say anything: what went in and came out of it all."""
    root = family.roots[0] if family.roots else None
    if given in fields.EMPTY and root is not None:
        given = root.given
    if answered in fields.EMPTY and root is not None:
        answered = root.answered
    talk.told(payloads.given(given).messages)
    said = payloads.answered(answered).messages
    if talk.messages and len(said) > 1:
        talk.told(said)  # a state: what was asked stands in it again
    else:
        talk.answered(said)


def _asked(family: _Family, given: Any, talk: Conversation) -> Any:
    if given not in fields.EMPTY:
        return payloads.plain_question(given)
    if len(family.roots) == 1 and family.roots[0].given not in fields.EMPTY:
        return payloads.plain_question(family.roots[0].given)
    return question_of(talk.messages)


def question_of(messages: Iterable[Message]) -> Any:
    """What the user asked before the first answer: a text where it is one, else the messages."""
    asked: list[Message] = []
    for message in messages:
        if message["role"] in ("assistant", "tool"):
            break
        if message["role"] == "user":
            asked.append(message)
    if len(asked) == 1 and len(asked[0]["parts"]) == 1 and asked[0]["parts"][0]["type"] == "text":
        return asked[0]["parts"][0]["content"]
    return asked or None


def _system(ordered: Iterable[Operation]) -> str:
    models = list(
        dict.fromkeys(each.model for each in ordered if each.kind == "llm" and each.model)
    )
    shown = ", ".join(models[:_SYSTEMS])
    return f"{shown} +{len(models) - _SYSTEMS}" if len(models) > _SYSTEMS else shown


class _Known:
    """What the messages say, so that a span need not say it again."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._values: set[bytes] = set()
        for message in talk.messages:
            for part in message["parts"]:
                for name in ("content", "arguments", "response"):
                    if name in part:
                        self._values.add(digest(fields.unwrapped(part.get(name))))

    def remainder(self, value: Any, *, answer: bool) -> Any:
        """What of an input or output the messages do not say; None where they say all."""
        plain = fields.unwrapped(value)
        if plain in fields.EMPTY:
            return None
        if digest(plain) in self._values:
            return None
        read = (payloads.answered if answer else payloads.given)(plain)
        if read.structured and read.messages and self._talk.holds(read.messages):
            return read.rest or None
        return plain


def _span(each: Operation, left: dict[str, Any] | None, known: _Known) -> Span:
    made: Span = {"name": each.name, "id": each.id, "kind": each.kind}
    if each.parent:
        made["parent"] = each.parent
    if each.start:
        made["started_at"] = each.start
    if each.latency_ms is not None:
        made["latency_ms"] = each.latency_ms
    made["status"] = "error" if each.error else "ok"
    if each.error:
        made["error"] = each.error
    if each.model:
        made["model"] = each.model
    if each.tokens_in is not None:
        made["tokens_in"] = each.tokens_in
    if each.tokens_out is not None:
        made["tokens_out"] = each.tokens_out
    if each.cost is not None:
        made["cost"] = each.cost
    if each.message is not None:
        made["message"] = each.message
    attributes = dict(each.more)
    if left is None:
        left = {
            name: rest
            for name, value, answer in (
                ("input", each.given, False),
                ("output", each.answered, True),
            )
            if (rest := known.remainder(value, answer=answer)) is not None
        }
    attributes |= left
    if attributes:
        made["attributes"] = attributes
    return made
