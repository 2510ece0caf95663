"""Traces whole, many of them: read in blocks, handed out one at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select

from evaldesk.domain.trace import Annotation, Scenario, Score, Trace, TraceRow
from evaldesk.storage import codec
from evaldesk.storage import scenario_revisions as revisions
from evaldesk.storage import tables as t

AT_ONCE = 200
"""Rows of a block. Their bodies are held compressed, and unpacked one by one."""

_PKS: BindParameter[Any] = bindparam("pks", expanding=True)
_PLACES = (
    select(
        t.trace.c.pk,
        t.trace.c.scenario_pk,
        t.scenario.c.key,
        t.scenario.c.tier,
        t.scenario.c.expected,
        t.scenario.c.origin,
        t.scenario.c.title,
        t.scenario.c.body.label("stored"),
        t.trace_body.c.body,
    )
    .select_from(
        t.trace.join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk).join(
            t.trace_body, t.trace_body.c.trace_pk == t.trace.c.pk
        )
    )
    .where(t.trace.c.pk.in_(_PKS))
)
_SCORES = (
    select(
        t.score.c.trace_pk,
        t.metric.c.name,
        t.score.c.value,
        t.score.c.label,
        t.score.c.explanation,
        t.score.c.answer,
    )
    .join(t.metric, t.metric.c.pk == t.score.c.metric_pk)
    .where(t.score.c.trace_pk.in_(_PKS))
    .order_by(t.score.c.metric_pk)
)
_ANNOTATIONS = (
    select(t.annotation).where(t.annotation.c.trace_pk.in_(_PKS)).order_by(t.annotation.c.pk)
)


def whole_traces(connection: Connection, rows: Sequence[TraceRow]) -> Iterator[Trace]:
    """The traces of these rows, in this order. What they need is read when this is called; their
    bodies are unpacked as they are asked for.

    Args:
        rows: as a list shows them, at most `AT_ONCE`.
    """
    pks = [row.pk for row in rows]
    found = {one.pk: one for one in connection.execute(_PLACES, {"pks": pks})}
    redacted = revisions.redactions(connection, [one.scenario_pk for one in found.values()])
    scores, annotations = full_scores(connection, pks), _annotations(connection, pks)
    return _unpacked(rows, found, scores, annotations, redacted)


def _unpacked(
    rows: Sequence[TraceRow],
    places: dict[int, Row[*tuple[Any, ...]]],
    scores: Mapping[int, Mapping[str, Score]],
    annotations: Mapping[int, Sequence[Annotation]],
    redacted: Mapping[int, tuple[str, ...]],
) -> Iterator[Trace]:
    for row in rows:
        found = places.pop(row.pk)
        stored = codec.read(found.stored)
        yield Trace(
            row=row,
            scenario=Scenario(
                key=found.key,
                input=stored.get("input"),
                tier=found.tier,
                slices=row.slices,
                expected=found.expected,
                origin=found.origin,
                title=found.title,
                metadata=stored.get("metadata") or {},
                redactions=redacted.get(found.scenario_pk, ()),
            ),
            scenario_id=row.scenario_id,
            body=codec.read(found.body),
            scores=scores.get(row.pk, {}),
            annotations=tuple(annotations.get(row.pk, ())),
        )


def full_scores(connection: Connection, pks: Sequence[int]) -> dict[int, dict[str, Score]]:
    """Trace → its scores with all that the scorers said."""
    found: dict[int, dict[str, Score]] = {}
    for pk, name, value, label, explanation, answer in connection.execute(_SCORES, {"pks": pks}):
        found.setdefault(pk, {})[name] = Score(value, label, explanation, answer)
    return found


def _annotations(connection: Connection, pks: Sequence[int]) -> dict[int, list[Annotation]]:
    found: dict[int, list[Annotation]] = {}
    for row in connection.execute(_ANNOTATIONS, {"pks": pks}):
        said = Annotation(
            name=row.name,
            value=row.value,
            label=row.label,
            comment=row.comment,
            annotator=row.annotator,
            target=row.target,
            created_at=row.created_at,
            metadata=codec.decode(row.details),
        )
        found.setdefault(row.trace_pk, []).append(said)
    return found
