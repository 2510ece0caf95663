"""A trace as a tree of timed operations, which formats of spans are made from.

What the trace says of its spans is kept; where it says nothing, a root, a span a model call, a
span a tool call and a span a retrieval are made from its messages and documents.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from evaldesk.domain.trace import Document, Message, Span, Trace, final_answer

_SPAN_ID = re.compile(r"[0-9a-f]{16}\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING = "0" * 16
_NO_MESSAGE: Message = {"role": "tool", "parts": []}


@dataclass(slots=True)
class Operation:
    """One span, in no tool's words yet.

    Attributes:
        id: 16 hexadecimal digits. parent: the same; empty for the root.
        kind: a `SpanKind`.
        start, end: nanoseconds since 1970; 0 where unknown.
        received: messages since the model answered before; ``made``: what it answered. A span does
            not repeat the whole conversation, which would grow with its square.
        call: the part ``tool_call`` that a tool was called with; ``result`` the part that it
            answered with.
        documents: what was retrieved; ``query`` what was asked for.
        own: attributes that the source has of the span.
    """

    id: str
    parent: str
    name: str
    kind: str
    start: int = 0
    end: int = 0
    error: str = ""
    model: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    received: Sequence[Message] = ()
    made: Sequence[Message] = ()
    call: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    documents: Sequence[Document] = ()
    query: str = ""
    own: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tree:
    """All the operations of a trace, the root first.

    Attributes:
        trace_id: 32 hexadecimal digits, the beginning of the trace's id.
        places: id of a span in the trace → id here.
    """

    trace_id: str
    operations: Sequence[Operation]
    places: Mapping[str, str]

    @property
    def root(self) -> Operation:
        """The one without a parent."""
        return self.operations[0]


def span_tree(trace: Trace) -> Tree:
    """The tree of a trace. Ids follow from the trace's own: the same trace, the same ids."""
    spans = trace.body.get("spans") or []
    if spans:
        operations, places = _told(trace, spans)
    else:
        operations, places = list(_made(trace)), {}
    return Tree(trace.row.id[:32], operations, places)


def input_text(trace: Trace) -> str | None:
    """What the system was asked, where that is one text."""
    asked = trace.scenario.input
    return asked if isinstance(asked, str) else None


def output_text(trace: Trace) -> str:
    """What it answered at last."""
    return final_answer(trace.body)


