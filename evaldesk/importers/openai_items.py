"""Output items of OpenAI's hosted evaluations, as its interface lists them."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Message, Scenario, Score, Status, TraceBody, TraceRecord
from evaldesk.importers import chat, dialects, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.pages import paged
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.source import Source

_OBJECT = "eval.run.output_item"
_EXPECTED = (
    *("expected", "expected_output", "ground_truth", "reference", "reference_answer", "ideal"),
    *("target", "correct_label", "label", "answer"),
)
_SAMPLE = ("input", "output", "usage", "model", "error", "finish_reason")
_PLACED = (
    *("datasource_item", "datasource_item_id", "results", "sample", "object", "created_at"),
    *("run_id", "eval_id"),
)


class OpenAiItems:
    """``{"object": "eval.run.output_item", datasource_item, sample, results}``, one or many."""

    name = "openai-items"
    title = "OpenAI hosted evaluation output items"
    extensions = (".json", ".jsonl")
    description = (
        "Each item's sample as messages with model, tokens and finish reason; each grader's result "
        "as a score with pass or fail. The data source's item is the scenario. Graders' own "
        "samples, sampling parameters and status are kept as metadata; each run is a run."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """What the object says it is."""
        record = first_document(source)
        data = record.get("data")
        if isinstance(data, list) and data:
            record = fields.mapping(data[0])
        if record.get("object") == _OBJECT:
            return 0.97
        named = {"datasource_item", "results", "sample"} <= set(record)
        return 0.9 if named else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace an item; the file is read twice, to know whether it holds several runs."""
        evaluations, runs = _survey(source)
        several = len(runs) > 1
        if not several:
            yield _header(evaluations, runs, "")
        loop = Loop(source, options, once=True)
        current: str | None = None
        place = ""
        with closing(paged(source)) as rows:  # type: ignore[type-var]
            for place, record, raw in rows:
                run = "" if isinstance(record, InputError) else fields.text(record.get("run_id"))
                made = list(loop.one(_trace, place, record, raw, run))
                if several and made and run != current:
                    current = run
                    yield _header(evaluations, (run,), run)
                yield from made
        if not place:
            raise source.error("It holds no items.", "Check that it is the file you meant.")
        yield from loop.notes()


def _survey(source: Source) -> tuple[list[str], list[str]]:
    """Ids of the evaluations and of the runs in the file."""
    evaluations: dict[str, None] = {}
    runs: dict[str, None] = {}
    for _, record, _ in paged(source):
        if not isinstance(record, InputError):
            evaluations[fields.text(record.get("eval_id"))] = None
            runs[fields.text(record.get("run_id"))] = None
    return [name for name in evaluations if name], list(runs)


def _header(evaluations: list[str], runs: Any, part: str) -> RunHeader:
    metadata = {"eval_id": ", ".join(evaluations), "run_id": ", ".join(filter(None, runs))}
    return RunHeader(
        part=part,
        dataset=evaluations[0] if len(evaluations) == 1 else "",
        metadata=fields.rest(metadata, ()),
    )


def _trace(record: dict[str, Any], place: str) -> TraceRecord:
    results = record.get("results")
    if results is not None and not isinstance(results, list):
        raise ValueError("Its “results” is not a list.")
    if not isinstance(record.get("datasource_item"), dict) and "sample" not in record:
        raise ValueError("It has neither a “datasource_item” nor a “sample”.")
    sample = fields.mapping(record.get("sample"))
    item = fields.mapping(record.get("datasource_item"))
    said = _conversation(sample, item)
    usage = fields.mapping(sample.get("usage"))
    model = fields.text(sample.get("model"))
    tokens_in, tokens_out = (
        next((n for name in names if (n := fields.count(usage.get(name))) is not None), None)
        for names in (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))
    )
    if said and said[-1]["role"] == "assistant":
        _measure(said[-1], sample, model, tokens_in, tokens_out)
    scores, more = _scores(fields.sequence(results))
    failed = sample.get("error")
    words = fields.mapping(failed)
    error = fields.first_text(words.get("message"), words.get("code"), failed)
    status: Status = "error" if error else "ok"
    metadata = fields.rest(record, _PLACED)
    if kept := fields.rest(sample, _SAMPLE):
        metadata["sample"] = kept
    if detail := fields.rest(usage, ("prompt_tokens", "completion_tokens", "total_tokens")):
        metadata["usage"] = detail
    if status == "error" and scores:
        metadata["scores_before_error"] = {name: one.value for name, one in scores.items()}
        scores = {}
    if more:
        metadata["results"] = more
    if words:
        metadata["error"] = {name: value for name, value in words.items() if value}
    scenario = _scenario(record, item)
    body: TraceBody = {"messages": said}
    if scenario.expected:
        body["expected"] = scenario.expected
    if metadata:
        body["metadata"] = metadata
    return TraceRecord(
        scenario=scenario,
        body=body,
        system=model,
        status=status,
        scores=scores,
        started_at=fields.moment(record.get("created_at")),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        error=error,
        place=place,
    )


