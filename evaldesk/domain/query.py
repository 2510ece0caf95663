"""A filter as a tree: made by the parser in services, turned into SQL by storage."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "exists"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test, such as ``latency_ms > 2000``.

    Attributes:
        name: ``run``, ``latency_ms``, ``score.pass``, ``slice.language``, ``tag`` …
        operator: see `Operator`; ``exists`` takes no values.
        values: one value, or several for ``in``.
    """

    name: str
    operator: Operator
    values: tuple[str | float, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a filter."""

    item: "Filter"


@dataclass(frozen=True, slots=True)
class Every:
    """All of them hold."""

    items: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them holds."""

    items: tuple["Filter", ...]


Filter = Comparison | Not | Every | AnyOf


def names_in(where: Filter | None) -> Iterator[str]:
    """The fields that a filter asks for."""
    if isinstance(where, Comparison):
        yield where.name
    elif isinstance(where, Not):
        yield from names_in(where.item)
    elif where is not None:
        for item in where.items:
            yield from names_in(item)


TEXT_FIELDS = (
    "id",
    "scenario",
    "title",
    "run",
    "system",
    "model",
    "prompt_version",
    "status",
    "tier",
    "error",
    "tag",
)
NUMBER_FIELDS = ("trial", "latency_ms", "tokens_in", "tokens_out", "cost")
SORT_KEYS = (
    "imported",
    "scenario",
    "title",
    "run",
    "system",
    "model",
    "prompt_version",
    "trial",
    "status",
    "tier",
    "latency_ms",
    "tokens_in",
    "tokens_out",
    "cost",
    "started_at",
)
"""What a list can be sorted by, besides ``score.NAME``; a leading ``-`` turns the order round."""


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """What a list of traces shows.

    Attributes:
        text: full-text search; empty for none.
        where: filter; None for none.
        run: only of this run; empty for all.
        sort: one of `SORT_KEYS` or ``score.NAME``, with a leading ``-`` for descending.
        tags_by: ``tag`` in the filter means the tags that this rater gave; empty for everybody's.
    """

    text: str = ""
    where: Filter | None = None
    run: str = ""
    sort: str = "imported"
    tags_by: str = ""