def nanoseconds(time: str) -> int:
    """An ISO 8601 time as nanoseconds since 1970; 0 where it is none, or before."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        passed = moment - _EPOCH
    except OverflowError:
        return 0
    whole = (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds
    return max(0, whole * 1000)


def iso(moment: int) -> str | None:
    """Nanoseconds since 1970 as ISO 8601 in UTC; None where unknown."""
    if not moment:
        return None
    seconds, rest = divmod(moment, 1_000_000_000)
    try:
        whole = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}+00:00"


def _id(trace: Trace, name: str) -> str:
    digest = hashlib.sha256(f"{trace.row.id}/{name}".encode()).hexdigest()[:16]
    return digest if digest != NOTHING else "1".rjust(16, "0")


def _root(trace: Trace, start: int) -> Operation:
    row = trace.row
    return Operation(
        id=_id(trace, "root"),
        parent="",
        name=row.title or row.scenario or row.run,
        kind="agent",
        start=start,
        end=start + _length(row.latency_ms),
    )


def _length(latency_ms: float | None) -> int:
    return round(latency_ms * 1_000_000) if latency_ms and latency_ms > 0 else 0


# ------------------------------------------------------------------------- from spans that are told


def _told(trace: Trace, spans: Sequence[Span]) -> tuple[list[Operation], dict[str, str]]:
    given = Counter(span["id"] for span in spans if span.get("id"))
    ids = [
        span["id"]
        if _SPAN_ID.match(span.get("id", "")) and given[span["id"]] == 1 and span["id"] != NOTHING
        else _id(trace, f"span {number}")
        for number, span in enumerate(spans)
    ]
    places: dict[str, str] = {}
    for span, identity in zip(spans, ids, strict=True):
        if span.get("id"):
            places.setdefault(span["id"], identity)
    parents = [places.get(span.get("parent", ""), "") for span in spans]
    operations = [
        _from_span(trace, span, identity, parent if parent != identity else "")
        for span, identity, parent in zip(spans, ids, parents, strict=True)
    ]
    tops = [item for item in operations if not item.parent]
    if len(tops) == 1 and len(operations) == len(_below(tops[0], operations)):
        root = tops[0]
        operations.remove(root)
    else:
        # Several roots, or a circle that hangs on none: one above them all.
        starts = [item.start for item in operations if item.start]
        root = _root(trace, nanoseconds(trace.row.started_at) or min(starts, default=0))
        for item in tops:
            item.parent = root.id
        reached = _below(root, operations)
        for item in operations:
            if item.id not in reached:
                item.parent = root.id
                reached |= _below(item, operations)
    _hand_out_documents(trace, places, [root, *operations])
    return [root, *operations], places


def _below(top: Operation, operations: Sequence[Operation]) -> set[str]:
    """Ids of an operation and of all that hang on it."""
    children: dict[str, list[str]] = {}
    for item in operations:
        children.setdefault(item.parent, []).append(item.id)
    found: set[str] = set()
    waiting = [top.id]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(children.get(one, ()))
    return found


def _from_span(trace: Trace, span: Span, identity: str, parent: str) -> Operation:
    start = nanoseconds(span.get("started_at", ""))
    messages = trace.body["messages"]
    operation = Operation(
        id=identity,
        parent=parent,
        name=span["name"],
        kind=span.get("kind", "chain"),
        start=start,
        end=start + _length(span.get("latency_ms")),
        error=span.get("error", "") or ("error" if span.get("status") == "error" else ""),
        model=span.get("model", ""),
        tokens_in=span.get("tokens_in"),
        tokens_out=span.get("tokens_out"),
        cost=span.get("cost"),
        own=span.get("attributes", {}),
    )
    at = span.get("message", -1)
    if 0 <= at < len(messages):
        if operation.kind == "tool":
            operation.result = _result_in(messages[at])
            operation.call = _call_of(messages, operation.result)
        else:
            operation.received, operation.made = _since(messages, at), [messages[at]]
    return operation


def _result_in(message: Message) -> Mapping[str, Any] | None:
    for part in message["parts"]:
        if part.get("type") == "tool_call_response":
            return cast("Mapping[str, Any]", part)
    return None


def _call_of(
    messages: Sequence[Message], result: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    wanted = result.get("id") if result else None
    if not wanted:
        return None
    for message in messages:
        for part in message["parts"]:
            if part.get("type") == "tool_call" and part.get("id") == wanted:
                return cast("Mapping[str, Any]", part)
    return None


def _hand_out_documents(
    trace: Trace, places: Mapping[str, str], operations: Sequence[Operation]
) -> None:
    """Give every document to the span that retrieved it, or to the first retriever, or the root."""
    every = {item.id: item for item in operations}
    first = next((item for item in operations if item.kind == "retriever"), operations[0])
    given: dict[str, list[Document]] = {}
    for document in trace.body.get("documents") or ():
        owner = places.get(document.get("span", ""), first.id)
        given.setdefault(owner, []).append(document)
    for identity, some in given.items():
        every[identity].documents = some
        every[identity].query = next((one["query"] for one in some if one.get("query")), "")


# --------------------------------------------------------------------------------- from messages


def _since(messages: Sequence[Message], at: int) -> Sequence[Message]:
    """The messages before one, back to the answer before it."""
    start = at
    while start > 0 and messages[start - 1].get("role") != "assistant":
        start -= 1
    return messages[start:at]


def _made(trace: Trace) -> Iterator[Operation]:
    messages = trace.body["messages"]
    began = nanoseconds(trace.row.started_at) or next(
        filter(None, (nanoseconds(item.get("started_at", "")) for item in messages)), 0
    )
    root = _root(trace, began)
    answers = [
        (number, item) for number, item in enumerate(messages) if item.get("role") == "assistant"
    ]
    # One call made the whole trace: what the trace says of tokens and time, the call may say too.
    only = len(answers) == 1
    root.model = next((item["model"] for _, item in answers if item.get("model")), "")
    root.tokens_in, root.tokens_out = trace.row.tokens_in, trace.row.tokens_out
    root.cost = trace.row.cost
    if trace.row.status == "error":
        # A trace that a limit stopped is none: readers leave out the scores of errors.
        root.error = trace.row.error or "error"
    yield root
    clock = began
    results = {
        part.get("id"): (item, part)
        for item in messages
        for part in item["parts"]
        if part.get("type") == "tool_call_response" and part.get("id")
    }
    for number, group in enumerate(_retrievals(trace.body.get("documents") or [])):
        yield Operation(
            id=_id(trace, f"retrieval {number}"),
            parent=root.id,
            name="retrieval",
            kind="retriever",
            start=clock,
            end=clock,
            documents=group,
            query=group[0].get("query", ""),
        )
    for number, item in answers:
        start = nanoseconds(item.get("started_at", "")) or clock
        latency = item.get("latency_ms")
        end = start + _length(latency if latency is not None or not only else trace.row.latency_ms)
        model = item.get("model", "")
        yield Operation(
            id=_id(trace, f"message {number}"),
            parent=root.id,
            name=f"chat {model}".strip(),
            kind="llm",
            start=start,
            end=end,
            model=model,
            tokens_in=item.get("tokens_in"),
            tokens_out=item.get("tokens_out"),
            cost=item.get("cost"),
            received=_since(messages, number),
            made=[item],
        )
        clock = max(clock, end)
        for position, part in enumerate(item["parts"]):
            if part.get("type") != "tool_call":
                continue
            answered, result = results.get(part.get("id", ""), (_NO_MESSAGE, None))
            begun = nanoseconds(answered.get("started_at", "")) or clock
            ended = begun + _length(answered.get("latency_ms"))
            yield Operation(
                id=_id(trace, f"message {number} call {position}"),
                parent=root.id,
                name=f"execute_tool {part.get('name', '')}".strip(),
                kind="tool",
                start=begun,
                end=ended,
                error=result.get("error", "") if result else "",
                call=cast("Mapping[str, Any]", part),
                result=cast("Mapping[str, Any] | None", result),
            )
            clock = max(clock, ended)


def _retrievals(documents: Sequence[Document]) -> list[list[Document]]:
    """Documents that were retrieved together."""
    groups: dict[tuple[str, str], list[Document]] = {}
    for document in documents:
        key = (document.get("span", ""), document.get("query", ""))
        groups.setdefault(key, []).append(document)
    return list(groups.values())
