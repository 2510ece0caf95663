"""Trajectories of SWE-agent (``.traj``): thoughts, actions and observations of one task."""

import re
from collections.abc import Iterator
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Message, Part, Scenario, Score, Status, TraceBody, TraceRecord
from evaldesk.importers import chat, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.source import Source

_STEP = (
    *("action", "observation", "response", "thought", "state", "execution_time"),
    *("messages", "query"),
)
_STATS = ("instance_cost", "total_cost", "tokens_sent", "tokens_received")
_BROKEN = ("environment", "api", "error", "exception", "timeout_error")
_SWE_BENCH_ID = re.compile(r"[\w.-]+__[\w.-]+-\d+")
_ISSUE = (
    re.compile(
        r"<(pr_description|issue|issue_description|uploaded_files_issue)>\s*(.*?)\s*</\1>", re.S
    ),
    re.compile(r"\b(ISSUE):\s*\n(.*?)\n\s*INSTRUCTIONS:", re.S),
)
_FENCE = re.compile(r"```\w*")
_WORD = re.compile(r"\s*([A-Za-z_][\w-]*)(?=\s|$)")


class SweAgent:
    """``{environment, trajectory, history, info}``."""

    name = "swe-agent"
    title = "SWE-agent trajectory"
    extensions = (".traj", ".json")
    description = (
        "Steps as tool calls with their thoughts and observations; exit status, tokens and cost. "
        "The issue is the scenario, the submitted patch the output; a step's state, replay "
        "settings and demonstrations are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """A trajectory of actions beside a history."""
        record = first_document(source)
        steps = record.get("trajectory")
        if not isinstance(steps, list):
            return 0.0
        step = fields.mapping(steps[0] if steps else None)
        known = sum(name in record for name in ("history", "info", "environment"))
        return 0.95 if known >= 2 else 0.8 if {"action", "observation"} <= set(step) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace a trajectory; a file usually holds one, and is named for its task."""
        yield RunHeader()
        loop = Loop(source, options, once=True)
        yield from loop.over(lambda record, place: _trace(record, place, source.name))


def _trace(record: dict[str, Any], place: str, name: str) -> TraceRecord:
    steps = record.get("trajectory")
    if not isinstance(steps, list):
        raise ValueError("Its “trajectory” is not a list of steps.")
    info = fields.mapping(record.get("info"))
    stats = fields.mapping(info.get("model_stats"))
    history = fields.sequence(record.get("history"))
    replay = fields.mapping(fields.unwrapped(record.get("replay_config")))
    conversation = _conversation(steps, history)
    body: TraceBody = {"messages": conversation}
    answer = fields.text(info.get("submission"))
    if answer.strip():
        body["output"] = answer
    metadata = fields.rest(record, ("trajectory", "history", "info", "replay_config"))
    kept = fields.rest(info, ("submission", "model_stats"))
    if more := fields.rest(stats, _STATS):
        kept["model_stats"] = more
    if kept:
        metadata["info"] = kept
    if replay:
        metadata["replay_config"] = replay
    body["metadata"] = metadata
    problem = fields.mapping(replay.get("problem_statement"))
    asked = fields.text(problem.get("text")) or issue_text(conversation)
    key = fields.first_text(
        record.get("instance_id"), info.get("instance_id"), problem.get("id"), task_name(name)
    )
    status, error = status_of(info.get("exit_status"))
    cost = fields.amount(stats.get("instance_cost"))
    durations = [
        seconds
        for step in fields.mappings(steps)
        if (seconds := fields.amount(step.get("execution_time"))) is not None
    ]
    if durations:
        metadata["execution_seconds"] = round(sum(durations), 6)
    return TraceRecord(
        scenario=Scenario(key=key or content_id(asked)[:12], input=asked),
        body=body,
        system=_model(replay, history),
        status=status,
        scores={} if status == "error" else resolved_score(record, info),
        tokens_in=fields.count(stats.get("tokens_sent")),
        tokens_out=fields.count(stats.get("tokens_received")),
        cost=cost if cost is not None else fields.amount(stats.get("total_cost")),
        error=error,
        place=place,
    )


def _model(replay: dict[str, Any], history: list[Any]) -> str:
    agent = fields.mapping(replay.get("agent"))
    named = fields.mapping(agent.get("model")).get("name")
    agents = [fields.text(item.get("agent")) for item in fields.mappings(history)]
    return fields.first_text(named) or next(
        (name for name in agents if name not in ("", "primary", "main")), ""
    )


def status_of(exit_status: Any) -> tuple[Status, str]:
    """How a run of an agent ended, and what went wrong, from its exit status.

    ``submitted`` is an end; a limit of cost, context or time is not, and a failure of the
    environment or the model's interface says nothing of the agent.
    """
    said = fields.text(exit_status)
    word = said.strip().lower()
    if word in ("submitted", "finished", "completed", "success"):
        return "ok", ""
    if any(part in word for part in _BROKEN):
        return "error", said
    return "incomplete", said if word else ""


def resolved_score(*records: dict[str, Any]) -> dict[str, Score]:
    """``resolved`` where the tests were run and the record says so."""
    for record in records:
        value = record.get("resolved")
        if isinstance(value, bool):
            return {"resolved": Score(float(value))}
    return {}


def task_name(name: str) -> str:
    """The task that a file is named for, where its name has SWE-bench's shape."""
    found = _SWE_BENCH_ID.search(name)
    return found[0] if found else ""


def issue_text(conversation: list[Message]) -> str:
    """What was asked: the issue where the first prompt marks it, else that prompt.

    So two agents that wrap the same issue into different prompts answer the same scenario.
    """
    for message in conversation:
        said = "\n".join(part["content"] for part in message["parts"] if part["type"] == "text")
        demo = message.get("metadata", {}).get("is_demo")
        if message["role"] != "user" or demo or not said:
            continue
        for pattern in _ISSUE:
            if found := pattern.search(said):
                return found[2].strip()
        return said
    return ""


def _conversation(steps: list[Any], history: list[Any]) -> list[Message]:
    """The history with each action as a tool call and what was seen after it as its response."""
    made: list[Message] = []
    turns = history or _first_prompt(steps)
    known = {_said(item) for item in turns}
    at = 0
    pending = ""
    for raw in turns:
        turn = fields.mapping(raw)
        step = fields.mapping(steps[at] if at < len(steps) else None)
        if turn.get("role") == "assistant" and step and _is_of(turn, step):
            made.extend(_step(step, turn, at, known))
            pending = chat.plain_text(step.get("observation")).strip()
            at += 1
        elif pending and turn.get("role") in ("user", "tool") and pending in _said(raw):
            pending = ""  # the observation again, in the prompt's words
        else:
            pending = ""
            made.extend(chat.messages([raw]))
    for index in range(at, len(steps)):
        made.extend(_step(fields.mapping(steps[index]), {}, index, known))
    return made


def _first_prompt(steps: list[Any]) -> list[Any]:
    """Where there is no history, a step has what the model was shown."""
    first = fields.mapping(steps[0] if steps else None)
    return fields.sequence(first.get("query")) or fields.sequence(first.get("messages"))


def _is_of(turn: dict[str, Any], step: dict[str, Any]) -> bool:
    given = (turn.get("content"), turn.get("thought"), turn.get("action"))
    wanted = (step.get("response"), step.get("thought"), step.get("action"))
    return any(
        mine == its and its not in fields.EMPTY for mine, its in zip(given, wanted, strict=True)
    )


def _said(raw: Any) -> str:
    content = fields.mapping(raw).get("content")
    if isinstance(content, list):
        return "\n".join(
            part["content"] for part in chat.content_parts(content) if part["type"] == "text"
        )
    return chat.plain_text(content)


def _step(
    step: dict[str, Any], turn: dict[str, Any], index: int, known: set[str]
) -> Iterator[Message]:
    metadata = fields.rest(step, _STEP)
    metadata |= fields.rest(
        turn, ("role", "content", "thought", "action", "tool_calls", "message_type")
    )
    if metadata.get("agent") in ("primary", "main"):
        del metadata["agent"]
    if (state := fields.unwrapped(step.get("state"))) not in fields.EMPTY:
        metadata["state"] = state
    for name in ("query", "messages"):  # the history so far, again with each step
        new = [item for item in fields.sequence(step.get(name)) if _said(item) not in known]
        if new:
            metadata[name] = new
    thought = chat.plain_text(step.get("thought"))
    action = chat.plain_text(step.get("action"))
    response = chat.plain_text(step.get("response"))
    if thought.strip():
        left = response.replace(thought.strip(), "", 1).replace(action.strip(), "", 1)
    else:
        left = response
    if _FENCE.sub("", left).strip():
        metadata["response"] = response
    answer: Message = {"role": "assistant", "parts": []}
    for thinking in chat.message({"role": "assistant", **_thinking(turn)})["parts"]:
        answer["parts"].append(thinking)
    if thought.strip():
        answer["parts"].append({"type": "text", "content": thought})
    calls = _calls(turn, action, index)
    answer["parts"].extend(calls)
    if metadata:
        answer["metadata"] = metadata
    yield answer
    if step.get("observation") is not None:
        part: Part = {"type": "tool_call_response", "response": step["observation"]}
        if calls and "id" in calls[0]:
            part["id"] = calls[0]["id"]
        seen: Message = {"role": "tool", "parts": [part]}
        if (seconds := fields.amount(step.get("execution_time"))) is not None:
            seen["latency_ms"] = round(seconds * 1000, 3)
        yield seen


def _thinking(turn: dict[str, Any]) -> dict[str, Any]:
    blocks = turn.get("thinking_blocks")
    return {"thinking_blocks": blocks} if isinstance(blocks, list) else {}


def _calls(turn: dict[str, Any], action: str, index: int) -> list[Part]:
    """The calls that the model made, or the action as a call of the command it begins with."""
    given = fields.mappings(turn.get("tool_calls"))
    if given:
        parts = chat.message({"role": "assistant", "tool_calls": given})["parts"]
        return [part for part in parts if part["type"] == "tool_call"]
    if not action.strip():
        return []
    word = _WORD.match(action)
    return [
        {
            "type": "tool_call",
            "id": f"step-{index + 1}",
            "name": word[1] if word else "bash",
            "arguments": {"command": action},
        }
    ]
