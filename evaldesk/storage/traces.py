"""Reading traces: ids for lists, rows for what is shown, one body when it is opened."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import RELEVANCE, TraceQuery
from evaldesk.domain.trace import Score, Trace, TraceRow
from evaldesk.storage import codec, packing, search, similarity
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database
from evaldesk.storage.facets import Counts, FacetRepository
from evaldesk.storage.filter_names import Names
from evaldesk.storage.naming import PLACES, find_one, find_some
from evaldesk.storage.selection import beginning, by_score, everything, matching, selected
from evaldesk.storage.whole_traces import AT_ONCE, full_scores, whole_traces

_ROW = select(
    t.trace.c.pk,
    t.trace.c.id,
    t.trace.c.scenario_pk,
    t.scenario.c.id.label("scenario_id"),
    t.scenario.c.key,
    t.scenario.c.title,
    t.scenario.c.tier,
    t.run.c.name.label("run"),
    t.trace.c.system,
    t.trace.c.trial,
    t.trace.c.status,
    t.trace.c.error,
    t.trace.c.started_at,
    t.trace.c.latency_ms,
    t.trace.c.tokens_in,
    t.trace.c.tokens_out,
    t.trace.c.cost,
    t.trace.c.preview,
    t.trace.c.model,
    t.trace.c.prompt_version,
    select(t.import_file.c.created_at)
    .where(t.import_file.c.pk == t.trace.c.import_pk)
    .scalar_subquery()
    .label("imported"),
).select_from(PLACES)
_BY_PKS = _ROW.where(t.trace.c.pk.in_(bindparam("pks", expanding=True)))
_BODY = select(t.trace_body.c.body).where(t.trace_body.c.trace_pk == bindparam("pk"))
_SNIPPETS_AT_ONCE = 64
_LIKENESSES_KEPT = 16
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class RunTrace:
    """What a comparison needs of a trace besides its value."""

    pk: int
    scenario_id: str
    trial: int
    status: str


class TraceRepository:
    """The project's traces, read only."""

    def __init__(self, database: Database, facets: FacetRepository) -> None:
        self._database = database
        self._facets = facets
        self._likenesses: dict[tuple[int, Any], list[tuple[int, float]]] = {}

    def ids(self, query: TraceQuery) -> "array[int]":
        """Row numbers of all the traces that match, in the order asked.

        Raises:
            NotFoundError: an unknown run, field, score, sort key, or value of a closed field.
        """
        with self._database.read() as connection:
            return packing.numbers(connection, everything(query, self._names(connection, query)))

    def first(self, query: TraceQuery, limit: int = 200) -> "array[int]":
        """The first of `ids`, at once where many traces match. What is to be ranked by relevance
        comes newest first; of a word that is being typed, whole words come first.

        Raises:
            NotFoundError: as `ids`.
        """
        with self._database.read() as connection:
            names = self._names(connection, query)
            if query.similar:
                return packing.numbers(connection, everything(query, names).limit(limit))
            whole = search.whole_words(query.text)
            if whole is not None:
                exact = beginning(replace(query, text=whole), names).limit(limit)
                found = packing.numbers(connection, exact)
                if found:
                    return found
            scored = by_score(query, names)
            if scored is not None:
                found = packing.numbers(connection, scored.limit(limit))
                if len(found) == limit:
                    return found
            return packing.numbers(connection, beginning(query, names).limit(limit))

    def count(self, query: TraceQuery | None = None) -> int:
        """How many traces match."""
        with self._database.read() as connection:
            if query is None or query == replace(TraceQuery(), sort=query.sort):
                return _count(connection, t.trace)
            inner = matching(query, self._names(connection, query)).subquery()
            return int(connection.execute(select(sql.count()).select_from(inner)).scalar_one())

    def page(
        self, query: TraceQuery, limit: int, after: Sequence[Any] | None = None
    ) -> tuple[list[TraceRow], list[Any] | None]:
        """A page by key: never slower at the end than at the beginning. By relevance it is a page
        of the whole ranking.

        Args:
            query: what to list.
            limit: rows at most.
            after: the key that the page before returned.

        Returns:
            The rows, and the key for the next page; None where this was the last.
        """
        if after is not None and (len(after) != 2 or not isinstance(after[1], int)):
            raise UsageError("The cursor is not one that this command gave.")
        if query.sort.removeprefix("-") == RELEVANCE:
            start = 0 if after is None else max(0, after[1])
            ids = self.ids(query)
            following = [RELEVANCE, start + limit] if start + limit < len(ids) else None
            return self.rows(ids[start : start + limit]), following
        with self._database.read() as connection:
            names = self._names(connection, query)
            found = connection.execute(selected(query, names, after).limit(limit + 1))
            keys = [(pk, key) for pk, key in found]
            more = len(keys) > limit
            keys = keys[:limit]
            rows = _rows(connection, [pk for pk, _ in keys])
            return rows, [keys[-1][1], keys[-1][0]] if more else None

    def similar(self, reference: str, limit: int = 50) -> list[tuple[int, float]]:
        """Traces whose text is like that of one: row number and likeness from 0 to 1, the most
        alike first; see `similarity`.

        Raises:
            NotFoundError: no such trace.
            UsageError: several.
        """
        with self._database.read() as connection:
            return self._like(connection, reference)[:limit]

    def _names(self, connection: Connection, query: TraceQuery) -> Names:
        def liked(connection: Connection, reference: str) -> list[int]:
            return [pk for pk, _ in self._like(connection, reference)]

        return Names(connection, query.tags_by, query.me, liked)

    def _like(self, connection: Connection, reference: str) -> list[tuple[int, float]]:
        pk = find_one(connection, reference)
        newest = connection.execute(select(sql.max(t.trace.c.pk))).scalar()
        key = (pk, newest)
        if key not in self._likenesses:
            found = similarity.similar(connection, pk)
            if len(self._likenesses) >= _LIKENESSES_KEPT:
                self._likenesses.clear()
            self._likenesses[key] = found
        return self._likenesses[key]

    def rows(self, pks: Sequence[int]) -> list[TraceRow]:
        """What a list shows of these traces, in this order; unknown ones are left out."""
        if not pks:
            return []
        with self._database.read() as connection:
            return _rows(connection, pks)

    def read(self, pk: int) -> Trace:
        """One trace, whole.

        Raises:
            NotFoundError: there is none of that number.
        """
        with self._database.read() as connection:
            rows = _rows(connection, [pk])
            if not rows:
                raise NotFoundError(f"There is no trace number {pk}.")
            return next(whole_traces(connection, rows))

    def whole(self, pks: Sequence[int]) -> Iterator[Trace]:
        """Traces whole, in this order; unknown ones are left out. One body is unpacked at a time,
        so that any number of them can be gone through.
        """
        for start in range(0, len(pks), AT_ONCE):
            with self._database.read() as connection:
                rows = _rows(connection, pks[start : start + AT_ONCE])
                found = whole_traces(connection, rows)
            yield from found

    def scores(self, pks: Sequence[int], metric: str) -> dict[int, Score]:
        """Trace → its score with all that the scorer said; at most 500 traces at once."""
        with self._database.read() as connection:
            return {
                pk: found[metric]
                for pk, found in full_scores(connection, pks).items()
                if metric in found
            }

    def find(self, reference: str) -> int:
        """The trace that a person names; see `naming.find_one`.

        Raises:
            NotFoundError: none.
            UsageError: several.
        """
        with self._database.read() as connection:
            return find_one(connection, reference)

    def find_all(self, references: Iterable[str]) -> dict[str, list[int]]:
        """For each reference the traces it fits; see `find`. Fast for many references."""
        wanted = list(dict.fromkeys(references))
        result: dict[str, list[int]] = {reference: [] for reference in wanted}
        with self._database.read() as connection:
            for start in range(0, len(wanted), 500):
                find_some(connection, wanted[start : start + 500], result)
        return result

    def siblings(self, pk: int) -> list[TraceRow]:
        """The other traces of the same scenario: other runs and trials."""
        with self._database.read() as connection:
            scenario = select(t.trace.c.scenario_pk).where(t.trace.c.pk == pk).scalar_subquery()
            pks = connection.execute(
                select(t.trace.c.pk)
                .where(t.trace.c.scenario_pk == scenario, t.trace.c.pk != pk)
                .order_by(t.trace.c.run_pk, t.trace.c.trial)
            )
            return _rows(connection, list(pks.scalars()))

    def snippets(self, pks: Sequence[int], words: str) -> dict[int, str]:
        """Row number → the surroundings of the first hit, for the rows on the screen."""
        result: dict[int, str] = {}
        with self._database.read() as connection:
            for pk in pks[:_SNIPPETS_AT_ONCE]:
                packed = connection.execute(_BODY, {"pk": pk}).scalar_one_or_none()
                if packed is not None:
                    texts = search.body_texts(codec.read(packed))
                    result[pk] = search.snippet(texts, words)
        return result

    def metrics(self) -> list[str]:
        """Names of scores, in the order they were first seen."""
        with self._database.read() as connection:
            return list(
                connection.execute(select(t.metric.c.name).order_by(t.metric.c.pk)).scalars()
            )

    def facets(self, tags_by: str = "") -> Counts:
        """What the traces can be narrowed by: name → values with counts, most frequent first.

        Args:
            tags_by: only tags that this rater gave; empty for everybody's.
        """
        return self._facets.counts(TraceQuery(tags_by=tags_by))

    def labels(self, name: str) -> dict[int, str]:
        """Trace → its value of ``tier``, ``run``, ``system`` or a slice; those without are left
        out.

        Raises:
            NotFoundError: no such slice; offers the nearest.
        """
        columns: dict[str, Any] = {
            "tier": t.scenario.c.tier,
            "run": t.run.c.name,
            "system": t.trace.c.system,
        }
        with self._database.read() as connection:
            if name in columns:
                statement = select(t.trace.c.pk, columns[name]).select_from(PLACES)
                statement = statement.where(columns[name] != "")
            else:
                bare = name.removeprefix("slice.")
                known = Names(connection).slices
                if bare not in known:
                    raise NotFoundError.among("slice", name, [*known, *columns])
                statement = (
                    select(t.trace.c.pk, t.scenario_slice.c.value)
                    .join(
                        t.scenario_slice,
                        t.scenario_slice.c.scenario_pk == t.trace.c.scenario_pk,
                    )
                    .where(t.scenario_slice.c.name == bare)
                )
            return dict(connection.execute(statement).all())

    def of_run(self, run: str) -> list["RunTrace"]:
        """Every trace of a run, by scenario and trial, for comparisons."""
        with self._database.read() as connection:
            found = connection.execute(
                select(t.trace.c.pk, t.scenario.c.id, t.trace.c.trial, t.trace.c.status)
                .select_from(PLACES)
                .where(t.run.c.name == run)
                .order_by(t.trace.c.scenario_pk, t.trace.c.trial)
            )
            return [
                RunTrace(pk, scenario.hex(), trial, status) for pk, scenario, trial, status in found
            ]

    def outcomes(self, run: str, metric: str) -> Iterator[tuple[int, str, float | None]]:
        """Scenario (its row number), status and score of every trace of a run, by scenario; None
        where a trace has no such score. The reading connection is held until the iterator ends
        or is closed.

        Raises:
            NotFoundError: no such metric; offers the nearest.
        """
        with self._database.read() as connection:
            known = Names(connection).metrics
            if metric not in known:
                raise NotFoundError.among("metric", metric, known)
            scored = and_(t.score.c.trace_pk == t.trace.c.pk, t.score.c.metric_pk == known[metric])
            found = connection.execution_options(yield_per=_AT_ONCE).execute(
                select(t.trace.c.scenario_pk, t.trace.c.status, t.score.c.value)
                .select_from(
                    t.trace.join(t.run, t.run.c.pk == t.trace.c.run_pk).outerjoin(t.score, scored)
                )
                .where(t.run.c.name == run)
                .order_by(t.trace.c.scenario_pk)
            )
            for row in found:
                yield row.scenario_pk, row.status, row.value

    def numbers(self, run: str, metric: str) -> dict[int, float]:
        """Trace → value of a score or of a number field such as ``latency_ms``; those without
        are left out.

        Raises:
            NotFoundError: no such metric; offers the nearest.
        """
        fields: dict[str, Any] = {
            "latency_ms": t.trace.c.latency_ms,
            "tokens_in": t.trace.c.tokens_in,
            "tokens_out": t.trace.c.tokens_out,
            "cost": t.trace.c.cost,
        }
        with self._database.read() as connection:
            names = Names(connection)
            statement: Any
            if metric in names.metrics:
                statement = (
                    select(t.trace.c.pk, t.score.c.value)
                    .select_from(PLACES.join(t.score, t.score.c.trace_pk == t.trace.c.pk))
                    .where(
                        t.score.c.metric_pk == names.metrics[metric],
                        t.score.c.value.is_not(None),
                    )
                )
            elif metric in fields:
                statement = select(t.trace.c.pk, fields[metric]).select_from(PLACES)
                statement = statement.where(fields[metric].is_not(None))
            else:
                raise NotFoundError.among("metric", metric, [*names.metrics, *fields])
            found = connection.execute(statement.where(t.run.c.name == run))
            return {pk: float(value) for pk, value in found}


