"""One result of promptfoo → a trace."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import (
    Annotation,
    Message,
    Scenario,
    Score,
    Status,
    TraceBody,
    TraceRecord,
)
from evaldesk.importers import cells, chat, fields
from evaldesk.importers.guessing import SLICE_NAMES

_FAILED = 2  # failureReason: 0 none, 1 an assertion, 2 an error
_ID_NAMES = ("id", "test_id", "testId", "case_id", "example_id", "question_id", "key")
_CONTEXT_NAMES = ("context", "contexts", "retrieved_contexts", "documents")
_ROW_NUMBER = re.compile(r"Row #\d+")
_MODEL = re.compile(
    r"(?P<vendor>[\w-]+):((chat|completion|responses|messages|assistant|converse|realtime):)?"
    r"(?P<model>[^/\s][^\s]*)"
)
_PROGRAMS = frozenset(
    (
        *("file", "exec", "python", "javascript", "golang", "ruby", "http", "https", "ws", "wss"),
        *("webhook", "package", "promptfoo", "mcp", "id"),
    )
)
_SHORT = 80
_IN_PLACE = frozenset(
    (
        *("prompt", "vars", "response", "error", "success", "score", "namedScores", "latencyMs"),
        *("gradingResult", "testCase", "cost", "provider"),
    )
)


@dataclass(slots=True)
class Column:
    """What was evaluated: a provider with a prompt.

    Attributes:
        provider: its label, or its id.
        prompt: the prompt's label, or a name made for it.
        part: what tells its run from those of the file's other columns; empty for a single one.
        system: name of what was evaluated.
        about: what the file says of the column as a whole.
    """

    provider: str = ""
    prompt: str = ""
    part: str = ""
    system: str = ""
    about: dict[str, Any] = field(default_factory=dict)


def provider_name(provider: Any) -> str:
    """The label of a provider, else its id; it may be a string."""
    if isinstance(provider, dict):
        return fields.first_text(provider.get("label"), provider.get("id"))
    return fields.text(provider)


def prompt_label(prompt: Any) -> str:
    """The label of a prompt in any version of the format; it may be a string."""
    if isinstance(prompt, dict):
        return fields.first_text(*(prompt.get(key) for key in ("label", "display", "raw")))
    return fields.text(prompt)


def variables(row: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in, without what promptfoo adds for itself."""
    given = row.get("vars")
    if not isinstance(given, dict):
        given = fields.mapping(fields.mapping(row.get("testCase")).get("vars"))
    return {name: value for name, value in given.items() if name != "__metadata"}


