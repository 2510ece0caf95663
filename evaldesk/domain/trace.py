"""A trace: one recorded execution, in the shape of the OpenTelemetry GenAI conventions.

The body is plain JSON data with the types below, so that a million of them can be read, hashed
and stored without building objects. ``docs/file-format.md`` defines it for others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict

Role = Literal["system", "user", "assistant", "tool"]
Status = Literal["ok", "error", "incomplete", "unit"]
"""ok: ran to its end. error: the infrastructure failed, so its scores mean nothing. incomplete:
stopped by a limit or cancelled. unit: a bare item that only carries ratings made elsewhere."""


class Part(TypedDict):
    """One part of a message.

    ``text`` and ``reasoning`` have ``content``; ``tool_call`` has ``id``, ``name`` and
    ``arguments`` (a JSON value, or a string where the source's was not JSON);
    ``tool_call_response`` has ``id``, ``response``, and ``error`` where the call failed;
    ``blob`` has ``mime_type`` and ``content`` (base64); ``uri`` has ``uri``; ``refusal`` has
    ``content``.
    """

    type: str
    content: NotRequired[str]
    id: NotRequired[str]
    name: NotRequired[str]
    arguments: NotRequired[Any]
    response: NotRequired[Any]
    error: NotRequired[str]
    mime_type: NotRequired[str]
    modality: NotRequired[str]
    uri: NotRequired[str]


class Message(TypedDict):
    """One message. Times are ISO 8601, latency milliseconds, cost US dollars."""

    role: str
    parts: list[Part]
    name: NotRequired[str]
    finish_reason: NotRequired[str]
    started_at: NotRequired[str]
    latency_ms: NotRequired[float]
    tokens_in: NotRequired[int]
    tokens_out: NotRequired[int]
    cost: NotRequired[float]
    model: NotRequired[str]
    metadata: NotRequired[dict[str, Any]]


class Document(TypedDict):
    """One retrieved document.

    ``query`` is what was asked of the retriever, ``rank`` the 1-based place in its answer, and
    ``span`` the id of the span that retrieved it: a trace may retrieve several times.
    """

    content: str
    id: NotRequired[str]
    title: NotRequired[str]
    source: NotRequired[str]
    score: NotRequired[float]
    query: NotRequired[str]
    rank: NotRequired[int]
    span: NotRequired[str]
    metadata: NotRequired[dict[str, Any]]


SpanKind = Literal[
    "agent", "llm", "tool", "retriever", "reranker", "embedding", "guardrail", "evaluator", "chain"
]


class Span(TypedDict):
    """One timed operation. Times are ISO 8601, latency milliseconds, cost US dollars.

    ``kind`` is a `SpanKind`, ``chain`` where the source says nothing better; ``parent`` is the
    ``id`` of another span and missing for a root; ``message`` is the index of the message that
    it made, where one can be named; ``attributes`` holds whatever else the source says of it.
    """

    name: str
    id: NotRequired[str]
    parent: NotRequired[str]
    kind: NotRequired[str]
    started_at: NotRequired[str]
    latency_ms: NotRequired[float]
    status: NotRequired[str]
    error: NotRequired[str]
    model: NotRequired[str]
    tokens_in: NotRequired[int]
    tokens_out: NotRequired[int]
    cost: NotRequired[float]
    message: NotRequired[int]
    attributes: NotRequired[dict[str, Any]]


class TraceBody(TypedDict):
    """What is read only when a trace is opened.

    ``output`` is the final answer in one string where the source names one; ``expected`` is the
    reference answer or target. ``spans`` keep timing where the source has it.
    """

    messages: list[Message]
    documents: NotRequired[list[Document]]
    spans: NotRequired[list[Span]]
    tools: NotRequired[list[dict[str, Any]]]
    output: NotRequired[str]
    expected: NotRequired[str]
    metadata: NotRequired[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Score:
    """A value that a program computed for a trace.

    Attributes:
        value: the number; None where the scorer gave none (then ``label`` says what it gave).
        label: the scorer's own word, such as ``C``, where it was not a number.
        explanation: the scorer's reason; may be long.
        answer: what the scorer took as the answer.
    """

    value: float | None
    label: str | None = None
    explanation: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """What a person said of a trace in another tool: feedback, a grade, a comment.

    It belongs to no rubric; as ratings of one it counts only after it was imported as such.

    Attributes:
        name: of what was judged, such as ``correctness`` or ``thumbs``.
        value: the number; None where it is a word or only a comment.
        label: the word, such as ``good``; empty where it is a number.
        comment: the reason or note, in the annotator's words.
        annotator: who; empty where the source does not say.
        target: id of the span it speaks of; empty for the whole trace.
        created_at: ISO 8601; empty where unknown.
        metadata: what the source has besides.
    """

    name: str
    value: float | None = None
    label: str = ""
    comment: str = ""
    annotator: str = ""
    target: str = ""
    created_at: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One test case: what goes in.

    Attributes:
        key: the source's own id.
        input: what the system is asked, as JSON data (a string, or messages). Its hash is part
            of the scenario's identity: the same key with another input is another scenario.
        tier: ``critical``, ``important``, ``nice-to-have``, or empty where nobody said.
        slices: name → value, such as ``language`` → ``de``.
        expected: the expected behaviour or reference answer.
        origin: support, SME, synthetic, incident, red-team, or the name of a benchmark.
        title: a short line for lists; made from the input where empty.
        metadata: what the source has besides.
        redactions: what was taken out of the text before it came here, such as ``names``.
    """

    key: str
    input: Any
    tier: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    expected: str = ""
    origin: str = ""
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    redactions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """A trace on its way into a project, as an importer yields it.

    Attributes:
        scenario: the test case it answers.
        run: name of the run; empty for the default (the file's name or ``--run``).
        system: name of what was evaluated (a model, or model and prompt).
        trial: 0-based number of the repetition of this scenario within the run.
        status: see `Status`.
        body: messages and the rest, as plain JSON data.
        scores: metric name → score, of programs and models.
        started_at: ISO 8601; empty where unknown.
        latency_ms: wall time of the whole trace.
        tokens_in: input tokens of the evaluated system.
        tokens_out: output tokens.
        cost: US dollars.
        error: what went wrong, in the source's words; empty otherwise.
        place: where in the file it came from: ``line 17``, ``simulations[3]``.
        annotations: what people said of it in another tool.
    """

    scenario: Scenario
    body: TraceBody
    run: str = ""
    system: str = ""
    trial: int = 0
    status: Status = "ok"
    scores: Mapping[str, Score] = field(default_factory=dict)
    started_at: str = ""
    latency_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    error: str = ""
    place: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceRow:
    """What a list shows of a trace. ``pk`` is the project's own row number, not to be exported.

    Attributes:
        imported: when, ISO 8601; empty where nobody knows.
        said: name of what was judged in other tools → the numbers and words that were given.
    """

    pk: int
    id: str
    scenario: str
    title: str
    run: str
    system: str
    trial: int
    status: Status
    tier: str
    slices: Mapping[str, str]
    scores: Mapping[str, float | None]
    latency_ms: float | None
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None
    started_at: str
    error: str
    preview: str
    scenario_id: str = ""
    snippet: str = ""
    model: str = ""
    prompt_version: str = ""
    imported: str = ""
    said: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace, whole: its row, its scenario, its body, its full scores and what people said of it
    in other tools.
    """

    row: TraceRow
    scenario: Scenario
    scenario_id: str
    body: TraceBody
    scores: Mapping[str, Score]
    annotations: tuple[Annotation, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The canonical trace of ``docs/file-format.md``."""
        row, scenario = self.row, self.scenario
        return {
            "id": row.id,
            "run": row.run,
            "system": row.system,
            "trial": row.trial,
            "status": row.status,
            "error": row.error or None,
            "started_at": row.started_at or None,
            "latency_ms": row.latency_ms,
            "tokens_in": row.tokens_in,
            "tokens_out": row.tokens_out,
            "cost": row.cost,
            "scenario": {
                "key": scenario.key,
                "id": self.scenario_id,
                "title": scenario.title,
                "input": scenario.input,
                "tier": scenario.tier or None,
                "slices": dict(scenario.slices),
                "expected": scenario.expected or None,
                "origin": scenario.origin or None,
                **({"redactions": list(scenario.redactions)} if scenario.redactions else {}),
                "metadata": dict(scenario.metadata),
            },
            "scores": {
                name: {
                    "value": score.value,
                    "label": score.label,
                    "explanation": score.explanation,
                    "answer": score.answer,
                }
                for name, score in self.scores.items()
            },
            "annotations": [
                {
                    "name": said.name,
                    "value": said.value,
                    "label": said.label or None,
                    "comment": said.comment or None,
                    "annotator": said.annotator or None,
                    "target": said.target or None,
                    "created_at": said.created_at or None,
                    "metadata": dict(said.metadata),
                }
                for said in self.annotations
            ],
            **self.body,
        }


def final_answer(body: TraceBody) -> str:
    """The text that the system answered at last: what the source names as its output, else the
    texts of the last assistant message that has any; empty where there is none.
    """
    output = body.get("output")
    if output:
        return str(output)
    for message in reversed(body.get("messages", ())):
        if message.get("role") == "assistant":
            texts = [
                str(part["content"])
                for part in message.get("parts", ())
                if part.get("type") == "text" and part.get("content")
            ]
            if texts:
                return "\n\n".join(texts)
    return ""