def _count(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(sql.count()).select_from(table)).scalar_one())


def _rows(connection: Connection, pks: Sequence[int]) -> list[TraceRow]:
    if not pks:
        return []
    found: dict[int, TraceRow] = {}
    for start in range(0, len(pks), 500):
        some = list(pks[start : start + 500])
        rows = list(connection.execute(_BY_PKS, {"pks": some}))
        slices = _slices(connection, {row.scenario_pk for row in rows})
        scores = _scores(connection, some)
        said = _said(connection, some)
        for row in rows:
            found[row.pk] = _row(
                row,
                slices.get(row.scenario_pk, {}),
                scores.get(row.pk, {}),
                said.get(row.pk, {}),
            )
    return [found[pk] for pk in pks if pk in found]


def _row(
    row: Row[*tuple[Any, ...]],
    slices: Mapping[str, str],
    scores: Mapping[str, float | None],
    said: Mapping[str, tuple[float | str, ...]],
) -> TraceRow:
    return TraceRow(
        pk=row.pk,
        id=row.id.hex(),
        scenario=row.key,
        title=row.title,
        run=row.run,
        system=row.system,
        trial=row.trial,
        status=row.status,
        tier=row.tier,
        slices=slices,
        scores=scores,
        latency_ms=row.latency_ms,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost=row.cost,
        started_at=row.started_at,
        error=row.error,
        preview=row.preview,
        scenario_id=row.scenario_id.hex(),
        model=row.model,
        prompt_version=row.prompt_version,
        imported=row.imported or "",
        said=said,
    )