def test_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The test case with what tells it from others of the same variables."""
    case = fields.mapping(row.get("testCase"))
    made = {
        name: value
        for name, value in case.items()
        if name not in ("vars", "description") and value not in fields.EMPTY
    }
    said = fields.text(case.get("description"))
    if said and not _ROW_NUMBER.fullmatch(said):
        made["description"] = said
    return made


def trace_of(
    row: Mapping[str, Any], column: Column, place: str, *, trial: int = 0, nth: int = 0
) -> TraceRecord:
    """The trace of a result.

    Args:
        row: as the file has it.
        column: what was evaluated.
        nth: which of several test cases with the same variables it is, from 0.

    Raises:
        ValueError: it is no result.
    """
    response = row.get("response")
    answered = response.get("output") if isinstance(response, dict) else response
    if "success" not in row and "pass" not in row and answered is None and not row.get("error"):
        raise ValueError("It is no result: it has neither “success” nor “response” nor “error”.")
    grading = fields.mapping(row.get("gradingResult"))
    error = fields.text(row.get("error"))
    scenario = _scenario(row, nth)
    scores = _scores(row, grading, error)
    state: Status = "ok"
    metadata = fields.rest(row, (*_IN_PLACE, "pass", "text"))
    if metadata.get("failureReason") == 0:
        del metadata["failureReason"]
    if column.prompt:
        metadata["prompt_version"] = column.prompt
    if _is_infrastructure(row, answered, error, grading):
        state = "error"
        # An infrastructure error is a status, not a score of 0.
        metadata["scores"] = {name: item.value for name, item in scores.items()}
        scores = {}
    elif error and error != grading.get("reason"):
        metadata["error"] = error
    provider = row.get("provider")
    more = fields.rest(fields.mapping(provider), ("label",))
    if more and more != {"id": column.provider}:
        metadata["provider"] = more
    left = _response_rest(response)
    if left:
        metadata["response"] = left
    if extra := fields.rest(grading, ("pass", "score", "reason", "namedScores")):
        metadata["gradingResult"] = extra
    if extra := fields.rest(fields.mapping(row.get("prompt")), ("raw", "label", "display")):
        metadata["prompt"] = extra
    body: TraceBody = {"messages": _messages(row, answered, response)}
    if answered is not None and (model := _model(provider, response)):
        body["messages"][-1].setdefault("model", model)
    output = _output_text(answered)
    if output:
        body["output"] = output
    if scenario.expected:
        body["expected"] = scenario.expected
    if documents := _documents(scenario.input):
        body["documents"] = documents
    if metadata:
        body["metadata"] = metadata
    tokens_in, tokens_out = _tokens(row, response)
    cost = row.get("cost")
    if cost is None and isinstance(response, dict):
        cost = response.get("cost")
    return TraceRecord(
        scenario=scenario,
        body=body,
        system=column.system,
        trial=trial,
        status=state,
        scores=scores,
        latency_ms=fields.amount(row.get("latencyMs")),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=fields.amount(cost),
        error=error if state == "error" else "",
        place=place,
        annotations=_annotations(grading),
    )


def _scenario(row: Mapping[str, Any], nth: int) -> Scenario:
    given = variables(row)
    case = fields.mapping(row.get("testCase"))
    about = fields.mapping(case.get("metadata"))
    key = next(
        (
            said
            for holder in (given, about)
            for name in _ID_NAMES
            if (said := fields.text(holder.get(name)).strip()) and len(said) <= _SHORT
        ),
        "",
    )
    key = key or content_id(given)[:12]
    slices = {
        name: chat.plain_text(value)
        for holder in (about, given)
        for name, value in holder.items()
        if name.lower() in SLICE_NAMES
        and isinstance(value, str | int)
        and 0 < len(str(value)) <= _SHORT
    }
    metadata = fields.rest(case, ("vars", "description"))
    if case.get("vars") not in (None, {}, given):
        metadata["vars"] = case["vars"]  # as they were before they were filled in
    title = fields.text(case.get("description"))
    if not title or _ROW_NUMBER.fullmatch(title):
        # The longest says most: others are ids, languages, sources.
        title = max((text for text in given.values() if isinstance(text, str)), key=len, default="")
    return Scenario(
        key=f"{key} #{nth + 1}" if nth else key,
        input=given,
        slices=slices,
        expected=_expected(case.get("assert")),
        title=" ".join(title.split())[:200],
        metadata=metadata,
    )


def _expected(asserts: Any) -> str:
    """The assertions, for people: one a line; what equals must equal, alone, is the answer."""
    found = fields.mappings(asserts)
    if len(found) == 1 and found[0].get("type") == "equals":
        return chat.plain_text(found[0].get("value"))
    lines = []
    for item in found:
        value = item.get("value")
        kind = fields.text(item.get("type"))
        shown = chat.plain_text(value).strip()
        lines.append(f"{kind}: {shown}" if shown else kind)
    return "\n".join(line for line in lines if line)


def _is_infrastructure(
    row: Mapping[str, Any], answered: Any, error: str, grading: Mapping[str, Any]
) -> bool:
    reason = row.get("failureReason")
    if type(reason) is int:
        return reason == _FAILED
    return bool(error) and answered is None and not grading


def _scores(row: Mapping[str, Any], grading: Mapping[str, Any], error: str) -> dict[str, Score]:
    reason = fields.text(grading.get("reason")) or error or None
    passed = row.get("success", row.get("pass", grading.get("pass")))
    made: dict[str, Score] = {}
    if isinstance(passed, bool):
        made["pass"] = Score(1.0 if passed else 0.0, explanation=reason)
    total = cells.score(row.get("score", grading.get("score")))
    if total is not None:
        made["score"] = Score(total.value, total.label, reason)
    named = fields.mapping(grading.get("namedScores")) | fields.mapping(row.get("namedScores"))
    reasons = {
        fields.text(fields.mapping(part.get("assertion")).get("metric")): part.get("reason")
        for part in fields.mappings(grading.get("componentResults"))
    }
    for name, value in named.items():
        one = cells.score(value)
        if one is not None:
            why = fields.text(reasons.get(name)) or one.explanation
            # A named score may be called as one of ours; the file's own word stays beside it.
            made[name if name not in made else f"named.{name}"] = Score(one.value, one.label, why)
    return made


def _annotations(grading: Mapping[str, Any]) -> tuple[Annotation, ...]:
    """What a person said in promptfoo's own screen: thumbs, a score, a comment."""
    comment = fields.text(grading.get("comment"))
    made: list[Annotation] = []
    for part in fields.mappings(grading.get("componentResults")):
        assertion = fields.mapping(part.get("assertion"))
        if assertion.get("type") != "human":
            continue
        passed = part.get("pass")
        score = fields.finite(part.get("score"))
        if score is None and isinstance(passed, bool):
            score = float(passed)  # a thumb, which is a number where others are
        made.append(
            Annotation(
                "human",
                value=score,
                label="pass" if passed is True else "fail" if passed is False else "",
                comment=fields.text(part.get("comment")) or comment or _own_words(part),
                metadata=fields.rest(part, ("pass", "score", "comment")),
            )
        )
        comment = ""
    if comment:
        made.append(Annotation("comment", comment=comment))
    return tuple(made)


