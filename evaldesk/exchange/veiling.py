"""What is taken out of a trace before a rater gets it who is not to know whose it is.

Not hidden on a screen but really gone, as whoever has a package can take it apart. What is kept is
listed, so that what an importer adds one day stays behind.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from evaldesk.domain.round import RoundRules
from evaldesk.domain.trace import Trace, TraceBody

_TELLING_KINDS = ("agent", "llm", "chain")
"""Spans whose names tell which system it was."""
_CUT_OFF = ("length", "max_tokens", "max_output_tokens", "model_length")
_PART = (
    "type",
    "content",
    "name",
    "arguments",
    "response",
    "error",
    "mime_type",
    "modality",
    "uri",
)
_MESSAGE = ("role", "latency_ms", "tokens_in", "tokens_out")
_DOCUMENT = ("content", "id", "title", "source", "score", "query", "rank")
_SPAN = ("name", "kind", "latency_ms", "status", "error", "tokens_in", "tokens_out", "message")
_TOOL = ("name", "description", "parameters")
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
"""When every veiled trace began: days would tell runs apart."""


def veiled(trace: Trace, rules: RoundRules, *, run: str, trial: int) -> dict[str, Any]:
    """A trace as its rater gets it, in the form of `Trace.to_json` without its id. What other
    people said of it is never in it.

    Args:
        run, trial: what it goes by instead of its own.
    """
    row = replace(trace.row, run=run, trial=trial)
    scores = {} if rules.hide_scores else trace.scores
    scenario, body = trace.scenario, trace.body
    if rules.hide_systems:
        row = replace(row, system="", cost=None, started_at="")
        body = _Veil().body(body)
    if rules.hide_systems or rules.hide_scores:
        # Sources keep their verdicts and the model's name in the metadata.
        scenario = replace(scenario, metadata={})
        body = cast("TraceBody", {key: part for key, part in body.items() if key != "metadata"})
    told = replace(trace, row=row, scenario=scenario, body=body, scores=scores, annotations=())
    record = told.to_json()
    del record["id"], record["scenario"]["id"]
    return record


def names_told(trace: Trace, record: Mapping[str, Any]) -> list[str]:
    """Names of the system, its model and its run that a veiled trace still says in its own text,
    such as “I am …”. Nobody may change what a system said, so the sender is told.
    """
    names = {trace.row.system, trace.row.model, trace.row.run}
    names |= {str(message.get("model") or "") for message in trace.body.get("messages", ())}
    wanted = {name for name in names if len(name) >= 4}
    if not wanted:
        return []
    texts = "\n".join(_texts({key: record[key] for key in record if key != "run"})).casefold()
    return sorted(name for name in wanted if name.casefold() in texts)


class _Veil:
    """Over one trace. Ids are numbered anew, as each provider writes them in its own way."""

    def __init__(self) -> None:
        self._aliases: dict[tuple[str, str], str] = {}

    def body(self, body: TraceBody) -> TraceBody:
        made: dict[str, Any] = {"messages": [self._message(one) for one in body["messages"]]}
        if "documents" in body:
            made["documents"] = [self._document(one) for one in body["documents"]]
        if "spans" in body:
            made["spans"] = self._spans(body["spans"])
        if "tools" in body:
            made["tools"] = [_tool(one) for one in body["tools"]]
        made.update((key, text) for key, text in body.items() if key in ("output", "expected"))
        return cast("TraceBody", made)

    def _alias(self, kind: str, name: Any) -> str:
        return self._aliases.setdefault((kind, str(name)), f"{kind}{len(self._aliases) + 1}")

    def _message(self, message: Mapping[str, Any]) -> dict[str, Any]:
        made = _only(message, _MESSAGE)
        made["parts"] = []
        for part in message.get("parts", ()):
            kept = _only(part, _PART)
            if part.get("id"):
                kept["id"] = self._alias("call", part["id"])
            made["parts"].append(kept)
        if "name" in message and message.get("role") != "assistant":
            made["name"] = message["name"]
        if message.get("finish_reason") in _CUT_OFF:
            made["finish_reason"] = "length"
        return made

    def _document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        made = _only(document, _DOCUMENT)
        if document.get("span"):
            made["span"] = self._alias("span", document["span"])
        return made

    def _spans(self, spans: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        starts = [_moment(span.get("started_at")) for span in spans]
        first = min((start for start in starts if start is not None), default=_BEGIN)
        made = []
        for span, start in zip(spans, starts, strict=True):
            kept = _only(span, _SPAN)
            kind = str(span.get("kind") or "chain")
            if kind in _TELLING_KINDS:
                kept["name"] = kind
            for key in ("id", "parent"):
                if span.get(key):
                    kept[key] = self._alias("span", span[key])
            if start is not None:
                # Times that lie further apart than a calendar reaches are no times.
                with contextlib.suppress(OverflowError):
                    kept["started_at"] = (_BEGIN + (start - first)).isoformat()
            made.append(kept)
        return made


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    inner = tool.get("function")
    said = {**tool, **inner} if isinstance(inner, Mapping) else tool
    made = _only(said, _TOOL)
    if "parameters" not in made and "input_schema" in said:
        made["parameters"] = said["input_schema"]
    return made


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _only(item: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    return {key: item[key] for key in known if key in item}


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, Sequence):
        return [text for one in value for text in _texts(one)]
    return []
