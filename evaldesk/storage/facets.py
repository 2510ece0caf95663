"""What traces can be narrowed by, with counts: of all of them, or of those that a query finds.

Without a filter the counts come from indexes alone and are kept until something is imported or
revised; with one, each kind of field is counted in one go through the traces that match.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, literal, select, text
from sqlalchemy import func as sql

from evaldesk.domain.query import Comparison, TraceQuery
from evaldesk.storage import judgement_filters as judged
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database
from evaldesk.storage.filter_names import Names, distinct
from evaldesk.storage.filters import condition
from evaldesk.storage.selection import matching, tests_of

MOST_VALUES = 200
"""Of one field; the most frequent ones."""
FEW = 12
"""A score of up to so many values has each as a line; one of more is cut into four ranges."""
FLAGS = ("has_error", "disagreement", "unrated", "rated", "bookmarked", "noted")
_COMBINATIONS = 5_000
_FIELDS = ("run", "system", "model", "prompt_version", "status")

Counts = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """A value or a range of a score.

    Attributes:
        low: the value, or the least of a range; high: its bound, that belongs to it where
            ``closed``; equal to ``low`` for one value.
        count: traces whose score lies there.
    """

    low: float
    high: float
    closed: bool
    count: int


class FacetRepository:
    """Counts of the project's traces by what they have."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Any, Any]] = {}

    def counts(self, query: TraceQuery | None = None, only: str = "") -> Counts:
        """Field → values with the number of traces that match, most frequent first; at most
        `MOST_VALUES` each. The fields: run, system, model, prompt_version, status, tier, each
        slice, and tag.

        Args:
            query: which traces; None for all. ``tags_by`` says whose tags are counted.
            only: one field; empty for every one.
        """
        asked = query or TraceQuery()
        with self._database.read() as connection:
            names = Names(connection, asked.tags_by, asked.me)
            if _is_all(asked):
                found = self._keep(connection, "counts", lambda: _counts(connection, [], names))
            else:
                found = _counts(connection, tests_of(asked, names), names, only)
            if not only or only == "tag":
                tags = _tags(connection, names, None if _is_all(asked) else asked)
                found = {**found, **({"tag": tags} if tags else {})}
            return {name: values for name, values in found.items() if not only or name == only}

    def scores(self, query: TraceQuery | None = None) -> dict[str, list[ScoreBand]]:
        """Score → its values, or four ranges of them, with the number of traces that match."""
        asked = query or TraceQuery()
        with self._database.read() as connection:
            names = Names(connection, asked.tags_by, asked.me)
            bands: dict[str, list[ScoreBand]] = self._keep(
                connection, "bands", lambda: _bands(connection, names)
            )
            if _is_all(asked):
                return bands
            return _within(connection, bands, tests_of(asked, names), names)

    def flags(self, query: TraceQuery | None = None) -> dict[str, int]:
        """`FLAGS` → number of traces that match and of which it holds."""
        asked = query or TraceQuery()
        with self._database.read() as connection:
            names = Names(connection, asked.tags_by, asked.me)
            found = {}
            for flag in FLAGS:
                if flag == "unrated":
                    continue
                found[flag] = _holding(connection, asked, flag, names)
            everything = _count(connection, asked, names)
            found["unrated"] = everything - _holding(connection, asked, "rated", names)
            return {flag: found[flag] for flag in FLAGS}

    def values(self) -> dict[str, list[str]]:
        """Values of run, status and tier, without counts and at once."""
        with self._database.read() as connection:
            names = Names(connection)
            tiers = distinct(connection, "scenario", "tier")
            return {
                "run": list(names.runs),
                "status": distinct(connection, "trace", "status"),
                "tier": [tier for tier in tiers if tier],
            }

    def annotations(self) -> list[str]:
        """Names of what was judged in other tools."""
        with self._database.read() as connection:
            return Names(connection).annotations

    def datasets(self) -> list[str]:
        """Names of datasets, in the order they came."""
        with self._database.read() as connection:
            return list(
                connection.execute(select(t.dataset.c.name).order_by(t.dataset.c.pk)).scalars()
            )

    def suites(self) -> list[str]:
        """Names of suites."""
        with self._database.read() as connection:
            found = connection.execute(select(t.suite.c.name).distinct().order_by(t.suite.c.name))
            return list(found.scalars())

    def _keep(self, connection: Connection, what: str, make: Any) -> Any:
        """What was counted before, while nothing was imported or revised since."""
        state = _state(connection)
        with self._lock:
            kept = self._kept.get(what)
        if kept is not None and kept[0] == state:
            return kept[1]
        made = make()
        with self._lock:
            self._kept[what] = (state, made)
        return made


