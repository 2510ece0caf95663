"""How a trace travels inside the files of other tools: the names that export and import share.

OTLP, OpenInference and Parquet have no place for part of what a trace is: its scenario, its run,
its trial, the exact parts of its messages. That part goes along as one text, the canonical trace,
under a name that other tools pass on and do not read. EvalDesk reads it back and so gets the very
same trace, and takes what another tool added meanwhile from where that tool put it.
"""

from collections.abc import Mapping
from typing import Any

from evaldesk.domain.identifiers import canonical_json

TRACE = "evaldesk.trace"
"""Attribute of a root span: the canonical trace as JSON text."""

TRACE_COLUMN = "evaldesk_trace"
"""The same as a column of a table: a dot there would mean a field of a field."""

RUN = "evaldesk.run"
SCENARIO = "evaldesk.scenario"
TRIAL = "evaldesk.trial"
STATUS = "evaldesk.status"
"""Attributes of a root span, for people and for queries of other tools; `TRACE` is what counts."""

ANNOTATOR_KIND = "evaldesk.annotator.kind"
ANNOTATOR = "evaldesk.annotator"
METADATA = "evaldesk.metadata"
TARGET = "evaldesk.target"
"""Attributes of an event ``gen_ai.evaluation.result``, which has no place for who said it."""

ORIGIN = "evaldesk.origin"
"""In the metadata of an annotation, or an attribute of an event: `SCORE` or `SAID` for what stands
in the canonical trace that goes along, so that it is not taken twice; `RATING` or `RULING` for
what people decided in EvalDesk."""

SCORE, SAID, RATING, RULING = "score", "annotation", "rating", "ruling"

MESSAGES_IN, MESSAGES_OUT = "gen_ai.input.messages", "gen_ai.output.messages"
_ANSWER = "answer"


def packed(trace: Mapping[str, Any]) -> str:
    """A canonical trace as the text that goes along."""
    return canonical_json(trace).decode("utf-8")


def conversation_apart(trace: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """Splits a canonical trace for a format that holds messages itself, as OTLP does.

    Returns:
        The trace without its messages; the messages before and after the last answer; and that
        answer, alone in a list, or nothing. Where the answer lacks the ``finish_reason`` that the
        conventions ask for, it gets one; `conversation_joined` takes it away again.
    """
    rest = {key: value for key, value in trace.items() if key != "messages"}
    messages = list(trace["messages"])
    at = next(
        (n for n in range(len(messages) - 1, -1, -1) if messages[n].get("role") == "assistant"), -1
    )
    rest[_ANSWER] = {"at": at, "added": []}
    if at < 0:
        return rest, messages, []
    answer = dict(messages.pop(at))
    if "finish_reason" not in answer:
        calls = any(part.get("type") == "tool_call" for part in answer.get("parts", ()))
        answer["finish_reason"] = "tool_call" if calls else "stop"
        rest[_ANSWER]["added"].append("finish_reason")
    return rest, messages, [answer]


def conversation_joined(
    rest: Mapping[str, Any], before: list[Any], answer: list[Any]
) -> dict[str, Any]:
    """What `conversation_apart` split, whole again.

    Raises:
        ValueError: the pieces do not fit.
    """
    where = rest.get(_ANSWER)
    if not isinstance(where, Mapping) or not isinstance(where.get("at"), int):
        raise ValueError("It does not say where the answer stands.")
    at, messages = where["at"], list(before)
    if at >= 0:
        if len(answer) != 1 or at > len(messages) or not isinstance(answer[0], Mapping):
            raise ValueError("The answer is not there.")
        added = where.get("added") or ()
        messages.insert(at, {key: value for key, value in answer[0].items() if key not in added})
    return {**{key: value for key, value in rest.items() if key != _ANSWER}, "messages": messages}
