"""What one span says, whatever conventions it follows: the input of `span_trace`.

Each convention is a module with a function that takes what it knows out of the attributes and
fills a `SpanReading`; what is filled already is left alone, so that the richer convention comes
first. What no convention takes stays among the span's attributes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_args

from evaldesk.domain.trace import Annotation, Document, Message, Score, SpanKind
from evaldesk.importers import chat, dialects
from evaldesk.importers.span_attributes import Attributes
from evaldesk.importers.span_records import SpanEvent, SpanRecord

KINDS: tuple[str, ...] = get_args(SpanKind)
MODELS = ("llm",)
"""Kinds of spans that are calls of the evaluated model."""


@dataclass(slots=True)
class ToolRun:
    """A tool that ran.

    Attributes:
        id: of the call, as the model gave it; empty where the source does not say.
        result: None where none was recorded, as ``answered`` says.
        span: id of the span; joins call and answer where the source gives the call none.
    """

    name: str = ""
    id: str = ""
    arguments: Any = None
    result: Any = None
    answered: bool = False
    error: str = ""
    span: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score that the source gives a span or a trace; `Annotation` is what a person says."""

    name: str
    score: Score
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class SpanReading:
    """What a span says.

    Attributes:
        kind: empty where no convention names one.
        received: messages that a model was given; ``made`` what it answered.
        definitions: of the tools that the model could call.
        query, documents: of a retrieval.
        given, answer: input and output of the span as a whole.
        agent: name of the agent that the span belongs to.
        example: the source's own id of the test case; ``expected`` its reference answer.
        about: what is said of the whole trace, such as session, user, tags, version of the prompt.
        others: marks that belong to another trace or span: of a span that only carries them.
        attributes: what is left, for the span.
    """

    record: SpanRecord
    kind: str = ""
    model: str = ""
    answered_model: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    received: list[Message] = field(default_factory=list)
    made: list[Message] = field(default_factory=list)
    definitions: list[dict[str, Any]] = field(default_factory=list)
    tool: ToolRun | None = None
    query: str = ""
    documents: list[Document] = field(default_factory=list)
    given: Any = None
    answer: Any = None
    agent: str = ""
    example: str = ""
    expected: str = ""
    run: str = ""
    system: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    judgements: list[Judgement] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    events: list[SpanEvent] = field(default_factory=list)

    def say(self, name: str, value: Any) -> None:
        """Notes something of the whole trace, where it is something and not said already."""
        if value not in (None, "", [], {}):
            self.about.setdefault(name, value)


Convention = Callable[[Attributes, SpanReading], None]


def messages_of(value: Any) -> list[Message]:
    """Messages of any dialect: a list, one message, an object that holds some, or a text."""
    if isinstance(value, dict):
        inner = value.get("messages")
        if isinstance(inner, list):
            return messages_of(inner)
        value = [value]
    if isinstance(value, str):
        return [chat.text_message("user", value)] if value.strip() else []
    if not isinstance(value, list):
        return []
    # A list of lists: one conversation for each of several prompts; LangChain gives but one.
    if len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    found = dialects.messages(item for item in value if dialects.is_message(item))
    return [tidy(item) for item in found]


def tidy(message: Message) -> Message:
    """A message whose parts are all answers of tools is a tool's, whoever is said to send it."""
    parts = message["parts"]
    if parts and all(part["type"] == "tool_call_response" for part in parts):
        message["role"] = "tool"
    return message


def definitions_of(value: Any) -> list[dict[str, Any]]:
    """Definitions of tools: objects as they are, without what is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
