"""Trajectories of mini-SWE-agent: its messages, and how it ended."""

import re
from collections.abc import Iterator
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Message, Part, Scenario, TraceBody, TraceRecord
from evaldesk.importers import chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.source import Source
from evaldesk.importers.swe_agent import issue_text, resolved_score, status_of, task_name

_COMMAND = re.compile(r"```(?:bash|sh|mswea_bash_command)\s*\n(.*?)\n?```", re.S)
_STATS = ("instance_cost", "api_calls")
_OF_RESPONSE = ("choices", "usage", "model", "object")
_RETURNED = ("<returncode>", "<output>", "Observation:", '{"returncode"')


class MiniSweAgent:
    """``{messages, info, trajectory_format, instance_id}``."""

    name = "mini-swe-agent"
    title = "mini-SWE-agent trajectory"
    extensions = (".json", ".traj.json", ".jsonl")
    description = (
        "Messages with the commands as tool calls and their output; exit status, calls, tokens "
        "and cost. The issue is the scenario, the submitted patch the output; settings and "
        "versions are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """The format's name, or messages beside an exit status."""
        record = first_document(source)
        if fields.text(record.get("trajectory_format")).startswith("mini-swe-agent"):
            return 0.97
        info = fields.mapping(record.get("info"))
        ended = "exit_status" in info and ("model_stats" in info or "submission" in info)
        return 0.9 if ended and isinstance(record.get("messages"), list) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace a trajectory; a file usually holds one."""
        yield RunHeader()
        loop = Loop(source, options, once=True)
        yield from loop.over(lambda record, place: _trace(record, place, source.name))


def _trace(record: dict[str, Any], place: str, name: str) -> TraceRecord:
    given = record.get("messages")
    if not isinstance(given, list):
        raise ValueError("Its “messages” is not a list.")
    info = fields.mapping(record.get("info"))
    stats = fields.mapping(info.get("model_stats"))
    config = fields.mapping(info.get("config"))
    conversation = _with_commands([_message(raw) for raw in given])
    body: TraceBody = {"messages": conversation}
    answer = fields.text(info.get("submission"))
    if answer.strip():
        body["output"] = answer
    metadata = fields.rest(record, ("messages", "info"))
    if kept := fields.rest(info, ("submission", "model_stats")):
        metadata["info"] = kept
    if more := fields.rest(stats, ("instance_cost",)):
        metadata["model_stats"] = more
    body["metadata"] = metadata
    asked = issue_text(conversation)
    key = fields.first_text(record.get("instance_id"), info.get("instance_id"), task_name(name))
    status, error = status_of(info.get("exit_status"))
    models = [message["model"] for message in conversation if message.get("model")]
    costs = [message["cost"] for message in conversation if "cost" in message]
    cost = fields.amount(stats.get("instance_cost"))
    times = [message["started_at"] for message in conversation if "started_at" in message]
    return TraceRecord(
        scenario=Scenario(key=key or content_id(asked)[:12], input=asked),
        body=body,
        system=fields.first_text(
            fields.mapping(config.get("model")).get("model_name"), *dict.fromkeys(models)
        ),
        status=status,
        scores={} if status == "error" else resolved_score(record, info),
        started_at=times[0] if times else "",
        latency_ms=fields.elapsed_ms(times[0], times[-1]) if len(times) > 1 else None,
        tokens_in=fields.total(message.get("tokens_in") for message in conversation),
        tokens_out=fields.total(message.get("tokens_out") for message in conversation),
        cost=cost if cost is not None else sum(costs) if costs else None,
        error=error,
        place=place,
    )


def _message(raw: Any) -> Message:
    """A message; what the model's interface answered besides stands in its ``extra``."""
    if not isinstance(raw, dict):
        return chat.text_message("assistant", chat.plain_text(raw))
    extra = fields.mapping(raw.get("extra"))
    made = chat.message({key: value for key, value in raw.items() if key != "extra" or not extra})
    response = fields.mapping(extra.get("response"))
    usage = fields.mapping(response.get("usage"))
    for name, keys in (
        ("tokens_in", ("prompt_tokens", "input_tokens")),
        ("tokens_out", ("completion_tokens", "output_tokens")),
    ):
        counts = [fields.count(usage.get(key)) for key in keys]
        if (tokens := next((one for one in counts if one is not None), None)) is not None:
            made[name] = tokens  # type: ignore[literal-required]
    if model := fields.text(response.get("model")):
        made["model"] = model
    if (cost := fields.amount(extra.get("cost"))) is not None:
        made["cost"] = cost
    when = fields.moment(extra.get("timestamp", raw.get("timestamp")))
    if when:
        made["started_at"] = when
    kept = fields.rest(extra, ("response", "timestamp", "cost"))
    more = fields.rest(response, _OF_RESPONSE)
    if detail := fields.rest(usage, ("prompt_tokens", "completion_tokens", "total_tokens")):
        more["usage"] = detail
    if more:
        kept["response"] = more
    metadata = {key: value for key, value in made.get("metadata", {}).items() if key != "timestamp"}
    if kept:
        metadata["extra"] = kept
    if metadata:
        made["metadata"] = metadata
    else:
        made.pop("metadata", None)
    return made


def _with_commands(conversation: list[Message]) -> list[Message]:
    """Commands that stand in the text as calls, and the user's turn after one as its response."""
    made: list[Message] = []
    waiting = ""
    for index, message in enumerate(conversation):
        text = _only_text(message)
        if waiting and message["role"] == "user" and text.lstrip().startswith(_RETURNED):
            part: Part = {"type": "tool_call_response", "id": waiting, "response": text}
            made.append({**message, "role": "tool", "parts": [part]})
            waiting = ""
            continue
        waiting = ""
        blocks = list(_COMMAND.finditer(text)) if message["role"] == "assistant" else []
        if len(blocks) != 1:  # the agent takes one command a turn, and complains of others
            made.append(message)
            continue
        waiting = f"command-{index}"
        around = (text[: blocks[0].start()] + text[blocks[0].end() :]).strip()
        call: Part = {
            "type": "tool_call",
            "id": waiting,
            "name": "bash",
            "arguments": {"command": blocks[0][1]},
        }
        texts: list[Part] = [{"type": "text", "content": around}] if around else []
        others = [part for part in message["parts"] if part["type"] != "text"]
        made.append({**message, "parts": [*others, *texts, call]})
    return made


def _only_text(message: Message) -> str:
    """The text of a message that calls nothing."""
    if any(part["type"] == "tool_call" for part in message["parts"]):
        return ""
    return "\n".join(part["content"] for part in message["parts"] if part["type"] == "text")
