"""The runs of one LangSmith trace, and their feedback → a trace."""

from collections.abc import Iterable, Iterator
from typing import Any

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Annotation, Scenario, Score, Status, TraceRecord
from evaldesk.importers import cells, chat, fields
from evaldesk.importers.operations import Operation, assemble

_KINDS = {
    "llm": "llm",
    "chat_model": "llm",
    "chain": "chain",
    "tool": "tool",
    "retriever": "retriever",
    "embedding": "embedding",
    "agent": "agent",
    "evaluator": "evaluator",
    "prompt": "chain",
    "parser": "chain",
}
_PLACED = frozenset(
    [
        *("id", "name", "run_type", "start_time", "end_time", "inputs", "outputs", "error"),
        *("parent_run_id", "child_runs", "child_run_ids", "parent_run_ids", "trace_id"),
        *("dotted_order", "prompt_tokens", "completion_tokens", "total_tokens", "total_cost"),
        *("prompt_cost", "completion_cost", "feedback_stats", "feedback", "feedbacks", "extra"),
        *("events", "first_token_time", "reference_example_id", "session_id", "session_name"),
        *("direct_child_run_ids", "reference_example", "inputs_preview", "outputs_preview"),
    ]
)
_FEEDBACK = (
    *("key", "score", "value", "comment", "feedback_source", "created_at", "run_id", "trace_id"),
    *("session_id", "start_time"),
)
_ORDINARY = ("start", "end", "new_token")
_HUMAN = ("app",)


def trace_of(runs: list[dict[str, Any]], place: str) -> TraceRecord:
    """The trace of some runs.

    Args:
        runs: all of one trace, in any order, nested or flat.

    Raises:
        ValueError: they are none; says why.
    """
    flat = _distinct(_flattened(runs))
    operations = [_operation(run) for run in flat.values()]
    made = assemble(operations)
    root = flat[_root(operations)]
    about = fields.mapping(fields.mapping(root.get("extra")).get("metadata"))
    body = made.body
    metadata = fields.rest(root, _PLACED)
    metadata["id"] = fields.first_text(root.get("trace_id"), root.get("id"))
    if session := fields.first_text(root.get("session_name"), root.get("session_id")):
        metadata["session"] = session
    if kept := fields.rest(about, ()):
        metadata["metadata"] = kept
    runtime = fields.mapping(fields.mapping(root.get("extra")).get("runtime"))
    if runtime:
        metadata["runtime"] = runtime
        for span in body.get("spans", []):  # every run says it again
            attributes = span.get("attributes", {})
            if fields.mapping(attributes.get("extra")).get("runtime") == runtime:
                attributes["extra"] = fields.rest(attributes["extra"], ("runtime",))
                if not attributes["extra"]:
                    del attributes["extra"]
    version = _prompt_version(flat.values())
    if version:
        metadata["prompt_version"] = version
    example = fields.mapping(root.get("reference_example"))
    expected = _expected(example)
    if expected:
        body["expected"] = expected
    status, error = _status(root)
    scores, annotations, stats = _feedback(flat, fields.text(root.get("id")))
    if stats:
        metadata["feedback_stats"] = stats
    if status == "error" and scores:
        metadata["scores_before_error"] = {
            name: score.label if score.value is None else score.value
            for name, score in scores.items()
        }
        scores = {}
    body["metadata"] = metadata
    return TraceRecord(
        scenario=Scenario(
            key=fields.text(root.get("reference_example_id")) or content_id(made.asked)[:12],
            input=made.asked,
            expected=expected,
            metadata=fields.rest(example, ("inputs", "outputs", "id")),
        ),
        body=body,
        system=made.system,
        status=status,
        scores=scores,
        started_at=made.started_at,
        latency_ms=made.latency_ms,
        tokens_in=made.tokens_in,
        tokens_out=made.tokens_out,
        cost=made.cost,
        error=error,
        place=place,
        annotations=annotations,
    )


