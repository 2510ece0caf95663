"""Filters by what has a name and few of it: runs, datasets, suites."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.query import Comparison
from evaldesk.storage import tables as t
from evaldesk.storage.filter_names import Names


def fits(name: str, test: Comparison) -> bool:
    """Whether a text fits a test, compared as SQLite compares texts."""
    values = [value if isinstance(value, str) else f"{value:g}" for value in test.values]
    if test.operator == "exists":
        return name != ""
    if test.operator == "contains":
        return _lowered(values[0]) in _lowered(name)
    if test.operator in ("in", "not in"):
        return (name in values) == (test.operator == "in")
    first, second = name.encode(), values[0].encode()
    return {
        "=": first == second,
        "!=": first != second,
        "<": first < second,
        "<=": first <= second,
        ">": first > second,
        ">=": first >= second,
    }[test.operator]


def _lowered(text: str) -> str:
    # LIKE in SQLite ignores the case of these letters alone.
    return "".join(one.lower() if "A" <= one <= "Z" else one for one in text)


def members(test: Comparison, names: Names) -> Select[Any]:
    """The scenarios of the dataset versions, or suites, that fit a test.

    Raises:
        NotFoundError: no dataset, suite or version of that name.
    """
    of_name = _suites(names) if test.name == "suite" else _datasets(names)
    member = t.dataset_member.c
    if test.operator in ("=", "in"):
        wanted: Iterable[int] = [
            pk for value in test.values for pk in _named(test.name, str(value), of_name, names)
        ]
    else:
        wanted = [pk for name, pk in of_name.items() if fits(name, test)]
    return select(member.scenario_pk).where(member.version_pk.in_(list(wanted)))


def _named(kind: str, value: str, of_name: dict[str, int], names: Names) -> list[int]:
    if value in of_name:
        return [of_name[value]]
    name, at, version = value.rpartition("@")
    if kind == "suite" or not at or name not in of_name:
        raise NotFoundError.among(kind, value, of_name)
    found = names.connection.execute(
        select(t.dataset_version.c.pk)
        .join(t.dataset, t.dataset.c.pk == t.dataset_version.c.dataset_pk)
        .where(
            t.dataset.c.name == name, t.dataset_version.c.id.startswith(version, autoescape=True)
        )
    )
    pks = list(found.scalars())
    if not pks:
        raise NotFoundError(f"The dataset “{name}” has no version “{version}”.")
    return pks


def _datasets(names: Names) -> dict[str, int]:
    """Dataset → its latest version."""
    found = names.connection.execute(
        select(t.dataset.c.name, sql.max(t.dataset_version.c.pk))
        .join(t.dataset_version, t.dataset_version.c.dataset_pk == t.dataset.c.pk)
        .group_by(t.dataset.c.pk)
    )
    return dict(found.all())


def _suites(names: Names) -> dict[str, int]:
    """Suite → the version that has the name now."""
    found = names.connection.execute(
        select(t.suite.c.name, t.suite.c.version_pk).order_by(t.suite.c.seq)
    )
    return dict(found.all())
