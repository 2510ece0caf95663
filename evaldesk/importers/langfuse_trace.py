"""One trace of Langfuse with its observations and scores → a trace."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Scenario, Status, TraceRecord
from evaldesk.importers import chat, fields
from evaldesk.importers.langfuse_scores import listed_scores, scores_of
from evaldesk.importers.operations import Assembled, Operation, assemble
from evaldesk.importers.repeated_attributes import inputs_and_outputs, not_repeated

_KINDS = {
    "generation": "llm",
    "span": "chain",
    "event": "chain",
    "agent": "agent",
    "tool": "tool",
    "chain": "chain",
    "retriever": "retriever",
    "evaluator": "evaluator",
    "embedding": "embedding",
    "guardrail": "guardrail",
}
_OPERATIONS = {
    "chat": "llm",
    "text_completion": "llm",
    "generate_content": "llm",
    "execute_tool": "tool",
    "embeddings": "embedding",
    "invoke_agent": "agent",
    "create_agent": "agent",
}
_PLACED = frozenset(
    [
        *("id", "traceId", "parentObservationId", "type", "name", "startTime", "endTime"),
        *("input", "output", "model", "latency", "metadata", "statusMessage", "providedModelName"),
        *("promptName", "promptVersion", "promptTokens", "completionTokens", "totalTokens"),
        *("inputUsage", "outputUsage", "totalUsage", "inputCost", "outputCost", "totalCost"),
        *("calculatedInputCost", "calculatedOutputCost", "calculatedTotalCost", "usage"),
        *("usageDetails", "costDetails", "internalModel"),
        *("timeToFirstToken", "completionStartTime", "level", "modelId"),
    ]
)
_TRACE_PLACED = frozenset(
    ("input", "output", "observations", "scores", "metadata", "latency", "totalCost", "timestamp")
)
_ITEM = (
    *("dataset_item_id", "datasetItemId", "langfuse_dataset_item_id", "dataset_item"),
    *("langfuse.experiment.item.id", "experiment_item_id"),
)
_EXPECTED = (
    *("expected_output", "expectedOutput", "langfuse.experiment.item.expected_output"),
    "experiment_item_expected_output",
)
_WORD = re.compile(r"_([a-z])")


def camel(record: Mapping[str, Any]) -> dict[str, Any]:
    """Names as the interface has them; exports to blob storage write ``trace_id``."""
    if not any("_" in name for name in record):
        return dict(record)
    made = {_WORD.sub(lambda found: found[1].upper(), name): v for name, v in record.items()}
    return made if len(made) == len(record) else dict(record)


def trace_of(record: dict[str, Any], place: str) -> TraceRecord:
    """The trace of a record.

    Args:
        record: ``{trace, observations, scores}``, a trace with its observations inside, or one
            observation.

    Raises:
        ValueError: it is none of these; says why.
    """
    trace, observations, scores = _taken_apart(record)
    operations = [_operation(each) for each in _distinct(observations)]
    about = fields.mapping(fields.unwrapped(trace.get("metadata")))
    made = assemble(operations, trace.get("input"), trace.get("output"))
    body = made.body
    metadata = fields.rest(trace, _TRACE_PLACED)
    if not about and (other := fields.unwrapped(trace.get("metadata"))) not in fields.EMPTY:
        metadata["metadata"] = other
    said = [trace.get("input"), trace.get("output"), *inputs_and_outputs(observations)]
    if kept := not_repeated(about, said):
        metadata["metadata"] = kept
    prompts = _prompts(observations)
    if prompts:
        metadata["prompt_version"] = ", ".join(prompts)
    every = [
        about,
        *(fields.mapping(fields.unwrapped(each.get("metadata"))) for each in observations),
    ]
    key = _of_item(every, _ITEM)
    expected = _of_item(every, _EXPECTED)
    status: Status = "error" if made.error else "ok"
    values, annotations, more = scores_of(scores, operations)
    if status == "error" and values:
        metadata["scores_before_error"] = {
            name: score.label if score.value is None else score.value
            for name, score in values.items()
        }
        values = {}
    if more:
        metadata["scores"] = more
    if expected:
        body["expected"] = expected
    if metadata:
        body["metadata"] = metadata
    return TraceRecord(
        scenario=Scenario(
            key=key or content_id(made.asked)[:12], input=made.asked, expected=expected
        ),
        body=body,
        system=made.system,
        status=status,
        scores=values,
        started_at=fields.moment(trace.get("timestamp")) or made.started_at,
        latency_ms=_latency(trace, made),
        tokens_in=made.tokens_in,
        tokens_out=made.tokens_out,
        cost=made.cost if made.cost is not None else fields.amount(trace.get("totalCost")) or None,
        error=made.error,
        place=place,
        annotations=annotations,
    )


def _taken_apart(
    record: dict[str, Any],
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    raw = record.get("trace")
    if isinstance(raw, dict):
        trace = camel(raw)
        given = record.get("observations", trace.get("observations"))
        scores = [*listed_scores(trace.get("scores")), *listed_scores(record.get("scores"))]
        trace |= fields.rest(record, ("trace", "observations", "scores"))
    elif "traceId" in camel(record):
        trace, given, scores = {}, [record], []
    else:
        trace = camel(record)
        given = trace.get("observations")
        scores = listed_scores(trace.get("scores"))
    if given is not None and not isinstance(given, list):
        raise ValueError("Its “observations” is not a list.")
    observations = [camel(each) for each in fields.mappings(given)]
    if len(observations) < sum(not isinstance(each, str) for each in given or ()):
        raise ValueError("One of its observations is not an object.")
    if not trace and observations:
        trace = {"id": observations[0].get("traceId")}
        for name in ("traceName", "sessionId", "userId", "tags", "release", "environment"):
            if observations[0].get(name) not in fields.EMPTY:
                trace[name] = observations[0][name]
    if not trace.get("id") and not observations and "input" not in trace:
        raise ValueError("It is neither a trace nor an observation: it has no “id”.")
    return trace, observations, [camel(score) for score in scores]


def _distinct(observations: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Observations by id; what is there again and says nothing new is taken once.

    Raises:
        ValueError: two that differ have the same id.
    """
    made: dict[str, dict[str, Any]] = {}
    for index, each in enumerate(observations):
        ident = fields.text(each.get("id")) or f"observation {index + 1}"
        known = made.get(ident)
        if known is not None and known != each:
            if fields.text(known.get("updatedAt")) == fields.text(each.get("updatedAt")):
                raise ValueError(f"Two observations that differ have the id “{ident}”.")
            if fields.text(known.get("updatedAt")) > fields.text(each.get("updatedAt")):
                continue
        made[ident] = each
    return [{**each, "id": ident} for ident, each in made.items()]


