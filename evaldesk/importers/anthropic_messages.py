"""Anthropic's interface in files: batches, requests with answers, conversations in blocks."""

from collections.abc import Iterator
from typing import Any

from evaldesk.domain.trace import Scenario, Status, TraceRecord
from evaldesk.importers import chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.exchanges import Exchange, scenario_of, told_unknown, trace_of
from evaldesk.importers.pages import paged
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.source import Source

_REQUESTS = ("request", "params", "input", "body")
_RESPONSES = ("response", "message", "output")
_ENDS = frozenset(("succeeded", "errored", "canceled", "cancelled", "expired"))
_BLOCKS = frozenset(("tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use"))
_REQUEST = frozenset(
    [
        *("messages", "system", "tools", "model", "max_tokens", "thinking", "tool_choice"),
        *("temperature", "top_p", "top_k", "stop_sequences", "metadata", "stream"),
    ]
)


class AnthropicMessages:
    """Results of message batches, requests with their answers, or conversations alone."""

    name = "anthropic-messages"
    title = "Anthropic messages and message batches"
    extensions = (".jsonl", ".json")
    description = (
        "Batch requests (as scenarios) and results, answers with or without their requests, "
        "conversations in content blocks: thinking, tool use and results, images, tokens, model, "
        "stop reason. The custom id, or what the user asked, is the scenario. Signatures, "
        "citations, cache details and parameters are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """By the first record."""
        record = _first(source)
        if "custom_id" in record:
            result = fields.mapping(record.get("result"))
            if fields.text(result.get("type")) in _ENDS:
                return 0.97
            return 0.95 if "messages" in fields.mapping(record.get("params")) else 0.0
        if _is_answer(record):
            return 0.9
        if any(_is_answer(fields.mapping(record.get(name))) for name in _RESPONSES):
            return 0.9
        turns = record.get("messages")
        if not isinstance(turns, list) or not turns or not set(record) <= _REQUEST:
            return 0.0
        if "system" in record and "max_tokens" in record:
            return 0.8
        kinds = {
            fields.text(fields.mapping(block).get("type"))
            for turn in fields.mappings(turns)
            for block in fields.sequence(turn.get("content"))
        }
        return 0.8 if kinds & _BLOCKS else 0.55 if "system" in record else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace a record; a request of a batch is a scenario."""
        yield RunHeader()
        yield from told_unknown(Loop(source, options).over(_item, paged(source)))


def _first(source: Source) -> dict[str, Any]:
    record = first_document(source)
    requests = record.get("requests")
    if isinstance(requests, list) and requests:
        return fields.mapping(requests[0])
    return record


def _is_answer(record: dict[str, Any]) -> bool:
    return (
        record.get("type") == "message"
        and isinstance(record.get("content"), list)
        and ("stop_reason" in record or "usage" in record)
    )


def _item(record: dict[str, Any], place: str) -> TraceRecord | Scenario:
    key = fields.text(record.get("custom_id"))
    if "custom_id" in record and "result" not in record:
        params = fields.mapping(record.get("params"))
        made = scenario_of(Exchange(params, key=key))
        kept = fields.rest(record, ("custom_id", "params")) | fields.rest(params, ("messages",))
        return Scenario(made.key, made.input, metadata=kept)
    if "custom_id" in record:
        return trace_of(_of_batch(record, key), place)
    if _is_answer(record):
        return trace_of(Exchange(None, record), place)
    answer_name = next(
        (name for name in _RESPONSES if _is_answer(fields.mapping(record.get(name)))), ""
    )
    if answer_name:
        name = next((name for name in _REQUESTS if name in record and name != answer_name), "")
        request = record.get(name)
        if not name and "messages" in record:
            request = {k: v for k, v in record.items() if k in _REQUEST}
            return trace_of(
                Exchange(
                    request,
                    record[answer_name],
                    metadata=fields.rest(record, (answer_name, *_REQUEST)),
                ),
                place,
            )
        metadata = fields.rest(record, (name, answer_name))
        return trace_of(Exchange(request, record[answer_name], metadata=metadata), place)
    if not isinstance(record.get("messages"), list):
        raise ValueError("It holds neither “messages” nor an answer of Anthropic's interface.")
    return trace_of(Exchange(record), place)


def _of_batch(record: dict[str, Any], key: str) -> Exchange:
    result = fields.mapping(record.get("result"))
    kind = fields.text(result.get("type"))
    metadata = fields.rest(record, ("custom_id", "result"))
    metadata |= fields.rest(result, ("message", "type"))
    metadata["result_type"] = kind
    status: Status | None = None
    said = ""
    if kind != "succeeded":
        status = "error" if kind == "errored" else "incomplete"
        outer = fields.mapping(result.get("error"))
        inner = fields.mapping(outer.get("error")) or outer
        words = (fields.text(inner.get("type")), fields.text(inner.get("message")))
        said = ": ".join(filter(None, words)) or kind
        if not inner and result.get("error") not in fields.EMPTY:
            said = chat.plain_text(result["error"])
    return Exchange(
        fields.mapping(record.get("params")) or None,
        result.get("message"),
        key=key,
        status=status,
        error=said,
        metadata=metadata,
    )
