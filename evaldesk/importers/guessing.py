"""Which column is what, guessed from names and contents; a person corrects it on the screen."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from evaldesk.importers import cells, chat
from evaldesk.importers.mapping import Const, OneHot, RatingMapping, TraceMapping, get_path


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Sooner is better, and a whole name before the end of a dotted path.
_NAMES: dict[str, tuple[str, ...]] = {
    "scenario": _words(
        "scenario scenario_id task_id example_id question_id sample_id item_id case_id test_id "
        "prompt_id doc_id instance_id dialogue_id conv_id idx index id qid uid key"
    ),
    "input": _words(
        "input user_query question query prompt instruction user_input user_prompt user_message "
        "request problem utterance history input_text source_text article message full_prompt"
    ),
    "output": _words(
        "output answer response completion model_output model_answer model_response "
        "chatgpt_response assistant_response generated_text generation prediction output_1 "
        "response1 response_1 actual_output actualoutput reply result summary candidate "
        "filtered_resps resps judge_response translation"
    ),
    "messages": _words("messages conversation conversations dialogue chat transcript turns traj"),
    "expected": _words(
        "expected expected_output expected_answer target reference gold ground_truth groundtruth "
        "gold_answer correct_answer reference_answer best_answer label_text ideal expectedoutput "
        "golden"
    ),
    "system": _words("system system_name model model_name model_id agent llm engine bot provider"),
    "run": _words("run run_name run_id experiment experiment_name eval_id"),
    "tier": _words("tier priority importance criticality"),
    "latency_ms": _words(
        "latency_ms latencyms latency_milliseconds duration_ms elapsed_ms time_ms"
    ),
    "tokens_in": _words(
        "tokens_in input_tokens prompt_tokens tokens_prompt usage_prompt_tokens num_input_tokens"
    ),
    "tokens_out": _words(
        "tokens_out output_tokens completion_tokens tokens_completion usage_completion_tokens"
    ),
    "cost": _words("cost cost_usd total_cost agent_cost price usd"),
    "context": _words(
        "context contexts retrieved_contexts retrieval_context retrieved_documents documents "
        "retrieved docs passages evidence knowledge sources chunks"
    ),
    "trial": _words("trial trial_id repetition repeat epoch attempt rep"),
    "status": _words("status state outcome_status"),
    "error": _words("error error_message exception"),
    "started_at": _words("started_at start_time created_at timestamp created time date datetime"),
    "title": _words("title scenario_title task_name"),
    "origin": _words("origin"),
}
SLICE_NAMES = frozenset(
    _words(
        "language lang locale domain category topic subject country region difficulty level "
        "segment channel product intent task_type question_type split"
    )
)
_SCORE = re.compile(
    r"(^|_)(score|reward|accuracy|acc|correct|correctness|pass|passed|success|f1|bleu|rouge[l\d]?|"
    r"exact_match|em|metric|is_correct|hallucination|faithfulness|relevance|grade)(_|$)"
)
_UNIT = _words(
    "unit unit_id item item_id example_id trace trace_id instance_id sample_id doc_id question_id "
    "task_id segment_id summary_id idx id index subject patient target"
)
_RATER = _words(
    "rater rater_id annotator annotator_id worker worker_id judge coder reviewer labeler labeller "
    "evaluator rater_slot slot user user_id who"
)
_CRITERION = _words(
    "criterion dimension metric question aspect attribute category field rubric measure"
)
_VALUE = _words("value rating score answer label judgement judgment annotation vote grade severity")
_COMMENT = _words("comment comments note notes remark rationale explanation justification")
_TIME = _words("time timestamp rated_at created_at date datetime annotated_at")
_TEXT = _words("text unit_text content output response summary answer sentence document item_text")
_RATER_COLUMN = re.compile(
    r"^(?P<stem>rater|annotator|coder|judge|worker|labeler|labeller|reviewer|expert|evaluator|"
    r"observer|human|slot|r|a)[ _-]?(?P<number>\d{1,4}|[a-z])$"
)
_ONE_HOT = re.compile(
    r"^(?P<rater>(?:rater|annotator|coder|judge|worker)[ _-]?\d{1,4})[ _-](?P<criterion>.+)\."
    r"(?P<value>[^.]+)$",
    re.IGNORECASE,
)


def guess_trace_mapping(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> TraceMapping:
    """The likely mapping of a file of traces; what is not found stays empty.

    Args:
        columns: the file's columns.
        rows: some records, to look into nested objects and at values.
    """
    paths = column_paths(columns, rows)
    used: set[str] = set()

    def take(key: str, fits: Callable[[str], bool] = lambda _: True) -> str:
        found = _find(paths, _NAMES[key], used, fits)
        if found:
            used.add(found)
        return found

    def numbers(path: str) -> bool:
        return _share(rows, path, _is_number) > 0.9

    def words(path: str) -> bool:
        return _share(rows, path, lambda value: not isinstance(value, bool)) > 0.5

    found: dict[str, Any] = {}
    found["messages"] = take("messages", lambda path: _share(rows, path, _is_talk) > 0.5)
    found["expected"] = take("expected")
    found["output"] = "" if found["messages"] else take("output", words)
    found["input"] = take("input", words)
    found["scenario"] = take("scenario", lambda path: _is_id(rows, path))
    for key in ("latency_ms", "tokens_in", "tokens_out", "cost", "trial"):
        found[key] = take(key, numbers)
    for key in ("system", "run", "tier", "title", "origin"):
        found[key] = take(key, lambda path: _share(rows, path, _is_short) > 0.9)
    found["context"] = take("context")
    found["status"] = take(
        "status", lambda path: _share(rows, path, lambda value: bool(cells.status(value))) > 0.9
    )
    found["error"] = take("error", lambda path: _share(rows, path, _is_scalar) > 0.9)
    found["started_at"] = take("started_at", lambda path: _share(rows, path, _is_time) > 0.9)
    if not found["input"] and not found["messages"] and not found["output"]:
        return TraceMapping()
    listed = _listed_metrics(rows)
    # EvalDesk's own lists call their columns score.NAME and slice.NAME.
    scores = {
        path.removeprefix("score."): path
        for path in paths
        if path not in used
        and (path in listed or _SCORE.search(_normal(path)))
        and _share(rows, path, _is_score) > 0.9
    }
    used.update(scores.values())
    slices = tuple(
        path
        for path in paths
        if path not in used
        and (_last(path) in SLICE_NAMES or path.startswith("slice."))
        and _share(rows, path, _is_short) > 0.9
    )
    return TraceMapping(**found, scores=scores, slices=slices)


def guess_rating_mapping(
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    every: Iterable[Mapping[str, Any]] | None = None,
) -> RatingMapping:
    """The likely mapping of a file of ratings, long or wide; what is not found stays empty.

    Args:
        columns: the file's columns.
        rows: some records.
        every: all records, to see whether one column is enough to name what was rated.
    """
    paths = column_paths(columns, rows)
    used: set[str] = set()

    def take(names: Sequence[str], fits: Callable[[str], bool] = lambda _: True) -> str:
        found = _find(paths, names, used, fits)
        if found:
            used.add(found)
        return found

    wide, asked = _one_hot(paths)
    if not wide:
        wide = _rater_columns(paths)
    if not wide and not _find(paths, _RATER, used, lambda _: True):
        wide = _like_columns(paths, rows)
    if len(wide) >= 2:
        for where in wide.values():
            used.update([where] if isinstance(where, str) else where.columns.values())
        unit = take(_UNIT) or next((path for path in paths if path not in used), "")
        used.add(unit)
        return RatingMapping(
            unit=(unit,) if unit else (),
            raters=wide,
            criterion=Const(asked or "rating"),
            text=take(_TEXT),
        )
    rater = take(_RATER)
    value = take(_VALUE, lambda path: _share(rows, path, _is_short) > 0.9)
    criterion_column = take(_CRITERION, lambda path: _share(rows, path, _is_short) > 0.9)
    unit_columns = _unit_columns(
        paths, rows if every is None else every, rater, criterion_column, used
    )
    used.update(unit_columns)
    if not value and rater:
        value = next(
            (
                path
                for path in paths
                if path not in used and (path.startswith("is_") or _SCORE.search(_normal(path)))
            ),
            "",
        )
        used.add(value)
    return RatingMapping(
        unit=unit_columns,
        rater=rater,
        criterion=criterion_column or Const(value or "rating"),
        value=value,
        comment=take(_COMMENT),
        time=take(_TIME, lambda path: _share(rows, path, _is_time) > 0.9),
        text=take(_TEXT),
    )


def guess_in_words(mapping: TraceMapping | RatingMapping) -> str:
    """What was guessed, for a person to check."""
    by_key: dict[str, list[str]] = {}
    for column, key in mapping.columns().items():
        by_key.setdefault(key.partition(".")[0], []).append(f"“{column}”")
    said = []
    for key, columns in by_key.items():
        more = f" and {len(columns) - 4} more" if len(columns) > 4 else ""
        said.append(f"{key} from {', '.join(columns[:4])}{more}")
    return f"The columns were guessed: {'; '.join(said)}."


def _unit_columns(
    paths: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    rater: str,
    criterion: str,
    used: set[str],
) -> tuple[str, ...]:
    """One column, or two where one alone has a rater answer the same thing twice."""
    first = _find(paths, _UNIT, used, lambda _: True) or next(
        (path for path in paths if path not in used and _normal(path).endswith("id")), ""
    )
    if not first:
        return ()
    fixed = [column for column in (rater, criterion) if column]

    second = _find(paths, _NAMES["system"], used | {first}, lambda _: True)
    if not second:
        return (first,)
    alone, both = set(), set()
    for row in rows:
        at = hash(tuple(chat.plain_text(get_path(row, name)) for name in (first, *fixed)))
        pair = hash((at, chat.plain_text(get_path(row, second))))
        if pair in both:
            return (first,)  # two columns do not tell the rows apart either
        alone.add(at)
        both.add(pair)
    return (first, second) if len(alone) < len(both) else (first,)


def _one_hot(paths: Sequence[str]) -> tuple[dict[str, str | OneHot], str]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for path in paths:
        match = _ONE_HOT.match(path)
        if match:
            by_rater = found.setdefault(match["criterion"], {})
            by_rater.setdefault(match["rater"], {})[match["value"]] = path
    for criterion, raters in found.items():
        if len(raters) >= 2 and all(len(columns) >= 2 for columns in raters.values()):
            return {rater: OneHot(columns) for rater, columns in raters.items()}, criterion
    return {}, ""


def _rater_columns(paths: Sequence[str]) -> dict[str, str | OneHot]:
    stems: dict[str, dict[str, str | OneHot]] = {}
    for path in paths:
        match = _RATER_COLUMN.match(path.strip().lower())
        if match:
            stems.setdefault(match["stem"], {})[path] = path
    return max(stems.values(), key=len, default={})


def _like_columns(
    paths: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> dict[str, str | OneHot]:
    """A column of units and then only columns that draw on the same few values: raters."""
    if len(paths) < 3 or not rows or _normal(paths[0]) not in _UNIT:
        return {}
    drawn = [
        {chat.plain_text(value) for row in rows if not cells.is_missing(value := row.get(path))}
        for path in paths[1:]
    ]
    if any(_share(rows, path, _is_short) < 1 for path in paths) or not all(drawn):
        return {}
    together = set().union(*drawn)
    alike = len(together) <= 20 and all(
        any(mine & other for other in drawn if other is not mine) for mine in drawn
    )
    return {path: path for path in paths[1:]} if alike else {}


def column_paths(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns, and dotted paths two levels into nested objects of the first rows."""
    paths: dict[str, None] = dict.fromkeys(columns)
    for row in rows[:20]:
        for name, value in row.items():
            if isinstance(value, dict) and len(value) <= 50:
                for key, inner in value.items():
                    paths[f"{name}.{key}"] = None
                    if isinstance(inner, dict) and len(inner) <= 50:
                        paths.update((f"{name}.{key}.{last}", None) for last in inner)
    return list(paths)


