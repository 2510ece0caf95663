"""LangSmith's runs: nested, or flat in any order, a trace from those of one ``trace_id``."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.importers import fields
from evaldesk.importers.complete_groups import complete_groups
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.langsmith_run import trace_of
from evaldesk.importers.pages import paged
from evaldesk.importers.record_loop import Loop, first_document
from evaldesk.importers.records import Row
from evaldesk.importers.source import Source

_LIST = "runs"
_KNOWN = frozenset(
    [
        *("inputs", "outputs", "start_time", "trace_id", "dotted_order", "child_runs"),
        *("session_id", "parent_run_id", "feedback_stats", "reference_example_id"),
    ]
)


class LangSmith:
    """One run a record: ``{id, run_type, inputs, outputs, trace_id, dotted_order, …}``."""

    name = "langsmith"
    title = "LangSmith runs"
    extensions = (".jsonl", ".json", ".jsonl.gz", ".json.gz")
    description = (
        "Runs as messages, spans, tools and retrieved documents, with model, tokens, cost and "
        "time; the prompt's commit or the revision. Feedback of people is annotations, other "
        "feedback and feedback_stats scores. The reference example, or the input, is the scenario; "
        "each experiment is a run. Tags, metadata, runtime and events are kept."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """A type of run beside what only runs have."""
        record = first_document(source)
        listed = record.get(_LIST)
        if isinstance(listed, list) and listed:
            record = fields.mapping(listed[0])
        if not isinstance(record.get("run_type"), str):
            return 0.0
        return 0.95 if len(_KNOWN & set(record)) >= 3 else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Runs of a trace may stand apart: the file is read more than once."""
        sessions = _sessions(source)
        several = len(sessions) > 1
        if not several:
            yield _header(next(iter(sessions), ""), "")
        loop = Loop(source, options, once=True)
        current: str | None = None
        empty = True
        with closing(complete_groups(lambda: paged(source, _LIST), _trace_id)) as groups:
            for group in groups:
                empty = False
                place, record, raw = group[0]
                session = ""
                if not isinstance(record, InputError):
                    runs = [row[1] for row in group if isinstance(row[1], dict)]
                    session = next((name for run in runs if (name := _session(run))), "")
                    raw = b"".join(row[2] for row in group)
                    made = list(loop.one(partial(_trace, runs), place, record, raw, session))
                else:
                    made = list(loop.one(partial(_trace, []), place, record, raw))
                if several and made and session != current:
                    current = session
                    yield _header(session, session)
                yield from made
        if empty:
            raise source.error("It holds no runs.", "Check that it is the file you meant.")
        yield from loop.notes()


def _trace(runs: list[dict[str, Any]], first: dict[str, Any], place: str) -> Any:
    return trace_of(runs, place)


def _header(session: str, part: str) -> RunHeader:
    return RunHeader(part=part, metadata={"session": session} if session else {})


def _sessions(source: Source) -> dict[str, None]:
    """The experiments or projects of the file's traces, in order."""
    made: dict[str, None] = {}
    rows: Iterator[Row] = paged(source, _LIST)
    for _, record, _ in rows:
        if not isinstance(record, InputError) and (name := _session(record)):
            made[name] = None
    return made


def _session(run: dict[str, Any]) -> str:
    return fields.first_text(run.get("session_name"), run.get("session_id"))


def _trace_id(run: dict[str, Any]) -> str:
    """Of the trace that a run belongs to; a root is its own where nothing says more."""
    said = fields.text(run.get("trace_id"))
    if said:
        return said
    first = fields.text(run.get("dotted_order")).partition(".")[0]
    if "Z" in first:
        return first.partition("Z")[2]
    return fields.text(run.get("id")) if run.get("parent_run_id") in fields.EMPTY else ""