def _own_words(part: Mapping[str, Any]) -> str:
    """The reason of a person's grade, where it is more than what promptfoo writes for all."""
    reason = fields.text(part.get("reason"))
    return "" if reason.startswith("Manual result") else reason


def _messages(row: Mapping[str, Any], answered: Any, response: Any) -> list[Message]:
    prompt = row.get("prompt")
    raw = prompt.get("raw") if isinstance(prompt, dict) else prompt
    asked = cells.parsed(raw)
    if chat.is_conversation(asked):
        made = chat.messages(asked)
    elif raw in (None, ""):
        made = []
    else:
        made = [chat.text_message("user", chat.plain_text(raw))]
    answer = _answer(answered)
    if answer is not None:
        reason = fields.mapping(response).get("finishReason")
        if isinstance(reason, str) and reason:
            answer["finish_reason"] = reason
        made.append(answer)
    return made


def _model(provider: Any, response: Any) -> str:
    """The model, where a provider's id names one: ``openai:chat:gpt-4o``."""
    said = fields.text(fields.mapping(response).get("model"))
    name = fields.text(provider.get("id") if isinstance(provider, dict) else provider)
    match = _MODEL.fullmatch(name)
    return said or ("" if match is None or match["vendor"] in _PROGRAMS else match["model"])


def _answer(answered: Any) -> Message | None:
    if answered is None or answered == "":
        return None
    calls = answered if isinstance(answered, list) else [answered]
    if all(isinstance(call, dict) and isinstance(call.get("function"), dict) for call in calls):
        return chat.message({"role": "assistant", "tool_calls": calls})
    if chat.is_message(answered):
        return chat.message(answered)
    return chat.text_message("assistant", chat.plain_text(answered))


def _output_text(answered: Any) -> str:
    return "" if answered is None else chat.plain_text(answered)


def _response_rest(response: Any) -> dict[str, Any]:
    if not isinstance(response, dict):
        return {}
    return fields.rest(response, ("output", "finishReason"))


def _documents(given: Any) -> list[Any]:
    for name in _CONTEXT_NAMES:
        value = fields.mapping(given).get(name)
        if isinstance(value, str | list) and value:
            return cells.documents(value)
    return []


def _tokens(row: Mapping[str, Any], response: Any) -> tuple[int | None, int | None]:
    """Of the answer; none where it came from a cache, for which promptfoo writes 0."""
    usage = fields.mapping(fields.mapping(response).get("tokenUsage")) or fields.mapping(
        row.get("tokenUsage")
    )
    pair = fields.count(usage.get("prompt")), fields.count(usage.get("completion"))
    return pair if any(pair) else (None, None)
