"""Highlights of a trace: put in their places, made, listed, and compared between raters."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from evaldesk.domain.anchoring import Passages, anchor_at, locate
from evaldesk.domain.errors import NotAllowedError, UsageError
from evaldesk.domain.highlight import (
    Found,
    Highlight,
    HighlightLabel,
    LabelKind,
    Placed,
    RaterSpans,
    SpanOverlap,
    SpansBesideEachOther,
)
from evaldesk.domain.identifiers import new_id
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Trace, TraceRow
from evaldesk.services.reading.passages import fingerprint, passages_of

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


STEP = "#highlight:"
"""Begins the field of a step that made, changed or removed a highlight; its id follows."""


def labels_of(rubrics: Iterable[Rubric]) -> list[HighlightLabel]:
    """What can be chosen as a label: failure modes, then criteria, each once."""
    rubrics = tuple(rubrics)
    modes = [
        HighlightLabel("mode", mode.name, mode.text, rubric.name, mode.severity)
        for rubric in rubrics
        for mode in rubric.failure_modes
    ]
    criteria = [
        HighlightLabel("criterion", item.name, item.text, rubric.name)
        for rubric in rubrics
        for item in rubric.criteria
    ]
    found: dict[tuple[str, str], HighlightLabel] = {}
    for label in (*modes, *criteria):
        found.setdefault((label.kind, label.name), label)
    return list(found.values())


def place(highlights: Iterable[Highlight], passages: Passages) -> Placed:
    """Where highlights stand in a trace, in reading order, and those whose words are gone."""
    found: list[tuple[int, Highlight, Found]] = []
    lost: list[Highlight] = []
    for one in highlights:
        where = locate(one.anchor, passages)
        if where is None:
            lost.append(one)
        else:
            found.append((passages.index(where.step, where.key), one, where))
    found.sort(key=lambda item: (item[0], item[2].start, item[2].end, item[1].id))
    return Placed(tuple((one, where) for _, one, where in found), tuple(lost))


def of_trace(
    project: "Project", trace: Trace, author: str, *, reading: int | None = None
) -> Placed:
    """One person's highlights of a trace, those of its earlier imports included. Nobody else's.

    Args:
        author: who; nobody named has none.
        reading: only those of this reading; None for all.
    """
    if not author:
        return Placed()
    passages = passages_of(trace)
    return place(
        project.highlights.of_trace(
            trace.row.pk, author, said=fingerprint(passages), reading=reading
        ),
        passages,
    )


def make(
    trace: Trace,
    passages: Passages,
    step: int,
    key: str,
    start: int,
    end: int,
    *,
    author: str,
    kind: LabelKind,
    label: str,
    rubric: str = "",
    severity: str = "",
    comment: str = "",
    round: str = "",
    reading: int = 0,
) -> Highlight:
    """A new highlight of a stretch of a trace, not yet kept.

    Args:
        passages: of the trace. step, key: the passage. start, end: characters of its text.

    Raises:
        UsageError: the text cannot be highlighted, holds only spaces, or there is no label.
    """
    index = passages.index(step, key)
    if index < 0:
        raise UsageError("This text is no part of a message.", "Select text of a message.")
    made = Highlight(
        id=new_id(),
        trace_pk=trace.row.pk,
        author=author,
        anchor=anchor_at(passages, index, start, end),
        kind=kind,
        label=label.strip(),
        severity=severity,
        comment=comment.strip(),
        rubric=rubric,
        round=round,
        reading=reading,
        said=fingerprint(passages),
    )
    made.check()
    return made


class OwnedHighlight(NamedTuple):
    """A highlight as an owner lists it.

    Attributes:
        place: the row of its trace. found: where it stands there; None where it is not found.
    """

    highlight: Highlight
    place: TraceRow
    found: Found | None


def of_project(
    project: "Project", trace: str = "", *, person: str = ""
) -> Iterator[OwnedHighlight]:
    """Everybody's highlights with their places, trace by trace.

    Args:
        trace: id or name of one; empty for all.
        person: who asks; empty where nobody said.

    Raises:
        NotAllowedError: the person still has items to rate in a round.
        NotFoundError: no such trace. UsageError: several.
    """
    # Late: what says who is to rate what stands above this module.
    from evaldesk.services.rounds.queue import pending_in

    for rubric in project.rubrics.list() if person else ():
        if pending_in(project, rubric.name, person):
            raise NotAllowedError(
                f"{person} still has items to rate by “{rubric.name}”: others' highlights could "
                "sway them.",
                "Say who you are with --author, or finish the round first.",
            )
    only = project.traces.find(trace) if trace else None
    by_trace: dict[int, list[Highlight]] = {}
    for one in project.highlights.everything():
        if only is None or one.trace_pk == only:
            by_trace.setdefault(one.trace_pk, []).append(one)
    for pk, own in by_trace.items():
        read = project.traces.read(pk)
        placed = place(own, passages_of(read))
        yield from (OwnedHighlight(one, read.row, found) for one, found in placed.found)
        yield from (OwnedHighlight(one, read.row, None) for one in placed.lost)


def side_by_side(
    project: "Project", trace: Trace, aliases: Sequence[tuple[str, str]], *, reading: int = 0
) -> SpansBesideEachOther:
    """All raters' highlights of a trace, for one who adjudicates.

    Args:
        aliases: (rater, what the rater is called), in the order of the columns.
        reading: only of this reading.
    """
    passages = passages_of(trace)
    standing = project.highlights.of_trace(
        trace.row.pk, said=fingerprint(passages), reading=reading
    )
    raters = []
    for name, alias in aliases:
        own = [one for one in standing if one.author == name]
        placed = place(own, passages)
        # Names must not be told by what is handed on.
        raters.append(
            RaterSpans(
                alias,
                Placed(
                    tuple((replace(one, author=alias), where) for one, where in placed.found),
                    tuple(replace(one, author=alias) for one in placed.lost),
                ),
            )
        )
    texts = {(one.step, one.key): one.text for one in passages}
    return SpansBesideEachOther(tuple(raters), overlaps(raters), texts)


def overlaps(raters: Sequence[RaterSpans]) -> tuple[SpanOverlap, ...]:
    """How far each pair of raters who marked anything marked the same characters."""
    marked = [(rater.alias, _marked(rater.placed)) for rater in raters]
    marked = [(alias, spans) for alias, spans in marked if spans]
    return tuple(
        _overlap(one, its, other, others) for (one, its), (other, others) in combinations(marked, 2)
    )


_Marked = dict[tuple[int, str], dict[str, list[tuple[int, int]]]]
"""Passage → label → stretches that do not overlap, in order."""


def _marked(placed: Placed) -> _Marked:
    found: _Marked = {}
    for one, where in placed.found:
        labels = found.setdefault((where.step, where.key), {})
        labels.setdefault(f"{one.kind}:{one.label}", []).append((where.start, where.end))
    return {
        passage: {label: _merged(spans) for label, spans in labels.items()}
        for passage, labels in found.items()
    }


def _overlap(one: str, its: _Marked, other: str, others: _Marked) -> SpanOverlap:
    shared = either = own = theirs = labelled = 0
    for passage in {**its, **others}:
        mine, yours = its.get(passage, {}), others.get(passage, {})
        first = _merged([span for spans in mine.values() for span in spans])
        second = _merged([span for spans in yours.values() for span in spans])
        both = _common(first, second)
        shared += _length(both)
        own += _length(first)
        theirs += _length(second)
        either += _length(first) + _length(second) - _length(both)
        same = [
            span for label, spans in mine.items() for span in _common(spans, yours.get(label, ()))
        ]
        labelled += _length(_merged(same))
    return SpanOverlap(one, other, shared, either, own, theirs, labelled)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _common(
    one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """What two lists of stretches in order share."""
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            found.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return found


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)
