"""Samples and results of Ragas: single- and multi-turn, JSON or CSV, with a column a metric."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Message, Scenario, Score, TraceBody, TraceRecord
from evaldesk.importers import cells, chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.guessing import SLICE_NAMES
from evaldesk.importers.json_stream import sketch
from evaldesk.importers.python_literal import parse
from evaldesk.importers.record_loop import Loop
from evaldesk.importers.records import Records, table_kind
from evaldesk.importers.source import Source

_OLD = {
    "question": "user_input",
    "answer": "response",
    "contexts": "retrieved_contexts",
    "ground_truth": "reference",
    "ground_truths": "reference",
}
_RESULTS = ("response", "retrieved_contexts", "multi_responses")
_REFERENCES = ("reference", "reference_contexts", "reference_tool_calls", "reference_topics")
_LISTS = (
    *("user_input", "retrieved_contexts", "reference_contexts", "multi_responses"),
    *("reference_tool_calls", "reference_topics", "rubrics", "rubric"),
)
_PLACED = frozenset((*_RESULTS, "user_input", "reference"))
_METRICS = frozenset(
    (
        *("faithfulness", "answer_relevancy", "answer_relevance", "context_precision"),
        *("context_recall", "context_relevancy", "answer_correctness", "answer_similarity"),
        *("context_entity_recall", "factual_correctness", "semantic_similarity"),
        *("llm_context_precision_with_reference", "noise_sensitivity", "aspect_critic"),
    )
)
_IDS = ("id", "sample_id", "question_id", "idx")
_ROLES = {"human": "user", "ai": "assistant", "tool": "tool", "system": "system"}
_UNNAMED = re.compile(r"Unnamed: \d+|column \d+|index")
_SHORT = 80


class Ragas:
    """One sample a record; with answers a trace, without them a test case."""

    name = "ragas"
    title = "Ragas samples and results"
    extensions = (".jsonl", ".json", ".csv")
    description = (
        "Question or conversation with its tool calls, answer, retrieved documents, reference, "
        "and every column of numbers as a score under its name; without answers, test cases. "
        "Reference documents, reference tool calls, topics and rubrics are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """The names of a sample's fields."""
        seen = sketch(source)
        if seen.kind != "other":
            first = seen.members if seen.kind == "object" else seen.first
            names = set(first) if isinstance(first, dict) else set()
        elif table_kind(source) == "csv":
            head = source.head(4096).partition("\n")[0]
            if "user_input" not in head and "contexts" not in head:
                return 0.0
            try:
                names = set(Records(source).columns)
            except InputError:
                return 0.0
        else:
            return 0.0
        if "user_input" in names:
            known = names & {*_RESULTS, *_REFERENCES, "rubrics", "rubric", *_METRICS}
            return 0.9 if known else 0.0
        old = {"question", "answer", "contexts"} <= names or {"question", "contexts"} <= names
        return 0.85 if old and names & _METRICS else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """One sample a record."""
        yield RunHeader()
        yield from Loop(source, options).over(_item)


def _item(record: Mapping[str, Any], place: str) -> TraceRecord | Scenario:
    values = {
        _OLD.get(name, name) if "user_input" not in record else name: value
        for name, value in record.items()
    }
    for name in _LISTS:
        if name in values:
            values[name] = _listed(values[name])
    asked = values.get("user_input")
    if cells.is_missing(asked):
        raise ValueError("It has no “user_input”.")
    conversation = _conversation(asked) if isinstance(asked, list) else []
    scores, metadata = _rest(values)
    scenario = _scenario(values, conversation, metadata)
    answer = values.get("response")
    several = fields.sequence(values.get("multi_responses"))
    spoken = any(item["role"] == "assistant" for item in conversation)
    documents = cells.documents(values.get("retrieved_contexts"))
    if cells.is_missing(answer) and not several and not spoken and not scores and not documents:
        return replace(scenario, metadata={**scenario.metadata, **metadata})
    if not conversation:
        conversation = [chat.text_message("user", chat.plain_text(asked))]
    body: TraceBody = {"messages": conversation}
    for number, text in enumerate(several):
        message = chat.text_message("assistant", chat.plain_text(text))
        message["metadata"] = {"response": number + 1}
        conversation.append(message)
    if not cells.is_missing(answer):
        body["output"] = chat.plain_text(answer)
        conversation.append(chat.text_message("assistant", body["output"]))
    if scenario.expected:
        body["expected"] = scenario.expected
    if documents:
        body["documents"] = documents
    if metadata:
        body["metadata"] = metadata
    return TraceRecord(scenario=scenario, body=body, scores=scores, place=place)


