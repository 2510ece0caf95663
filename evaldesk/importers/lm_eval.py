"""Samples of lm-evaluation-harness: one line a document and filter."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote
from evaldesk.domain.trace import Score, TraceRecord
from evaldesk.domain.wording import counted
from evaldesk.importers import cells, fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.json_stream import sketch
from evaldesk.importers.lm_eval_sample import filter_of, key_of, metrics_of, readable, trace_of
from evaldesk.importers.record_loop import Loop, digest
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source

_FILE = re.compile(r"^samples_(?P<task>.+?)(_\d{4}-\d\d-\d\dT[\d.:-]+)?$")
_MARKS = ("doc_id", "doc", "resps", "filtered_resps", "arguments", "target")


class LmEval:
    """One task's samples: documents, requests, responses and metrics."""

    name = "lm-eval"
    title = "lm-evaluation-harness samples"
    extensions = (".jsonl", ".jsonl.gz", ".json")
    description = (
        "Document (the scenario), prompt, all responses, target and every metric under its own "
        "name; with several filters, one trace with the metrics of each as “metric,filter”. Of "
        "multiple choice the likeliest answer is shown, with the likelihood of each. Request "
        "settings, hashes and the rest of a document are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """A record with document, responses and filtered responses."""
        seen = sketch(source)
        if seen.kind not in ("lines", "array", "object"):
            return 0.0
        first = seen.members if seen.kind == "object" else seen.first
        if not isinstance(first, dict) or "doc_id" not in first or "resps" not in first:
            return 0.0
        return 0.95 if sum(name in first for name in _MARKS) >= 4 else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads the file twice: the same document comes again for each filter."""
        survey = _surveyed(source)
        task = _FILE.match(source.name)
        yield RunHeader(dataset=task["task"] if task else "")
        loop = Loop(source, options)
        taken: set[bytes] = set()

        def rows() -> Iterator[Any]:
            with closing(iter(Records(source))) as given:
                for place, record, raw in given:
                    if isinstance(record, dict) and survey.several and readable(record):
                        key = key_of(record)
                        if key in taken:
                            continue
                        taken.add(key)
                    yield place, record, raw

        yield from loop.over(lambda record, place: _trace(record, place, survey), rows())
        if survey.several:
            names = ", ".join(f"“{name}”" for name in survey.filters)
            yield ImportNote(
                f"The responses were scored with {len(survey.filters)} filters ({names}): each "
                "document is one trace, and its metrics are called “metric,filter”."
            )
        if survey.again:
            yield ImportNote(
                counted(survey.again, "%1 line is", "%1 lines are")
                + " of a document and filter that were there before, and taken as no other trial; "
                "their metrics are kept as metadata."
            )


@dataclass(slots=True)
class _Survey:
    """What a first reading finds.

    Attributes:
        filters: their names, in order.
        scored: document → filter → scores and filtered responses; only with several filters.
        again: lines of a document and filter that are there more than once.
    """

    filters: dict[str, None] = field(default_factory=dict)
    scored: dict[bytes, dict[str, tuple[dict[str, Score], Any]]] = field(default_factory=dict)
    twice: dict[bytes, list[dict[str, Any]]] = field(default_factory=dict)
    again: int = 0

    @property
    def several(self) -> bool:
        return len(self.filters) > 1


def _surveyed(source: Source) -> _Survey:
    made = _Survey()
    with closing(iter(Records(source))) as rows:
        for _, record, _ in rows:
            if isinstance(record, dict) and readable(record):
                made.filters[filter_of(record)] = None
    if not made.several:
        return made
    with closing(iter(Records(source))) as rows:
        for _, record, _ in rows:
            if isinstance(record, InputError) or not readable(record):
                continue
            name = filter_of(record)
            scored = made.scored.setdefault(key_of(record), {})
            scores = metrics_of(record)
            if name in scored:
                if digest(record.get("filtered_resps")) != digest(scored[name][1]):
                    made.again += 1
                    values = {metric: score.value for metric, score in scores.items()}
                    made.twice.setdefault(key_of(record), []).append(
                        {"filter": name, "metrics": values, "resps": record.get("resps")}
                    )
                continue
            scored[name] = (scores, record.get("filtered_resps"))
    return made


def _trace(record: Mapping[str, Any], place: str, survey: _Survey) -> TraceRecord:
    if not survey.several or not readable(record):
        return trace_of(record, place, metrics_of(record))
    key = key_of(record)
    scores: dict[str, Score] = {}
    filtered: dict[str, Any] = {}
    for name, (found, responses) in survey.scored[key].items():
        filtered[name] = responses
        answer = cells.text_of(responses)
        for metric, score in found.items():
            scores[f"{metric},{name}"] = Score(score.value, score.label, None, answer)
    more: dict[str, Any] = {"filtered_resps": filtered}
    if key in survey.twice:
        more["again"] = survey.twice[key]
    return trace_of(record, place, scores, more=fields.rest(more, ()))