def _is_all(query: TraceQuery) -> bool:
    return query == replace(TraceQuery(), sort=query.sort, tags_by=query.tags_by, me=query.me)


def _state(connection: Connection) -> tuple[Any, ...]:
    """Another one after every import and every revision of a scenario."""
    return tuple(
        connection.execute(
            text(
                "SELECT (SELECT max(pk) FROM trace), (SELECT max(pk) FROM scenario),"
                " (SELECT max(pk) FROM scenario_revision), (SELECT max(pk) FROM import_file)"
            )
        ).one()
    )


def _counts(
    connection: Connection, tests: Sequence[ColumnElement[bool]], names: Names, only: str = ""
) -> Counts:
    result: Counts = {}
    if not only or only in _FIELDS:
        result = _of_rows(connection, tests, names, (only,) if only else _FIELDS)
    if not only or only == "tier":
        result["tier"] = _top(
            connection,
            select(t.scenario.c.tier, sql.count())
            .select_from(t.trace.join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk))
            .where(t.scenario.c.tier != "", *tests)
            .group_by(t.scenario.c.tier),
        )
    if not only or only.startswith("slice."):
        for name, values in _slices(connection, tests, only.removeprefix("slice.")).items():
            result[f"slice.{name}"] = values
    return result


def _of_rows(
    connection: Connection,
    tests: Sequence[ColumnElement[bool]],
    names: Names,
    fields: Sequence[str],
) -> Counts:
    runs = {pk: name for name, pk in names.runs.items()}
    columns = [t.trace.c.run_pk if name == "run" else t.trace.c[name] for name in fields]
    together = connection.execute(
        select(*columns, sql.count()).where(*tests).group_by(*columns).limit(_COMBINATIONS)
    ).all()
    found: Counts = {}
    for place, name in enumerate(fields):
        if len(together) == _COMBINATIONS:
            pairs = _top(
                connection,
                select(columns[place], sql.count()).where(*tests).group_by(columns[place]),
            )
        else:
            sums: dict[Any, int] = {}
            for row in together:
                sums[row[place]] = sums.get(row[place], 0) + row[-1]
            pairs = sorted(sums.items(), key=lambda one: -one[1])[:MOST_VALUES]
        if name == "run":
            pairs = [(runs.get(value, ""), number) for value, number in pairs]
        found[name] = [(value, number) for value, number in pairs if value != ""]
    return found


def _slices(connection: Connection, tests: Sequence[ColumnElement[bool]], only: str) -> Counts:
    name, value = t.scenario_slice.c.name, t.scenario_slice.c.value
    grouped = (
        select(name, value, sql.count().label("number"))
        .select_from(
            t.scenario_slice.join(t.trace, t.trace.c.scenario_pk == t.scenario_slice.c.scenario_pk)
        )
        .where(*tests, *((name == only,) if only else ()))
        .group_by(name, value)
        .subquery()
    )
    place = sql.row_number().over(partition_by=grouped.c.name, order_by=grouped.c.number.desc())
    ranked = select(grouped, place.label("place")).subquery()
    found: Counts = {}
    for each, said, number in connection.execute(
        select(ranked.c.name, ranked.c.value, ranked.c.number)
        .where(ranked.c.place <= MOST_VALUES)
        .order_by(ranked.c.name, ranked.c.place)
    ):
        found.setdefault(each, []).append((said, number))
    return found


def _tags(connection: Connection, names: Names, query: TraceQuery | None) -> list[tuple[str, int]]:
    tagged, value = judged.tags(names)
    if query is not None:
        tagged = tagged.where(t.answer.c.trace_pk.in_(matching(query, names)))
    traces = sql.count(t.answer.c.trace_pk.distinct())
    return _top(connection, tagged.with_only_columns(value, traces).group_by(value), traces)


