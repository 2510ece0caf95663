"""OpenAI's interfaces in files: fine-tuning lines, batches, completions, responses."""

from collections.abc import Iterator
from typing import Any

from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.importers import chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.exchanges import Exchange, scenario_of, told_unknown, trace_of
from evaldesk.importers.pages import paged
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.source import Source

_LINE = frozenset(
    [
        *("messages", "tools", "functions", "parallel_tool_calls", "tool_choice", "function_call"),
        *("response_format", "weight", "model"),
    ]
)
_ROLES = frozenset(("system", "developer", "user", "assistant", "tool", "function"))
_REQUESTS = ("request", "input", "params", "body")
_RESPONSES = ("response", "completion", "output")
_TIMES = (("latency_ms", 1), ("duration_ms", 1), ("latency", 1000), ("duration", 1000))


class OpenAiChat:
    """Lines of messages, of batches, or of completions and responses with their requests."""

    name = "openai-chat"
    title = "OpenAI chat, batch and response lines"
    extensions = (".jsonl", ".json")
    description = (
        "Fine-tuning lines, batch input (as scenarios) and output, chat completions and responses, "
        "alone or with their requests: messages, tools, tokens, model, finish reason, stored "
        "prompt's version. The custom id, or what the user asked, is the scenario. Weights, "
        "parameters, log probabilities and other choices are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """By the first record; a conversation with other columns beside it is left to mappings."""
        record = _first(source)
        if _is_answer(record):
            return 0.9
        if "custom_id" in record:
            answer = fields.mapping(record.get("response"))
            if "body" in answer or "status_code" in answer or {"response", "error"} <= set(record):
                return 0.95
            body = fields.mapping(record.get("body"))
            return 0.95 if "url" in record and body else 0.0
        if any(_is_answer(fields.mapping(record.get(name))) for name in _RESPONSES):
            return 0.9
        if "preferred_output" in record and "non_preferred_output" in record:
            return 0.9
        turns = record.get("messages")
        if not isinstance(turns, list) or not turns or not set(record) <= _LINE:
            return 0.0
        known = all(
            isinstance(turn, dict) and fields.text(turn.get("role")) in _ROLES for turn in turns
        )
        return 0.5 if known and not _has_blocks(turns) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace a record; a record of a batch's input is a scenario."""
        yield RunHeader()
        yield from told_unknown(Loop(source, options).over(_item, paged(source)))


def _first(source: Source) -> dict[str, Any]:
    record = first_document(source)
    data = record.get("data")
    if record.get("object") == "list" and isinstance(data, list) and data:
        return fields.mapping(data[0])
    return record


def _is_answer(record: dict[str, Any]) -> bool:
    kind = record.get("object")
    if kind in ("chat.completion", "text_completion"):
        return isinstance(record.get("choices"), list)
    if kind == "response":
        return isinstance(record.get("output"), list)
    choices = record.get("choices")
    first = fields.mapping(choices[0]) if isinstance(choices, list) and choices else {}
    return isinstance(first.get("message"), dict) and "model" in record


def _has_blocks(turns: list[Any]) -> bool:
    """Whether the content is written in blocks that only Anthropic has."""
    return any(
        fields.mapping(block).get("type") in ("tool_use", "tool_result", "thinking")
        for turn in fields.mappings(turns)
        for block in fields.sequence(turn.get("content"))
    )


def _item(record: dict[str, Any], place: str) -> TraceRecord | Scenario:
    key = fields.text(record.get("custom_id"))
    if "custom_id" in record:
        if "body" in record and "response" not in record:
            made = scenario_of(Exchange(record["body"], key=key))
            return _with_metadata(made, record)
        return trace_of(_of_batch(record, key), place)
    if _is_answer(record):
        asked = any(name in record for name in ("messages", "input"))
        names = ("messages", "input", "tools") if asked else ()
        request: dict[str, Any] = {name: record[name] for name in names if name in record}
        answer = {
            name: value for name, value in record.items() if name not in ("messages", "input")
        }
        if "input" in request:
            request.setdefault("instructions", None)
        return trace_of(Exchange(request or None, answer), place)
    if "preferred_output" in record:
        metadata = fields.rest(record, ("input", "preferred_output"))
        return trace_of(
            Exchange(record.get("input"), record["preferred_output"], metadata=metadata), place
        )
    answer_name = next(
        (name for name in _RESPONSES if _is_answer(fields.mapping(record.get(name)))), ""
    )
    if answer_name:
        return trace_of(_pair(record, answer_name), place)
    turns = record.get("messages")
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise ValueError("It holds neither “messages” nor an answer of OpenAI's interface.")
    return trace_of(Exchange(record), place)


def _with_metadata(made: Scenario, record: dict[str, Any]) -> Scenario:
    body = fields.mapping(record.get("body"))
    kept = fields.rest(record, ("custom_id", "body")) | fields.rest(body, ("messages", "input"))
    return Scenario(made.key, made.input, metadata=kept)


def _of_batch(record: dict[str, Any], key: str) -> Exchange:
    response = fields.mapping(record.get("response"))
    body = response.get("body")
    error = record.get("error")
    code = response.get("status_code")
    inner = fields.mapping(body).get("error")
    failed = error if error not in fields.EMPTY else inner
    said = fields.text(fields.mapping(failed).get("message")) or (
        chat.plain_text(failed) if failed not in fields.EMPTY else ""
    )
    if not said and isinstance(code, int) and code >= 400:
        said = f"status {code}"
    metadata = fields.rest(record, ("custom_id", "response", "error"))
    metadata |= fields.rest(response, ("body",))
    if failed not in fields.EMPTY:
        metadata["error"] = failed
    return Exchange(
        None,
        None if said else body,
        key=key,
        status="error" if said else None,
        error=said,
        metadata=metadata,
    )


def _pair(record: dict[str, Any], answer_name: str) -> Exchange:
    name = next((name for name in _REQUESTS if name in record and name != answer_name), "")
    request = record.get(name)
    if not name and "messages" in record:
        name, request = "messages", {"messages": record["messages"]}
    metadata = fields.rest(record, (name, answer_name))
    latency = None
    for key, factor in _TIMES:
        if latency is None and (took := fields.amount(metadata.get(key))) is not None:
            latency = took * factor
            del metadata[key]
    ident = fields.first_text(metadata.pop("id", None), metadata.get("request_id"))
    started = fields.moment(metadata.pop("timestamp", None))
    if ident:
        metadata["id"] = ident
    return Exchange(
        request, record[answer_name], latency_ms=latency, started_at=started, metadata=metadata
    )