def _find(
    paths: Sequence[str], names: Sequence[str], used: set[str], fits: Callable[[str], bool]
) -> str:
    free = [path for path in paths if path not in used]
    for spell in (_normal, _last):  # the whole name first, then the end of a dotted path
        spelled: dict[str, str] = {}
        for path in free:
            spelled.setdefault(spell(path), path)
        for name in names:
            path = spelled.get(name, "")
            if path and fits(path):
                return path
    return ""


def _normal(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", path.lower()).strip("_")


def _last(path: str) -> str:
    return _normal(path.rpartition(".")[2])


def _share(rows: Sequence[Mapping[str, Any]], path: str, test: Callable[[Any], bool]) -> float:
    """The share of filled cells that pass; 1 where there are none to tell by."""
    values = [value for row in rows if not cells.is_missing(value := get_path(row, path))]
    if not values:
        return 1.0
    return sum(test(value) for value in values) / len(values)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        cells.number(value)
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _is_short(value: Any) -> bool:
    return _is_scalar(value) and len(str(value)) <= 80


def _is_talk(value: Any) -> bool:
    return chat.is_conversation(cells.parsed(value))


def _is_score(value: Any) -> bool:
    if isinstance(value, dict | list) or cells.is_missing(value):
        return False
    try:
        made = cells.score(value)
    except OverflowError:
        return False
    return made is not None and made.value is not None


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value) is not None


def _is_id(rows: Sequence[Mapping[str, Any]], path: str) -> bool:
    return _share(rows, path, lambda value: _is_scalar(value) and len(str(value)) <= 200) > 0.9


def _listed_metrics(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Columns that the records themselves list as metrics, as lm-evaluation-harness does."""
    listed = rows[0].get("metrics") if rows else None
    return (
        frozenset(item for item in listed if isinstance(item, str))
        if isinstance(listed, list)
        else frozenset()
    )