def _top(connection: Connection, grouped: Select[Any], count: Any = None) -> list[tuple[Any, int]]:
    order = sql.count() if count is None else count
    found = connection.execute(grouped.order_by(order.desc()).limit(MOST_VALUES))
    return [(value, number) for value, number in found]


def _bands(connection: Connection, names: Names) -> dict[str, list[ScoreBand]]:
    result: dict[str, list[ScoreBand]] = {}
    for name, pk in names.metrics.items():
        values = _few_values(connection, pk)
        if not values:
            continue
        if len(values) <= FEW:
            empty = [ScoreBand(value, value, True, 0) for value in values]
        else:
            empty = _ranges(connection, pk)
        result[name] = empty
    return _within(connection, result, [], names)


def _few_values(connection: Connection, metric_pk: int) -> list[float]:
    """The values of a score, up to one more than are few; one step in the index for each."""
    where = f"metric_pk = {metric_pk:d} AND value"
    found = connection.execute(
        text(
            f"WITH RECURSIVE each(value) AS (SELECT min(value) FROM score WHERE {where} IS NOT NULL"
            f" UNION ALL SELECT (SELECT min(value) FROM score WHERE {where} > each.value) FROM each"
            f" WHERE each.value IS NOT NULL LIMIT {FEW + 1}) SELECT value FROM each"
            " WHERE value IS NOT NULL"
        )
    )
    return [float(value) for value in found.scalars()]


def _ranges(connection: Connection, metric_pk: int) -> list[ScoreBand]:
    """Four ranges with about as many traces each."""
    value = t.score.c.value
    known = (t.score.c.metric_pk == metric_pk, value.is_not(None))
    total = int(connection.execute(select(sql.count()).where(*known)).scalar_one())
    ordered = select(value).where(*known).order_by(value)
    bounds = []
    for place in (0, total // 4, total // 2, total * 3 // 4, total - 1):
        bounds.append(float(connection.execute(ordered.offset(place).limit(1)).scalar_one()))
    edges = list(dict.fromkeys(bounds))
    if len(edges) == 1:
        return [ScoreBand(edges[0], edges[0], True, 0)]
    return [ScoreBand(low, high, high == edges[-1], 0) for low, high in pairwise(edges)]


def _within(
    connection: Connection,
    bands: dict[str, list[ScoreBand]],
    tests: Sequence[ColumnElement[bool]],
    names: Names,
) -> dict[str, list[ScoreBand]]:
    """The same bands with the counts of the traces that match."""
    result: dict[str, list[ScoreBand]] = {}
    value = t.score.c.value
    for name, known in bands.items():
        few = all(band.low == band.high for band in known)
        # Of a range the upper bound counts with the next one, but for the last.
        below = [(value < band.high, number) for number, band in enumerate(known[:-1])]
        place: Any = value
        if not few:
            place = case(*below, else_=len(known) - 1) if below else literal(0)
        source: Any = t.score
        if tests:
            source = t.score.join(t.trace, t.trace.c.pk == t.score.c.trace_pk)
        found: dict[float, int] = dict(
            connection.execute(
                select(place, sql.count())
                .select_from(source)
                .where(t.score.c.metric_pk == names.metrics[name], value.is_not(None), *tests)
                .group_by(place)
            ).all()
        )
        result[name] = [
            replace(band, count=found.get(band.low if few else number, 0))
            for number, band in enumerate(known)
        ]
    return result


def _holding(connection: Connection, query: TraceQuery, flag: str, names: Names) -> int:
    holds = condition(Comparison(flag, "exists"), names)
    if connection.execute(select(t.trace.c.pk).where(holds).limit(1)).first() is None:
        return 0  # without a look at what else is asked
    tests = [] if _is_all(query) else tests_of(query, names)
    return int(
        connection.execute(
            select(sql.count()).select_from(t.trace).where(holds, *tests)
        ).scalar_one()
    )


def _count(connection: Connection, query: TraceQuery, names: Names) -> int:
    if _is_all(query):
        return int(connection.execute(select(sql.count()).select_from(t.trace)).scalar_one())
    inner = matching(query, names).subquery()
    return int(connection.execute(select(sql.count()).select_from(inner)).scalar_one())
