"""Result files of tau-bench (version 1): a JSON array of trajectories."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.trace import Scenario, Score, Status, TraceBody, TraceRecord
from evaldesk.domain.wording import counted
from evaldesk.importers import cells, chat
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.json_stream import sketch
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source
from evaldesk.importers.trials import plan_trials

_TASK_KEYS = frozenset(("instruction", "actions", "outputs"))
_RECORD_KEYS = frozenset(("task_id", "reward", "info", "traj", "trial"))


@dataclass(slots=True)
class _Survey:
    """What a first reading finds: trials, the tasks' texts, records that are there twice."""

    given: list[tuple[str, int | None]] = field(default_factory=list)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    digests: set[bytes] = field(default_factory=set)


class TauBench:
    """An array of ``{task_id, trial, reward, info, traj}``."""

    name = "tau-bench"
    title = "tau-bench results"
    extensions = (".json", ".json.gz")
    description = (
        "Trajectories with tool calls; reward and pass (reward of 1). The task's instruction is "
        "the scenario, its actions and outputs what is expected. A record of an infrastructure "
        "failure becomes a trace with the status error and no scores."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """The first element has most of what a record has; it may be the one that is broken."""
        seen = sketch(source)
        first = seen.first
        if seen.kind not in ("array", "lines") or not isinstance(first, dict):
            return 0.0
        found = _RECORD_KEYS & set(first)
        return 0.9 if len(found) >= 4 or {"task_id", "reward", "traj"} <= found else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads the file twice: whether ``trial`` can be believed shows only at its end."""
        survey = _survey(source)
        trials, note = plan_trials(survey.given)
        yield RunHeader(dataset="tau-bench")
        if note:
            yield ImportNote(note)
        numbers = iter(trials)
        seen: set[bytes] = set()
        again = failed = unknown = 0
        with closing(iter(Records(source))) as rows:
            for place, record, raw in rows:
                try:
                    if isinstance(record, InputError):
                        raise record
                    _check(record, source, place)
                    digest = blake2b(raw, digest_size=16).digest()
                    if digest in seen:
                        again += 1
                        continue
                    seen.add(digest)
                    trace = _trace(record, next(numbers), survey.tasks, place)
                except InputError as error:
                    if not options.skip_bad:
                        raise
                    yield Skipped(place, f"{error.reason} {error.hint}".strip())
                    continue
                failed += trace.status == "error"
                unknown += trace.scenario.input is None
                yield trace
        if again:
            yield ImportNote(
                counted(again, "%1 record is", "%1 records are")
                + " word for word there twice and taken once."
            )
        if failed:
            yield ImportNote(
                f"{failed} records are failures of the infrastructure: they have the status error "
                "and no scores; what the file gives as their reward is not taken as one."
            )
        if unknown:
            yield ImportNote(
                f"The task's text is not known for {unknown} failed records; only their id says "
                "which task it was."
            )


def _survey(source: Source) -> _Survey:
    made = _Survey()
    with closing(iter(Records(source))) as rows:
        for place, record, raw in rows:
            if isinstance(record, InputError):
                continue
            try:
                _check(record, source, place)
            except InputError:
                continue
            digest = blake2b(raw, digest_size=16).digest()
            if digest in made.digests:
                continue
            made.digests.add(digest)
            key = chat.plain_text(record["task_id"])
            trial = record.get("trial")
            made.given.append((key, cells.count(trial)))
            task = _task(record)
            if task and isinstance(task.get("instruction"), str):
                made.tasks.setdefault(key, task)
    return made


def _task(record: dict[str, Any]) -> dict[str, Any]:
    info = record.get("info")
    task = info.get("task") if isinstance(info, dict) else None
    return task if isinstance(task, dict) else {}


def _check(record: dict[str, Any], source: Source, place: str) -> None:
    if record.get("task_id") is None:
        raise source.error("It has no “task_id”.", record=place)
    if not isinstance(record.get("traj"), list):
        raise source.error("Its “traj” is not a list of messages.", record=place)
    reward = record.get("reward")
    if reward is not None and (isinstance(reward, bool) or not isinstance(reward, int | float)):
        raise source.error("Its “reward” is not a number.", record=place)


def _trace(
    record: dict[str, Any], trial: int, tasks: dict[str, dict[str, Any]], place: str
) -> TraceRecord:
    key = chat.plain_text(record["task_id"])
    info = record.get("info")
    info = dict(info) if isinstance(info, dict) else {"info": info} if info is not None else {}
    # A failed record does not carry its task; another trial of the same file may.
    task = _task(record) or tasks.get(key, {})
    info.pop("task", None)
    error = chat.plain_text(info.pop("error", None))
    conversation = chat.messages(record["traj"])
    state: Status = "error" if error else "ok" if conversation else "incomplete"
    metadata = {name: value for name, value in info.items() if value not in (None, [], {})}
    metadata |= {
        name: value
        for name, value in record.items()
        if name not in _RECORD_KEYS and value not in (None, [], {})
    }
    if record.get("trial") != trial and record.get("trial") is not None:
        metadata["source_trial"] = record["trial"]
    scores: dict[str, Score] = {}
    reward = record.get("reward")
    if reward is not None:
        if state == "error":
            metadata["reward"] = reward
        else:
            scores = reward_scores(reward)
    body: TraceBody = {"messages": conversation}
    expected = ""
    wanted = {name: task[name] for name in ("actions", "outputs") if name in task}
    if wanted:
        expected = body["expected"] = chat.plain_text(wanted)
    if metadata:
        body["metadata"] = metadata
    return TraceRecord(
        scenario=Scenario(
            key=key,
            input=task.get("instruction"),
            expected=expected,
            origin="tau-bench",
            metadata={name: value for name, value in task.items() if name not in _TASK_KEYS},
        ),
        body=body,
        trial=trial,
        status=state,
        scores=scores,
        error=error,
        place=place,
    )


def reward_scores(reward: float) -> dict[str, Score]:
    """``reward`` as it is and ``pass``: 1 for a reward of at least 1, give or take rounding."""
    return {"reward": Score(float(reward)), "pass": Score(1.0 if reward >= 1 - 1e-6 else 0.0)}
