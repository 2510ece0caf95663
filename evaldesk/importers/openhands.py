"""Evaluation output of OpenHands (``output.jsonl``): events, the task, the test's result."""

from collections.abc import Iterator
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Message, Part, Scenario, Score, Status, TraceBody, TraceRecord
from evaldesk.importers import chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.source import Source
from evaldesk.importers.swe_agent import issue_text

_TAKEN = ("history", "instance", "instance_id", "metrics", "error", "instruction", "resolved")
_INSTANCE = ("instance_id", "problem_statement", "patch")
_ACTION = ("action", "args", "source", "message", "timestamp", "id", "tool_call_metadata")
_OBSERVATION = (
    *("observation", "content", "source", "message", "timestamp", "id", "cause"),
    "tool_call_metadata",
)


class OpenHands:
    """Lines of ``{instance_id, instance, history, metrics, test_result}``."""

    name = "openhands"
    title = "OpenHands evaluation output"
    extensions = (".jsonl", ".json")
    description = (
        "Events as messages and tool calls; resolved as a score where the tests were run; cost "
        "and tokens. The issue is the scenario, the reference patch what is expected, the agent's "
        "patch the output; test reports, settings and the rest of the task are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """A history of events beside an instance."""
        record = first_document(source)
        if "instance_id" not in record or not isinstance(record.get("history"), list):
            return 0.0
        known = sum(
            name in record for name in ("instance", "test_result", "metrics", "instruction")
        )
        return 0.92 if known >= 2 else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace a line."""
        yield RunHeader()
        yield from Loop(source, options, once=True).over(_trace)


def _trace(record: dict[str, Any], place: str) -> TraceRecord:
    history = record.get("history")
    if history is not None and not isinstance(history, list):
        raise ValueError("Its “history” is not a list of events.")
    events = _events(history or [])
    instance = fields.mapping(record.get("instance"))
    result = fields.mapping(record.get("test_result"))
    metrics = fields.mapping(record.get("metrics"))
    settings = fields.mapping(record.get("metadata"))
    instruction = fields.text(record.get("instruction"))
    conversation, tools = _conversation(events)
    if instruction and not any(message["role"] == "user" for message in conversation):
        conversation.insert(0, chat.text_message("user", instruction))
    asked = fields.first_text(instance.get("problem_statement")) or issue_text(conversation)
    expected = fields.text(instance.get("patch"))
    body: TraceBody = {"messages": conversation}
    if tools:
        body["tools"] = tools
    patch = fields.first_text(result.get("git_patch"), record.get("git_patch"))
    if patch.strip():
        body["output"] = patch
    if expected:
        body["expected"] = expected
    metadata = fields.rest(record, _TAKEN)
    if result:
        metadata["test_result"] = fields.rest(result, ("git_patch",))
    if kept := fields.rest(metrics, ("accumulated_cost",)):
        metadata["metrics"] = kept
    if instruction and not any(
        part.get("content") == instruction for message in conversation for part in message["parts"]
    ):
        metadata["instruction"] = instruction
    if metadata:
        body["metadata"] = metadata
    error = record.get("error")
    said = chat.plain_text(error) if error not in fields.EMPTY else ""
    stopped = any(word in said.lower() for word in ("maximum iteration", "max iteration", "stuck"))
    status: Status = "ok" if not said else "incomplete" if stopped else "error"
    times = [event["timestamp"] for event in events if event.get("timestamp")]
    usage = (
        [fields.mapping(metrics.get("accumulated_token_usage"))]
        if metrics.get("accumulated_token_usage")
        else fields.mappings(metrics.get("token_usages"))
    )
    key = fields.first_text(record.get("instance_id"), instance.get("instance_id"))
    model = fields.text(fields.mapping(settings.get("llm_config")).get("model"))
    agent = fields.text(settings.get("agent_class"))
    return TraceRecord(
        scenario=Scenario(
            key=key or content_id(asked)[:12],
            input=asked,
            expected=expected,
            metadata=fields.rest(instance, _INSTANCE),
        ),
        body=body,
        system=f"{model} ({agent})" if model and agent else model or agent,
        status=status,
        scores={} if status == "error" else _scores(record, result),
        started_at=fields.moment(times[0]) if times else "",
        latency_ms=fields.elapsed_ms(times[0], times[-1]) if len(times) > 1 else None,
        tokens_in=fields.total(item.get("prompt_tokens") for item in usage),
        tokens_out=fields.total(item.get("completion_tokens") for item in usage),
        cost=fields.amount(metrics.get("accumulated_cost")),
        error=said,
        place=place,
    )


def _scores(record: dict[str, Any], result: dict[str, Any]) -> dict[str, Score]:
    """What the tests said, wherever a version of the harness writes it."""
    for holder in (
        fields.mapping(record.get("report")),
        fields.mapping(result.get("report")),
        result,
        record,
    ):
        value = holder.get("resolved", holder.get("result"))
        if isinstance(value, bool):
            return {"resolved": Score(float(value))}
    return {}


def _events(history: list[Any]) -> list[dict[str, Any]]:
    """Events in order; older files pair an action with its observation."""
    made: list[dict[str, Any]] = []
    for item in history:
        for event in item if isinstance(item, list) else [item]:
            made.append(event if isinstance(event, dict) else {"message": chat.plain_text(event)})
    return made


def _conversation(events: list[dict[str, Any]]) -> tuple[list[Message], list[dict[str, Any]]]:
    made: list[Message] = []
    tools: list[dict[str, Any]] = []
    calls: dict[str, str] = {}
    for event in events:
        if "observation" in event:
            made.append(_observed(event, calls))
            continue
        args = fields.mapping(event.get("args"))
        action = fields.text(event.get("action"))
        if action == "system" and isinstance(args.get("tools"), list):
            tools = fields.mappings(args["tools"])
            args = {name: value for name, value in args.items() if name != "tools"}
        made.append(_acted(event, action, args, calls))
    return made, tools


def _acted(
    event: dict[str, Any], action: str, args: dict[str, Any], calls: dict[str, str]
) -> Message:
    source = fields.text(event.get("source"))
    metadata = fields.rest(event, _ACTION)
    if action in ("message", "system") or not action:
        role = "system" if action == "system" else "user" if source == "user" else "assistant"
        said = args.get("content", event.get("content", event.get("message")))
        made = chat.message({"role": role, "content": said})
        if more := fields.rest(args, ("content", "thought")):
            metadata["args"] = more
        thought = fields.text(args.get("thought"))
        if thought and thought != said:
            made["parts"].insert(0, {"type": "text", "content": thought})
    else:
        about = fields.mapping(event.get("tool_call_metadata"))
        made = {"role": "user" if source == "user" else "assistant", "parts": []}
        thought = fields.text(args.get("thought"))
        if thought:
            made["parts"].append({"type": "text", "content": thought})
        ident = fields.first_text(about.get("tool_call_id"), event.get("id"))
        call: Part = {
            "type": "tool_call",
            "name": fields.text(about.get("function_name")) or action,
            "arguments": {name: value for name, value in args.items() if name != "thought"},
        }
        if ident:
            call["id"] = ident
        if event.get("id") is not None:
            calls[fields.text(event["id"])] = ident
        made["parts"].append(call)
        _measure(made, fields.mapping(about.get("model_response")))
        if call["name"] != action:
            metadata["action"] = action
        if more := fields.rest(
            about, ("function_name", "tool_call_id", "model_response", "total_calls_in_response")
        ):
            metadata["tool_call_metadata"] = more
    if when := fields.moment(event.get("timestamp")):
        made["started_at"] = when
    if metadata:
        made["metadata"] = {**made.get("metadata", {}), **metadata}
    return made


def _measure(made: Message, response: dict[str, Any]) -> None:
    usage = fields.mapping(response.get("usage"))
    if (tokens := fields.count(usage.get("prompt_tokens"))) is not None:
        made["tokens_in"] = tokens
    if (tokens := fields.count(usage.get("completion_tokens"))) is not None:
        made["tokens_out"] = tokens
    if model := fields.text(response.get("model")):
        made["model"] = model
    more = fields.rest(response, ("choices", "usage", "model", "object"))
    if more:
        made["metadata"] = {"model_response": more}


def _observed(event: dict[str, Any], calls: dict[str, str]) -> Message:
    about = fields.mapping(event.get("tool_call_metadata"))
    content = event.get("content", event.get("message"))
    part: Part = {"type": "tool_call_response", "response": content}
    ident = fields.first_text(about.get("tool_call_id"), calls.get(fields.text(event.get("cause"))))
    if ident:
        part["id"] = ident
    kind = fields.text(event.get("observation"))
    if kind == "error":
        part["error"] = chat.plain_text(content) or "error"
    made: Message = {"role": "tool", "parts": [part]}
    if when := fields.moment(event.get("timestamp")):
        made["started_at"] = when
    metadata = fields.rest(event, _OBSERVATION)
    if kind:
        metadata["observation"] = kind
    if metadata:
        made["metadata"] = metadata
    return made
