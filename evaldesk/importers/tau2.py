"""Result files of tau2-bench: one object with the run's settings, its tasks and simulations."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.trace import Message, Scenario, Score, Status, TraceBody, TraceRecord
from evaldesk.domain.wording import counted
from evaldesk.importers import cells, chat
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.json_stream import JsonReader, sketch
from evaldesk.importers.source import Source
from evaldesk.importers.tau_bench import reward_scores
from evaldesk.importers.trials import plan_trials

_FAILED = frozenset(("infrastructure_error", "user_error", "unexpected_error", "error"))
"""The simulation's surroundings broke, not what is evaluated; its reward of 0 means nothing."""

_STOPPED = frozenset(("max_steps", "timeout", "too_many_errors", "agent_error"))
_DEFAULT_AGENT = "llm_agent"
_EMPTY: tuple[Any, ...] = (None, [], {}, "")


@dataclass(slots=True)
class _Survey:
    """What a first reading finds besides the simulations themselves."""

    info: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    given: list[tuple[str, int | None]] = field(default_factory=list)
    digests: set[bytes] = field(default_factory=set)


class Tau2:
    """``{timestamp, info, tasks, simulations}``."""

    name = "tau2"
    title = "tau2-bench results"
    extensions = (".json", ".json.gz")
    description = (
        "Simulations with tool calls, reasoning, time, tokens and the agent's cost; reward and "
        "pass (reward of 1). The user's instructions are the scenario. Reward details, seeds and "
        "the user simulator's cost are kept as metadata; tasks without a simulation are named."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """Tasks of this benchmark, or simulations with a reason why they ended."""
        seen = sketch(source)
        if seen.kind != "object":
            return 0.0
        members = seen.members
        info = members.get("info")
        score = 0.0
        if isinstance(info, dict) and "agent_info" in info:
            score += 0.6
        if isinstance(members.get("tasks"), list):
            score += 0.15
        if isinstance(members.get("simulations"), list):
            score += 0.2
        return score if score > 0.3 else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads the file twice, so that the simulations need not be held."""
        survey = _survey(source)
        trials, note = plan_trials(survey.given)
        yield _header(survey)
        if note:
            yield ImportNote(note)
        numbers = iter(trials)
        seen: set[bytes] = set()
        done: set[str] = set()
        again = failed = 0
        with closing(_simulations(source)) as simulations:
            for place, raw in simulations:
                try:
                    _check(raw, source, place)
                    digest = _digest(raw)
                    if digest in seen:
                        again += 1
                        continue
                    seen.add(digest)
                    trace = _trace(raw, next(numbers), survey, place)
                except InputError as error:
                    if not options.skip_bad:
                        raise
                    yield Skipped(place, f"{error.reason} {error.hint}".strip())
                    continue
                done.add(trace.scenario.key)
                failed += trace.status == "error"
                yield trace
        missing = [key for key in survey.tasks if key not in done]
        for key in missing:
            yield _scenario(key, survey)
        if missing:
            yield ImportNote(
                f"{len(survey.tasks) - len(missing)} of {len(survey.tasks)} tasks have a "
                f"simulation; missing: {', '.join(missing)}."
            )
        if again:
            yield ImportNote(
                counted(again, "%1 simulation is", "%1 simulations are")
                + " word for word there twice and taken once."
            )
        if failed:
            yield ImportNote(
                f"{failed} simulations ended by a failure of the infrastructure: they have the "
                "status error and no scores; what the file gives as their reward is not taken as "
                "one."
            )


def _survey(source: Source) -> _Survey:
    made = _Survey()
    with JsonReader(source) as reader:
        for name in reader.members():
            if name == "simulations" and reader.peek() == "[":
                for place, raw in reader.array(name):
                    try:
                        _check(raw, source, place)
                    except InputError:
                        continue
                    digest = _digest(raw)
                    if digest in made.digests:
                        continue
                    made.digests.add(digest)
                    trial = raw.get("trial")
                    made.given.append(
                        (
                            chat.plain_text(raw["task_id"]),
                            cells.count(trial),
                        )
                    )
            elif name == "tasks" and reader.peek() == "[":
                for _, task in reader.array(name):
                    if isinstance(task, dict) and task.get("id") is not None:
                        made.tasks.setdefault(chat.plain_text(task["id"]), task)
            else:
                value = reader.value(name)
                if name == "info" and isinstance(value, dict):
                    made.info = value
                else:
                    made.others[name] = value
        reader.end()
    return made


def _simulations(source: Source) -> Generator[tuple[str, Any], None, None]:
    with JsonReader(source) as reader:
        for name in reader.members():
            if name == "simulations" and reader.peek() == "[":
                yield from reader.array(name)
            else:
                reader.value(name)


def _digest(raw: dict[str, Any]) -> bytes:
    return blake2b(canonical_json(raw), digest_size=16).digest()


def _check(raw: Any, source: Source, place: str) -> None:
    if not isinstance(raw, dict):
        raise source.error("It is not an object.", record=place)
    if raw.get("task_id") is None:
        raise source.error("It has no “task_id”.", record=place)
    if raw.get("messages") is not None and not isinstance(raw["messages"], list):
        raise source.error("Its “messages” is not a list.", record=place)
    reward = _reward(raw)
    if reward is not None and (isinstance(reward, bool) or not isinstance(reward, int | float)):
        raise source.error("Its reward is not a number.", record=place)


def _reward(raw: dict[str, Any]) -> Any:
    info = raw.get("reward_info")
    return info.get("reward") if isinstance(info, dict) else None


def _domain(survey: _Survey) -> str:
    environment = survey.info.get("environment_info")
    name = environment.get("domain_name") if isinstance(environment, dict) else None
    return name if isinstance(name, str) else ""


def _header(survey: _Survey) -> RunHeader:
    agent = survey.info.get("agent_info")
    agent = agent if isinstance(agent, dict) else {}
    system = chat.plain_text(agent.get("llm"))
    kind = chat.plain_text(agent.get("implementation"))
    if kind and kind != _DEFAULT_AGENT:
        system = f"{system} ({kind})" if system else kind
    domain = _domain(survey)
    return RunHeader(
        system=system,
        dataset=f"tau2-{domain}" if domain else "tau2",
        created_at=chat.plain_text(survey.others.get("timestamp")),
        metadata={**survey.info, **survey.others},
    )


def _scenario(key: str, survey: _Survey) -> Scenario:
    task = survey.tasks.get(key, {})
    given = _without_nulls(task.get("user_scenario"))
    instructions = given.get("instructions", given) if isinstance(given, dict) else given
    description = task.get("description")
    title = description.get("purpose") if isinstance(description, dict) else None
    if not title and isinstance(instructions, dict):
        title = instructions.get("reason_for_call")
    criteria = task.get("evaluation_criteria")
    domain = _domain(survey)
    return Scenario(
        key=key,
        input=given,
        slices={"domain": domain} if domain else {},
        expected="" if criteria is None else chat.plain_text(criteria),
        origin="tau2",
        title=" ".join(chat.plain_text(title).split())[:200],
        metadata={
            name: value
            for name, value in task.items()
            if name not in ("id", "user_scenario", "evaluation_criteria") and value not in _EMPTY
        },
    )


def _without_nulls(value: Any) -> Any:
    """Versions of the benchmark write a field that is not there, or null: the same task."""
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return value


def _trace(raw: dict[str, Any], trial: int, survey: _Survey, place: str) -> TraceRecord:
    rest = {name: value for name, value in raw.items() if value not in _EMPTY and name != "task_id"}
    key = chat.plain_text(raw["task_id"])
    given = rest.pop("messages", None) or []
    conversation = [_message(item, index) for index, item in enumerate(given)]
    source_trial = rest.pop("trial", None)
    if source_trial is not None and source_trial != trial:
        rest["source_trial"] = source_trial
    reason = chat.plain_text(rest.get("termination_reason"))
    state: Status = "error" if reason in _FAILED else "incomplete" if reason in _STOPPED else "ok"
    info = rest.get("info")
    error = ""
    if state == "error":
        error = chat.plain_text(info.get("error")) if isinstance(info, dict) else ""
        error = error or reason
    reward = _reward(raw)
    scores: dict[str, Score] = {}
    if reward is not None and state != "error":
        scores = reward_scores(reward)
    scenario = _scenario(key, survey)
    body: TraceBody = {"messages": conversation}
    if scenario.expected:
        body["expected"] = scenario.expected
    environment = survey.info.get("environment_info")
    tools = environment.get("tool_defs") if isinstance(environment, dict) else None
    if isinstance(tools, list) and tools:
        body["tools"] = [tool for tool in tools if isinstance(tool, dict)]
    latency = _number(rest, "duration")
    cost = _number(rest, "agent_cost")
    started_at = rest.pop("start_time", "")
    if rest:
        body["metadata"] = rest
    usage = [_usage(item) for item in given if isinstance(item, dict)]
    counted = [item for item in usage if item]
    return TraceRecord(
        scenario=scenario,
        body=body,
        trial=trial,
        status=state,
        scores=scores,
        started_at=chat.plain_text(started_at),
        latency_ms=None if latency is None else latency * 1000,
        tokens_in=sum(item[0] for item in counted) if counted else None,
        tokens_out=sum(item[1] for item in counted) if counted else None,
        cost=cost,
        error=error,
        place=place,
    )


def _number(rest: dict[str, Any], name: str) -> float | None:
    value = rest.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(rest.pop(name))


def _usage(raw: dict[str, Any]) -> tuple[int, int] | None:
    """Tokens of a message that the agent wrote, not of the user simulator's."""
    usage = raw.get("usage")
    if raw.get("role") != "assistant" or not isinstance(usage, dict):
        return None
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    return (_count(counts[0]), _count(counts[1]))


def _count(value: Any) -> int:
    return cells.count(value) or 0


def _message(raw: Any, index: int) -> Message:
    if not isinstance(raw, dict):
        return chat.text_message("assistant", chat.plain_text(raw))
    given = {name: value for name, value in raw.items() if value not in _EMPTY}
    timestamp = given.pop("timestamp", None)
    cost = given.pop("cost", None)
    usage = given.pop("usage", None)
    data = given.pop("raw_data", None)
    if given.get("turn_idx") == index:
        del given["turn_idx"]
    if given.get("requestor") == "assistant":
        del given["requestor"]
    kept: dict[str, Any] = {}
    if isinstance(data, dict):
        kept = _unique(data, raw)
        blocks = data.get("thinking_blocks")
        if isinstance(blocks, list):
            given["thinking_blocks"] = blocks
        reason = data.get("finish_reason", data.get("stop_reason"))
        given.setdefault("finish_reason", reason)
        given.setdefault("model", data.get("model"))
    elif data is not None:
        kept = {"raw_data": data}
    made = chat.message(given)
    if timestamp is not None:
        made["started_at"] = chat.plain_text(timestamp)
    if isinstance(cost, int | float):
        made["cost"] = float(cost)
    if isinstance(usage, dict):
        taken, given_out = (
            cells.count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")
        )
        if taken is not None:
            made["tokens_in"] = taken
        if given_out is not None:
            made["tokens_out"] = given_out
        more = set(usage) - {"prompt_tokens", "completion_tokens"}
        if more:
            kept["usage"] = usage
    if kept:
        made["metadata"] = {**made.get("metadata", {}), "raw_data": kept}
    return made


_IN_PLACE = frozenset(("role", "content", "tool_calls", "function_call", "index", "finish_reason"))


def _unique(data: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """What the provider's own answer has that the message does not say again."""
    kept = {
        name: value
        for name, value in data.items()
        if value not in _EMPTY
        and name not in ("message", "thinking_blocks", "model", "stop_reason")
        and name not in _IN_PLACE
    }
    inner = data.get("message")
    if isinstance(inner, dict):
        said = {
            name: value
            for name, value in inner.items()
            if value not in _EMPTY
            and (name not in _IN_PLACE or (name == "content" and value != raw.get("content")))
        }
        if said:
            kept["message"] = said
    signatures = [
        block["signature"]
        for block in _list(data.get("thinking_blocks"))
        if isinstance(block, dict) and block.get("signature")
    ]
    if signatures:
        kept["signatures"] = signatures
    return kept


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
