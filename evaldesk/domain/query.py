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
        operator: see `Operator`; ``exists`` takes no values. One of `FLAG_FIELDS` that stands
            alone is ``exists``; what a function such as ``differs`` is given is ``in``.
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
    "highlight",
    "dataset",
    "suite",
)
"""``dataset``: a name, or ``name@`` and the beginning of a version's id; without it the latest
version counts. ``suite``: the version that has this name."""
NUMBER_FIELDS = ("trial", "latency_ms", "tokens_in", "tokens_out", "cost", "age")
"""``age``: days since the import."""
DATE_FIELDS = ("started_at", "imported")
"""ISO 8601, compared as far as the value goes: ``imported <= "2026-11-23"`` has the whole day."""
FLAG_FIELDS = ("has_error", "rated", "unrated", "disagreement", "bookmarked", "noted")
"""What holds or does not, and may stand alone. ``rated``, ``unrated``, ``bookmarked`` and
``noted`` may be compared with a person, or with `ME`; ``disagreement`` with a criterion."""
ME = "me"
"""In a filter: whoever asks."""
FUNCTIONS = ("differs", "similar")
"""``differs("run a", "run b")``: the two runs' traces of one scenario and trial differ; what is
compared may follow, see `DIFFERENCES`. ``similar("trace")``: the texts are alike."""
DIFFERENCES = ("status", "scores", "answer", "ratings")
"""What ``differs`` can compare, besides ``score.NAME``: status and scores unless it is told
otherwise; the beginning of the answer; people's current answers."""
STATUSES = ("ok", "error", "incomplete", "unit")
PREFIXES = ("score", "slice", "annotation")
"""Fields whose names the project gives, after a dot."""
BLIND_FIELDS = ("tag", "highlight", "disagreement", "bookmarked", "noted")
"""What tells how people judged or what they wrote down: for somebody whose own answers are still
to come it holds only their own; see `TraceQuery.tags_by`."""
RELEVANCE = "relevance"
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
    RELEVANCE,
)
"""What a list can be sorted by, besides ``score.NAME`` and ``annotation.NAME``; a leading
``-`` turns the order round. ``relevance``: the best hits of the text or the most similar traces
first; without either, the newest first."""


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """What a list of traces shows.

    Attributes:
        text: full-text search; empty for none.
        where: filter; None for none.
        run: only of this run; empty for all.
        sort: one of `SORT_KEYS`, ``score.NAME`` or ``annotation.NAME``, with a leading
            ``-`` for descending.
        tags_by: `BLIND_FIELDS` in the filter mean what this person gave; empty for everybody's.
        similar: only traces like this one (an id, or ``run/scenario``); empty for all.
        me: who asks, for ``rated = me``; empty where nobody said.
    """

    text: str = ""
    where: Filter | None = None
    run: str = ""
    sort: str = "imported"
    tags_by: str = ""
    similar: str = ""
    me: str = ""
