"""Logs of failed agents with the step that people hold to be the mistake (Who&When)."""

import re
from collections.abc import Iterator
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import (
    Annotation,
    Message,
    Part,
    Scenario,
    Score,
    TraceBody,
    TraceRecord,
)
from evaldesk.importers import chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.source import Source

_MISTAKE = ("mistake_agent", "mistake_step", "mistake_reason")
_CORRECT = ("is_correct", "is_corrected")  # the two halves of the data set spell it differently
_GROUND = ("ground_truth", "groundtruth")
_TERMINAL = "Computer_terminal"
"""Not an agent, but what runs the agents' programs."""

_FAILED = re.compile(r"exitcode: [1-9]\d*[^\n]*")
_TAKEN = ("question", "question_ID", "history", "system_prompt", *_MISTAKE, *_CORRECT, *_GROUND)


class WhoAndWhen:
    """``{question, ground_truth, history, mistake_agent, mistake_step, mistake_reason}``."""

    name = "whowhen"
    title = "Who&When failure logs"
    extensions = (".json", ".jsonl")
    description = (
        "Conversations of several agents that failed. The question is the scenario, the ground "
        "truth what is expected, is_correct a score; the step, agent and reason that people named "
        "as the mistake are an annotation. The agents' system prompts and the level are metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """A history and a mistake."""
        record = first_document(source)
        named = sum(name in record for name in _MISTAKE)
        return 0.9 if "history" in record and named >= 2 else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace a record; a file usually holds one."""
        yield RunHeader(dataset="Who&When")
        yield from Loop(source, options, once=True).over(_trace)


def _trace(record: dict[str, Any], place: str) -> TraceRecord:
    history = record.get("history")
    if not isinstance(history, list):
        raise ValueError("Its “history” is not a list of messages.")
    question = record.get("question")
    expected = chat.plain_text(_first(record, _GROUND))
    body: TraceBody = {"messages": [_message(item) for item in history]}
    if expected:
        body["expected"] = expected
    metadata = fields.rest(record, _TAKEN)
    prompts = record.get("system_prompt")
    if prompts not in fields.EMPTY:
        metadata["system_prompt"] = prompts
    if metadata:
        body["metadata"] = metadata
    correct = _first(record, _CORRECT)
    level = fields.text(record.get("level"))
    scores: dict[str, Score] = {}
    if isinstance(correct, bool):
        scores["is_correct"] = Score(float(correct))
    elif correct is not None:
        metadata["is_correct"] = correct
    return TraceRecord(
        scenario=Scenario(
            key=fields.text(record.get("question_ID")) or content_id(question)[:12],
            input=question,
            slices={"level": level} if level else {},
            expected=expected,
            origin="Who&When",
        ),
        body=body,
        scores=scores,
        annotations=_annotations(record),
        place=place,
    )


def _first(record: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _message(raw: Any) -> Message:
    """A turn; the logs give every agent but one the role “user”, and say who it is by name."""
    if not isinstance(raw, dict):
        return chat.text_message("assistant", chat.plain_text(raw))
    if raw.get("name") == _TERMINAL:
        return _printed(raw)
    made = chat.message(raw)
    if made["role"] == "user" and made.get("name"):
        made["role"] = "assistant"
        made["metadata"] = {**made.get("metadata", {}), "source_role": raw.get("role")}
    return made


def _printed(raw: dict[str, Any]) -> Message:
    """What a program that an agent wrote has printed."""
    said = chat.plain_text(raw.get("content"))
    part: Part = {"type": "tool_call_response", "name": _TERMINAL, "response": said}
    failed = _FAILED.match(said)
    if failed:
        part["error"] = failed[0]
    made: Message = {"role": "tool", "name": _TERMINAL, "parts": [part]}
    kept = fields.rest(raw, ("role", "name", "content"))
    made["metadata"] = {"source_role": raw.get("role"), **kept}
    return made


def _annotations(record: dict[str, Any]) -> tuple[Annotation, ...]:
    agent, step, reason = (record.get(name) for name in _MISTAKE)
    if agent is None and step is None and reason is None:
        return ()
    number = fields.count(step)
    metadata = {} if step is None else {"step": step if number is None else number}
    return (
        Annotation(
            "mistake",
            label=chat.plain_text(agent),
            comment=chat.plain_text(reason),
            metadata=metadata,
        ),
    )
