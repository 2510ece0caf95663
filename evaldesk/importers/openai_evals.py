"""Logs of OpenAI's open Evals: a specification, events of samples, a final report."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import content_id
from evaldesk.domain.project import ImportNote
from evaldesk.domain.trace import Message, Scenario, Score, Span, TraceBody, TraceRecord
from evaldesk.importers import cells, chat, fields, payloads
from evaldesk.importers.complete_groups import complete_groups
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.operations import question_of
from evaldesk.importers.record_loop import Loop, documents, first_document
from evaldesk.importers.source import Source
from evaldesk.importers.span_conversation import Conversation

_EVENT = frozenset(("run_id", "event_id", "sample_id", "type", "data", "created_at", "created_by"))


@dataclass(slots=True)
class _Run:
    """What the log says of the run as a whole."""

    spec: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    events: int = 0


class OpenAiEvals:
    """``{"spec": …}``, events by ``sample_id``, ``{"final_report": …}``."""

    name = "openai-evals"
    title = "OpenAI Evals event log"
    extensions = (".jsonl",)
    description = (
        "Samplings as messages, matches and metrics as scores, the expected answer. The sample's "
        "id and prompt are the scenario, the completion function the system. Samplings of graders "
        "are spans; other events are kept as metadata, specification and final report of the run."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """A specification, or events."""
        record = first_document(source)
        spec = record.get("spec")
        if isinstance(spec, dict) and ("completion_fns" in spec or "eval_name" in spec):
            return 0.97
        return 0.9 if len(_EVENT & set(record)) >= 5 and "sample_id" in record else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """A trace a sample; its events may stand apart, so the file is read more than once."""
        run = _survey(source)
        yield _header(run)
        loop = Loop(source, options)
        with closing(complete_groups(lambda: documents(source), _sample_of)) as groups:
            for group in groups:
                place, record, raw = group[0]
                if isinstance(record, InputError):
                    yield from loop.one(_unread, place, record, raw)
                elif not _sample_of(record):
                    if "spec" not in record and "final_report" not in record:
                        yield from loop.one(_unread, place, record, raw)
                else:
                    events = [row[1] for row in group if isinstance(row[1], dict)]
                    yield from loop.one(partial(_trace, events), place, record, raw)
        if not run.events:
            yield ImportNote("The log holds no events of samples.")
        yield from loop.notes()


def _survey(source: Source) -> _Run:
    made = _Run()
    for _, record, _ in documents(source):
        if isinstance(record, InputError):
            continue
        if isinstance(record.get("spec"), dict):
            made.spec = record["spec"]
        elif "final_report" in record:
            made.report = fields.rest(record, ())
        elif _sample_of(record):
            made.events += 1
    return made


def _sample_of(record: dict[str, Any]) -> str:
    return fields.text(record.get("sample_id"))


def _unread(record: dict[str, Any], place: str) -> TraceRecord:
    raise ValueError("It is neither the specification, nor an event of a sample, nor the report.")


def _header(run: _Run) -> RunHeader:
    functions = [fields.text(name) for name in fields.sequence(run.spec.get("completion_fns"))]
    metadata: dict[str, Any] = {"spec": run.spec} if run.spec else {}
    if run.report:
        metadata["final_report"] = run.report.get("final_report")
    return RunHeader(
        system=", ".join(filter(None, functions)) or fields.text(run.spec.get("model_name")),
        dataset=fields.first_text(run.spec.get("eval_name"), run.spec.get("base_eval")),
        created_at=fields.moment(run.spec.get("created_at")),
        metadata=metadata,
    )


def _trace(events: list[dict[str, Any]], first: dict[str, Any], place: str) -> TraceRecord:
    talk = Conversation()
    spans: list[Span] = []
    scores: dict[str, Score] = {}
    expected = error = started = ""
    others: list[dict[str, Any]] = []
    tokens: list[tuple[int | None, int | None]] = []
    for event in events:
        kind = fields.text(event.get("type"))
        data = event.get("data")
        when = fields.moment(event.get("created_at"))
        started = started or when
        about = fields.mapping(data)
        if kind == "sampling":
            _sampling(about, when, talk, spans, tokens)
        elif kind == "match":
            expected = expected or _expected(about.get("expected"))
            _match(about, scores)
            if more := fields.rest(about, ("correct", "expected", "picked", "sampled")):
                others.append({"type": kind, "data": more})
        elif kind == "metrics" and about:
            for name, value in about.items():
                _add(scores, name, cells.score(value))
        elif kind == "error":
            error = (
                error
                or fields.first_text(about.get("message"), about.get("error"), about.get("type"))
                or chat.plain_text(data)
                or "error"
            )
            others.append({"type": kind, "data": data})
        else:
            others.append({"type": kind, **fields.rest(event, (*_EVENT, "type")), "data": data})
    body: TraceBody = {"messages": talk.messages}
    metadata: dict[str, Any] = {}
    if others:
        metadata["events"] = others
    if expected:
        body["expected"] = expected
    if spans:
        body["spans"] = spans
    if error and scores:
        metadata["scores_before_error"] = {n: one.label or one.value for n, one in scores.items()}
        scores = {}
    if metadata:
        body["metadata"] = metadata
    asked = question_of(talk.messages)
    return TraceRecord(
        scenario=Scenario(
            key=_sample_of(first) or content_id(asked)[:12], input=asked, expected=expected
        ),
        body=body,
        status="error" if error else "ok",
        scores=scores,
        started_at=started,
        tokens_in=fields.total(each[0] for each in tokens),
        tokens_out=fields.total(each[1] for each in tokens),
        error=error,
        place=place,
    )


def _sampling(
    about: dict[str, Any],
    when: str,
    talk: Conversation,
    spans: list[Span],
    tokens: list[tuple[int | None, int | None]],
) -> None:
    """The evaluated system's turn; a sampling of something else is a grader's."""
    asked = payloads.given(about.get("prompt"))
    said = payloads.answered(_sampled(about.get("sampled")))
    usage = fields.mapping(about.get("usage"))
    taken = fields.count(usage.get("prompt_tokens"))
    given = fields.count(usage.get("completion_tokens"))
    more = fields.rest(about, ("prompt", "sampled", "usage", "model"))
    if talk.messages and not all(map(talk.knows, asked.messages[:1])):
        span: Span = {"name": "grader", "kind": "evaluator", "status": "ok"}
        if when:
            span["started_at"] = when
        if model := fields.text(about.get("model")):
            span["model"] = model
        if taken is not None:
            span["tokens_in"] = taken
        if given is not None:
            span["tokens_out"] = given
        span["attributes"] = fields.rest(
            {"prompt": about.get("prompt"), "sampled": about.get("sampled"), **more}, ()
        )
        spans.append(span)
        return
    tokens.append((taken, given))
    answers: list[Message] = said.messages
    if answers:
        last = answers[-1]
        if when:
            last["started_at"] = when
        if taken is not None:
            last["tokens_in"] = taken
        if given is not None:
            last["tokens_out"] = given
        if model := fields.text(about.get("model")):
            last["model"] = model
        if more:
            last["metadata"] = {**last.get("metadata", {}), **more}
    talk.receive(asked.messages)
    for message in answers:
        talk.made(message)


def _sampled(value: Any) -> Any:
    """What was sampled; a list of one is that one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _expected(value: Any) -> str:
    value = _sampled(value)
    return "" if value in fields.EMPTY else chat.plain_text(value)


def _match(about: dict[str, Any], scores: dict[str, Score]) -> None:
    correct = about.get("correct")
    if correct is None:
        return
    made = cells.score(correct) or Score(None)
    answer = about.get("picked")
    if answer in fields.EMPTY:
        answer = about.get("sampled")
    text = chat.plain_text(_sampled(answer)) if answer not in fields.EMPTY else None
    _add(scores, "correct", Score(made.value, made.label, None, text))


def _add(scores: dict[str, Score], base: str, score: Score | None) -> None:
    if score is None:
        return
    name, again = base, 1
    while name in scores:
        again += 1
        name = f"{base} ({again})"
    scores[name] = score
