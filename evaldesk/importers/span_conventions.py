"""What one span says: every convention asked in turn, and what is missing taken from its ends."""

from collections.abc import Sequence

from evaldesk.importers import chat, fields, payloads
from evaldesk.importers.genai_attributes import read_genai
from evaldesk.importers.genai_frameworks import read_adk, read_traceloop, read_vercel
from evaldesk.importers.openinference_attributes import read_openinference
from evaldesk.importers.span_attributes import Attributes
from evaldesk.importers.span_ends import asked_text
from evaldesk.importers.span_reading import KINDS, MODELS, Convention, SpanReading, ToolRun, tidy
from evaldesk.importers.span_records import SpanRecord

CONVENTIONS: tuple[Convention, ...] = (
    read_openinference,
    read_adk,
    read_vercel,
    read_traceloop,
    read_genai,
)
"""In the order in which they are asked: the one that says most comes first."""


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
        into.query = asked_text(into.given)
    if into.kind == "tool":
        _complete_tool(into)
    elif into.kind in MODELS:
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
