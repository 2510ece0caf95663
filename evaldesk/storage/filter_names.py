"""The names that a project's traces have, which a filter may ask for."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select, text

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.query import (
    DATE_FIELDS,
    FLAG_FIELDS,
    FUNCTIONS,
    ME,
    NUMBER_FIELDS,
    STATUSES,
    TEXT_FIELDS,
)
from evaldesk.storage import similarity
from evaldesk.storage import tables as t
from evaldesk.storage.naming import find_one

TIERS = ("critical", "important", "nice-to-have")


class Names:
    """What is known by name, each kind read when it is first asked for.

    Attributes:
        tags_by: whose tags, notes and answers count; empty for everybody's.
        me: who asks; empty where nobody said.

    Args:
        liked: finds the traces like one, where somebody keeps what was found before.
    """

    def __init__(
        self,
        connection: Connection,
        tags_by: str = "",
        me: str = "",
        liked: Callable[[Connection, str], list[int]] | None = None,
    ) -> None:
        self.connection = connection
        self.tags_by = tags_by
        self.me = me
        self._liked = liked

    @cached_property
    def metrics(self) -> dict[str, int]:
        """Score → row number."""
        found = self.connection.execute(select(t.metric.c.name, t.metric.c.pk))
        return dict(found.all())

    @cached_property
    def runs(self) -> dict[str, int]:
        """Run → row number."""
        found = self.connection.execute(select(t.run.c.name, t.run.c.pk))
        return dict(found.all())

    @cached_property
    def people(self) -> dict[str, int]:
        """Person → row number."""
        found = self.connection.execute(select(t.person.c.name, t.person.c.pk))
        return dict(found.all())

    @cached_property
    def slices(self) -> list[str]:
        """Names of slices."""
        return distinct(self.connection, "scenario_slice", "name")

    @cached_property
    def annotations(self) -> list[str]:
        """Names of what was judged in other tools."""
        return distinct(self.connection, "annotation", "name")

    @cached_property
    def tiers(self) -> list[str]:
        """Tiers that scenarios have, and those that are always known."""
        found = distinct(self.connection, "scenario", "tier")
        return list(dict.fromkeys([*(tier for tier in found if tier), *TIERS]))

    def metric(self, name: str) -> int:
        """Row number of a score; raises NotFoundError that offers the nearest."""
        return _among("score", name, self.metrics)

    def run(self, name: str) -> int:
        """Row number of a run; raises NotFoundError that offers the nearest."""
        return _among("run", name, self.runs)

    def person(self, name: str) -> int:
        """Row number of a person, or -1 for `ME` where they have done nothing here yet; raises
        NotFoundError that offers the nearest.
        """
        if name == ME and ME not in self.people:
            return self.people.get(self.me, -1)
        return _among("person", name, {**self.people, ME: -1})

    def like(self, reference: str) -> list[int]:
        """The traces like one that a person names, the most alike first.

        Raises:
            NotFoundError: no such trace.
            UsageError: several.
        """
        if self._liked is not None:
            return self._liked(self.connection, reference)
        pk = find_one(self.connection, reference)
        return [other for other, _ in similarity.similar(self.connection, pk)]

    def check(self, field: str, value: str) -> None:
        """Raises NotFoundError for a value that a closed field cannot have."""
        if field == "status" and value not in STATUSES:
            raise NotFoundError.among("status", value, STATUSES)
        if field == "run":
            self.run(value)
        if field == "tier" and value and value not in self.tiers:
            raise NotFoundError.among("tier", value, self.tiers)

    def unknown(self, field: str) -> NotFoundError:
        """What to say of a field that there is not."""
        return NotFoundError.among(
            "field",
            field,
            [
                *TEXT_FIELDS,
                *NUMBER_FIELDS,
                *DATE_FIELDS,
                *FLAG_FIELDS,
                *FUNCTIONS,
                *(f"score.{name}" for name in self.metrics),
                *(f"slice.{name}" for name in self.slices),
                *(f"annotation.{name}" for name in self.annotations),
            ],
        )


def _among(what: str, name: str, known: dict[str, int]) -> int:
    if name not in known:
        raise NotFoundError.among(what, name, known)
    return known[name]


def distinct(connection: Connection, table: str, column: str) -> list[Any]:
    """The values of a column that an index begins with, in their order: one step for each value,
    where DISTINCT would go through every row.
    """
    found = connection.execute(
        text(
            f"WITH RECURSIVE each(value) AS (SELECT min({column}) FROM {table} UNION ALL "
            f"SELECT (SELECT min({column}) FROM {table} WHERE {column} > each.value) FROM each "
            "WHERE each.value IS NOT NULL) SELECT value FROM each WHERE value IS NOT NULL"
        )
    )
    return list(found.scalars())