def _rest(values: Mapping[str, Any]) -> tuple[dict[str, Score], dict[str, Any]]:
    """Columns of numbers are metrics; all else that has no place is metadata."""
    scores: dict[str, Score] = {}
    metadata: dict[str, Any] = {}
    for name, value in values.items():
        if name in _PLACED or name in _IDS or cells.is_missing(value) or value in fields.EMPTY:
            continue
        if _UNNAMED.fullmatch(name):
            continue  # the number of the row, as pandas writes it
        number = fields.finite(value) if not isinstance(value, bool) else float(value)
        if number is not None and name not in _LISTS:
            scores[name] = Score(number)
        else:
            metadata[name] = value
    return scores, metadata


def _scenario(
    values: Mapping[str, Any], conversation: Sequence[Message], metadata: dict[str, Any]
) -> Scenario:
    asked = values["user_input"]
    if conversation:
        raw = fields.sequence(asked)
        end = next(
            (n for n, item in enumerate(conversation) if item["role"] == "assistant"), len(raw)
        )
        before = raw[:end]
        asked = fields.mapping(before[0]).get("content") if len(before) == 1 else before
    reference = values.get("reference")
    if isinstance(reference, list) and len(reference) == 1:
        reference = reference[0]
    expected = "" if cells.is_missing(reference) else chat.plain_text(reference)
    if not expected and values.get("reference_tool_calls"):
        expected = chat.plain_text(values["reference_tool_calls"])
    key = next((said for name in _IDS if (said := fields.text(values.get(name)))), "")
    slices = {
        name: chat.plain_text(value)
        for name, value in metadata.items()
        if name.lower() in SLICE_NAMES and isinstance(value, str) and len(value) <= _SHORT
    }
    of_case = (
        "reference_contexts",
        "reference_tool_calls",
        "reference_topics",
        "rubrics",
        "rubric",
    )
    return Scenario(
        key=key or content_id(asked)[:12],
        input=asked,
        slices=slices,
        expected=expected,
        metadata={name: metadata.pop(name) for name in of_case if name in metadata},
    )


def _conversation(turns: Sequence[Any]) -> list[Message]:
    made = []
    for turn in turns:
        if not isinstance(turn, dict):
            made.append(chat.text_message("user", chat.plain_text(turn)))
            continue
        raw = dict(turn)
        kind = fields.text(raw.pop("type", ""))
        raw.setdefault("role", _ROLES.get(kind, kind or "user"))
        inner = fields.unwrapped(raw.get("content"))
        if isinstance(inner, dict) and "tool_calls" in inner:
            raw["content"] = inner.get("text")
            raw.setdefault("tool_calls", inner["tool_calls"])
        calls = raw.get("tool_calls")
        if isinstance(calls, list):
            raw["tool_calls"] = [
                {("arguments" if name == "args" else name): value for name, value in call.items()}
                if isinstance(call, dict)
                else call
                for call in calls
            ]
        made.append(chat.message(raw))
    return made


def _listed(value: Any) -> Any:
    """A cell with a list in it, as JSON or as Python prints it."""
    if not isinstance(value, str):
        return value
    found = cells.parsed(value)
    text = value.strip()
    if found is not value or text[:1] not in ("[", "{", "("):
        return found
    try:
        return parse(text)
    except ValueError:
        return value
