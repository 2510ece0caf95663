"""The operations of one trace, as tracing platforms record them → messages, spans, documents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaldesk.domain.trace import Document, Message, Span, TraceBody, final_answer
from evaldesk.importers import chat, fields, payloads
from evaldesk.importers.record_loop import digest
from evaldesk.importers.retrieved import retrieved_documents
from evaldesk.importers.span_conversation import Conversation
from evaldesk.importers.span_reading import ToolRun

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
    left = _talk(family, talk, tools)
    documents: list[Document] = []
    for each in family.ordered:
        if each.kind in ("retriever", "reranker"):
            documents.extend(retrieved_documents(each.answered, each.given, each.id))
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
    """Operations in order, and which is under which; loops and strangers are roots.

    Attributes:
        ordered: by start, those above before those below.
        judged: ids of evaluators and of all below them: no part of what is evaluated.
        speaking: ids of the calls of models whose messages count; libraries nest a call in
            another that repeats it.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._by_id = {each.id: each for each in operations}
        depths = self._depths()
        places = {each.id: place for place, each in enumerate(operations)}
        self._starts: dict[str, float] = {}
        for each in sorted(self._by_id.values(), key=lambda each: depths[each.id]):
            moment = _time(each)
            above = self._starts.get(each.parent, 0.0)
            self._starts[each.id] = above if moment is None else moment
        self.ordered = sorted(
            self._by_id.values(),
            key=lambda each: (self._starts[each.id], depths[each.id], places[each.id]),
        )
        self.roots = [each for each in self.ordered if depths[each.id] == 0]
        models = [each for each in self.ordered if each.kind == "llm"]
        answering = [each for each in models if each.answered not in fields.EMPTY]
        around = self._above(answering)
        named = {each.id for each in answering}
        self.judged: set[str] = set()
        inside: set[str] = set()
        for each in sorted(self._by_id.values(), key=lambda each: depths[each.id]):
            if each.kind == "evaluator" or each.parent in self.judged:
                self.judged.add(each.id)
            if each.parent in named or each.parent in inside:
                inside.add(each.id)
        self.speaking = {
            each.id
            for each in models
            if each.id not in around
            and each.id not in self.judged
            and (each.id in named or each.given not in fields.EMPTY)
            and (each.id in named or each.id not in inside)
        }

    def moments(self) -> list[tuple[float, int, int, str, Operation]]:
        """When models are asked, when they have answered and when tools have ended, in order."""
        made: list[tuple[float, int, int, str, Operation]] = []
        for index, each in enumerate(self.ordered):
            start = self._starts[each.id]
            end = start + (each.latency_ms or 0.0)
            if each.id in self.speaking:
                made.append((start, 1, index, "asked", each))
                made.append((end, 0, index, "answered", each))
            elif each.kind == "tool" and each.id not in self.judged:
                made.append((end, 0, index, "ran", each))
        return sorted(made, key=lambda moment: moment[:4])

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
        having = [
            each
            for each in self.ordered
            if getattr(each, name) is not None and each.id not in self.judged
        ]
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


def _talk(
    family: _Family, talk: Conversation, tools: dict[bytes, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Says what models were asked and answered and what tools gave back; by operation, what its
    input and output hold besides.
    """
    left: dict[str, dict[str, Any]] = {}
    running: list[tuple[Operation, Any]] = []
    for _, _, _, what, each in family.moments():
        if what == "ran":
            running.append((each, talk.ran(_tool_run(each), _times(each))))
            continue
        if each.id not in left:
            left[each.id] = _ask(each, talk, tools)
        if what == "answered":
            said = payloads.answered(each.answered)
            _take_over(each, said)
            if said.messages:
                _measure(said.messages[-1], each)
            for message in said.messages:
                each.message = talk.made(message)
            for tool in said.tools:
                tools.setdefault(digest(tool), tool)
            if said.rest:
                left[each.id]["output"] = said.rest
    talk.settle()
    for each, ran in running:
        each.message = ran.message
    return left


def _ask(each: Operation, talk: Conversation, tools: dict[bytes, dict[str, Any]]) -> dict[str, Any]:
    asked = payloads.given(each.given)
    talk.receive([*payloads.instructions(each.answered), *asked.messages])
    for tool in asked.tools:
        tools.setdefault(digest(tool), tool)
    _take_over(each, asked)
    return {"input": asked.rest} if asked.rest else {}


def _take_over(each: Operation, payload: payloads.Payload) -> None:
    """What the operation itself does not say, and its input or output does."""
    each.model = each.model or payload.model
    if each.tokens_in is None:
        each.tokens_in = payload.tokens_in
    if each.tokens_out is None:
        each.tokens_out = payload.tokens_out


def _tool_run(each: Operation) -> ToolRun:
    result = payloads.tool_result(each.answered)
    return ToolRun(
        name=each.tool or each.name,
        id=each.call or result.call,
        arguments=fields.unwrapped(each.given),
        result=result.value,
        answered=each.answered is not None,
        error=each.error,
        span=each.id,
    )


def _times(each: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if each.start:
        made["started_at"] = each.start
    if each.latency_ms is not None:
        made["latency_ms"] = each.latency_ms
    return made


def _measure(message: Message, each: Operation) -> None:
    """What a call took, at the message it made."""
    message.update(_times(each))  # type: ignore[typeddict-item]
    if each.tokens_in is not None:
        message["tokens_in"] = each.tokens_in
    if each.tokens_out is not None:
        message["tokens_out"] = each.tokens_out
    if each.cost is not None:
        message["cost"] = each.cost
    if each.model:
        message["model"] = each.model


def _tell_whole(family: _Family, talk: Conversation, given: Any, answered: Any) -> None:
    """A trace without calls of a model that say anything: what went in and came out of it all."""
    root = family.roots[0] if family.roots else None
    if given in fields.EMPTY and root is not None:
        given = root.given
    if answered in fields.EMPTY and root is not None:
        answered = root.answered
    talk.receive(payloads.given(given).messages)
    said = payloads.answered(answered).messages
    if talk.messages and len(said) > 1:
        talk.receive(said)  # a state: what was asked stands in it again
        return
    for message in said:
        talk.made(message)


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
        if read.structured and read.messages and all(map(self._talk.knows, read.messages)):
            for message in read.messages:
                _complete(self._talk.same_as(message), message)
            return read.rest or None
        return plain


def _complete(known: Message | None, again: Message) -> None:
    """What a repetition says of a message besides, as the states of graphs do."""
    if known is None:
        return
    for name in ("finish_reason", "model", "name"):
        if again.get(name):
            known.setdefault(name, again[name])  # type: ignore[misc]
    more = {
        name: value
        for name, value in again.get("metadata", {}).items()
        if name not in known.get("metadata", {})
    }
    if more:
        known["metadata"] = {**known.get("metadata", {}), **more}


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
