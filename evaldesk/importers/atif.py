"""Trajectories of agents in the Agent Trajectory Interchange Format (ATIF 1.0 to 1.7)."""

from collections.abc import Iterator
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Message, Part, Scenario, TraceBody, TraceRecord
from evaldesk.importers import chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.source import Source

_ROLES = {"system": "system", "user": "user", "agent": "assistant"}
_TASK = ("task_id", "task_name", "instance_id", "sample_id", "task")
_STEP = (
    *("source", "message", "reasoning_content", "tool_calls", "observation", "metrics"),
    *("timestamp", "model_name", "step_id"),
)
_CALL = ("tool_call_id", "function_name", "arguments")
_METRICS = ("prompt_tokens", "completion_tokens", "cost_usd")
_TOTALS = ("total_prompt_tokens", "total_completion_tokens", "total_cost_usd")


class Atif:
    """``{schema_version: "ATIF-v1.…", agent, steps, final_metrics}``."""

    name = "atif"
    title = "ATIF trajectory"
    extensions = (".json", ".jsonl")
    description = (
        "Steps with reasoning, tool calls and observations; tokens, cost, model and time a step "
        "and in all; tool definitions. The user's first message is the scenario. Sub-agents' "
        "trajectories, cached tokens, notes and extras are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """The version, or steps of an agent's session."""
        record = first_document(source)
        if fields.text(record.get("schema_version")).startswith("ATIF"):
            return 0.97
        agent = isinstance(record.get("agent"), dict) and isinstance(record.get("steps"), list)
        return 0.7 if agent and "session_id" in record else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace a trajectory; a file usually holds one."""
        yield RunHeader()
        yield from Loop(source, options, once=True).over(_trace)


def _trace(record: dict[str, Any], place: str) -> TraceRecord:
    steps = record.get("steps")
    if not isinstance(steps, list):
        raise ValueError("Its “steps” is not a list.")
    agent = fields.mapping(record.get("agent"))
    totals = fields.mapping(record.get("final_metrics"))
    extra = fields.mapping(record.get("extra"))
    made = [message for index, step in enumerate(steps) for message in _messages(step, index)]
    body: TraceBody = {"messages": made}
    if tools := fields.mappings(agent.get("tool_definitions")):
        body["tools"] = tools
    metadata = fields.rest(record, ("steps", "agent", "final_metrics"))
    metadata |= {
        name: kept
        for name, kept in (
            ("agent", fields.rest(agent, ("tool_definitions",))),
            ("final_metrics", fields.rest(totals, _TOTALS)),
        )
        if kept
    }
    body["metadata"] = metadata
    asked = _asked(made)
    key = fields.first_text(*(extra.get(name) for name in _TASK)) or content_id(asked)[:12]
    times = [step.get("timestamp") for step in fields.mappings(steps) if step.get("timestamp")]
    metrics = [fields.mapping(step.get("metrics")) for step in fields.mappings(steps)]
    tokens_in, tokens_out, cost = (
        (fields.count if whole else fields.amount)(totals.get(name))
        for name, whole in zip(_TOTALS, (True, True, False), strict=True)
    )
    if tokens_in is None:
        tokens_in = fields.total(item.get("prompt_tokens") for item in metrics)
    if tokens_out is None:
        tokens_out = fields.total(item.get("completion_tokens") for item in metrics)
    if cost is None:
        costs = [
            paid for item in metrics if (paid := fields.amount(item.get("cost_usd"))) is not None
        ]
        cost = sum(costs) if costs else None
    return TraceRecord(
        scenario=Scenario(key=key, input=asked),
        body=body,
        system=_system(agent, made),
        started_at=fields.moment(times[0]) if times else "",
        latency_ms=fields.elapsed_ms(times[0], times[-1]) if len(times) > 1 else None,
        tokens_in=fields.count(tokens_in),
        tokens_out=fields.count(tokens_out),
        cost=cost,
        place=place,
    )


def _system(agent: dict[str, Any], made: list[Message]) -> str:
    model = fields.text(agent.get("model_name")) or next(
        (message["model"] for message in made if message.get("model")), ""
    )
    name = fields.text(agent.get("name"))
    return f"{model} ({name})" if model and name else model or name


def _asked(made: list[Message]) -> Any:
    """The user's first message: its text, or its parts where it is not text alone."""
    parts = next((message["parts"] for message in made if message["role"] == "user"), [])
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["content"] for part in parts)
    return parts


