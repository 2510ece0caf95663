"""One sample of an Inspect log → a trace."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from evaldesk.domain.trace import Message, Scenario, Score, Status, TraceBody, TraceRecord
from evaldesk.importers import cells, chat
from evaldesk.importers.guessing import SLICE_NAMES
from evaldesk.importers.inspect_spans import between, compact_spans, milliseconds, utc

_LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_ATTACHMENT = re.compile(r"attachment://([0-9a-f]{32}|[\w-]+)")
_RESOLVED_MAX = 256 << 20
_EMPTY: tuple[Any, ...] = (None, [], {}, "")
_IN_PLACE = frozenset(
    [
        "id",
        "epoch",
        "input",
        "target",
        "messages",
        "output",
        "scores",
        "score",
        "metadata",
        "events",
        "attachments",
        "error",
        "events_data",
        "message_pool",
        "model_usage",
        "total_time",
        "choices",
        "transcript",
    ]
)


def trace_of(sample: Mapping[str, Any], header: Mapping[str, Any], place: str) -> TraceRecord:
    """The trace of a sample.

    Args:
        sample: as the log has it; attachments are put back where they are referred to.
        header: the log without its samples.
        place: where the sample lies, for messages.

    Raises:
        ValueError: it is no sample; says why.
    """
    if sample.get("id") is None:
        raise ValueError("The sample has no “id”.")
    given = sample.get("messages") or []
    if not isinstance(given, list):
        raise ValueError("Its “messages” is not a list.")
    epoch = sample.get("epoch", 1)
    if not cells.count(epoch):
        raise ValueError("Its “epoch” is not a whole number from 1.")
    resolve = _Resolver(sample.get("attachments"))
    conversation = chat.messages(resolve(given))
    events = [item for item in _list(sample.get("events")) if isinstance(item, dict)]
    _add_timing(conversation, events)
    body: TraceBody = {"messages": conversation}
    answer = _completion(resolve(sample.get("output")))
    if answer:
        body["output"] = answer
    scenario = _scenario(sample, resolve)
    if scenario.expected:
        body["expected"] = scenario.expected
    if events:
        body["spans"] = compact_spans(events, conversation)
    metadata = {
        key: resolve(value)
        for key, value in sample.items()
        if key not in _IN_PLACE and value not in _EMPTY
    }
    output = sample.get("output")
    if isinstance(output, dict):
        kept = {
            key: resolve(value)
            for key, value in output.items()
            if key not in ("choices", "completion", "usage") and value not in _EMPTY
        }
        if kept:
            metadata["output"] = kept
    usage = sample.get("model_usage")
    if usage:
        metadata["model_usage"] = usage
    error, details = _error(sample.get("error"))
    if details:
        metadata["error"] = details
    scores, more = scores_of(resolve(_score_objects(sample, header)))
    if more:
        metadata["scores"] = more
    state = _status(sample, header, error, scores)
    if state == "error" and scores:
        # An infrastructure error is a status, not a score of 0.
        metadata["scores_before_error"] = {
            name: item.label if item.label is not None else item.value
            for name, item in scores.items()
        }
        scores = {}
    if metadata:
        body["metadata"] = metadata
    tokens_in, tokens_out, cost = _usage(usage, header)
    return TraceRecord(
        scenario=scenario,
        body=body,
        trial=epoch - 1,
        status=state,
        scores=scores,
        started_at=_started_at(sample, events),
        latency_ms=milliseconds(sample.get("total_time")),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost,
        error=error,
        place=place,
    )


def scores_of(objects: Mapping[str, Any]) -> tuple[dict[str, Score], dict[str, Any]]:
    """Scores by name, ``name.key`` for a scorer with several; and what a score has besides.

    C, I, P and N count 1, 0, 0.5 and 0; NaN, which Inspect writes for "not scored", counts
    nothing.
    """
    scores: dict[str, Score] = {}
    more: dict[str, Any] = {}
    for name, item in objects.items():
        if not isinstance(item, dict):
            item = {"value": item}
        explanation = item.get("explanation")
        answer = item.get("answer")
        value = item.get("value")
        several = value if isinstance(value, dict) else {"": value}
        for key, one in several.items():
            scores[f"{name}.{key}" if key else name] = _score(
                one,
                None if explanation is None else chat.plain_text(explanation),
                None if answer is None else chat.plain_text(answer),
            )
        rest = {
            key: left
            for key, left in item.items()
            if key not in ("value", "answer", "explanation") and left not in _EMPTY
        }
        if rest:
            more[name] = rest
    return scores, more


class _Resolver:
    """Puts attachments back; stops when they would grow the sample beyond reason."""

    def __init__(self, attachments: Any) -> None:
        self._attachments = attachments if isinstance(attachments, dict) else {}
        self._left = _RESOLVED_MAX

    def __call__(self, value: Any) -> Any:
        return self._resolved(value) if self._attachments else value

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, str):
            return _ATTACHMENT.sub(self._one, value) if "attachment://" in value else value
        if isinstance(value, dict):
            return {key: self._resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        return value

    def _one(self, match: re.Match[str]) -> str:
        content = self._attachments.get(match[1])
        if not isinstance(content, str) or len(content) > self._left:
            return match[0]
        self._left -= len(content)
        return content


def _scenario(sample: Mapping[str, Any], resolve: _Resolver) -> Scenario:
    asked = resolve(sample.get("input"))
    if isinstance(asked, list):
        # Messages carry ids that are new in every run and would keep equal inputs apart.
        asked = [
            {key: value for key, value in item.items() if key not in ("id", "source")}
            if isinstance(item, dict)
            else item
            for item in asked
        ]
    said = resolve(sample.get("metadata"))
    metadata = dict(said) if isinstance(said, dict) else {}
    slices = {
        key: chat.plain_text(value)
        for key, value in metadata.items()
        if key.lower() in SLICE_NAMES and isinstance(value, str | int) and len(str(value)) <= 80
    }
    if sample.get("choices"):
        metadata["choices"] = resolve(sample["choices"])
    return Scenario(
        key=chat.plain_text(sample["id"]),
        input=asked,
        slices=slices,
        expected=cells.text_of(resolve(sample.get("target"))),
        metadata=metadata,
    )


def _score_objects(sample: Mapping[str, Any], header: Mapping[str, Any]) -> dict[str, Any]:
    scores = sample.get("scores")
    if isinstance(scores, dict):
        return scores
    if sample.get("score") is None:
        return {}
    results = header.get("results")  # the oldest logs have one score and name it in the header
    named = results.get("scores") if isinstance(results, dict) else None
    first = named[0] if isinstance(named, list) and named else {}
    name = first.get("name") if isinstance(first, dict) else None
    return {name if isinstance(name, str) else "score": sample["score"]}


def _score(value: Any, explanation: str | None, answer: str | None) -> Score:
    label: str | None = None
    number: float | None = None
    if isinstance(value, str) and value in _LETTERS:
        number, label = _LETTERS[value], value
    elif value is None or (isinstance(value, float) and not math.isfinite(value)):
        label = "unscored"
    else:
        made = cells.score(value) or Score(None, "")
        number, label = made.value, made.label
    return Score(number, label, explanation, answer)


def _status(
    sample: Mapping[str, Any], header: Mapping[str, Any], error: str, scores: Mapping[str, Score]
) -> Status:
    if error:
        return "error"
    unfinished = header.get("status") in ("started", "cancelled", "error") and not scores
    return "incomplete" if sample.get("limit") or unfinished else "ok"


def _error(error: Any) -> tuple[str, dict[str, Any]]:
    if not error:
        return "", {}
    if isinstance(error, dict):
        message = error.get("message") or "the sample failed"
        rest = {key: value for key, value in error.items() if key != "message"}
        return chat.plain_text(message), rest
    return chat.plain_text(error), {}


def _completion(output: Any) -> str:
    if not isinstance(output, dict):
        return ""
    if isinstance(output.get("completion"), str):
        return str(output["completion"])
    choices = output.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    return chat.last_answer([chat.message(message)]) if isinstance(message, dict) else ""


def _add_timing(conversation: Sequence[Message], events: Sequence[Mapping[str, Any]]) -> None:
    """Start, duration and tokens of the messages that model calls made."""
    by_id: dict[str, Message] = {}
    for item in conversation:
        ident = item.get("metadata", {}).get("id")
        if item["role"] == "assistant" and isinstance(ident, str):
            by_id[ident] = item
    unnamed = [item for item in conversation if item["role"] == "assistant"] if not by_id else []
    for event in events:
        output = event.get("output")
        if event.get("event") != "model" or not isinstance(output, dict):
            continue
        choices = output.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        raw = first.get("message") if isinstance(first, dict) else None
        if not isinstance(raw, dict):
            continue
        target: Message | None = None
        if by_id:
            target = by_id.get(chat.plain_text(raw.get("id")))
        elif unnamed and unnamed[0]["parts"] == chat.message(raw)["parts"]:
            target = unnamed.pop(0)
        if target is None:
            continue
        if isinstance(event.get("timestamp"), str):
            target["started_at"] = utc(event["timestamp"])
        took = milliseconds(output.get("time"))
        if took is None:
            took = between(event.get("timestamp"), event.get("completed"))
        if took is not None:
            target["latency_ms"] = took
        if isinstance(output.get("usage"), dict):
            target["tokens_in"], target["tokens_out"] = _tokens(output["usage"])
        reason = first.get("stop_reason") if isinstance(first, dict) else None
        if isinstance(reason, str):
            target["finish_reason"] = reason


def _usage(usage: Any, header: Mapping[str, Any]) -> tuple[int | None, int | None, float | None]:
    """Tokens of the model that is evaluated, without its graders', and its cost where said."""
    if not isinstance(usage, dict) or not usage:
        return None, None, None
    about = header.get("eval")
    model = about.get("model") if isinstance(about, dict) else None
    own = usage.get(model) if isinstance(model, str) else None
    counted = [own] if isinstance(own, dict) else [u for u in usage.values() if isinstance(u, dict)]
    if not counted:
        return None, None, None
    pairs = [_tokens(item) for item in counted]
    costs = [item["total_cost"] for item in counted if isinstance(item.get("total_cost"), float)]
    return (
        sum(pair[0] for pair in pairs),
        sum(pair[1] for pair in pairs),
        sum(costs) if costs else None,
    )


def _tokens(usage: Mapping[str, Any]) -> tuple[int, int]:
    taken, given = usage.get("input_tokens"), usage.get("output_tokens")
    return (cells.count(taken) or 0, cells.count(given) or 0)


def _started_at(sample: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> str:
    for value in (sample.get("started_at"), *(event.get("timestamp") for event in events[:1])):
        if isinstance(value, str):
            return utc(value)
    return ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
