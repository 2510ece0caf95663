"""One line of lm-evaluation-harness's samples → a trace."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from evaldesk.domain.trace import Message, Scenario, Score, TraceBody, TraceRecord
from evaldesk.importers import cells, chat, fields
from evaldesk.importers.guessing import SLICE_NAMES
from evaldesk.importers.record_loop import digest

_QUESTION = (
    *("question", "query", "problem", "input", "prompt", "goal", "instruction", "sentence"),
    *("text", "ctx", "passage", "activity_label", "premise"),
)
_CHOICES = ("choices", "options", "endings", "answers")
_ANSWER = ("best_answer", "answer", "correct_answer", "gold")
_IN_PLACE = frozenset(
    (
        *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
        *("scores",),
    )
)
_HASHES = frozenset(("doc_hash", "prompt_hash", "target_hash"))
_SHORT = 80


def readable(record: Mapping[str, Any]) -> bool:
    """Whether a record has what tells documents apart."""
    return record.get("doc_id") is not None and "doc" in record


def filter_of(record: Mapping[str, Any]) -> str:
    """The name of the filter that its responses went through."""
    return fields.text(record.get("filter")) or "none"


def key_of(record: Mapping[str, Any]) -> bytes:
    """What is equal for the lines of one document."""
    return digest([record.get("doc_id"), record.get("doc")])


def metrics_of(record: Mapping[str, Any]) -> dict[str, Score]:
    """The metrics that a record lists; in old files, which list none, its other numbers."""
    listed = record.get("metrics")
    if isinstance(listed, list):
        names = [name for name in listed if isinstance(name, str) and name in record]
    else:
        names = [
            name
            for name, value in record.items()
            if name not in _IN_PLACE | _HASHES and isinstance(value, int | float)
        ]
    made: dict[str, Score] = {}
    for name in names:
        value = record[name]
        try:
            score = cells.score(value)
        except OverflowError:
            score = Score(None, chat.plain_text(value))
        if score is not None:
            made[name] = score
    return made


def trace_of(
    record: Mapping[str, Any],
    place: str,
    scores: Mapping[str, Score],
    *,
    more: Mapping[str, Any] | None = None,
) -> TraceRecord:
    """The trace of a document.

    Args:
        scores: under the names that they get.
        more: what other lines of the same document say.

    Raises:
        ValueError: the record names no document.
    """
    if record.get("doc_id") is None:
        raise ValueError("It has no “doc_id”.")
    if "doc" not in record:
        raise ValueError("It has no “doc”.")
    requests = _requests(record.get("arguments"))
    responses = _responses(record.get("resps"))
    options = _options(requests, responses)
    target, index = _target(record, options)
    scenario = _scenario(record, target)
    metadata: dict[str, Any] = fields.rest(record, (*_IN_PLACE, *scores, *_listed(record)))
    settings = [request[1] for request in requests if request[1] not in (None, "", {}, [])]
    conversation = _asked(requests)
    output = ""
    if options:
        metadata["choices"] = [
            option | ({"target": True} if number == index else {})
            for number, option in enumerate(options)
        ]
        best = max(options, key=lambda option: option["loglikelihood"])
        output = best["choice"].strip()
        conversation.append(chat.text_message("assistant", output))
    else:
        if settings:
            metadata["generation"] = settings[0] if len(settings) == 1 else settings
        texts = [_response_text(item) for group in responses for item in group]
        for number, text in enumerate(texts):
            message = chat.text_message("assistant", text)
            if len(texts) > 1:
                message["metadata"] = {"response": number + 1}
            conversation.append(message)
        if len(texts) == 1:
            output = texts[0]
        filtered = record.get("filtered_resps")
        if more is None and cells.text_of(filtered) != output:
            metadata["filtered_resps"] = filtered
            answer = cells.text_of(filtered)
            scores = {
                name: Score(score.value, score.label, score.explanation, answer)
                for name, score in scores.items()
            }
            output = output or answer
    if (name := filter_of(record)) != "none" and more is None:
        metadata["filter"] = name
    raw_target = record.get("target")
    if raw_target not in (None, "") and chat.plain_text(raw_target).strip() != target:
        metadata["target"] = raw_target
    metadata |= more or {}
    body: TraceBody = {"messages": conversation}
    if output:
        body["output"] = output
    if target:
        body["expected"] = target
    if metadata:
        body["metadata"] = metadata
    return TraceRecord(scenario=scenario, body=body, scores=dict(scores), place=place)


def _listed(record: Mapping[str, Any]) -> list[str]:
    """Metrics whose values are no scores still have their place."""
    listed = record.get("metrics")
    if not isinstance(listed, list):
        return []
    return [name for name in listed if isinstance(name, str) and record.get(name) is None]


def _scenario(record: Mapping[str, Any], target: str) -> Scenario:
    doc = record["doc"]
    key = chat.plain_text(record["doc_id"])
    if not isinstance(doc, dict):
        return Scenario(key=key, input=doc, expected=target)
    question = next(
        (name for name in _QUESTION if isinstance(doc.get(name), str) and doc[name].strip()), ""
    )
    choices = next((name for name in _CHOICES if isinstance(doc.get(name), list | dict)), "")
    if not question:
        return Scenario(key=key, input=doc, expected=target)
    asked: Any = doc[question]
    if choices and doc[choices]:
        asked = {question: asked, choices: doc[choices]}
    slices = {
        name: chat.plain_text(value)
        for name, value in doc.items()
        if name.lower() in SLICE_NAMES
        and isinstance(value, str | int)
        and 0 < len(str(value)) <= _SHORT
        and name != question
    }
    return Scenario(
        key=key,
        input=asked,
        slices=slices,
        expected=target,
        title=" ".join(doc[question].split())[:200],
        metadata=fields.rest(doc, (question, choices)),
    )


def _target(record: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    """What is expected, and which of the options it is; -1 for none."""
    raw = record.get("target")
    text = chat.plain_text(raw).strip()
    if options and text.isdecimal() and len(text) < 6 and int(text) < len(options):
        return options[int(text)]["choice"].strip(), int(text)
    for number, option in enumerate(options):
        if text and option["choice"].strip() == text:
            return text, number
    if text:
        return text, -1
    # Some tasks leave the target empty, because their metrics look into the document.
    doc = fields.mapping(record.get("doc"))
    return next((said for name in _ANSWER if (said := fields.text(doc.get(name)))), ""), -1


def _requests(arguments: Any) -> list[tuple[Any, Any]]:
    """First and second argument of each request, as objects or, in old files, lists."""
    items = list(arguments.values()) if isinstance(arguments, dict) else fields.sequence(arguments)
    made = []
    for item in items:
        given = list(item.values()) if isinstance(item, dict) else item
        if isinstance(given, list):
            made.append((given[0] if given else None, given[1] if len(given) > 1 else None))
        else:
            made.append((given, None))
    return made


def _responses(resps: Any) -> list[list[Any]]:
    """The responses to each request; several where it was sent several times."""
    return [item if isinstance(item, list) and item else [item] for item in fields.sequence(resps)]


def _options(
    requests: Sequence[tuple[Any, Any]], responses: Sequence[Sequence[Any]]
) -> list[dict[str, Any]]:
    """The answers whose likelihood was asked for, in order; none where answers were generated."""
    if not responses or len(requests) != len(responses):
        return []
    made = []
    for (_, choice), group in zip(requests, responses, strict=True):
        pair = group[0]
        if not isinstance(pair, list):  # filtered once already
            pair = list(group)
        likelihood = _likelihood(pair[0]) if len(pair) == 2 else None
        if likelihood is None or not isinstance(choice, str):
            return []
        made.append(
            {
                "choice": choice,
                "loglikelihood": likelihood,
                "greedy": pair[1] in (True, "True", "true", 1),
            }
        )
    return made


def _likelihood(value: Any) -> float | None:
    if isinstance(value, str):
        value = {"-inf": -1e308, "inf": 1e308}.get(value, value)
    number = fields.finite(value)
    return number if number is not None and math.isfinite(number) else None


def _asked(requests: Sequence[tuple[Any, Any]]) -> list[Message]:
    """What the model was given, which is the same for all options of a choice."""
    if not requests:
        return []
    asked = requests[0][0]
    while isinstance(asked, list) and len(asked) == 1:
        asked = asked[0]
    parsed = cells.parsed(asked)
    if chat.is_conversation(parsed):
        return chat.messages(parsed)
    different = list(dict.fromkeys(chat.plain_text(first) for first, _ in requests))
    # With a different text for each option, as in fill-in tasks, all of them belong to it.
    return [chat.text_message("user", text) for text in different if text]


def _response_text(value: Any) -> str:
    return cells.text_of(value)
