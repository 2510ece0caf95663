"""Which scenarios a list shows, as a version of a dataset describes them.

The description that counts is the one the version holds, not the latest: where it has a revision
of its own, its fields are read from there.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, not_, or_, select
from sqlalchemy import func as sql

from evaldesk.domain.dataset import (
    SCENARIO_FIELDS,
    SCENARIO_SORTS,
    Description,
    ScenarioQuery,
    ScenarioRow,
)
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import AnyOf, Comparison, Every, Filter, Not
from evaldesk.storage import codec
from evaldesk.storage import scenario_revisions as revisions
from evaldesk.storage import tables as t

_s, _m, _r = t.scenario.c, t.dataset_member.c, t.scenario_revision.c
_HELD = t.dataset_member.join(t.scenario, _s.pk == _m.scenario_pk).outerjoin(
    t.scenario_revision, and_(_r.scenario_pk == _m.scenario_pk, _r.number == _m.revision)
)


def _said(name: str) -> Any:
    return sql.coalesce(sql.json_extract(_r.content, f"$.{name}"), _s[name])


_TEXTS: dict[str, Any] = {
    "id": sql.lower(sql.hex(_s.id)),
    "scenario": _s.key,
    **{name: _said(name) for name in ("title", "tier", "origin", "expected")},
}


def _slice(name: str) -> Any:
    """The value of a slice in this version; empty where there is none."""
    each = sql.json_each(_r.content, "$.slices").table_valued("key", "value")
    revised = select(each.c.value).where(each.c.key == name).scalar_subquery()
    plain = (
        select(t.scenario_slice.c.value)
        .where(t.scenario_slice.c.scenario_pk == _s.pk, t.scenario_slice.c.name == name)
        .scalar_subquery()
    )
    return sql.coalesce(case((_r.pk.is_not(None), revised), else_=plain), "")


def listed(connection: Connection, version_pk: int, query: ScenarioQuery) -> Select[Any]:
    """Row numbers of the version's scenarios that match, in the order asked.

    Raises:
        NotFoundError: an unknown field, slice or sort key; offers the nearest.
    """
    tests: list[ColumnElement[bool]] = [_m.version_pk == version_pk]
    for word in query.words.split():
        tests.append(
            or_(
                *(
                    column.contains(word, autoescape=True)
                    for column in (_s.key, _TEXTS["title"], _TEXTS["expected"])
                )
            )
        )
    if query.where is not None:
        tests.append(_condition(query.where, lambda: slice_names(connection)))
    descending = query.sort.startswith("-")
    column = _sort(query.sort.removeprefix("-"), lambda: slice_names(connection))
    order = column.desc() if descending else column.asc()
    return select(_s.pk).select_from(_HELD).where(*tests).order_by(order.nulls_last(), _s.pk)


def slice_names(connection: Connection) -> list[str]:
    """Names of slices that any description has or had."""
    names = set(connection.execute(select(t.scenario_slice.c.name).distinct()).scalars())
    each = sql.json_each(_r.content, "$.slices").table_valued("key")
    names.update(
        connection.execute(
            select(each.c.key).select_from(t.scenario_revision.join(each, and_(True))).distinct()
        ).scalars()
    )
    return sorted(names)


def rows(connection: Connection, version_pk: int, pks: Sequence[int]) -> list[ScenarioRow]:
    """These scenarios as the version describes them, in this order; those it lacks are left out."""
    found: dict[int, ScenarioRow] = {}
    for some in revisions.chunks(pks):
        latest: dict[int, int] = dict(
            connection.execute(
                select(_r.scenario_pk, sql.max(_r.number))
                .where(_r.scenario_pk.in_(some))
                .group_by(_r.scenario_pk)
            ).all()
        )
        held = connection.execute(
            select(_s.pk, _s.id, _s.key, _m.revision, _r.content)
            .select_from(_HELD)
            .where(_m.version_pk == version_pk, _m.scenario_pk.in_(some))
        ).all()
        plain = revisions.as_imported(connection, [row.pk for row in held if row.content is None])
        for row in held:
            described = (
                plain[row.pk]
                if row.content is None
                else Description.from_json(codec.decode(row.content))
            )
            found[row.pk] = ScenarioRow(
                row.pk, row.id.hex(), row.key, described, row.revision, latest.get(row.pk, 0)
            )
    return [found[pk] for pk in pks if pk in found]


_EVERY = (
    select(_s.pk, _s.id, _s.key, _s.title, _s.tier, _s.expected, _s.origin, _m.revision, _r.content)
    .select_from(_HELD)
    .order_by(_m.scenario_pk)
)
_BLOCK = 4000


def every(connection: Connection, version_pk: int) -> Iterator[ScenarioRow]:
    """All scenarios of a version as it describes them, in the order they came; read while they
    are asked for.
    """
    latest = revisions.latest_numbers(connection)
    slice_ = t.scenario_slice.c
    found = connection.execution_options(yield_per=_BLOCK).execute(
        _EVERY.where(_m.version_pk == version_pk)
    )
    for block in found.partitions(_BLOCK):
        slices: dict[int, dict[str, str]] = {}
        near = select(slice_.scenario_pk, slice_.name, slice_.value).where(
            slice_.scenario_pk.between(block[0].pk, block[-1].pk)
        )
        for pk, name, value in connection.execute(near).all():
            slices.setdefault(pk, {})[name] = value
        for pk, identity, key, title, tier, expected, origin, revision, content in block:
            described = (
                Description(tier, slices.get(pk, {}), expected, origin, title)
                if content is None
                else Description.from_json(codec.decode(content))
            )
            yield ScenarioRow(pk, identity.hex(), key, described, revision, latest.get(pk, 0))


def group_counts(connection: Connection, version_pk: int) -> dict[tuple[str, str], int]:
    """Tier or slice with its value → how many scenarios of a version have it."""
    held = _m.version_pk == version_pk
    count = sql.count()
    counts: dict[tuple[str, str], int] = {}
    tiers = select(_TEXTS["tier"].label("value"), count).select_from(_HELD).where(held)
    for value, number in connection.execute(tiers.group_by("value")):
        counts["tier", value or ""] = number
    slice_ = t.scenario_slice.c
    plain = (
        select(slice_.name, slice_.value, count)
        .select_from(_HELD.join(t.scenario_slice, slice_.scenario_pk == _m.scenario_pk))
        .where(held, _r.pk.is_(None))
        .group_by(slice_.name, slice_.value)
    )
    each = sql.json_each(_r.content, "$.slices").table_valued("key", "value")
    revised = (
        select(each.c.key, each.c.value, count)
        .select_from(
            t.dataset_member.join(
                t.scenario_revision,
                and_(_r.scenario_pk == _m.scenario_pk, _r.number == _m.revision),
            ).join(each, and_(True))
        )
        .where(held)
        .group_by(each.c.key, each.c.value)
    )
    for statement in (plain, revised):
        for name, value, number in connection.execute(statement):
            counts[name, value] = counts.get((name, value), 0) + number
    return counts


def _sort(name: str, slices: Callable[[], list[str]]) -> Any:
    if name.startswith("slice."):
        return sql.nullif(_slice(_known_slice(name, slices)), "")
    if name == "imported":
        return _s.pk
    if name == "revision":
        return _m.revision
    if name not in SCENARIO_SORTS:
        raise NotFoundError.among(
            "sort key", name, [*SCENARIO_SORTS, *(f"slice.{item}" for item in slices())]
        )
    if name == "tier":
        return case(
            (_TEXTS["tier"] == "critical", "0"),
            (_TEXTS["tier"] == "important", "1"),
            (_TEXTS["tier"] == "nice-to-have", "2"),
            else_=sql.nullif(_TEXTS["tier"], ""),
        )
    column = _TEXTS[name]
    return column if name in ("scenario", "title") else sql.nullif(column, "")


def _known_slice(name: str, slices: Callable[[], list[str]]) -> str:
    bare, known = name.removeprefix("slice."), slices()
    if bare not in known:
        raise NotFoundError.among("slice", bare, known)
    return bare


def _condition(where: Filter, slices: Callable[[], list[str]]) -> ColumnElement[bool]:
    if isinstance(where, Every):
        return and_(*(_condition(item, slices) for item in where.items))
    if isinstance(where, AnyOf):
        return or_(*(_condition(item, slices) for item in where.items))
    if isinstance(where, Not):
        return not_(_condition(where.item, slices))
    if where.name == "revision":
        numbers = [_number(value) for value in where.values]
        tested: ColumnElement[bool] = _tested(_m.revision, where, numbers)
        return tested
    if where.name.startswith("slice."):
        column = _slice(_known_slice(where.name, slices))
    elif where.name in _TEXTS:
        column = _TEXTS[where.name]
    else:
        known = [*SCENARIO_FIELDS, *(f"slice.{name}" for name in slices())]
        raise NotFoundError.among("field", where.name, known)
    if where.operator == "exists":
        found: ColumnElement[bool] = column != ""
        return found
    texts = [value if isinstance(value, str) else f"{value:g}" for value in where.values]
    compared: ColumnElement[bool] = _tested(column, where, texts)
    return compared


def _number(value: str | float) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(f"“{value}” is not a number.") from None


def _tested(column: Any, test: Comparison, values: Sequence[Any]) -> Any:
    if test.operator == "exists":
        return column > 0
    if test.operator in ("in", "not in"):
        found = column.in_(values)
        return found if test.operator == "in" else not_(found)
    if test.operator == "contains":
        return column.contains(values[0], autoescape=True)
    return {
        "=": column.__eq__,
        "!=": column.__ne__,
        "<": column.__lt__,
        "<=": column.__le__,
        ">": column.__gt__,
        ">=": column.__ge__,
    }[test.operator](values[0])