def _operation(each: dict[str, Any]) -> Operation:
    about = fields.mapping(fields.unwrapped(each.get("metadata")))
    attributes = fields.mapping(about.get("attributes"))
    error = ""
    if fields.text(each.get("level")) == "ERROR":
        error = fields.text(each.get("statusMessage")) or "ERROR"
    more = fields.rest(each, _PLACED)
    if not error:
        more |= fields.rest({"statusMessage": each.get("statusMessage")}, ())
        if each.get("level") not in (None, "DEFAULT", "ERROR"):
            more["level"] = each["level"]
    if fields.text(each.get("type")).upper() in ("SPAN", "EVENT"):
        more["type"] = each["type"]
    for name in ("promptName", "promptVersion"):
        if each.get(name) not in fields.EMPTY:
            more[name] = each[name]
    first = fields.elapsed_ms(each.get("startTime"), each.get("completionStartTime"))
    if first is not None:
        more["time_to_first_token_ms"] = first
    kept = not_repeated(about, [each.get("input"), each.get("output")])
    if kept:
        more["metadata"] = kept
    elif not about and (other := fields.unwrapped(each.get("metadata"))) not in fields.EMPTY:
        more["metadata"] = other
    tokens_in, tokens_out, usage = _usage(each)
    if usage:
        more["usageDetails"] = usage
    cost, costs = _cost(each)
    if costs:
        more["costDetails"] = costs
    seconds = fields.amount(each.get("latency"))
    latency = fields.elapsed_ms(each.get("startTime"), each.get("endTime"))
    if latency is None and seconds is not None and each.get("endTime"):
        latency = round(seconds * 1000, 3)
    return Operation(
        id=fields.text(each.get("id")),
        parent=fields.text(each.get("parentObservationId")),
        kind=_kind(each, attributes),
        name=fields.text(each.get("name"))
        or fields.text(each.get("type")).lower()
        or "observation",
        start=fields.moment(each.get("startTime")),
        latency_ms=latency,
        given=each.get("input"),
        answered=each.get("output"),
        model=fields.first_text(each.get("model"), each.get("providedModelName")),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=cost,
        error=error,
        call=fields.first_text(attributes.get("gen_ai.tool.call.id"), about.get("tool_call_id")),
        tool=fields.first_text(attributes.get("gen_ai.tool.name"), attributes.get("tool.name")),
        more=more,
    )


