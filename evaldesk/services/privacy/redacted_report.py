"""What a report or a table says of traces, as a reader of a profile may see it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from evaldesk.domain.report import ReportContent, ReportedTrace, Stream
from evaldesk.domain.trace import Trace
from evaldesk.services.privacy.redaction import Redactor

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

T = TypeVar("T")

_AS_IT_IS = frozenset(
    (
        *("id", "trace", "trace_a", "trace_b", "scenario_id", "hash", "supersedes"),
        *("rater", "author", "raters", "created_at", "started_at", "imported"),
        *("status", "kind", "field", "criterion", "rubric", "metric", "metrics", "scores"),
    )
)
"""Fields that name records, people who judged, or the questions; and no text of a trace."""


class RedactedItems:
    """Lays a profile over whatever speaks of a trace, with what is known of that trace: a comment
    that repeats a customer's name is as telling as the name.
    """

    def __init__(self, project: "Project", over: Redactor) -> None:
        self._project = project
        self._over = over
        self._trace: Trace | None = None

    def item(self, item: T, pk: int) -> T:
        """The same without personal data.

        Args:
            item: frozen dataclasses, named tuples, mappings and sequences of texts.
            pk: row number of the trace that it speaks of.
        """
        texts: dict[str, str] = {}
        _gather(item, texts)
        if not texts:
            return item
        redacted = self._over.beside(self._read(pk), list(texts))
        changed = {old: new for old, new in zip(texts, redacted, strict=True) if old != new}
        return _with(item, changed) if changed else item

    def _read(self, pk: int) -> Trace:
        if self._trace is None or self._trace.row.pk != pk:
            self._trace = self._project.traces.read(pk)
        return self._trace

    def trace(self, item: ReportedTrace) -> ReportedTrace:
        """A trace as a row of a table. Its preview was cut somewhere, perhaps within a name: it is
        made again from what is left.
        """
        trace = self._read(item.row.pk)
        return ReportedTrace(self._over(trace).row, self._over.beside(trace, [item.answer])[0])

    def text(self, text: str) -> str:
        """A name that belongs to no trace alone."""
        return self._over.text(text)

    def items(self, items: Iterator[T], pk_of: Callable[[T], int]) -> Iterator[T]:
        """One after the other."""
        for item in items:
            yield self.item(item, pk_of(item))

    def stream(self, stream: Stream[T], pk_of: Callable[[T], int]) -> Stream[T]:
        """Rows that are read while they are written."""
        return Stream(stream.size, lambda: self.items(stream.rows(), pk_of))


def redacted_content(project: "Project", content: ReportContent, over: Redactor) -> ReportContent:
    """A report's content as a reader of the profile may see it: traces, answers, highlights,
    disagreements, rulings, pairs, and the names of files, runs, systems, datasets and the project.
    """
    items = RedactedItems(project, over)
    return replace(
        content,
        rubrics=[
            replace(
                report,
                disagreements=[
                    items.item(one, one.disagreement.trace_pk) for one in report.disagreements
                ],
                rulings=[items.item(one, one.ruling.trace_pk) for one in report.rulings],
            )
            for report in content.rubrics
        ],
        comparisons=[
            replace(
                one,
                comparison=_redacted_pairs(items, one.comparison),
                pairs=items.stream(one.pairs, lambda item: item.pair.a_pk),
            )
            for one in content.comparisons
        ],
        project=over.text(content.project),
        datasets=[
            replace(
                one,
                dataset=over.text(one.dataset),
                runs=tuple(over.text(name) for name in one.runs),
            )
            for one in content.datasets
        ],
        runs=[
            replace(
                report,
                run=replace(
                    report.run,
                    name=over.text(report.run.name),
                    system=over.text(report.run.system),
                    dataset=over.text(report.run.dataset),
                    source=over.text(report.run.source),
                ),
                dataset_version=over.text(report.dataset_version),
            )
            for report in content.runs
        ],
        notes=[
            replace(note, about=over.text(note.about), text=over.text(note.text))
            for note in content.notes
        ],
        traces=Stream(content.traces.size, lambda: map(items.trace, content.traces.rows())),
        ratings=items.stream(content.ratings, lambda item: item.answer.trace_pk),
        highlights=items.stream(content.highlights, lambda item: item.highlight.trace_pk),
    )


def _redacted_pairs(items: RedactedItems, comparison: Any) -> Any:
    """The pairs that a comparison holds itself, such as those that got worse."""
    return replace(
        comparison,
        run_a=items.text(comparison.run_a),
        run_b=items.text(comparison.run_b),
        pairs=tuple(items.item(pair, pair.a_pk) for pair in comparison.pairs),
        regressions=tuple(items.item(pair, pair.a_pk) for pair in comparison.regressions),
    )


def _gather(value: Any, texts: dict[str, str]) -> None:
    if isinstance(value, str):
        if value:
            texts[value] = value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            if one.name not in _AS_IT_IS:
                _gather(getattr(value, one.name), texts)
    elif isinstance(value, Mapping):
        for item in value.values():
            _gather(item, texts)
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        for name in value._fields:
            if name not in _AS_IT_IS:
                _gather(getattr(value, name), texts)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for item in value:
            _gather(item, texts)


def _with(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return texts.get(value, value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                one.name: _with(getattr(value, one.name), texts)
                for one in fields(value)
                if one.init and one.name not in _AS_IT_IS
            },
        )
    if isinstance(value, Mapping):
        return {key: _with(item, texts) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(
            *(
                getattr(value, name) if name in _AS_IT_IS else _with(getattr(value, name), texts)
                for name in value._fields
            )
        )
    if isinstance(value, tuple):
        return tuple(_with(item, texts) for item in value)
    if isinstance(value, list):
        return [_with(item, texts) for item in value]
    return value