def _flattened(runs: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Runs with those inside them; a child that does not name its parent is under it."""
    waiting = [(run, "") for run in reversed(list(runs))]
    while waiting:
        run, parent = waiting.pop()
        if not isinstance(run, dict):
            raise ValueError("One of its runs is not an object.")
        ident = fields.text(run.get("id"))
        if not ident and not isinstance(run.get("run_type"), str):
            raise ValueError("It is no run: it has neither an “id” nor a “run_type”.")
        children = run.get("child_runs")
        if children is not None and not isinstance(children, list):
            raise ValueError("Its “child_runs” is not a list.")
        yield {**run, "parent_run_id": run.get("parent_run_id") or parent or None}
        waiting.extend((child, ident) for child in reversed(children or []))


def _distinct(runs: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Runs by id.

    Raises:
        ValueError: two that differ have the same id, or there is none.
    """
    made: dict[str, dict[str, Any]] = {}
    for index, run in enumerate(runs):
        ident = fields.text(run.get("id")) or f"run {index + 1}"
        known = made.get(ident)
        if known is not None and not _same(known, run):
            raise ValueError(f"Two runs that differ have the id “{ident}”.")
        # A run can be there flat and inside its parent: the one with more in it counts.
        if known is None or len(fields.rest(run, ())) > len(fields.rest(known, ())):
            made[ident] = {**run, "id": ident}
    if not made:
        raise ValueError("It holds no runs.")
    return made


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names = ("name", "run_type", "start_time", "inputs", "outputs")
    return all(
        one.get(name) == other.get(name) or one.get(name) is None or other.get(name) is None
        for name in names
    )


def _root(operations: list[Operation]) -> str:
    known = {each.id for each in operations}
    roots = [each for each in operations if each.parent not in known]
    return min(roots or operations, key=lambda each: each.start).id


def _operation(run: dict[str, Any]) -> Operation:
    extra = fields.mapping(run.get("extra"))
    about = fields.mapping(extra.get("metadata"))
    parameters = fields.mapping(extra.get("invocation_params"))
    kind = _KINDS.get(fields.text(run.get("run_type")).lower(), "chain")
    more = fields.rest(run, (*_PLACED, "tags", "status"))
    for name in ("tags", "reference_example_id", "app_path"):
        if run.get(name) not in fields.EMPTY:
            more[name] = run[name]
    if fields.text(run.get("run_type")).lower() in ("prompt", "parser"):
        more["run_type"] = run["run_type"]
    if kept := fields.rest(extra, ()):
        more["extra"] = kept
    events = [
        event
        for event in fields.sequence(run.get("events"))
        if fields.mapping(event).get("name") not in _ORDINARY
    ]
    if events:
        more["events"] = events
    first = fields.elapsed_ms(run.get("start_time"), run.get("first_token_time"))
    if first is not None:
        more["time_to_first_token_ms"] = first
    given = run.get("inputs")
    tools = parameters.get("tools")
    if kind == "llm" and isinstance(given, dict) and isinstance(tools, list):
        given = {"tools": tools, **given}
    status, error = _status(run)
    return Operation(
        id=fields.text(run.get("id")) or fields.text(run.get("name")),
        parent=fields.text(run.get("parent_run_id")),
        kind=kind,
        name=fields.first_text(run.get("name"), run.get("run_type")) or "run",
        start=fields.moment(run.get("start_time")),
        latency_ms=fields.elapsed_ms(run.get("start_time"), run.get("end_time")),
        given=given,
        answered=run.get("outputs"),
        model=fields.first_text(
            about.get("ls_model_name"),
            parameters.get("model"),
            parameters.get("model_name"),
            parameters.get("azure_deployment"),
        )
        if kind in ("llm", "embedding")
        else "",
        tokens_in=_tokens(run, "prompt_tokens"),
        tokens_out=_tokens(run, "completion_tokens"),
        cost=_cost(run),
        error=error if status == "error" else "",
        call=fields.first_text(extra.get("tool_call_id"), about.get("tool_call_id")),
        more=more,
    )


def _tokens(run: dict[str, Any], name: str) -> int | None:
    """Tokens; 0 is written there for runs that have nothing to do with models."""
    return fields.count(run.get(name)) or None


def _cost(run: dict[str, Any]) -> float | None:
    whole = fields.amount(run.get("total_cost"))
    if whole is None:
        parts = [fields.amount(run.get(name)) for name in ("prompt_cost", "completion_cost")]
        known = [part for part in parts if part is not None]
        whole = sum(known) if known else None
    return whole or None


def _status(run: dict[str, Any]) -> tuple[Status, str]:
    """How a run ended; a graph that waits for a person is not broken."""
    said = run.get("error")
    error = chat.plain_text(said) if said not in fields.EMPTY else ""
    word = fields.text(run.get("status")).lower()
    if "GraphInterrupt" in error or word in ("interrupted", "pending", "running"):
        return "incomplete", error
    if error or word == "error":
        return "error", error or "error"
    return "ok", ""


def _prompt_version(runs: Iterable[dict[str, Any]]) -> str:
    """The commit of a prompt from the hub, what a program calls its prompt's version, or else the
    revision of the program.
    """
    own = revision = ""
    prompts: dict[str, None] = {}
    for run in runs:
        about = fields.mapping(fields.mapping(run.get("extra")).get("metadata"))
        commit = fields.text(about.get("lc_hub_commit_hash"))
        if commit:
            owner, repo = (fields.text(about.get(f"lc_hub_{part}")) for part in ("owner", "repo"))
            name = "/".join(part for part in (owner.strip("-"), repo) if part)
            prompts[f"{name}:{commit[:8]}" if name else commit[:8]] = None
        own = own or fields.text(about.get("prompt_version") or about.get("promptVersion"))
        revision = revision or fields.text(about.get("revision_id"))
    return ", ".join(prompts) or own or revision


def _expected(example: dict[str, Any]) -> str:
    outputs = example.get("outputs")
    if isinstance(outputs, dict) and len(outputs) == 1:
        outputs = next(iter(outputs.values()))
    return chat.plain_text(outputs) if outputs not in fields.EMPTY else ""


# -------------------------------------------------------------------------------------- feedback


def _feedback(
    runs: dict[str, dict[str, Any]], root: str
) -> tuple[dict[str, Score], tuple[Annotation, ...], dict[str, Any]]:
    """Scores, what people said, and the statistics as they are."""
    scores: dict[str, Score] = {}
    annotations: list[Annotation] = []
    stats: dict[str, Any] = {}
    seen: set[str] = set()
    for ident, run in runs.items():
        said: set[str] = set()
        for item in (
            *fields.mappings(run.get("feedback")),
            *fields.mappings(run.get("feedbacks")),
        ):
            name = fields.text(item.get("key")) or "feedback"
            said.add(name)
            if (own := fields.text(item.get("id"))) and own in seen:
                continue
            seen.add(own)
            target = "" if ident == root else ident
            if _is_human(item):
                annotations.append(_annotation(item, name, target))
            else:
                _add(scores, name, _score(item), run, target)
        found = fields.mapping(run.get("feedback_stats"))
        if found:
            stats[fields.text(run.get("name")) or ident if ident != root else "trace"] = found
        for name, entry in found.items():
            if name in said or not isinstance(entry, dict):
                continue
            target = "" if ident == root else ident
            score = _of_stats(entry)
            if score is not None:
                _add(scores, name, score, run, target)
    return scores, tuple(annotations), stats.get("trace", {}) if set(stats) == {"trace"} else stats


def _is_human(item: dict[str, Any]) -> bool:
    source = item.get("feedback_source")
    kind = source.get("type") if isinstance(source, dict) else source
    return fields.text(kind).lower() in _HUMAN


def _annotation(item: dict[str, Any], name: str, target: str) -> Annotation:
    value, label = _value(item)
    source = fields.mapping(item.get("feedback_source"))
    metadata = fields.rest(item, _FEEDBACK)
    if more := fields.rest(source, ("type", "user_id", "user_name")):
        metadata["feedback_source"] = more
    return Annotation(
        name,
        value=value,
        label=label,
        comment=fields.text(item.get("comment")),
        annotator=fields.first_text(source.get("user_name"), source.get("user_id")),
        target=target,
        created_at=fields.moment(item.get("created_at")),
        metadata=metadata,
    )


def _value(item: dict[str, Any]) -> tuple[float | None, str]:
    raw = item.get("score")
    number = float(raw) if isinstance(raw, bool) else fields.finite(raw)
    word = item.get("value")
    return number, "" if word in fields.EMPTY else chat.plain_text(word)


def _score(item: dict[str, Any]) -> Score:
    value, label = _value(item)
    if value is None and label:
        known = cells.score(label)
        value = known.value if known else None
    return Score(value, label or None, fields.text(item.get("comment")) or None)


def _of_stats(entry: dict[str, Any]) -> Score | None:
    """What several pieces of feedback are on average."""
    value = fields.finite(entry.get("avg"))
    words = fields.mapping(entry.get("values"))
    comments = [text for text in fields.sequence(entry.get("comments")) if isinstance(text, str)]
    label = next(iter(words)) if len(words) == 1 else None
    if value is None and label is None:
        return None
    return Score(value, label, "\n".join(comments) or None)


def _add(
    scores: dict[str, Score], base: str, score: Score, run: dict[str, Any], target: str
) -> None:
    name = base
    if name in scores and target:
        name = f"{base} ({fields.text(run.get('name')) or target})"
    first, again = name, 1
    while name in scores:
        again += 1
        name = f"{first} ({again})"
    scores[name] = score