def _measure(
    answer: Message,
    sample: dict[str, Any],
    model: str,
    tokens_in: int | None,
    tokens_out: int | None,
) -> None:
    if reason := fields.text(sample.get("finish_reason")):
        answer["finish_reason"] = reason
    if model:
        answer["model"] = model
    if tokens_in is not None:
        answer["tokens_in"] = tokens_in
    if tokens_out is not None:
        answer["tokens_out"] = tokens_out


def _conversation(sample: dict[str, Any], item: dict[str, Any]) -> list[Message]:
    """The sample's messages; where it has no answer, the one that the data source brought."""
    made = dialects.messages(_turns(sample.get("input"), "user"))
    answers = _turns(sample.get("output"), "assistant")
    if not answers:
        brought = item.get("sample.output_items", item.get("sample.output_text"))
        answers = _turns(brought, "assistant")
    made.extend(dialects.messages(answers))
    return made


def _turns(value: Any, role: str) -> list[Any]:
    if isinstance(value, str):
        return [{"role": role, "content": value}] if value else []
    turns = [value] if isinstance(value, dict) else fields.sequence(value)
    return [
        {"role": role, **turn}
        if isinstance(turn, dict) and not turn.get("role") and "content" in turn
        else {name: kept for name, kept in turn.items() if kept is not None}
        if isinstance(turn, dict)
        else turn
        for turn in turns
    ]


def _scenario(record: dict[str, Any], item: dict[str, Any]) -> Scenario:
    """The data source's item; what it names as the answer to expect is no part of the question."""
    whole = fields.mapping(item.get("item")) or item
    asked = {name: value for name, value in whole.items() if not name.startswith("sample")}
    named = [name for name in _EXPECTED if asked.get(name) not in fields.EMPTY]
    expected = ""
    if named and len(asked) > 1:
        expected = chat.plain_text(asked.pop(named[0]))
    only = next(iter(asked.values())) if len(asked) == 1 else None
    question: Any = only if isinstance(only, str) else asked
    key = fields.text(record.get("datasource_item_id"))
    return Scenario(key or content_id(question)[:12], question, expected=expected)


def _scores(results: list[Any]) -> tuple[dict[str, Score], list[dict[str, Any]]]:
    scores: dict[str, Score] = {}
    more: list[dict[str, Any]] = []
    for result in results:
        if not isinstance(result, dict):
            raise ValueError("One of its “results” is not an object.")
        base = fields.first_text(result.get("name"), result.get("metric"), result.get("type"))
        name, again = base or "grader", 1
        while name in scores:
            again += 1
            name = f"{base} ({again})"
        passed = result.get("passed")
        value = fields.finite(result.get("score"))
        if value is None and isinstance(passed, bool):
            value = float(passed)
        label = fields.text(result.get("label"))
        if not label and isinstance(passed, bool):
            label = "passed" if passed else "failed"
        reason = fields.first_text(result.get("reason"), result.get("explanation"))
        scores[name] = Score(value, label or None, reason or None)
        kept = fields.rest(result, ("name", "score", "label", "reason", "explanation"))
        if kept:
            more.append({"name": name, **kept})
    return scores, more