def _messages(step: Any, index: int) -> Iterator[Message]:
    """What was said or done in a step, and what was seen after it."""
    if not isinstance(step, dict):
        yield chat.text_message("assistant", chat.plain_text(step))
        return
    said = fields.text(step.get("source"))
    made: Message = {"role": _ROLES.get(said, "assistant"), "parts": []}
    metadata = fields.rest(step, _STEP)
    if said not in _ROLES:
        metadata["source_role"] = step.get("source")
    if step.get("step_id") not in (None, index + 1):
        metadata["step_id"] = step["step_id"]
    if thought := step.get("reasoning_content"):
        made["parts"].append({"type": "reasoning", "content": chat.plain_text(thought)})
    made["parts"].extend(_content(step.get("message")))
    calls = []
    for raw in fields.sequence(step.get("tool_calls")):
        call = fields.mapping(raw)
        part: Part = {
            "type": "tool_call",
            "name": fields.text(call.get("function_name")),
            "arguments": chat.arguments(call.get("arguments")),
        }
        if ident := fields.text(call.get("tool_call_id")):
            part["id"] = ident
        made["parts"].append(part)
        more = fields.rest(call, _CALL) if call else {"tool_call": raw}
        if more:
            calls.append({"id": call.get("tool_call_id"), **more})
    if calls:
        metadata["tool_calls"] = calls
    metrics = fields.mapping(step.get("metrics"))
    _measure(made, metrics, step)
    if more := fields.rest(metrics, _METRICS):
        metadata["metrics"] = more
    if metadata:
        made["metadata"] = metadata
    yield made
    seen = step.get("observation")
    if isinstance(seen, dict):
        yield from _observed(seen)
    elif seen not in fields.EMPTY:
        yield {"role": "tool", "parts": [{"type": "tool_call_response", "response": seen}]}


def _measure(made: Message, metrics: dict[str, Any], step: dict[str, Any]) -> None:
    if (tokens := fields.count(metrics.get("prompt_tokens"))) is not None:
        made["tokens_in"] = tokens
    if (tokens := fields.count(metrics.get("completion_tokens"))) is not None:
        made["tokens_out"] = tokens
    if (cost := fields.amount(metrics.get("cost_usd"))) is not None:
        made["cost"] = cost
    if when := fields.moment(step.get("timestamp")):
        made["started_at"] = when
    if model := fields.text(step.get("model_name")):
        made["model"] = model


def _content(content: Any) -> list[Part]:
    """Text, or since version 1.6 a list of texts and images that lie in files."""
    if not isinstance(content, list):
        return chat.content_parts(content)
    made: list[Part] = []
    for item in content:
        where = fields.mapping(fields.mapping(item).get("source"))
        if isinstance(where.get("path"), str):
            part: Part = {"type": "uri", "modality": "image", "uri": where["path"]}
            if kind := fields.text(where.get("media_type")):
                part["mime_type"] = kind
            made.append(part)
        else:
            made.extend(chat.content_parts([item]))
    return made


def _observed(seen: dict[str, Any]) -> Iterator[Message]:
    """One message with the results of all calls of a step."""
    made: Message = {"role": "tool", "parts": []}
    kept = fields.rest(seen, ("results",))
    more: list[dict[str, Any]] = []
    images: list[Part] = []
    for raw in fields.sequence(seen.get("results")):
        result = fields.mapping(raw) or {"content": raw}
        content = result.get("content")
        parts = _content(content) if isinstance(content, list) else []
        if parts and all(part["type"] == "text" for part in parts):
            content = "\n".join(part["content"] for part in parts)
        else:
            images.extend(part for part in parts if part["type"] == "uri")
        part: Part = {"type": "tool_call_response", "response": content}
        if ident := fields.text(result.get("source_call_id")):
            part["id"] = ident
        made["parts"].append(part)
        if extra := fields.rest(result, ("source_call_id", "content")):
            more.append({"id": result.get("source_call_id"), **extra})
    made["parts"].extend(images)
    if more:
        kept["results"] = more
    if kept:
        made["metadata"] = kept
    if made["parts"] or kept:
        yield made