def _kind(each: dict[str, Any], attributes: dict[str, Any]) -> str:
    said = fields.text(each.get("type")).lower()
    kind = _KINDS.get(said, "chain")
    if said == "span":  # from before there were more types, or from OpenTelemetry
        named = fields.text(attributes.get("openinference.span.kind")).lower()
        if named in set(_KINDS.values()) | {"reranker"}:
            return named
        done = fields.text(attributes.get("gen_ai.operation.name"))
        output = fields.mapping(fields.unwrapped(each.get("output")))
        if output.get("type") == "tool" and "tool_call_id" in output:
            return "tool"
        return _OPERATIONS.get(done, kind)
    return kind


def _usage(each: dict[str, Any]) -> tuple[int | None, int | None, dict[str, Any]]:
    """Tokens in and out, and the details where there are more than these."""
    details = fields.mapping(each.get("usageDetails")) or fields.mapping(each.get("usage"))
    pairs = []
    for names, older in (
        (
            ("input", "input_tokens", "prompt_tokens", "promptTokens"),
            ("promptTokens", "inputUsage"),
        ),
        (
            ("output", "output_tokens", "completion_tokens", "completionTokens"),
            ("completionTokens", "outputUsage"),
        ),
    ):
        found = [n for name in names if (n := fields.count(details.get(name))) is not None]
        if not found:  # 0 is written there where nothing is known
            found = [n for name in older if (n := fields.count(each.get(name)))]
        pairs.append(found[0] if found else None)
    known = ("input", "output", "total", "unit", "inputCost", "outputCost", "totalCost")
    more = {name: value for name, value in fields.rest(details, known).items() if value != 0}
    whole = fields.count(details.get("total"))
    if whole is not None and whole != (pairs[0] or 0) + (pairs[1] or 0):
        more["total"] = whole  # thoughts are counted there only
    return pairs[0], pairs[1], {**fields.rest(details, ()), **more} if more else {}


def _cost(each: dict[str, Any]) -> tuple[float | None, dict[str, Any]]:
    details = fields.mapping(each.get("costDetails"))
    whole = fields.amount(details.get("total"))
    if whole is None and details:
        parts = [n for value in details.values() if (n := fields.amount(value)) is not None]
        whole = sum(parts) if parts else None
    if whole is None:  # 0 is written there where no price is known
        named = ("totalCost", "calculatedTotalCost")
        whole = next((n for name in named if (n := fields.amount(each.get(name)))), None)
    more = fields.rest(details, ("total",))
    return whole, details if more else {}


def _latency(trace: dict[str, Any], made: Assembled) -> float | None:
    seconds = fields.amount(trace.get("latency"))
    return made.latency_ms if seconds is None else round(seconds * 1000, 3)


def _prompts(observations: Iterable[dict[str, Any]]) -> list[str]:
    """Names of prompts with their versions, each once."""
    made: dict[str, None] = {}
    for each in observations:
        name, version = (fields.text(each.get(key)) for key in ("promptName", "promptVersion"))
        if name or version:
            made[" ".join(filter(None, (name, f"v{version}" if version else "")))] = None
    return list(made)


def _of_item(holders: Iterable[dict[str, Any]], names: Iterable[str]) -> str:
    """What metadata of a trace says of the dataset's item that it answers."""
    wanted = tuple(names)
    for holder in holders:
        for inner in (holder, fields.mapping(holder.get("attributes"))):
            for name in wanted:
                if inner.get(name) not in fields.EMPTY:
                    return chat.plain_text(inner[name])
    return ""
