"""Finding traces: facets with counts, the address of a view, what is like a trace.

For screens and the command line::

    facets(project, query, chosen)   what the list can be narrowed by, with counts for the present
                                     query; runs in a job, ends when its reads are interrupted
    named_facets(project, query, chosen)   the same of datasets, suites, annotations; slower
    narrowed(query, chosen)          the query with the facet lines that are ticked
    vocabulary(project, query)       names and values with counts, for completion.suggestions
    view_address.write(view), .read(text)   in view_address.py: a view as one line that a colleague
                                     can paste
    project.traces.first(query)      the first rows' numbers, at once
    project.traces.ids(query)        all of them, in the order asked
    project.traces.similar(trace)    likeness to one trace; TraceQuery.similar narrows a list to it

A facet line is a `Filter`: lines of one facet are joined by “or”, facets by “and”. A line that is
excluded is its `Not`, and holds besides whatever is ticked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evaldesk.domain.query import AnyOf, Comparison, Every, Filter, Not, TraceQuery
from evaldesk.services.finding.completion import Values

if TYPE_CHECKING:
    from evaldesk.storage.facets import ScoreBand
    from evaldesk.storage.project import Project

Chosen = Mapping[str, Sequence[Filter]]
"""Facet → the filters of its lines that are ticked, and those that are excluded as `Not`."""

MOST_NAMES = 12
"""Datasets, suites and annotations that are counted, each with a question of its own."""


@dataclass(frozen=True, slots=True)
class FacetLine:
    """A line that can be ticked.

    Attributes:
        text: the value; ``0.25 – 0.5`` for a range of a score; the name of a flag.
        count: traces that match the query and have it.
        where: what ticking it narrows to.
    """

    text: str
    count: int
    where: Filter


@dataclass(frozen=True, slots=True)
class Facet:
    """Something that a list can be narrowed by.

    Attributes:
        name: of the field, such as ``run``, ``slice.language`` or ``score.pass``; ``flags`` for
            what holds or does not.
        lines: most frequent first; a score's by value.
    """

    name: str
    lines: tuple[FacetLine, ...]


def narrowed(query: TraceQuery, chosen: Chosen, without: str = "") -> TraceQuery:
    """A query with facet lines that are ticked.

    Args:
        without: leave out what is ticked of this facet.
    """
    parts: list[Filter] = [query.where] if query.where is not None else []
    for name, lines in chosen.items():
        if name == without:
            continue
        if name == "flags":
            parts.extend(lines)
            continue
        ticked = [line for line in lines if not isinstance(line, Not)]
        if ticked:
            parts.append(ticked[0] if len(ticked) == 1 else AnyOf(tuple(ticked)))
        parts.extend(line for line in lines if isinstance(line, Not))
    if not parts:
        return replace(query, where=None)
    return replace(query, where=parts[0] if len(parts) == 1 else Every(tuple(parts)))


def facets(
    project: "Project", query: TraceQuery | None = None, chosen: Chosen | None = None
) -> list[Facet]:
    """What a list can be narrowed by, with the number of traces each line would leave.

    Args:
        query: what is looked for, without what is ticked; None for all traces.
        chosen: what is ticked. A facet's own ticks do not count for its own lines, so that the
            numbers beside them stay.

    Raises:
        NotFoundError: as for the list.
    """
    asked, ticked = query or TraceQuery(), chosen or {}
    found = _facets(project, narrowed(asked, ticked))
    for name, lines in ticked.items():
        if not lines or name == "flags" or name in _NAMED:
            continue
        own = next((one for one in _facets(project, narrowed(asked, ticked, name), name)), None)
        kept = own or Facet(name, ())
        there = {one.where for one in kept.lines}
        rest = narrowed(asked, ticked, name)
        extra = tuple(
            FacetLine(said(line), project.traces.count(narrowed(rest, {name: [line]})), line)
            for line in dict.fromkeys(map(bare, lines))
            if line not in there
        )
        whole = Facet(name, kept.lines + extra)
        places = [place for place, one in enumerate(found) if one.name == name]
        if places:
            found[places[0]] = whole
        else:
            found.append(whole)
    return found


_NAMED = ("dataset", "suite", "annotation")


def named_facets(
    project: "Project", query: TraceQuery | None = None, chosen: Chosen | None = None
) -> list[Facet]:
    """As `facets`, of datasets and suites (their scenarios as they are in the latest version) and
    of what was judged in other tools. Each name is a question of its own, so this takes longer.
    """
    asked, ticked = query or TraceQuery(), chosen or {}
    known = {
        "dataset": [Comparison("dataset", "=", (name,)) for name in project.facets.datasets()],
        "suite": [Comparison("suite", "=", (name,)) for name in project.facets.suites()],
        "annotation": [
            Comparison(f"annotation.{name}", "exists") for name in project.facets.annotations()
        ],
    }
    found = []
    for name, lines in known.items():
        rest = narrowed(asked, ticked, name)
        wanted = [*lines[:MOST_NAMES], *map(bare, ticked.get(name, ()))]
        counted = [
            FacetLine(said(line), project.traces.count(narrowed(rest, {name: [line]})), line)
            for line in dict.fromkeys(wanted)
        ]
        counted.sort(key=lambda line: -line.count)
        if counted:
            found.append(Facet(name, tuple(counted)))
    return found


def _facets(project: "Project", query: TraceQuery, only: str = "") -> list[Facet]:
    found: list[Facet] = []
    if only != "flags" and not only.startswith("score."):
        for name, values in project.facets.counts(query, only).items():
            lines = tuple(
                FacetLine(value, count, Comparison(name, "=", (value,))) for value, count in values
            )
            if lines:
                found.append(Facet(name, lines))
    if not only or only.startswith("score."):
        for metric, bands in project.facets.scores(query).items():
            name = f"score.{metric}"
            lines = tuple(FacetLine(_range(band), band.count, _band(name, band)) for band in bands)
            if lines:
                found.append(Facet(name, lines))
    if not only:
        flags = tuple(
            FacetLine(flag, count, Comparison(flag, "exists"))
            for flag, count in project.facets.flags(query).items()
        )
        found.append(Facet("flags", flags))
    return [one for one in found if not only or one.name == only]


def _band(name: str, band: "ScoreBand") -> Filter:
    if band.low == band.high:
        return Comparison(name, "=", (band.low,))
    upper = Comparison(name, "<=" if band.closed else "<", (band.high,))
    return Every((Comparison(name, ">=", (band.low,)), upper))


def _range(band: "ScoreBand") -> str:
    if band.low == band.high:
        return f"{band.low:.6g}"
    return f"{band.low:.4g} – {band.high:.4g}"


def bare(line: Filter) -> Filter:
    """A line without the `Not` that excludes it."""
    return line.item if isinstance(line, Not) else line


def said(line: Filter) -> str:
    """The text of a line."""
    line = bare(line)
    if isinstance(line, Comparison) and line.values:
        value = line.values[0]
        return value if isinstance(value, str) else f"{value:.6g}"
    if isinstance(line, Comparison):
        return line.name.removeprefix("annotation.")
    if isinstance(line, Every):
        return " – ".join(said(item) for item in line.items)
    return ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What completion knows of a project: names, and the values of fields with their counts."""

    scores: tuple[str, ...] = ()
    slices: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    values: Values | None = None


def vocabulary(project: "Project", query: TraceQuery | None = None) -> Vocabulary:
    """What completion may offer; read in a job.

    Args:
        query: whose ``tags_by`` says whose tags may be offered.
    """
    asked = TraceQuery(tags_by=query.tags_by, me=query.me) if query else TraceQuery()
    counted = project.facets.counts(asked)
    values: dict[str, Sequence[tuple[str, int]]] = dict(counted)
    values["person"] = _uncounted(project.people.names())
    values["dataset"] = _uncounted(project.facets.datasets())
    values["suite"] = _uncounted(project.facets.suites())
    values["highlight"] = _uncounted(project.highlights.labels(asked.tags_by))
    values["disagreement"] = _uncounted(
        dict.fromkeys(
            item.name
            for rubric in project.rubrics.list()
            for item in rubric.criteria
            if item.scale.level is not None
        )
    )
    return Vocabulary(
        scores=tuple(project.traces.metrics()),
        slices=tuple(n.removeprefix("slice.") for n in counted if n.startswith("slice.")),
        annotations=tuple(project.facets.annotations()),
        values=values,
    )


def _uncounted(names: Iterable[str]) -> list[tuple[str, int]]:
    return [(name, 0) for name in names]