_SLICES = (
    select(t.scenario_slice.c.scenario_pk, t.scenario_slice.c.name, t.scenario_slice.c.value)
    .where(t.scenario_slice.c.scenario_pk.in_(bindparam("pks", expanding=True)))
    .order_by(t.scenario_slice.c.name)
)
_SCORES = (
    select(t.score.c.trace_pk, t.metric.c.name, t.score.c.value)
    .join(t.metric, t.metric.c.pk == t.score.c.metric_pk)
    .where(t.score.c.trace_pk.in_(bindparam("pks", expanding=True)))
    .order_by(t.score.c.metric_pk)
)


_SAID = (
    select(t.annotation.c.trace_pk, t.annotation.c.name, t.annotation.c.value, t.annotation.c.label)
    .where(t.annotation.c.trace_pk.in_(bindparam("pks", expanding=True)))
    .order_by(t.annotation.c.pk)
)


def _said(
    connection: Connection, pks: Sequence[int]
) -> dict[int, dict[str, tuple[float | str, ...]]]:
    result: dict[int, dict[str, tuple[float | str, ...]]] = {}
    for pk, name, value, label in connection.execute(_SAID, {"pks": list(pks)}):
        given = result.setdefault(pk, {})
        one: tuple[float | str, ...] = (label,) if label else () if value is None else (value,)
        given[name] = given.get(name, ()) + one
    return result


def _slices(connection: Connection, pks: set[int]) -> dict[int, dict[str, str]]:
    result: dict[int, dict[str, str]] = {}
    for pk, name, value in connection.execute(_SLICES, {"pks": list(pks)}):
        result.setdefault(pk, {})[name] = value
    return result


def _scores(connection: Connection, pks: Sequence[int]) -> dict[int, dict[str, float | None]]:
    result: dict[int, dict[str, float | None]] = {}
    for pk, name, value in connection.execute(_SCORES, {"pks": list(pks)}):
        result.setdefault(pk, {})[name] = value
    return result
