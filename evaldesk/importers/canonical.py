"""EvalDesk's own traces, as ``evaldesk show`` prints them: read back without loss."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, cast, get_args

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.trace import Annotation, Scenario, Score, Status, TraceBody, TraceRecord
from evaldesk.domain.wording import counted
from evaldesk.importers import cells, chat
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source

_STATUSES = get_args(Status.__value__ if hasattr(Status, "__value__") else Status)
_BODY = ("messages", "documents", "spans", "tools", "output", "expected", "metadata")
_KNOWN = frozenset(
    (
        *_BODY,
        *[
            "id",
            "run",
            "system",
            "trial",
            "status",
            "error",
            "started_at",
            "latency_ms",
            "tokens_in",
            "tokens_out",
            "cost",
            "scenario",
            "scores",
            "annotations",
        ],
    )
)


def is_canonical(record: Any) -> bool:
    """Whether a record has the shape of a canonical trace."""
    if not isinstance(record, dict):
        return False
    scenario, messages = record.get("scenario"), record.get("messages")
    return (
        isinstance(scenario, dict)
        and "key" in scenario
        and "input" in scenario
        and isinstance(messages, list)
        and all(isinstance(item, dict) and isinstance(item.get("parts"), list) for item in messages)
    )


def read_canonical(source: Source, options: ImportOptions) -> Iterator[Item]:
    """Canonical traces.

    Raises:
        InputError: a record is not one; says what it lacks.
    """
    yield RunHeader()
    seen: set[bytes] = set()
    again = 0
    records = Records(source)
    with closing(iter(records)) as rows:
        for place, values, raw in rows:
            if raw in seen:
                again += 1
                continue
            try:
                if isinstance(values, InputError):
                    raise values
                item = trace_from_json(values, place)
            except InputError as error:
                if not options.skip_bad:
                    raise
                yield Skipped(place, f"{error.reason} {error.hint}".strip())
                continue
            except ValueError as error:
                if not options.skip_bad:
                    raise source.error(str(error), record=place) from error
                yield Skipped(place, str(error))
                continue
            seen.add(raw)
            yield item
    if again:
        yield ImportNote(
            counted(again, "%1 record is", "%1 records are")
            + " word for word there twice and taken once."
        )


def trace_from_json(record: Mapping[str, Any], place: str = "") -> TraceRecord:
    """The trace that `Trace.to_json` wrote.

    Raises:
        ValueError: it has not that shape.
    """
    if not is_canonical(record):
        raise ValueError("It is no canonical trace: “scenario” or “messages” is missing.")
    said = record["scenario"]
    body: dict[str, Any] = {key: record[key] for key in _BODY if record.get(key) is not None}
    for index, message in enumerate(body["messages"]):
        _check_message(message, index)
    _check_body(body)
    for owner, key in ((said, "slices"), (said, "metadata"), (record, "scores")):
        if not isinstance(owner.get(key) or {}, dict):
            raise ValueError(f"“{key}” is not an object.")
    extra = {key: value for key, value in record.items() if key not in _KNOWN}
    if extra:
        body["metadata"] = {**body.get("metadata", {}), **extra}
    status = record.get("status") or "ok"
    if status not in _STATUSES:
        raise ValueError(f"“{status}” is no status; known are {', '.join(_STATUSES)}.")
    return TraceRecord(
        scenario=Scenario(
            key=chat.plain_text(said["key"]),
            input=said["input"],
            tier=chat.plain_text(said.get("tier")),
            slices={
                name: chat.plain_text(value) for name, value in (said.get("slices") or {}).items()
            },
            expected=chat.plain_text(said.get("expected")),
            origin=chat.plain_text(said.get("origin")),
            title=chat.plain_text(said.get("title")),
            metadata=said.get("metadata") or {},
            redactions=_redactions(said.get("redactions") or []),
        ),
        body=cast(TraceBody, body),
        run=chat.plain_text(record.get("run")),
        system=chat.plain_text(record.get("system")),
        trial=_number(record, "trial", int) or 0,
        status=cast(Status, status),
        scores={name: _score(name, value) for name, value in (record.get("scores") or {}).items()},
        annotations=tuple(_annotation(said) for said in record.get("annotations") or ()),
        started_at=chat.plain_text(record.get("started_at")),
        latency_ms=_number(record, "latency_ms", float),
        tokens_in=_number(record, "tokens_in", int),
        tokens_out=_number(record, "tokens_out", int),
        cost=_number(record, "cost", float),
        error=chat.plain_text(record.get("error")),
        place=place,
    )


_MESSAGE = {
    **dict.fromkeys(("name", "finish_reason", "started_at", "model"), "text"),
    **dict.fromkeys(("latency_ms", "cost"), "number"),
    **dict.fromkeys(("tokens_in", "tokens_out"), "whole"),
    "metadata": "object",
}
_DOCUMENT = {
    **dict.fromkeys(("id", "title", "source", "query", "span"), "text"),
    "score": "number",
    "rank": "whole",
    "metadata": "object",
}
_SPAN = {
    **dict.fromkeys(("name", "id", "parent", "kind", "started_at", "status", "error"), "text"),
    **dict.fromkeys(("latency_ms", "cost"), "number"),
    **dict.fromkeys(("tokens_in", "tokens_out", "message"), "whole"),
    "model": "text",
    "attributes": "object",
}


def _check_members(item: dict[str, Any], known: Mapping[str, str], what: str) -> None:
    """Whether members have their types; one that is null is as good as none and taken out."""
    for name, kind in known.items():
        if name not in item:
            continue
        value = item[name]
        if value is None:
            del item[name]
        elif kind == "text":
            if not isinstance(value, str):
                raise ValueError(f"“{name}” of {what} is not text.")
        elif kind == "object":
            if not isinstance(value, dict):
                raise ValueError(f"“{name}” of {what} is not an object.")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"“{name}” of {what} is not a number.")
        elif kind == "whole" and not (isinstance(value, int) and abs(value) <= cells.MAX_INTEGER):
            raise ValueError(f"“{name}” of {what} is not a whole number.")


def _check_message(message: dict[str, Any], index: int) -> None:
    if not isinstance(message.get("role"), str):
        raise ValueError(f"messages[{index}] has no role.")
    _check_members(message, _MESSAGE, f"messages[{index}]")
    for part in message["parts"]:
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            raise ValueError(f"messages[{index}] has a part without a type.")
        if part["type"] == "tool_call" and not isinstance(part.get("name"), str):
            raise ValueError(f"messages[{index}] has a tool call without a name.")
        wants_text = part["type"] in ("text", "reasoning", "refusal", "blob")
        if wants_text and not isinstance(part.get("content"), str):
            raise ValueError(f"messages[{index}] has a part of {part['type']} without content.")
        if part["type"] == "uri" and not isinstance(part.get("uri"), str):
            raise ValueError(f"messages[{index}] has a part of uri without its uri.")


def _check_body(body: Mapping[str, Any]) -> None:
    for key in ("documents", "spans", "tools"):
        items = body.get(key, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ValueError(f"“{key}” is not a list of objects.")
    for item in body.get("documents", []):
        if not isinstance(item.get("content"), str):
            raise ValueError("A document has no content.")
        _check_members(item, _DOCUMENT, "a document")
    for item in body.get("spans", []):
        _check_members(item, _SPAN, "a span")
    for key in ("output", "expected"):
        if not isinstance(body.get(key, ""), str):
            raise ValueError(f"“{key}” is not text.")
    if not isinstance(body.get("metadata", {}), dict):
        raise ValueError("“metadata” is not an object.")


def _redactions(said: Any) -> tuple[str, ...]:
    if not isinstance(said, list):
        raise ValueError("“redactions” is not a list.")
    return tuple(dict.fromkeys(chat.plain_text(item) for item in said))


def _score(name: str, value: Any) -> Score:
    if not isinstance(value, dict):
        value = {"value": value}
    number = value.get("value")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)):
        raise ValueError(f"The score “{name}” is not a number.")
    texts = (value.get(key) for key in ("label", "explanation", "answer"))
    label, explanation, answer = (None if text is None else chat.plain_text(text) for text in texts)
    if isinstance(number, float) and number - number != 0:
        number = None
    return Score(number, label, explanation, answer)


def _annotation(said: Any) -> Annotation:
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise ValueError("An annotation has no name.")
    metadata = said.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise ValueError("The metadata of an annotation is not an object.")
    texts = {
        key: chat.plain_text(said.get(key))
        for key in ("label", "comment", "annotator", "target", "created_at")
    }
    return Annotation(said["name"], value=_number(said, "value", float), metadata=metadata, **texts)


def _number(record: Mapping[str, Any], key: str, kind: type) -> Any:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"“{key}” is not a number.")
    # A project holds integers of 64 bits, and any number that is not whole.
    if value - value != 0 or (kind is int and abs(value) > cells.MAX_INTEGER):
        raise ValueError(f"“{key}” is too large.")
    if key == "trial" and value < 0:
        raise ValueError("“trial” is negative.")
    return kind(value)
